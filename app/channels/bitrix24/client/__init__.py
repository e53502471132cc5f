"""Bitrix24's REST, typed: one method a call, each through the governor's lane, each error one of ours."""

from app.channels.bitrix24.client import calls
from app.channels.bitrix24.client.api import EVENT_TYPES, BitrixClient
from app.channels.bitrix24.client.refusals import NO_BOT, NOT_ALLOWED, NOT_THERE, WRONG_CHAT, Call
from app.channels.bitrix24.client.transport import MOST_COMMANDS, base_of, host_of

__all__ = [
    "EVENT_TYPES",
    "MOST_COMMANDS",
    "NOT_ALLOWED",
    "NOT_THERE",
    "NO_BOT",
    "WRONG_CHAT",
    "BitrixClient",
    "Call",
    "base_of",
    "calls",
    "host_of",
]
