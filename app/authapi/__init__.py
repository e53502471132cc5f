"""Somebody else's Auth API: one-time passwords for those who register."""
