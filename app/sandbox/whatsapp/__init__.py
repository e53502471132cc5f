"""A WhatsApp that is as strict as the real one: Meta's Cloud API, and 360dialog's door to the same."""
