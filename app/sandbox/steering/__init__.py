"""Steering the sandbox: play the people, read what happened, order trouble; loopback only."""
