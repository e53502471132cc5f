"""The webhook's way in: decode, one transaction, acknowledge (promise 1).

Deliveries that arrive while a transaction is under way share the next one, each acknowledged after its commit. So a
lone webhook never waits for company, and a flood costs a handful of statements instead of thousands.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.channels.base import Channel, Undecodable
from app.domain.account import told_ref
from app.domain.clock import Clock
from app.domain.messages import ChannelEvent, EventKind, ParsedBody
from app.services.conversation.orders import carry_out
from app.services.conversation.translate import Order, Translated, translate
from app.store.accounts import Account
from app.store.database import Collided, Database, Tx
from app.store.inbox import Delivery, MailboxEvent, store_deliveries
from app.store.queue import enqueue


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a delivery: decoded, raw (the worker will read it), quarantined."""

    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A delivery ready to be stored, with the orders that it carries."""

    delivery: Delivery
    orders: tuple[Order, ...]
    locale: str


def read(channel: Channel, body: bytes) -> ParsedBody | Undecodable:
    """What a body says, as far as it is read at the door. Pure."""
    try:
        return channel.parse(body)
    except Undecodable as error:
        return error


def pack(account: Account, body: bytes, parsed: ParsedBody | Undecodable, *, now: datetime) -> Parcel:
    """What is to be stored for one body. Pure."""
    key = hashlib.sha256(body).digest()
    delivery = Delivery(account.id, account.channel, key, body, "decoded")
    if isinstance(parsed, Undecodable):
        return Parcel(replace(delivery, state="raw", reason=str(parsed)), (), account.locale)
    own = told_ref(account.external_ref)
    parsed = parsed.of(own)
    if parsed.account_ref not in (None, own):
        return Parcel(replace(delivery, state="quarantined", reason="foreign_account"), (), account.locale)
    events, orders = unfold(parsed.events, now=now, locale=account.locale)
    gestures = tuple(str(event.external_id) for event in parsed.events if event.kind is EventKind.GESTURE)
    return Parcel(replace(delivery, events=events, gestures=gestures), orders, account.locale)


def unfold(
    events: Sequence[ChannelEvent], *, now: datetime, locale: str
) -> tuple[tuple[MailboxEvent, ...], tuple[Order, ...]]:
    """All mailbox events and orders of a body. Pure."""
    parts: list[Translated] = [translate(event, received_at=now, locale=locale) for event in events]
    return tuple(e for part in parts for e in part.events), tuple(o for part in parts for o in part.orders)


async def store(tx: Tx, parcels: Sequence[Parcel]) -> None:
    """Store parcels in this transaction: bodies, mailboxes, orders, jobs."""
    fresh, jobs = await store_deliveries(tx, [parcel.delivery for parcel in parcels])
    new = {id(delivery) for delivery in fresh}
    for parcel in parcels:
        if id(parcel.delivery) in new:
            await carry_out(tx, parcel.delivery.account_id, parcel.delivery.channel, parcel.orders, parcel.locale)
    await enqueue(tx, jobs)


class Intake:
    """The one door for webhooks in this process."""

    def __init__(self, database: Database, clock: Clock, *, at_once: int = 2, batch: int = 200) -> None:
        self._database = database
        self._clock = clock
        self._batch = batch
        self._free = asyncio.Semaphore(at_once)
        self._waiting: list[tuple[Parcel, asyncio.Future[None]]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def accept(
        self, account: Account, channel: Channel, body: bytes, *, parsed: ParsedBody | Undecodable | None = None
    ) -> Receipt:
        """Store a webhook body, which may have been read already, and return once it is committed.

        Raises:
            DatabaseDown: nothing was stored; the vendor must try again.
        """
        parcel = pack(account, body, parsed or read(channel, body), now=self._clock.now())
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((parcel, done))
        self._start()
        await done
        return Receipt(parcel.delivery.state, parcel.delivery.reason)

    def _start(self) -> None:
        if not self._free.locked():
            task = asyncio.create_task(self._drain())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _drain(self) -> None:
        async with self._free:
            while self._waiting:
                taken, self._waiting = self._waiting[: self._batch], self._waiting[self._batch :]
                await self._commit(taken)

    async def _store(self, parcels: list[Parcel]) -> None:
        async with self._database.transaction() as tx:
            await store(tx, parcels)

    async def _commit(self, taken: list[tuple[Parcel, "asyncio.Future[None]"]]) -> None:
        parcels = [parcel for parcel, _ in taken]
        try:
            try:
                await self._store(parcels)
            except Collided:
                await self._store(parcels)
        except Exception as error:  # noqa: BLE001 - each caller gets it as its own
            for _, done in taken:
                if not done.done():
                    done.set_exception(error)
        else:
            for _, done in taken:
                if not done.done():
                    done.set_result(None)
