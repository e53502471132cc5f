"""Notes, tags and assignments on the lead: written in order, once, on the right lead or not at all (promise 10)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.channels.base import Channel
from app.domain.account import Connection
from app.domain.clock import Clock
from app.domain.errors import AppError, NeedsHuman, NotFound, OutcomeUnknown, Retryable
from app.domain.ids import AccountId, ContactId, ConversationId, LeadId
from app.domain.people import Contact
from app.services.conversation.assigning import Assigning
from app.store.accounts import Accounts
from app.store.database import Database
from app.store.outbox import CrmRow, Holder, Outbox
from app.store.queue import Job, JobName, enqueue

# A writer that has not come back after this is gone.
LEASE = timedelta(seconds=30)
# After so many tries, some eight hours of them, a person looks at it.
MOST_TRIES = 100
# What a person must mend first (a token, a plan) is tried again after this.
MENDED_AFTER = timedelta(minutes=5)
# One class of writes does not wait for another: whoever must answer the customer is told although a note is refused.
CLASSES = (("note", "tags", "field"), ("assign",))


@dataclass(frozen=True, slots=True)
class _Scene:
    connection: Connection
    channel: Channel
    lead_id: LeadId


def lead_of(contact: Contact) -> LeadId | None:
    """The contact's lead, if there is exactly one that is open. Never guessed. Pure."""
    return contact.open_leads[0] if len(contact.open_leads) == 1 else None


def rest_after(attempt: int) -> timedelta:
    """How long a CRM write rests after a failure. Pure."""
    return timedelta(seconds=min(2**attempt, 300))


class CrmWriter:
    """Writes what conversations leave in the CRM."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        accounts: Accounts,
        channels: dict[str, Channel],
        *,
        assigning: Assigning,
    ) -> None:
        self._database = database
        self._assigning = assigning
        self._clock = clock
        self._accounts = accounts
        self._channels = channels
        self._outbox = Outbox(database)

    async def write_all(self, conversation_id: ConversationId) -> None:
        """Write everything that is due for a conversation; safe to run twice."""
        holder = await self._outbox.holder(conversation_id)
        if holder is None:
            return
        connection = await self._accounts.connection(AccountId(holder.account_id))
        channel = self._channels[holder.channel]
        lead_id = await self._lead(conversation_id, holder, connection, channel)
        if holder.holds:
            told = self._assigning.it_is_known_where if lead_id else self._assigning.nobody_knows_where
            await told(connection.account_id, conversation_id)
        if lead_id is None:
            return
        scene = _Scene(connection, channel, lead_id)
        for kinds in CLASSES:
            await self._write_class(conversation_id, kinds, scene)

    async def _write_class(self, conversation_id: ConversationId, kinds: Sequence[str], scene: _Scene) -> None:
        """The writes of these kinds in their order, up to one that must be tried again."""
        while row := await self._outbox.claim_crm(conversation_id, kinds, self._clock.now(), LEASE):
            if not await self._write(conversation_id, row, scene):
                return

    async def _lead(
        self, conversation_id: ConversationId, holder: Holder, connection: Connection, channel: Channel
    ) -> LeadId | None:
        if holder.lead_id is not None:
            if holder.holds:
                await self._outbox.unhold(conversation_id)
            return LeadId(holder.lead_id)
        if holder.contact_id is None:
            return None
        try:
            contact = await channel.contact(connection, ContactId(holder.contact_id))
        except NotFound:
            return None  # a card that is gone has no lead; what is held stays held
        await self._outbox.save_contact(holder.account_id, contact, self._clock.now())
        if await self._accounts.erased.obey(AccountId(holder.account_id), contact):
            return None
        lead_id = lead_of(contact)
        if lead_id is not None:
            await self._outbox.set_lead(conversation_id, lead_id)
        return lead_id

    async def _write(self, conversation_id: ConversationId, row: CrmRow, scene: _Scene) -> bool:
        """One write; False when the rest must wait."""
        if row.kind == "assign" and not await self._assigning.is_due(conversation_id, row):
            await self._outbox.end_crm(row, "cancelled", reason="overtaken")
            return True
        try:
            external_id = await self._act(conversation_id, row, scene)
        except (Retryable, OutcomeUnknown, NeedsHuman) as error:
            await self._later(conversation_id, row, error)
            return False
        except AppError as error:
            await self._outbox.end_crm(row, "failed", reason=error.code)
            return True
        await self._outbox.end_crm(row, "sent", external_id=external_id)
        return True

    async def _act(self, conversation_id: ConversationId, row: CrmRow, scene: _Scene) -> str | None:
        channel, connection, lead_id = scene.channel, scene.connection, scene.lead_id
        match row.kind:
            case "note":
                # A second try may follow a note that was written after all: look before writing.
                written = await self._written_before(row, scene) if row.attempt > 1 else None
                return written or await channel.note(connection, lead_id, row.text)
            case "tags":
                await channel.tag(connection, lead_id, add=list(row.details["add"]), remove=[])
            case "field":
                await channel.fill(connection, lead_id, str(row.details["name"]), str(row.details["value"]))
            case _:
                await self._assigning.assign(conversation_id, row, lead_id, connection=connection, channel=channel)
        return None

    async def _written_before(self, row: CrmRow, scene: _Scene) -> str | None:
        """The note that an earlier try left: one with these words that no other row owns."""
        found = await scene.channel.find_notes(scene.connection, scene.lead_id, row.text)
        known = await self._outbox.known_notes(scene.connection.account_id, scene.lead_id, found)
        return next((note for note in found if note not in known), None)

    async def _later(self, conversation_id: ConversationId, row: CrmRow, error: AppError) -> None:
        if row.attempt >= MOST_TRIES:
            await self._outbox.end_crm(row, "failed", reason=error.code)
            return
        wished = error.after if isinstance(error, Retryable) else timedelta(0)
        wished = MENDED_AFTER if isinstance(error, NeedsHuman) else wished
        rest = max(rest_after(row.attempt), wished)
        await self._outbox.end_crm(row, "pending", reason=error.code, not_before=self._clock.now() + rest)
        async with self._database.transaction() as tx:
            await enqueue(tx, [Job(JobName.CRM, {"conversation": conversation_id}, delay=rest)])
