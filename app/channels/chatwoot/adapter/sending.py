"""Saying something as the bot: one call, made at once or not at all."""

from typing import Final

from app.channels.chatwoot.client import ChatwootClient
from app.domain.account import Connection, Lane
from app.domain.errors import Rejected
from app.domain.ids import ExternalId
from app.domain.messages import Address, Sent
from app.domain.ports import Slot

WAY: Final = "session"


async def send(client: ChatwootClient, connection: Connection, to: Address, text: str, *, way: str, slot: Slot) -> Sent:
    if way != WAY:
        raise Rejected("Chatwoot has no such way of sending.", hint=f"The one way is {WAY}.", code="no_such_way")
    new = {"content": text, "message_type": "outgoing", "private": False}
    sent = await client.say(connection, number=to.chat_id, new=new, lane=Lane.REPLY, slot=slot)
    return Sent(WAY, ExternalId(sent))
