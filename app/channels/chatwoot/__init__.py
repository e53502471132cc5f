"""Chatwoot: an inbox whose bot we are, and the inbox in which other channels' conversations are mirrored."""
