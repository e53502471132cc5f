"""Chromium, driven by Playwright: the one adapter behind the port of this room."""
