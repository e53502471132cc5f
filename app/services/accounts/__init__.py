"""Accounts: connecting them to their channel, and knowing who a key or a webhook secret belongs to."""
