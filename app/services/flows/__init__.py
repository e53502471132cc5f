"""Conversations with a plan: what they hear, say and want done. Pure, and data for the most part."""
