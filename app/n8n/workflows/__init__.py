"""The workflows that n8n builders get: typed builders, canonical JSON. Pure; no secret is ever in a workflow."""
