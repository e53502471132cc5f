"""A simulated Chatwoot: its Application API as the server of v4.15.1 behaves, its webhooks, and trouble on request."""
