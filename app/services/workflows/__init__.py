"""The n8n workflows of an installation: what there is, and pushing, checking, comparing and replaying them."""
