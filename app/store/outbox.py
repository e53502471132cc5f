"""The outbox between decisions: what is next, what is in doubt, and the writes to the CRM."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.domain.conversation import HANDED_OVER, OutboxRow
from app.domain.ids import ConversationId
from app.domain.people import Contact
from app.store.conversations import SQL as CONVERSATIONS
from app.store.conversations import row_of
from app.store.database import Database, Row, Tx
from app.store.json_text import from_json
from app.store.queries import statements

SQL = statements("outbox")


@dataclass(frozen=True, slots=True)
class Line:
    """The next message of a conversation and where it goes."""

    number: int
    farewell: bool
    is_broadcast: bool  # and nobody has written since: a reply behind it does not wait in its lane
    account_id: int
    channel: str
    origin: str
    chat_id: str
    talk_id: str | None
    contact_id: str | None
    lead_id: str | None


@dataclass(frozen=True, slots=True)
class Doubt:
    """A message in `sending` whose call left no word."""

    id: int
    account_id: int
    conversation_id: ConversationId
    channel: str
    chat_id: str
    talk_id: str | None
    contact_id: str | None
    lead_id: str | None
    created_at: datetime
    row: OutboxRow


@dataclass(frozen=True, slots=True)
class CrmRow:
    """A write to the CRM that is ours to do now."""

    id: int
    kind: str
    text: str
    details: dict[str, Any]
    attempt: int


@dataclass(frozen=True, slots=True)
class Holder:
    """The conversation that CRM writes belong to. `holds`: some wait for the right lead."""

    account_id: int
    channel: str
    contact_id: str | None
    lead_id: str | None
    holds: bool


def _fields(row: Row, names: Sequence[str]) -> dict[str, Any]:
    return {name: row[name] for name in names}


class Outbox:
    """The outbox in Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def next_in_line(self, conversation_id: ConversationId) -> Line | None:
        row = await self._database.fetchrow(SQL["next_in_line"], conversation_id)
        return Line(**_fields(row, tuple(Line.__dataclass_fields__))) if row else None

    async def last_left(self, tx: Tx, conversation_id: ConversationId, before: int) -> datetime | None:
        """When the message before this one on the conversation's line left; None: it is the first."""
        return await tx.fetchval(SQL["last_left"], conversation_id, before)

    async def relink(self, conversation_id: ConversationId, talk_id: str) -> None:
        """The channel moved the chat to another talk: the next message goes there at once."""
        await self._database.execute(CONVERSATIONS["relink"], conversation_id, talk_id)

    async def doubtful(self, lease: timedelta) -> list[int]:
        return [row["id"] for row in await self._database.fetch(SQL["doubtful"], lease)]

    async def in_doubt(self, outbox_id: int) -> Doubt | None:
        row = await self._database.fetchrow(SQL["in_doubt"], outbox_id)
        if row is None:
            return None
        names = tuple(name for name in Doubt.__dataclass_fields__ if name != "row")
        return Doubt(**_fields(row, names), row=row_of(row))

    async def same_words(self, doubt: Doubt, *, since: datetime) -> list[str | None]:
        """The ids (None: unknown) of the other messages that own one of the channel's messages with these words."""
        args = (doubt.conversation_id, doubt.row.words, doubt.row.number, since)
        return [row["external_id"] for row in await self._database.fetch(SQL["same_words"], *args)]

    async def mark_absent(self, doubt: Doubt, at: datetime) -> None:
        await self._database.execute(SQL["mark_absent"], doubt.id, doubt.row.attempt, at)

    async def holder(self, conversation_id: ConversationId) -> Holder | None:
        row = await self._database.fetchrow(SQL["holder"], conversation_id)
        return Holder(**_fields(row, tuple(Holder.__dataclass_fields__))) if row else None

    async def hand_over_of(self, conversation_id: ConversationId) -> int | None:
        """How many salespeople have let the customer wait since the hand-over; None: nobody waits for a person."""
        reasons = [reason.value for reason in HANDED_OVER]
        return await self._database.fetchval(SQL["hand_over_of"], conversation_id, reasons)

    async def goodbye_waits(self, conversation_id: ConversationId) -> bool:
        """Whether what the customer is to hear of a hand-over has not left yet."""
        return bool(await self._database.fetchval(SQL["goodbye_waits"], conversation_id))

    async def claim_crm(
        self, conversation_id: ConversationId, kinds: Sequence[str], now: datetime, lease: timedelta
    ) -> CrmRow | None:
        row = await self._database.fetchrow(SQL["claim_crm"], conversation_id, now, lease, list(kinds))
        return CrmRow(row["id"], row["kind"], row["body"], from_json(row["details"]), row["attempt"]) if row else None

    async def keep_choice(self, row: CrmRow, seller_id: str) -> None:
        """Who was chosen, so that another try chooses nobody else."""
        await self._database.execute(SQL["keep_choice"], row.id, seller_id)

    async def passed(self, conversation_id: ConversationId, count: int) -> list[str]:
        """The salespeople who were told last, so many of them."""
        return [row["seller_id"] for row in await self._database.fetch(SQL["passed"], conversation_id, count)]

    async def known_notes(self, account_id: int, lead_id: str, note_ids: Sequence[str]) -> set[str]:
        """Those of these notes on a lead that other rows own."""
        rows = await self._database.fetch(SQL["known_notes"], account_id, lead_id, list(note_ids))
        return {row["external_id"] for row in rows}

    async def end_crm(
        self,
        row: CrmRow,
        state: str,
        *,
        external_id: str | None = None,
        reason: str = "",
        not_before: datetime | None = None,
    ) -> None:
        await self._database.execute(SQL["end_crm"], row.id, row.attempt, state, external_id, reason, not_before)

    async def set_lead(self, conversation_id: ConversationId, lead_id: str) -> None:
        """Name the conversation's lead, and let go what was held for it."""
        async with self._database.transaction() as tx:
            await tx.execute(SQL["set_lead"], conversation_id, lead_id)
            await tx.execute(SQL["unhold"], conversation_id)

    async def unhold(self, conversation_id: ConversationId) -> None:
        await self._database.execute(SQL["unhold"], conversation_id)

    async def save_contact(self, account_id: int, contact: Contact, at: datetime) -> None:
        args = (contact.external_id, contact.name, list(contact.phones), list(contact.open_leads), at)
        await self._database.execute(SQL["save_contact"], account_id, *args)

    async def contact_is_read(self, account_id: int, contact_id: str) -> bool:
        return bool(await self._database.fetchval(SQL["contact_is_read"], account_id, contact_id))

    async def lead_is_busy(self, tx: Tx, conversation_id: ConversationId) -> bool:
        """Whether Salesbot is speaking for another chat of this lead; until `tx` ends nobody else can begin to."""
        await tx.execute(SQL["lock_lead"], conversation_id)
        return bool(await tx.fetchval(SQL["lead_is_busy"], conversation_id))

    async def last_human(self, conversation_id: ConversationId) -> str | None:
        return await self._database.fetchval(SQL["last_human"], conversation_id)
