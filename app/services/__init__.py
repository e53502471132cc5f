"""Decisions: pure rules and the thin acts around them, one room per word of the business."""
