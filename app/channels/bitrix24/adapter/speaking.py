"""Saying something in a line's chat, showing that something is being written, and giving the chat to people."""

from typing import Any, Final

from app.channels.bitrix24.adapter.cards import card_of
from app.channels.bitrix24.client import NOT_THERE, WRONG_CHAT, BitrixClient, Call, calls
from app.channels.bitrix24.client.transport import shaped
from app.channels.bitrix24.payloads.bots import SentShape
from app.channels.bitrix24.payloads.credentials import Credentials, credentials_of
from app.channels.http import broken
from app.domain.account import Connection, Lane
from app.domain.errors import NotStarted, Rejected, Retryable
from app.domain.ids import ExternalId
from app.domain.messages import Address, Sent
from app.domain.ports import Slot

AS_USER: Final = "im.message.add"
LONGEST: Final = 20_000  # beyond this Bitrix24 cuts, and says nothing


async def send(client: BitrixClient, connection: Connection, to: Address, text: str, *, way: str, slot: Slot) -> Sent:
    """By `bot`, or as the webhook's own `user` where the portal has no bot."""
    if len(text) > LONGEST:
        raise Rejected("Bitrix24 takes 20,000 characters.", code="too_long")
    known = credentials_of(connection.token)
    said = await _saying(client, connection, known, to=to, text=text, way=way)
    try:
        result = await client.say(connection, said, slot=slot)
    except Rejected as error:
        raise _told(error) from None
    return Sent(way, _id_of(result, said))


async def _saying(
    client: BitrixClient, connection: Connection, known: Credentials, *, to: Address, text: str, way: str
) -> Call:
    """The call that speaks. What fails before it is told as NotStarted: the customer has certainly heard nothing."""
    if way == "user":
        return calls.say_as_user(dialog_id=to.chat_id, text=text)
    if way != "bot":
        raise Rejected("Bitrix24 has no such way of sending.", hint="The ways are bot and user.")
    try:
        bot_id = await client.bot_id(connection, lane=Lane.REPLY)
    except Retryable as error:
        raise NotStarted(error.message, after=error.after, hint=error.hint) from None
    return calls.say_as_bot(known, bot_id, dialog_id=to.chat_id, text=text)


def _told(error: Rejected) -> Rejected:
    """A bot that is no member any more has been put out by a person who took the chat."""
    if error.code in {NOT_THERE, WRONG_CHAT}:
        return Rejected("A person has this chat: the bot is not in it.", code="human_has_chat")
    return error


def _id_of(result: Any, said: Call) -> ExternalId:
    """v2 answers with an object, `im.message.add` with the bare number."""
    if said.method != AS_USER:
        return ExternalId(shaped(result, said, SentShape).id)
    if isinstance(result, bool) or not str(result).isdecimal():
        raise broken(f"{said.method} was answered without an id.", acts=True)
    return ExternalId(str(result))


async def typing(client: BitrixClient, connection: Connection, to: Address) -> None:
    """The customer's messages are read, and something is being written: both in one request."""
    known = credentials_of(connection.token)
    if known.mode == "poll":
        both = [calls.read_as_user(dialog_id=to.chat_id), calls.type_as_user(dialog_id=to.chat_id)]
    else:
        bot_id = await client.bot_id(connection, lane=Lane.SYNC)
        both = [
            calls.read_as_bot(known, bot_id, dialog_id=to.chat_id),
            calls.type_as_bot(known, bot_id, dialog_id=to.chat_id),
        ]
    await client.together(connection, both)


async def hand_over(client: BitrixClient, connection: Connection, to: Address) -> None:
    """The bot leaves the chat to the salesperson of its card, else to the line's queue.

    A chat that a person has already is as it shall be.
    """
    card = card_of(to.lead_id)
    person = (await client.card(connection, *card, lane=Lane.HANDOFF)).assigned_to if card else None
    await _give(client, connection, calls.chat_number(to.chat_id), to=person)


async def _give(client: BitrixClient, connection: Connection, chat: int, *, to: str | None) -> None:
    known = credentials_of(connection.token)
    if known.mode == "poll":
        tries = [calls.from_user_to_person(chat=chat, user_id=to)] if to and to != known.user_id else []
    else:
        tries = [calls.to_a_person(known, chat=chat, user_id=to)] if to else []
        tries.append(calls.to_the_queue(chat=chat))
    for place, one in enumerate(tries, 1):
        try:
            await client.ask(connection, one)
        except Rejected as error:
            if error.code in {WRONG_CHAT, NOT_THERE}:
                return
            if place == len(tries):
                raise
        else:
            return
