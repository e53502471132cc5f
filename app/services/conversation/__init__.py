"""The conversation engine: a mailbox per conversation, one pure function that decides, thin acts that carry it out."""
