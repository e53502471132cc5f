"""What must happen although nobody asks: stranded work, missed hooks, doubtful sends, pruning."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.channels.base import Channel, Undecodable
from app.domain.account import Connection
from app.domain.clock import Clock
from app.domain.errors import AppError
from app.domain.ids import AccountId, ContactId
from app.domain.messages import Author, ChannelEvent, EventKind
from app.services.bot_control import commands
from app.services.conversation.chat_looks import ChatLooks
from app.services.conversation.finds import Finds
from app.services.conversation.intake import pack
from app.services.conversation.orders import carry_out
from app.store.accounts import Account, Accounts
from app.store.database import Database
from app.store.outbox import Outbox
from app.store.queue import Job, JobName, ask_job, enqueue
from app.store.upkeep import Chores

# How far a reconciliation looks back beyond what it has seen, for hooks that are merely late.
OVERLAP = timedelta(minutes=2)
FIRST_LOOK = timedelta(minutes=10)
STEP = timedelta(hours=1)
# For so long a talk that cannot be read keeps the mark where it is. Then a line in the log stands for it.
HELD = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Patience:
    """After how long something counts as stranded or in doubt."""

    stranded: timedelta = timedelta(seconds=20)
    lease: timedelta = timedelta(seconds=20)
    asking: timedelta = timedelta(seconds=45)


def steps(start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """The time from start to end in pieces of a `STEP`; one at least. Pure."""
    pieces: list[tuple[datetime, datetime]] = []
    while start + STEP < end:
        pieces.append((start, start + STEP))
        start += STEP
    return [*pieces, (start, end)]


class Upkeep:
    """The chores of the whole installation; each is safe to run twice and at the same time."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        accounts: Accounts,
        channels: dict[str, Channel],
        *,
        patience: Patience | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._accounts = accounts
        self._channels = channels
        self._patience = patience or Patience()
        self._outbox = Outbox(database)
        self._chores = Chores(database)
        self._finds = Finds(database, clock)
        self._looks = ChatLooks(database, clock, accounts, channels)
        # Of every account: the talks that could not be read, and since when. A new process asks them anew.
        self._unread: dict[AccountId, dict[str, datetime]] = {}

    async def sweep(self) -> int:
        """Give a job to everything that waits for nobody and has none in the queue; returns how many."""
        patience = self._patience
        jobs = [Job(JobName.WAKE, {"conversation": n}) for n in await self._chores.stranded(patience.stranded)]
        jobs += [Job(JobName.SEND, {"conversation": n}) for n in await self._chores.unsent(patience.stranded)]
        jobs += [Job(JobName.DOUBT, {"outbox": n}) for n in await self._outbox.doubtful(patience.lease)]
        jobs += [Job(JobName.CRM, {"conversation": n}) for n in await self._chores.idle_crm(patience.stranded * 3)]
        jobs += [ask_job(*question) for question in await self._chores.unasked(patience.asking)]
        jobs += [Job(JobName.DECODE, {"delivery": n}) for n in await self._chores.undecoded(patience.stranded)]
        jobs = await self._chores.not_queued(jobs)
        async with self._database.transaction() as tx:
            await enqueue(tx, jobs)
        return len(jobs)

    async def prune(self) -> None:
        """Drop what is past its keeping."""
        await self._chores.prune()

    async def decode(self, delivery_id: int) -> None:
        """Read a delivery that was too big or too odd for the door; quarantine what cannot be read at all."""
        found = await self._chores.delivery(delivery_id)
        if found is None or found.state != "raw" or found.body is None:
            return
        account = await self._accounts.get(found.account_id)
        try:
            parsed = self._channels[found.channel].parse(found.body, generous=True)
        except Undecodable as error:
            await self._chores.set_delivery_state(delivery_id, "quarantined", str(error))
            return
        parcel = pack(account, found.body, parsed, now=self._clock.now())
        state, reason = parcel.delivery.state, parcel.delivery.reason
        async with self._database.transaction() as tx:
            await self._chores.fill(tx, parcel.delivery)
            await carry_out(tx, account.id, account.channel, parcel.orders, account.locale)
            await self._chores.set_state(tx, delivery_id, state, reason)

    async def reconcile(self) -> None:
        """Compare every account's mailbox with what its channel says happened (missed hooks)."""
        accounts = [account for account in await self._accounts.all_live() if account.capabilities.reads_back]
        await asyncio.gather(*(self._reconcile(account) for account in accounts))

    async def _reconcile(self, account: Account) -> None:
        """From the mark until now, an hour at a time: a long outage is made good step by step."""
        now = self._clock.now()
        mark = await self._chores.reconciled_until(account.id) or now - FIRST_LOOK
        await self._chores.set_reconciled_until(account.id, mark)
        known, unread = self._unread.get(account.id, {}), dict[str, datetime]()
        try:
            connection = await self._accounts.connection(account.id)
            await self._looks.look_into_left(account, connection, since=mark, until=now)
            for since, until in steps(mark, now):
                failed = await self._catch_up(account, connection, since=since, until=until if until < now else None)
                unread |= {talk: first for talk in failed if (first := known.get(talk, now)) > now - HELD}
                for talk in failed - unread.keys():
                    await self._chores.log(account.id, "reconcile_given_up", f"talk:{talk}")
                if not unread:
                    await self._chores.set_reconciled_until(account.id, until)
        except AppError as error:
            await self._chores.log(account.id, "reconcile", error.code)
        else:
            self._unread[account.id] = unread

    async def _catch_up(
        self, account: Account, connection: Connection, *, since: datetime, until: datetime | None
    ) -> set[str]:
        """Talk by talk; returns the talks that could not be read."""
        failed, newest = set[str](), list[datetime]()
        found = self._channels[account.channel].missed(connection, since=since - OVERLAP, until=until)
        async for talk in found:
            missing = await self._finds.keep(account, talk.events)
            newest += [event.at for event in missing if _is_customers(event)]
            if talk.trouble:
                failed.add(talk.talk_id)
                await self._chores.log(account.id, "reconcile", f"{talk.trouble} talk:{talk.talk_id}")
        if newest:
            await self._chores.note_missed(account.id, max(newest))
        return failed

    async def poll_people(self) -> None:
        """Look for salespeople's messages where the channel does not tell of them."""
        live = [account for account in await self._accounts.all_live() if account.capabilities.reads_back]
        await asyncio.gather(*(self._looks.poll(account) for account in live if not account.capabilities.sees_humans))

    async def identify(self, conversation_id: int) -> None:
        """Before a text that looks like a command is folded: read whose phone it came from, once a day."""
        for waiting in await self._chores.waiting_commands(conversation_id):
            if not commands.is_command(waiting.text):
                continue
            if await self._outbox.contact_is_read(waiting.account_id, waiting.contact_id):
                continue
            connection = await self._accounts.connection(AccountId(waiting.account_id))
            try:
                contact = await self._channels[waiting.channel].contact(connection, ContactId(waiting.contact_id))
            except AppError:
                # Not known as a salesperson: the text is a customer's, which is the safe side.
                continue
            await self._outbox.save_contact(waiting.account_id, contact, self._clock.now())
            await self._accounts.erased.obey(AccountId(waiting.account_id), contact)


def _is_customers(event: ChannelEvent) -> bool:
    return event.kind is EventKind.MESSAGE and event.author is Author.CUSTOMER
