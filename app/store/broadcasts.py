"""The tables `broadcasts` and `broadcast_recipients`: whom a broadcast is for, and what became of each."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from app.domain.broadcasts import Broadcast, Candidate, NewBroadcast, Person, Progress, Recipient, RecipientState
from app.domain.ids import AccountId
from app.domain.outreach import Fate
from app.store.database import Database, Row, Tx
from app.store.json_text import to_json
from app.store.outreach import SQL as OUTREACH
from app.store.queries import statements
from app.store.queue import Job, JobName, enqueue
from app.store.volume import SQL as VOLUME

SQL = statements("broadcasts")
LEASE = timedelta(seconds=90)


def digest_of(new: NewBroadcast) -> str:
    """The same for the same request; nothing can be read from it."""
    return hashlib.sha256(f"{new.target_step}\n{new.message}".encode()).hexdigest()


def key_of(broadcast_id: int, conversation_id: int) -> str:
    """Under which the outbox knows the message of a broadcast to a chat."""
    return f"send:{conversation_id}:broadcast:{broadcast_id}"


def job_of(one: Broadcast, *, delay: timedelta | None = None) -> Job:
    return Job(JobName.BROADCAST, {"account": int(one.account_id), "broadcast": one.id}, delay=delay)


def _broadcast(row: Row) -> Broadcast:
    return Broadcast(
        id=row["id"],
        account_id=AccountId(row["account_id"]),
        message=row["message"],
        target_step=row["target_step"],
        state=row["state"],
        is_open=row["is_open"],
        requested_by=row["requested_by"],
        digest=row["request_digest"],
        attempts=row["attempts"],
        created_at=row["created_at"],
        ended_at=row["ended_at"],
    )


async def begun_since(tx: Tx, account_id: AccountId, since: datetime) -> int:
    """How many messages began something since then. Until `tx` ends nobody else of the account can take a place."""
    await tx.execute(VOLUME["lock_volume"], account_id)
    return int(await tx.fetchval(SQL["begun_since"], account_id, since))


async def candidate_of(
    tx: Tx, account_id: AccountId, conversation_id: int, *, since: datetime, now: datetime
) -> Candidate | None:
    """One chat as it is in this transaction."""
    row = await tx.fetchrow(SQL["candidates"], account_id, [conversation_id], since, now)
    return Candidate(*row.values()) if row else None


async def begin(tx: Tx, one: Broadcast, conversation_id: int, now: datetime, *, quiet_since: datetime | None) -> bool:
    """The message goes on the chat's line in this transaction; False: it has before, or all is cancelled."""
    args = (one.id, conversation_id, now, quiet_since)
    return await tx.fetchval(SQL["begin_recipient"], *args) is not None


async def skip(tx: Tx, one: Broadcast, conversation_id: int, reason: str) -> None:
    """Nothing is said there, and why."""
    await tx.execute(SQL["end_recipient"], one.id, conversation_id, RecipientState.SKIPPED.value, reason, None)


async def put_off(tx: Tx, one: Broadcast, conversation_id: int, reason: str, until: datetime) -> None:
    await tx.execute(SQL["put_off_recipients"], one.id, [conversation_id], [reason], [until])


