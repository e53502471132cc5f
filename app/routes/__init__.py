"""JSON doors: parse, call one service, render. No decisions, no SQL."""
