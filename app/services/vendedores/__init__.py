"""Salespeople: who there is, who owns what, and who gets the next chat."""
