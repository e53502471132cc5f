"""WhatsApp's REST, typed: one method a call, each through the governor's lane, each error one of ours."""

from app.channels.whatsapp.client.api import WhatsAppClient
from app.channels.whatsapp.client.places import home_of

__all__ = ["WhatsAppClient", "home_of"]
