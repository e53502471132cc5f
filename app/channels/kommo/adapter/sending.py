"""The three ways of saying something through Kommo. All calls of one send share one deadline.

What fails before the call that speaks is told as NotStarted, for the customer has certainly heard nothing.
"""

from app.channels.kommo.client import SEND_BUDGET, Deadline, FieldsRefused, KommoClient
from app.channels.kommo.payloads import NOTE_MARK, TalkShape
from app.domain.account import Connection, Lane
from app.domain.errors import (
    AppError,
    Conflict,
    NeedsHuman,
    NotFound,
    NotStarted,
    OutcomeUnknown,
    Rejected,
    Retryable,
    WayLost,
)
from app.domain.ids import ExternalId
from app.domain.messages import Address, Sent
from app.domain.ports import Slot

UNSENT = NOTE_MARK + "Não enviada / No enviada / Not sent:\n"


async def send(client: KommoClient, connection: Connection, to: Address, text: str, *, way: str, slot: Slot) -> Sent:
    """Say it by one of the ways."""
    ways = {"talks": _by_talks, "salesbot": _by_salesbot, "note": _by_note}
    if way not in ways:
        raise Rejected("Kommo has no such way of sending.", hint="The ways are talks, salesbot and note.")
    return await ways[way](client, connection, to, text, Turn(slot, Deadline.within(SEND_BUDGET)))


class Turn:
    """The right to one call at once, and the time for all calls of the send. The slot serves the first one."""

    def __init__(self, slot: Slot, deadline: Deadline) -> None:
        self._slot: Slot | None = slot
        self.deadline = deadline

    def slot(self) -> Slot | None:
        slot, self._slot = self._slot, None
        return slot


async def _by_talks(client: KommoClient, connection: Connection, to: Address, text: str, turn: Turn) -> Sent:
    if to.talk_id is None:
        return await _through_open_talk(client, connection, to, text, turn)
    try:
        sent = await client.send_message(
            connection, talk_id=to.talk_id, text=text, slot=turn.slot(), deadline=turn.deadline
        )
    except (NotFound, Conflict) as refused:
        return await _through_open_talk(client, connection, to, text, turn, refused=refused)
    return Sent("talks", ExternalId(sent))


async def _through_open_talk(  # once: a talk that closes in between is the next attempt's
    client: KommoClient,
    connection: Connection,
    to: Address,
    text: str,
    turn: Turn,
    *,
    refused: AppError | None = None,
) -> Sent:
    talk = await _open_talk(client, connection, to, turn)
    if talk is None:
        message = "The chat has no open conversation in Kommo, so nothing can be sent into it."
        raise NeedsHuman(message, hint="Open the chat in Kommo and write to the customer there.", code="no_open_talk")
    if refused and talk.talk_id == to.talk_id:
        raise refused  # it is open, so something else is wrong with the message
    sent = await client.send_message(
        connection, talk_id=talk.talk_id, text=text, slot=turn.slot(), deadline=turn.deadline
    )
    return Sent("talks", ExternalId(sent), talk_id=talk.talk_id)


async def _open_talk(client: KommoClient, connection: Connection, to: Address, turn: Turn) -> TalkShape | None:
    turn.slot()  # finding it takes longer than the slot is good for
    lane, deadline = Lane.REPLY, turn.deadline
    try:
        contact_id = to.contact_id or await _contact_of_talk(client, connection, to, deadline)
        if contact_id is None:
            return None
        talks = client.talks(connection, contact_id=contact_id, lane=lane, only_in_work=True, deadline=deadline)
        found = [talk async for talk in talks if talk.chat_id == to.chat_id and talk.is_in_work]
    except Retryable as error:
        raise NotStarted(error.message, after=error.after, hint=error.hint) from None
    return max(found, key=lambda talk: talk.updated_at, default=None)


async def _contact_of_talk(client: KommoClient, connection: Connection, to: Address, deadline: Deadline) -> str | None:
    if to.talk_id is None:
        return None
    try:
        return (await client.talk(connection, talk_id=to.talk_id, lane=Lane.REPLY, deadline=deadline)).contact_id
    except NotFound:
        return None


async def _by_salesbot(client: KommoClient, connection: Connection, to: Address, text: str, turn: Turn) -> Sent:
    """The text goes into a field of the lead, and a bot whose one step prints that field is run.

    One at a time per lead, by the conversation's own order: a second text would overwrite the first.
    """
    bot_id, field_id = connection.salesbot_id, connection.salesbot_field_id
    if bot_id is None or field_id is None:
        raise WayLost("salesbot", "No Salesbot and field are set for this account.")
    if to.lead_id is None:
        raise NeedsHuman("A Salesbot speaks on a lead, and this chat has none.", hint="Give the contact a lead.")
    await _fill_field(client, connection, to.lead_id, {"field_id": field_id, "values": [{"value": text}]}, turn)
    await client.run_bot(connection, bot_id=bot_id, lead_id=to.lead_id, deadline=turn.deadline)
    return Sent("salesbot", None)


async def _fill_field(
    client: KommoClient, connection: Connection, lead_id: str, field: dict[str, object], turn: Turn
) -> None:
    change = {"custom_fields_values": [field]}
    try:
        await client.patch_lead(
            connection,
            lead_id=lead_id,
            change=change,
            lane=Lane.REPLY,
            slot=turn.slot(),
            deadline=turn.deadline,
        )
    except OutcomeUnknown as error:
        raise NotStarted(error.message) from None  # a filled field says nothing until the bot runs
    except FieldsRefused as refused:
        if not any("field_id" in wrong.path for wrong in refused.wrong):
            raise
        raise WayLost("salesbot", "The lead field of this account's settings does not exist.") from None


async def _by_note(client: KommoClient, connection: Connection, to: Address, text: str, turn: Turn) -> Sent:
    """Tell the salesperson what the customer was to hear."""
    entity, entity_id = ("leads", to.lead_id) if to.lead_id else ("contacts", to.contact_id)
    if entity_id is None:
        raise NeedsHuman("The chat has neither lead nor contact to write a note on.", code="no_card")
    written = await client.add_note(
        connection,
        entity=entity,
        entity_id=entity_id,
        text=UNSENT + text,
        lane=Lane.REPLY,
        slot=turn.slot(),
        deadline=turn.deadline,
    )
    return Sent("note", ExternalId(f"note:{written}") if written else None)
