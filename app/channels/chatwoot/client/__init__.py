"""Chatwoot's Application API v1, typed: one method a call, each through the governor's lane, each error one of ours."""

from app.channels.chatwoot.client.api import PAGE, ChatwootClient
from app.channels.chatwoot.client.refusals import NOT_ALLOWED, Invalid, Upload
from app.channels.chatwoot.client.transport import place_of, reference_of

__all__ = ["NOT_ALLOWED", "PAGE", "ChatwootClient", "Invalid", "Upload", "place_of", "reference_of"]
