"""Flows: conversations with a plan, each a pure state machine."""
