"""The simulated Twilio: its REST of 2010 for messages, its WhatsApp senders, and its signed webhooks."""
