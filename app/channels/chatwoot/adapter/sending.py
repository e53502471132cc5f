"""Saying something as the bot: one call, made at once or not at all."""

from typing import Any, Final

from app.channels.chatwoot.client import ChatwootClient
from app.domain.account import Connection, Lane
from app.domain.content import Content, Form
from app.domain.errors import Rejected
from app.domain.ids import ExternalId
from app.domain.messages import Address, Sent
from app.domain.ports import Slot

WAY: Final = "session"
# Answers to tap are an `input_select`; a list's descriptions and a file by its link have no place in Chatwoot.
SHOWN: Final = frozenset({Form.BUTTONS})


async def send(
    client: ChatwootClient,
    connection: Connection,
    to: Address,
    text: str,
    *,
    way: str,
    slot: Slot,
    content: Content | None = None,
) -> Sent:
    if way != WAY:
        raise Rejected("Chatwoot has no such way of sending.", hint=f"The one way is {WAY}.", code="no_such_way")
    said = _choices(content) if content is not None and content.form in SHOWN else {"content": text}
    new = {**said, "message_type": "outgoing", "private": False}
    sent = await client.say(connection, number=to.chat_id, new=new, lane=Lane.REPLY, slot=slot)
    return Sent(WAY, ExternalId(sent))


def _choices(content: Content) -> dict[str, Any]:
    items = [{"title": one.title, "value": one.key} for one in content.choices]
    return {"content": content.words, "content_type": "input_select", "content_attributes": {"items": items}}
