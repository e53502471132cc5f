"""A Google Sheets that is as strict as the real one about tokens, quotas and tabs, and rude when it is asked to be."""
