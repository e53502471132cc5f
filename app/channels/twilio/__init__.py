"""WhatsApp by Twilio: forms that its webhooks bring, and its REST of 2010."""
