"""The statements behind the chores."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.ids import AccountId, ConversationId
from app.store.accounts import SQL as ACCOUNTS
from app.store.accounts import Account
from app.store.control import SQL as CONTROL
from app.store.database import Database, Row, Tx
from app.store.errands import SQL as ERRANDS
from app.store.faq import SQL as FAQ
from app.store.inbox import SQL as INBOX
from app.store.inbox import Delivery, MailboxEvent, store_events
from app.store.n8n_errors import SQL as N8N_ERRORS
from app.store.outbox import SQL as OUTBOX
from app.store.overview import SQL as OVERVIEW
from app.store.owners import SQL as OWNERS
from app.store.queries import statements
from app.store.queue import Job, enqueue, payload_of
from app.store.tool_calls import SQL as TOOL_CALLS
from app.store.turns import Turns

SQL = statements("upkeep")
# For so long after the last word a chat that was left to people is looked into. The mailbox knows repeats for longer.
LEFT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class RawDelivery:
    account_id: AccountId
    channel: str
    body: bytes | None
    state: str


@dataclass(frozen=True, slots=True)
class ActiveChat:
    chat_id: str
    talk_id: str | None
    contact_id: str | None
    lead_id: str | None
    since: datetime


@dataclass(frozen=True, slots=True)
class WaitingCommand:
    account_id: int
    channel: str
    contact_id: str
    text: str


class Chores:
    """What the chores read and write."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def stranded(self, older_than: timedelta) -> list[int]:
        return [row["conversation_id"] for row in await self._database.fetch(INBOX["stranded"], older_than)]

    async def unsent(self, older_than: timedelta) -> list[int]:
        return [row["conversation_id"] for row in await self._database.fetch(SQL["unsent"], older_than)]

    async def idle_crm(self, older_than: timedelta) -> list[int]:
        return [row["conversation_id"] for row in await self._database.fetch(OUTBOX["idle_crm"], older_than)]

    async def undecoded(self, older_than: timedelta) -> list[int]:
        return [row["id"] for row in await self._database.fetch(INBOX["undecoded"], older_than)]

    async def not_queued(self, jobs: Sequence[Job]) -> list[Job]:
        """Those of the jobs that nothing in the queue will do soon: a worker that lags is not given everything anew."""
        named = [(job.name.value, payload_of(job)) for job in jobs]
        rows = await self._database.fetch(SQL["queued"], [name for name, _ in named], [ids for _, ids in named])
        queued = {(row["entrypoint"], row["payload"]) for row in rows}
        return [job for job, key in zip(jobs, named, strict=True) if key not in queued]

    async def unasked(self, older_than: timedelta) -> list[tuple[ConversationId, int, int]]:
        return await Turns(self._database).unasked(older_than)

    async def prune(self) -> None:
        await self._database.execute(OWNERS["forget_old_owners"])
        await self._database.execute(TOOL_CALLS["prune_tool_calls"])
        for name in ("forget_phones", "prune_errands"):
            await self._database.execute(ERRANDS[name])
        await self._database.execute(FAQ["prune_faq_answers"])
        await self._database.execute(N8N_ERRORS["prune_n8n_errors"])
        for name in ("drop_old_bodies", "prune_deliveries", "prune_inbox"):
            await self._database.execute(INBOX[name])
        for name in ("prune_queue_log", "prune_queue_statistics"):
            await self._database.execute(SQL[name])
        await self._database.execute(CONTROL["lift_ended"])

    async def delivery(self, delivery_id: int) -> RawDelivery | None:
        row = await self._database.fetchrow(INBOX["delivery"], delivery_id)
        return RawDelivery(AccountId(row["account_id"]), row["channel"], row["body"], row["state"]) if row else None

    async def set_delivery_state(self, delivery_id: int, state: str, reason: str) -> None:
        await self._database.execute(INBOX["set_delivery_state"], delivery_id, state, reason)

    async def set_state(self, tx: Tx, delivery_id: int, state: str, reason: str) -> None:
        await tx.execute(INBOX["set_delivery_state"], delivery_id, state, reason)

    async def fill(self, tx: Tx, delivery: Delivery) -> None:
        """Fill the mailboxes from a delivery that is stored already."""
        events = [(delivery.account_id, delivery.channel, event) for event in delivery.events]
        await enqueue(tx, await store_events(tx, events))

    async def fill_events(self, tx: Tx, account: Account, events: Sequence[MailboxEvent]) -> None:
        await enqueue(tx, await store_events(tx, [(account.id, account.channel, event) for event in events]))

    async def known(self, account_id: AccountId, channel: str, external_ids: Sequence[str]) -> set[str]:
        rows = await self._database.fetch(INBOX["known_events"], account_id, channel, list(external_ids))
        return {row["external_id"] for row in rows}

    async def reconciled_until(self, account_id: AccountId) -> datetime | None:
        return await self._database.fetchval(ACCOUNTS["reconciled_until"], account_id)

    async def set_reconciled_until(self, account_id: AccountId, at: datetime) -> None:
        await self._database.execute(ACCOUNTS["set_reconciled_until"], account_id, at)

    async def note_missed(self, account_id: AccountId, newest: datetime) -> None:
        """No webhook has told of something that a customer wrote then."""
        await self._database.execute(SQL["note_missed"], account_id, newest)

    async def active_chats(self, account_id: AccountId, since: datetime) -> list[ActiveChat]:
        return [_chat(row) for row in await self._database.fetch(SQL["active_chats"], account_id, since)]

    async def left_chats(self, account_id: AccountId, since: datetime, until: datetime) -> list[ActiveChat]:
        """Those whose turn to be looked into came in this time: the longer they are quiet, the more seldom."""
        args = (account_id, since, until, until - LEFT)
        return [_chat(row) for row in await self._database.fetch(SQL["left_chats"], *args)]

    async def waiting_commands(self, conversation_id: int) -> list[WaitingCommand]:
        rows = await self._database.fetch(OUTBOX["waiting_commands"], conversation_id)
        return [WaitingCommand(r["account_id"], r["channel"], r["contact_id"], r["text"]) for r in rows]

    async def log(self, account_id: AccountId, what: str, why: str) -> None:
        await self._database.execute(OVERVIEW["log"], account_id, None, "clock", what, why)


def _chat(row: Row) -> ActiveChat:
    return ActiveChat(row["chat_id"], row["talk_id"], row["contact_id"], row["lead_id"], row["since"])