class Broadcasts:
    """Reads and writes them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def audience(self, account_id: AccountId, step: str | None, *, since: datetime) -> list[Person]:
        rows = await self._database.fetch(SQL["audience"], account_id, since, step)
        return [Person(*row.values()) for row in rows]

    async def of_key(self, account_id: AccountId, key: str) -> Broadcast | None:
        row = await self._database.fetchrow(SQL["broadcast_of_key"], account_id, key)
        return _broadcast(row) if row else None

    async def add(
        self, account_id: AccountId, new: NewBroadcast, people: Sequence[Person], now: datetime
    ) -> Broadcast | None:
        """Write it down with all whom it is for, and the job that begins; None: there is one of this key."""
        args = (new.message, new.target_step, new.key, digest_of(new), new.requested_by, now)
        async with self._database.transaction() as tx:
            row = await tx.fetchrow(SQL["add_broadcast"], account_id, *args)
            if row is None:
                return None
            one = _broadcast(row)
            columns = [[getattr(each, name) for each in people] for name in Person.__dataclass_fields__]
            await tx.execute(SQL["add_recipients"], one.id, account_id, *columns, now)
            await self._log(tx, one, new.requested_by, "broadcast_started", recipients=len(people))
            await enqueue(tx, [job_of(one)])
        return one

    async def get(self, account_id: AccountId, broadcast_id: int) -> Broadcast | None:
        row = await self._database.fetchrow(SQL["broadcast"], account_id, broadcast_id)
        return _broadcast(row) if row else None

    async def page(self, account_id: AccountId, *, before: int, limit: int) -> list[Broadcast]:
        """Newest first."""
        return [_broadcast(row) for row in await self._database.fetch(SQL["broadcasts"], account_id, before, limit)]

    async def progress(self, broadcast_id: int) -> Progress:
        states: dict[str, int] = {}
        reasons: dict[str, int] = {}
        for row in await self._database.fetch(SQL["recipient_counts"], broadcast_id):
            states[row["state"]] = states.get(row["state"], 0) + row["n"]
            if row["reason"]:
                reasons[row["reason"]] = reasons.get(row["reason"], 0) + row["n"]
        return Progress(states, reasons)

    async def recipients(
        self, account_id: AccountId, broadcast_id: int, state: str | None, *, after: int, limit: int
    ) -> list[Recipient]:
        rows = await self._database.fetch(SQL["recipients"], account_id, broadcast_id, after, state, limit)
        return [Recipient(*row.values()) for row in rows]

    async def cancel(self, one: Broadcast, now: datetime, *, who: str) -> bool:
        """Nobody else is written to; what is on its way arrives. False: it was over."""
        async with self._database.transaction() as tx:
            if await tx.fetchval(SQL["cancel_broadcast"], one.account_id, one.id, now) is None:
                return False
            await tx.execute(SQL["cancel_recipients"], one.id)
            await self._log(tx, one, who, "broadcast_cancelled")
            await enqueue(tx, [job_of(one)])
        return True

    async def due(self, account_id: AccountId, now: datetime) -> list[int]:
        return [row["id"] for row in await self._database.fetch(SQL["due_broadcasts"], account_id, now)]

    async def claim(self, account_id: AccountId, broadcast_id: int, now: datetime) -> Broadcast | None:
        row = await self._database.fetchrow(SQL["claim_broadcast"], account_id, broadcast_id, now, LEASE)
        return _broadcast(row) if row else None

    async def rest(self, one: Broadcast, until: datetime, *, delay: timedelta | None) -> None:
        """It is taken up again then; a short rest gets a job of its own."""
        async with self._database.transaction() as tx:
            await tx.execute(SQL["rest_broadcast"], one.id, one.attempts, until)
            if delay is not None:
                await enqueue(tx, [job_of(one, delay=delay)])

    async def close(self, one: Broadcast, now: datetime) -> bool:
        """It is over, if nothing is left to do."""
        async with self._database.transaction() as tx:
            state = await tx.fetchval(SQL["close_broadcast"], one.id, one.attempts, now)
            if state == "done":
                await self._log(tx, one, "ponte", "broadcast_done")
        return state is not None

    async def waiting(self, one: Broadcast, now: datetime, limit: int) -> list[int]:
        rows = await self._database.fetch(SQL["waiting_recipients"], one.id, now, limit)
        return [row["conversation_id"] for row in rows]

    async def next_due(self, one: Broadcast) -> datetime | None:
        return await self._database.fetchval(SQL["next_recipient"], one.id)

    async def on_their_way(self, one: Broadcast) -> dict[int, datetime | None]:
        """The chats whose line has the message, and the last word that was known there."""
        rows = await self._database.fetch(SQL["recipients_on_their_way"], one.id)
        return {row["conversation_id"]: row["quiet_since"] for row in rows}

    async def candidates(
        self, account_id: AccountId, ids: Sequence[int], *, since: datetime, now: datetime
    ) -> list[Candidate]:
        rows = await self._database.fetch(SQL["candidates"], account_id, list(ids), since, now)
        return [Candidate(*row.values()) for row in rows]

    async def begun_since(self, account_id: AccountId, since: datetime) -> int:
        return int(await self._database.fetchval(SQL["begun_since"], account_id, since))

    async def skip(self, one: Broadcast, why: Mapping[int, str]) -> None:
        """Nothing is said to these, and why."""
        if why:
            await self._database.execute(SQL["skip_recipients"], one.id, list(why), list(why.values()))

    async def put_off(self, one: Broadcast, until: Mapping[int, tuple[str, datetime]]) -> None:
        """What stands against these will be over then."""
        if until:
            reasons, times = zip(*until.values(), strict=True)
            await self._database.execute(SQL["put_off_recipients"], one.id, list(until), list(reasons), list(times))

    async def fate(self, one: Broadcast, conversation_id: int, *, since: datetime | None, now: datetime) -> Fate:
        """What the outbox says of the message to a chat."""
        args = (one.account_id, conversation_id, key_of(one.id, conversation_id), since, now)
        row = await self._database.fetchrow(OUTREACH["fate"], *args)
        return Fate(*row.values()) if row else Fate()

    async def end(
        self,
        one: Broadcast,
        conversation_id: int,
        state: RecipientState,
        *,
        reason: str = "",
        at: datetime | None = None,
    ) -> None:
        await self._database.execute(SQL["end_recipient"], one.id, conversation_id, state.value, reason, at)

    async def _log(self, tx: Tx, one: Broadcast, who: str, what: str, **details: Any) -> None:
        args = (one.account_id, who, what, one.target_step or "", to_json({"broadcast": one.id, **details}))
        await tx.execute(SQL["log_broadcast"], *args)
