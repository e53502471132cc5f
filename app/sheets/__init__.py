"""Spreadsheets of others: Google's today. Tells of every failure whether the write may have happened."""
