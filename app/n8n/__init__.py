"""n8n's room: what is posted to it and how its answers are read, the workflows for it, and its public API."""
