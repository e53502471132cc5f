"""Events as they lie in the mailbox: a kind and a JSON body, and back again."""

from functools import cache
from typing import Any

import orjson
from pydantic import TypeAdapter

from app.domain.conversation import (
    Command,
    CustomerMessage,
    Event,
    HandoffRequested,
    OutgoingMessage,
    Reacted,
    ReplyFailed,
    ReplyProposed,
    SendRequested,
    Undelivered,
)

# What may wait in a mailbox. Timers and deliveries are told by the one who holds the lock, so they never wait.
KINDS: dict[str, type[Any]] = {
    "customer": CustomerMessage,
    "outgoing": OutgoingMessage,
    "command": Command,
    "reply": ReplyProposed,
    "failed": ReplyFailed,
    "handoff": HandoffRequested,
    "send": SendRequested,
    "undelivered": Undelivered,
    "reacted": Reacted,
}
_NAMES = {event: name for name, event in KINDS.items()}


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    return TypeAdapter(KINDS[kind])


def encode(event: Event) -> tuple[str, str]:
    """The kind and the JSON text of an event."""
    kind = _NAMES[type(event)]
    return kind, orjson.dumps(event).decode()


def decode(kind: str, body: str) -> Event:
    """The event that `encode` wrote."""
    return _adapter(kind).validate_json(body)
