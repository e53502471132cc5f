"""Saying something as the bot: one call, made at once or not at all; a file is fetched before it."""

from typing import Any, Final

from app.channels.chatwoot.adapter.attaching import FILES, attach
from app.channels.chatwoot.client import ChatwootClient
from app.channels.guard import Guard
from app.domain.account import Connection, Lane
from app.domain.content import Content, Form
from app.domain.errors import Rejected
from app.domain.ids import ExternalId
from app.domain.messages import Address, Sent
from app.domain.ports import Slot

WAY: Final = "session"
# Answers to tap are an `input_select`; a list's descriptions have no place in Chatwoot.
TAPPABLE: Final = frozenset({Form.BUTTONS})


async def send(
    client: ChatwootClient,
    connection: Connection,
    to: Address,
    text: str,
    *,
    way: str,
    slot: Slot,
    content: Content | None = None,
    links: Guard,
) -> Sent:
    if way != WAY:
        raise Rejected("Chatwoot has no such way of sending.", hint=f"The one way is {WAY}.", code="no_such_way")
    if content is not None and content.form in FILES:
        return Sent(WAY, ExternalId(await attach(client, links, connection, to, content, slot=slot)))
    said = _choices(content) if content is not None and content.form in TAPPABLE else {"content": text}
    new = {**said, "message_type": "outgoing", "private": False}
    sent = await client.say(connection, number=to.chat_id, new=new, lane=Lane.REPLY, slot=slot)
    return Sent(WAY, ExternalId(sent))


def _choices(content: Content) -> dict[str, Any]:
    items = [{"title": one.title, "value": one.key} for one in content.choices]
    return {"content": content.words, "content_type": "input_select", "content_attributes": {"items": items}}
