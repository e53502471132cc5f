"""Wishes to write first, what became of them, and consents. Their ladders: `ladders.py`; how many: `volume.py`."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from app.domain.brain import Line
from app.domain.ids import AccountId, ChatId, ContactId, ConversationId, ExternalId, LeadId
from app.domain.messages import Address, Author, MessageKind
from app.domain.outreach import REOPENING, ChatSeen, Fate, NewOutreach, Outreach, OutreachState, Standing
from app.domain.volume import Ceiling
from app.store.addresses import Addresses
from app.store.database import Database, Row
from app.store.json_text import from_json, to_json
from app.store.landings import name_outreach
from app.store.optouts import opt_out
from app.store.queries import statements
from app.store.queue import Job, JobName, enqueue
from app.store.turns import HISTORY
from app.store.turns import SQL as TURNS
from app.store.volume import has_room

SQL = statements("outreach")
LEASE = timedelta(seconds=90)
# Whoever holds a lease stops well before it ends: a place at the CRM may be long to come.
WORKS_FOR = timedelta(seconds=75)


def outreach_of(row: Row) -> Outreach:
    return Outreach(
        id=row["id"],
        account_id=AccountId(row["account_id"]),
        trigger=row["trigger"],
        subject=row["subject"],
        day=row["day"],
        phone=row["phone"],
        contact_id=row["contact_id"],
        lead_id=row["lead_id"],
        conversation_id=row["conversation_id"],
        seller_id=row["seller_id"],
        locale=row["locale"],
        state=OutreachState(row["state"]),
        way=row["way"],
        reasons=tuple(row["reasons"]),
        attempts=row["attempts"],
        due_at=row["due_at"],
        sent_at=row["sent_at"],
        duplicate_of=row["duplicate_of"],
        created_at=row["created_at"],
        data=from_json(row["data"]),
        contact_ids=tuple(row["contact_ids"]),
        key=row["idempotency_key"],
        digest=row["request_digest"],
        words=row["words"],
        written_by=row["written_by"],
        quiet_since=row["quiet_since"],
    )


async def log_written(database: Database, one: Outreach, rungs: Sequence[Mapping[str, Any]]) -> None:
    """Who was asked for the words of a first message, how that went, and what it cost. Names, codes and counts only."""
    details = {"outreach": one.id, "rungs": list(rungs)}
    await database.execute(SQL["log_written"], one.account_id, one.conversation_id, to_json(details))


class Outreaches:
    """The table `outreaches` and those around it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def known(self, account_id: AccountId, new: NewOutreach, *, contact_id: str | None = None) -> Outreach | None:
        """The wish of this key, else that of this subject or contact, trigger and day."""
        args = (new.key, new.subject, new.trigger, new.day, new.contact_id or contact_id)
        row = await self._database.fetchrow(SQL["known"], account_id, *args)
        return outreach_of(row) if row else None

    async def add(self, account_id: AccountId, new: NewOutreach, now: datetime) -> Outreach | None:
        """Write a wish down; None: there is one already, of this key or of this subject, trigger and day."""
        args = (new.trigger, new.subject, new.key, new.day, new.phone, new.contact_id, new.lead_id, new.locale)
        row = await self._database.fetchrow(
            SQL["add"], account_id, *args, to_json(new.data), now, new.requested_by, new.digest
        )
        return outreach_of(row) if row else None

    async def get(self, account_id: AccountId, outreach_id: int) -> Outreach | None:
        row = await self._database.fetchrow(SQL["get"], account_id, outreach_id)
        return outreach_of(row) if row else None

    async def claim(self, account_id: AccountId, outreach_id: int, now: datetime) -> Outreach | None:
        row = await self._database.fetchrow(SQL["claim"], account_id, outreach_id, now, LEASE)
        return outreach_of(row) if row else None

    async def due(self, account_id: AccountId, now: datetime, *, limit: int) -> list[int]:
        return [row["id"] for row in await self._database.fetch(SQL["due"], account_id, now, limit)]

    async def twin(self, one: Outreach, contact_id: str) -> int | None:
        """Another wish for the same contact, trigger and day."""
        args = (contact_id, one.trigger, one.day, one.id)
        return await self._database.fetchval(SQL["find_twin"], one.account_id, *args)

    async def set_cards(
        self,
        one: Outreach,
        *,
        contact_ids: Sequence[str],
        lead_id: str | None,
        conversation_id: int | None,
        seller_id: str | None,
    ) -> None:
        """Who it is about: the card that is written to, then all others of the same person."""
        args = (contact_ids[0], lead_id, conversation_id, seller_id, list(contact_ids), one.attempts)
        await self._database.execute(SQL["set_cards"], one.account_id, one.id, *args)

    async def begin(self, one: Outreach, way: str, *, under: Ceiling) -> bool:
        """From here on it may be on its way. False: somebody was here before, or has taken the last place."""
        async with self._database.transaction() as tx:
            if not await has_room(tx, one, under):
                return False
            return await tx.fetchval(SQL["begin"], one.account_id, one.id, way, one.attempts) is not None

    async def set_words(self, one: Outreach) -> None:
        """Keep what will be said, before it may leave: whoever goes on with it says the same."""
        args = (one.words, one.written_by, one.quiet_since, one.attempts)
        await self._database.execute(SQL["set_words"], one.account_id, one.id, *args)

    async def leave_to_job(self, one: Outreach, now: datetime, *, reason: str) -> None:
        """A worker goes on with it, at once; the chore does where its job is lost."""
        async with self._database.transaction() as tx:
            await tx.execute(SQL["wait"], one.account_id, one.id, [reason], now, one.attempts)
            await enqueue(tx, [Job(JobName.OUTREACH, {"account": int(one.account_id), "outreach": one.id})])

    async def fate(self, one: Outreach, key: str, *, since: datetime | None, now: datetime) -> Fate:
        """What the fence has done with the words that were given to it under this key."""
        args = (one.conversation_id, f"send:{one.conversation_id}:{key}", since, now)
        row = await self._database.fetchrow(SQL["fate"], one.account_id, *args)
        return Fate(*row.values()) if row else Fate()

    async def was_not_delivered(self, one: Outreach, key: str) -> bool:
        """Whether the messenger has refused the words that were given to the fence under this key."""
        args = (one.account_id, f"send:{one.conversation_id}:{key}")
        return bool(await self._database.fetchval(SQL["was_not_delivered"], *args))

    async def stay(self, one: Outreach, until: datetime) -> None:
        """It is on its way; what became of it is looked at again then."""
        await self._database.execute(SQL["stay"], one.account_id, one.id, until, one.attempts)

    async def history(self, conversation_id: int) -> tuple[Line, ...]:
        """What was said in a chat, oldest first; files by their kind alone."""
        nothing_to_answer: list[int] = []
        rows = await self._database.fetch(TURNS["history"], conversation_id, HISTORY, nothing_to_answer)
        return tuple(
            Line(Author(row["author"]), row["text"], row["at"], MessageKind(row["kind"])) for row in reversed(rows)
        )

    async def take_back(self, one: Outreach) -> None:
        """Certainly nothing was sent: it may be begun anew."""
        await self._database.execute(SQL["take_back"], one.account_id, one.id, one.attempts)

    async def turn_to(self, one: Outreach, way: str) -> None:
        """What was begun goes on in another way; nothing has left in the first."""
        await self._database.execute(SQL["turn_to"], one.account_id, one.id, way, one.attempts)

    async def doubt(self, one: Outreach, now: datetime) -> None:
        """The template may have left: from here on it counts as sent, whatever becomes of the task about it."""
        await self._database.execute(SQL["doubt"], one.account_id, one.id, now, one.attempts)

    async def wait(self, one: Outreach, reasons: Sequence[str], until: datetime) -> None:
        """It is tried again then."""
        await self._database.execute(SQL["wait"], one.account_id, one.id, list(reasons), until, one.attempts)

    async def end(
        self,
        one: Outreach,
        state: OutreachState,
        *,
        way: str = "",
        reasons: Sequence[str] = (),
        sent_at: datetime | None = None,
        duplicate_of: int | None = None,
    ) -> None:
        args = (state.value, way, list(reasons), sent_at, duplicate_of, one.attempts)
        async with self._database.transaction() as tx:
            ended = await tx.fetchval(SQL["end"], one.account_id, one.id, *args)
            if ended is not None and one.trigger == REOPENING:
                await enqueue(tx, [Job(JobName.UNASKED, {"account": int(one.account_id), "outreach": one.id})])

    async def blocked(self, one: Outreach, now: datetime) -> None:
        """The channel has refused it, for its person has blocked us: that is their own word."""
        if one.contact_id is not None:
            async with self._database.transaction() as tx:
                await opt_out(tx, one.account_id, one.contact_id, now)

    async def forget(self, one: Outreach, *, reasons: Sequence[str]) -> None:
        """Denied, and nothing of whom it was about is kept."""
        await self._database.execute(SQL["forget_one"], one.account_id, one.id, list(reasons))

    async def end_sent(
        self,
        one: Outreach,
        *,
        way: str,
        sent_at: datetime,
        ladder: Sequence[datetime],
        message_id: ExternalId | None = None,
    ) -> None:
        """It was said, under this id; what follows while nobody answers is written down with it."""
        async with self._database.transaction() as tx:
            no_reasons: list[str] = []
            args = (OutreachState.SENT.value, way, no_reasons, sent_at, None, one.attempts)
            if await tx.fetchval(SQL["end"], one.account_id, one.id, *args) is None:
                return  # somebody else has ended it: the ladder is theirs
            for step, due in enumerate(ladder, start=1):
                await tx.execute(SQL["add_follow_up"], one.account_id, one.id, step, one.contact_id, due)
            if message_id is not None:
                await name_outreach(tx, one.account_id, one.id, message_id)

    async def listing(self, account_id: AccountId, state: str | None, *, before: int, limit: int) -> list[Outreach]:
        rows = await self._database.fetch(SQL["listing"], account_id, before, state, limit)
        return [outreach_of(row) for row in rows]

    async def chat(self, account_id: AccountId, contact_id: str) -> ChatSeen | None:
        row = await self._database.fetchrow(SQL["chat"], account_id, contact_id)
        if row is None:
            return None
        return ChatSeen(*row.values())

    async def address(self, one: Outreach) -> Address:
        """Where somebody is written to: where their chat is answered, else on their lead or at the contact's number."""
        contact = ContactId(one.contact_id) if one.contact_id else None
        chat = (
            await Addresses(self._database).of(ConversationId(one.conversation_id))
            if one.conversation_id is not None
            else None
        )
        talk = chat.address.talk_id if chat else None
        return Address(ChatId(one.contact_id or ""), talk, contact, LeadId(one.lead_id) if one.lead_id else None)

    async def standing(
        self, account_id: AccountId, contact_ids: Sequence[str], lead_id: str | None, *, now: datetime, since: datetime
    ) -> Standing:
        """What stands about a person, whose cards these are, in all their chats."""
        row = await self._database.fetchrow(SQL["standing"], account_id, list(contact_ids), lead_id, now, since)
        return Standing(*row.values()) if row else Standing()

    async def same_phone(self, account_id: AccountId, phones: Sequence[str]) -> list[str]:
        """The cards that are known to have one of these phones."""
        rows = await self._database.fetch(SQL["same_phone"], account_id, list(phones))
        return [row["external_id"] for row in rows]

    async def consent(
        self, account_id: AccountId, phones: Sequence[str], contact_id: str | None, *, after: datetime
    ) -> bool | None:
        """The newest word about being written to, of those that were said after this time."""
        return await self._database.fetchval(SQL["consent"], account_id, list(phones), contact_id, after)

    async def add_consent(
        self, account_id: AccountId, *, phone: str | None, contact_id: str | None, granted: bool, source: str
    ) -> None:
        await self._database.execute(SQL["add_consent"], account_id, phone, contact_id, granted, source)
