"""Somebody else's panel: an administrator's web pages for making users and giving balances, simulated.

Plain HTML without scripts, in Spanish as the panels of this field are, so that a real browser drives it. It is slow,
changed, broken or forgetful on request, and keeps a journal of every write that was asked of it.
"""
