"""A Google Sheet as a mirror of the record, and as the place where a flow's words are kept. The record never waits."""
