"""Somebody else's panels, driven in a browser: recipes, evidence, and Chromium behind a port."""
