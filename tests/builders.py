"""What channels tell and brains answer, made up: every field has a sensible value, a test names only what matters."""

import itertools
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from app.domain.brain import Proposal, ReplyAction
from app.domain.conversation import CustomerMessage, OutgoingMessage
from app.domain.ids import ChatId, ContactId, ExternalId, LeadId
from app.domain.messages import Author, ChannelEvent, EventKind, MessageKind

NOON = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
_numbers = itertools.count(1)


def an_id(prefix: str = "m") -> ExternalId:
    """An id that nobody has used before in this process."""
    return ExternalId(f"{prefix}-{next(_numbers)}")


def a_customer_message(text: str = "Oi, qual o preço?", **fields: Any) -> CustomerMessage:
    """A message of the customer, as it lies in a mailbox."""
    at = fields.get("at", datetime.now(UTC))
    known = {"kind": MessageKind.TEXT, "at": at, "received_at": at, "external_id": an_id()}
    return CustomerMessage(text, **{**known, **fields})


def an_outgoing_message(text: str = "Oi, aqui é a Ana", **fields: Any) -> OutgoingMessage:
    """Something written to the customer, by a salesperson unless said otherwise."""
    known: dict[str, Any] = {"kind": MessageKind.TEXT, "at": datetime.now(UTC), "external_id": an_id()}
    human = {"author": Author.HUMAN, "author_id": "1", "author_name": "Ana"}
    return OutgoingMessage(text, **{**known, **human, **fields})


def a_channel_event(text: str = "Oi, qual o preço?", **fields: Any) -> ChannelEvent:
    """What a channel reports about a chat; a customer's message unless said otherwise."""
    known: dict[str, Any] = {
        "kind": EventKind.MESSAGE,
        "external_id": an_id(),
        "at": datetime.now(UTC).replace(microsecond=0),
        "chat_id": ChatId("chat-1"),
        "talk_id": "101",
        "contact_id": ContactId("501"),
        "lead_id": LeadId("901"),
        "author": Author.CUSTOMER,
        "author_id": "c-1",
        "author_name": "Cliente",
        "origin": "waba",
        "family": "message[add]",
    }
    return ChannelEvent(text=text, **{**known, **fields})


def written_by_ana(text: str = "Oi, aqui é a Ana", **fields: Any) -> ChannelEvent:
    """A salesperson writes in the chat."""
    ana = {"author": Author.HUMAN, "author_id": "1", "author_name": "Ana", "family": "outgoing_message[add]"}
    return a_channel_event(text, **{**ana, **fields})


def written_by_a_program(text: str = "Olá! Sou um robô.", **fields: Any) -> ChannelEvent:
    """A program writes in the chat: we ourselves, when the id or the words are ours."""
    bot = {"author": Author.BOT, "author_id": "b-1", "author_name": "", "family": "outgoing_message[add]"}
    return a_channel_event(text, **{**bot, **fields})


def noted_by_ana(text: str = "/assumir", **fields: Any) -> ChannelEvent:
    """A salesperson writes a note on the lead: it has a lead and no chat."""
    note = {"kind": EventKind.NOTE, "external_id": an_id("note"), "chat_id": None, "talk_id": None, "contact_id": None}
    return written_by_ana(text, **{**note, "family": "leads[note]", **fields})


def a_kommo_body(text: str = "Oi, qual o preço?", **fields: str) -> bytes:
    """An `add_message` hook as Kommo sends it; `fields` are those of the message."""
    message = {
        "id": str(an_id()),
        "chat_id": "chat-1",
        "talk_id": "101",
        "contact_id": "501",
        "entity_id": "901",
        "entity_type": "lead",
        "text": text,
        "created_at": str(int(datetime.now(UTC).timestamp())),
        "type": "incoming",
        "origin": "waba",
        **fields,
    }
    pairs = {"account[id]": "30100200", **{f"message[add][0][{key}]": value for key, value in message.items()}}
    return urlencode({**pairs, "message[add][0][author][type]": "external"}).encode()


def a_reply(*balloons: str, **fields: Any) -> Proposal:
    """A brain's answer."""
    return Proposal(ReplyAction.REPLY, balloons or ("A limpeza custa 200 reais.",), **fields)


def a_handoff(reason: str = "unknown", **fields: Any) -> Proposal:
    """A brain that gives the chat to a person."""
    return Proposal(ReplyAction.HANDOFF, reason=reason, **fields)
