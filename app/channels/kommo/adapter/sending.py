"""The three ways of saying something through Kommo. All calls of one send share one slot and one deadline.

What fails before the call that speaks is told as NotStarted, for the customer has certainly heard nothing.
"""

from dataclasses import dataclass

from app.channels.kommo.adapter.waiting import WaitingBots
from app.channels.kommo.client import FieldsRefused, KommoClient, Turn
from app.channels.kommo.payloads import NOTE_MARK
from app.channels.kommo.payloads.chats import TalkShape
from app.domain.account import Connection
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

UNSENT = NOTE_MARK + "Não enviada / No enviada / Not sent:\n"


@dataclass(frozen=True, slots=True)
class Sending:
    """One text on its way to one chat."""

    client: KommoClient
    connection: Connection
    to: Address
    text: str
    turn: Turn
    waiting: WaitingBots | None = None

    async def by(self, way: str) -> Sent:
        """Say it by one of the ways."""
        ways = {"talks": self._by_talks, "salesbot": self._by_salesbot, "note": self._by_note}
        if way not in ways:
            raise Rejected("Kommo has no such way of sending.", hint="The ways are talks, salesbot and note.")
        return await ways[way]()

    async def _by_talks(self) -> Sent:
        if self.to.talk_id is None:
            return await self._through_open_talk()
        try:
            return Sent("talks", await self._say(self.to.talk_id))
        except (NotFound, Conflict) as refused:
            return await self._through_open_talk(refused)

    async def _say(self, talk_id: str) -> ExternalId:
        sent = await self.client.send_message(self.connection, talk_id=talk_id, text=self.text, turn=self.turn)
        return ExternalId(sent)

    async def _through_open_talk(self, refused: AppError | None = None) -> Sent:
        """Once: a talk that closes in between is the next attempt's."""
        talk = await self._open_talk()
        if talk is None:
            message = "The chat has no open conversation in Kommo, so nothing can be sent into it."
            hint = "Open the chat in Kommo and write to the customer there."
            raise NeedsHuman(message, hint=hint, code="no_open_talk")
        if refused and talk.talk_id == self.to.talk_id:
            raise refused  # it is open, so something else is wrong with the message
        return Sent("talks", await self._say(talk.talk_id), talk_id=talk.talk_id)

    async def _open_talk(self) -> TalkShape | None:
        try:
            contact_id = self.to.contact_id or await self._contact_of_talk()
            if contact_id is None:
                return None
            talks = self.client.talks_in_work(self.connection, contact_id=contact_id, turn=self.turn)
            found = [talk async for talk in talks if talk.chat_id == self.to.chat_id and talk.is_in_work]
        except Retryable as error:
            raise NotStarted(error.message, after=error.after, hint=error.hint) from None
        return max(found, key=lambda talk: talk.updated_at, default=None)

    async def _contact_of_talk(self) -> str | None:
        if self.to.talk_id is None:
            return None
        try:
            talk = await self.client.talk(self.connection, talk_id=self.to.talk_id, lane=self.turn.lane, turn=self.turn)
        except NotFound:
            return None
        return talk.contact_id

    async def _by_salesbot(self) -> Sent:
        """The text goes into a field of the lead, and a bot whose one step prints that field is run.

        One at a time per lead, by the conversation's own order: a second text would overwrite the first.
        """
        if await self._by_waiting_bot():
            return Sent("salesbot", None)
        bot_id, field_id = self.connection.salesbot_id, self.connection.salesbot_field_id
        if (bot_id is None or field_id is None) and self.connection.has_widget:
            message = "No Salesbot waits on this lead for what it shall say."
            hint = "Let the bot with our step start with every message of a customer."
            raise NeedsHuman(message, hint=hint, code="no_bot_waits")
        if bot_id is None or field_id is None:
            raise WayLost("salesbot", "No Salesbot and field are set for this account.")
        if self.to.lead_id is None:
            raise NeedsHuman("A Salesbot speaks on a lead, and this chat has none.", hint="Give the contact a lead.")
        await self._fill_field(self.to.lead_id, field_id)
        await self.client.run_bot(self.connection, bot_id=bot_id, lead_id=self.to.lead_id, turn=self.turn)
        return Sent("salesbot", None)

    async def _by_waiting_bot(self) -> bool:
        """A bot that stopped at our step on this lead; starting another one would end it."""
        if self.waiting is None or self.to.lead_id is None:
            return False
        to = {"lead_id": self.to.lead_id, "text": self.text}
        return await self.waiting.speak(self.client, self.connection, **to, turn=self.turn)

    async def _fill_field(self, lead_id: str, field_id: int) -> None:
        change = {"custom_fields_values": [{"field_id": field_id, "values": [{"value": self.text}]}]}
        try:
            await self.client.patch_lead(self.connection, lead_id=lead_id, change=change, turn=self.turn)
        except OutcomeUnknown as error:
            raise NotStarted(error.message) from None  # a filled field says nothing until the bot runs
        except FieldsRefused as refused:
            if not any("field_id" in wrong.path for wrong in refused.wrong):
                raise
            raise WayLost("salesbot", "The lead field of this account's settings does not exist.") from None

    async def _by_note(self) -> Sent:
        """Tell the salesperson what the customer was to hear."""
        if self.to.lead_id:
            card = ("leads", self.to.lead_id)
        elif self.to.contact_id:
            card = ("contacts", self.to.contact_id)
        else:
            raise NeedsHuman("The chat has neither lead nor contact to write a note on.", code="no_card")
        written = await self.client.add_note(self.connection, on=card, text=UNSENT + self.text, turn=self.turn)
        return Sent("note", ExternalId(f"note:{written}") if written else None)
