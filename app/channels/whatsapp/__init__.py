"""WhatsApp itself: Meta's Cloud API, and 360dialog, which speaks the same words under another key."""
