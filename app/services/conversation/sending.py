"""Sending the next balloon of a conversation: a slot, the claim, the call, the record. Each a step of its own.

The slot is taken before the claim, so that the claim is the very last look before the call: a take-over that arrives
while we wait for our turn at the vendor still stops the message. The call starts at once or not at all and ends within
its budget; the sweep looks only at rows claimed longer ago than that.
"""

import time
from dataclasses import dataclass, replace
from datetime import timedelta

from app.channels.base import Channel
from app.channels.messengers import limits_of
from app.domain.account import Connection, Lane
from app.domain.clock import Clock
from app.domain.conversation import DeliveryReported, HandoffRequested, OutboxRow, Outcome, PauseReason, RowState
from app.domain.errors import AppError, NotShown, NotStarted, NotTaken, OutcomeUnknown, WayLost
from app.domain.ids import AccountId, ChatId, ContactId, ConversationId, LeadId
from app.domain.messages import Address, Sent
from app.domain.ports import Slot
from app.services.conversation import delivery, rules
from app.services.conversation.course import Course
from app.services.conversation.mailbox import begin, finish, process
from app.store.accounts import Accounts
from app.store.database import Database, Tx
from app.store.outbox import Line, Outbox
from app.store.queue import Job, JobName, enqueue

# What a send waits before it is tried again, by the number of attempts so far; the vendor's own wish comes first.
_PAUSES = (1, 2, 5, 15, 30, 60)
# What is refused so often without a cause is a person's; a call that never arrived is no refusal.
MOST_TRIES = 4
LAST_WAY = "note"
# Ways of a CRM that speak on a lead.
_ON_LEADS = frozenset({"salesbot", LAST_WAY})
# A claim of some ten statements takes no longer than this, in seconds; a stalled loop does, and gives its slot back.
CLAIM_WITHIN = 0.3
# Salesbot says one thing at a time on a lead: a message for another chat of it is tried again after this long.
LEAD_BUSY = timedelta(seconds=1)
# By then the messenger has told what it did not deliver.
ARRIVED_WITHIN = timedelta(minutes=3)


def pause_after(attempt: int, wished: timedelta) -> timedelta:
    """How long a message rests after a refusal that certainly sent nothing. Pure."""
    own = timedelta(seconds=_PAUSES[min(attempt, len(_PAUSES)) - 1]) if attempt > 1 else timedelta(0)
    return max(own, wished)


def after_claim(slot: Slot, now: float) -> Slot:
    """The slot as it serves the call behind the claim. Pure.

    The claim's own time does not count against it: where the database is far or busy every slot would be stale by then,
    and the message would be given back again and again. Claims take about as long as each other, so the calls are as
    evenly spaced behind them as before. One that took very long may crowd others: that slot is as stale as it is.
    """
    return replace(slot, granted_at=now) if now - slot.granted_at <= CLAIM_WITHIN else slot


def way_for(connection: Connection, lead_id: str | None) -> str:
    """The best way that this account has for this conversation. Some need a lead; a note is the last resort. Pure."""
    usable = [w for w in connection.capabilities.ways if w not in _ON_LEADS or lead_id]
    return usable[0] if usable else LAST_WAY


def lane_of(line: Line) -> Lane:
    """Who is answered goes first; what is said to many goes last of all. Pure."""
    if line.is_broadcast:
        return Lane.BROADCAST
    return Lane.HANDOFF if line.farewell else Lane.REPLY


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row that is ours to send now."""

    conversation_id: ConversationId
    row: OutboxRow
    to: Address


class Sending:
    """The sender of one process."""

    def __init__(self, database: Database, clock: Clock, accounts: Accounts, channels: dict[str, Channel]) -> None:
        self._database = database
        self._clock = clock
        self._accounts = accounts
        self._channels = channels
        self._outbox = Outbox(database)

    async def send_next(self, conversation_id: ConversationId) -> None:
        """Send the next balloon if there is one and nothing forbids it; a job that finds nothing to do ends."""
        line = await self._outbox.next_in_line(conversation_id)
        if line is None:
            return
        connection = await self._accounts.connection(AccountId(line.account_id))
        channel = self._channels[line.channel]
        slot = await channel.slot(connection, lane_of(line))
        way = way_for(connection, line.lead_id)
        claimed = await self._claim(conversation_id, line, way)
        if claimed is None:
            return
        slot = after_claim(slot, time.monotonic())
        report = await self._call(connection, channel, claimed, slot=slot, way=way)
        await self._record(claimed, report)

    async def _claim(self, conversation_id: ConversationId, line: Line, way: str) -> Claimed | None:
        """Lock, fold, look, claim: pending -> sending."""
        now = self._clock.now()
        async with self._database.transaction() as tx:
            course = await begin(tx, conversation_id, now)
            if course is None:
                return None
            row = await self._claim_row(tx, course, way, is_spaced=limits_of(line.channel, line.origin).spaced)
            await finish(tx, course)
        loaded = course.loaded
        return row and Claimed(conversation_id, row, _address(line, loaded.contact_id, loaded.lead_id))

    async def _claim_row(self, tx: Tx, course: Course, way: str, *, is_spaced: bool) -> OutboxRow | None:
        """The row that is ours to send now, under its new attempt; None where nothing may leave yet."""
        row = _next_row(course)
        verdict = rules.may_claim(course.state, row, course.now, unread=course.held) if row else rules.Claim.LEAVE
        if row is None or verdict is rules.Claim.LEAVE:
            return None
        if verdict is rules.Claim.CANCEL:
            course.state = delivery.put(course.state, delivery.cancelled(row))
            return None
        if is_spaced and course.loaded.policy.balloon_spacing:
            stored = await self._outbox.last_left(tx, course.loaded.id, row.number)
            row = delivery.spaced(course.state, row, stored, course.loaded.policy, now=course.now)
            course.state = delivery.put(course.state, row)
        if row.not_before is not None and row.not_before > course.now:
            return None
        if way == "salesbot" and await self._outbox.lead_is_busy(tx, course.loaded.id):
            course.state = delivery.put(course.state, replace(row, not_before=course.now + LEAD_BUSY))
            return None
        course.state = delivery.claimed(course.state, row, way=way, now=course.now)
        return next(r for r in course.state.rows if r.number == row.number)

    async def _call(
        self, connection: Connection, channel: Channel, claimed: Claimed, *, slot: Slot, way: str
    ) -> DeliveryReported | None:
        """The call itself, and what it says about the attempt. None: nobody knows; the sweep will read it back."""
        row = claimed.row
        try:
            sent = await channel.send(connection, claimed.to, row.text, way=way, slot=slot, content=row.content)
        except NotStarted as error:
            return self._not_started(row, error)
        except WayLost as error:
            await self._accounts.lose_way(connection.account_id, error.way)
            return self._report(row, Outcome.NOT_STARTED, error.code, timedelta(0))
        except OutcomeUnknown:
            return None
        except AppError as error:
            return self._report(row, Outcome.REFUSED, error.code, timedelta(0))
        if sent.talk_id is not None:
            await self._outbox.relink(claimed.conversation_id, sent.talk_id)
        return self._accepted(row, sent)

    def _not_started(self, row: OutboxRow, error: NotStarted) -> DeliveryReported:
        """Nothing was said: at once in words, or again after a rest. What is refused for no cause, not for ever."""
        match error:
            case NotShown():
                return replace(self._report(row, Outcome.NOT_STARTED, error.code, timedelta(0)), in_words=True)
            case NotTaken() if row.refusals + 1 >= MOST_TRIES:
                return self._report(row, Outcome.REFUSED, error.code, timedelta(0))
            case _:
                return self._report(row, Outcome.NOT_STARTED, error.code, pause_after(row.attempt, error.after))

    def _report(self, row: OutboxRow, outcome: Outcome, reason: str, wait: timedelta) -> DeliveryReported:
        return DeliveryReported(
            row.number, row.attempt, outcome, reason=reason, not_before=self._clock.now() + wait if wait else None
        )

    def _accepted(self, row: OutboxRow, sent: Sent) -> DeliveryReported:
        return DeliveryReported(
            row.number, row.attempt, Outcome.ACCEPTED, external_id=sent.external_id, at=self._clock.now()
        )

    async def _record(self, claimed: Claimed, report: DeliveryReported | None) -> None:
        if report is not None:
            async with self._database.transaction() as tx:
                await process(tx, claimed.conversation_id, self._clock.now(), report)
                if report.outcome is Outcome.ACCEPTED and claimed.row.idempotency_key is not None:
                    await enqueue(tx, [_second_look(claimed)])


def _second_look(claimed: Claimed) -> Job:
    """What was said into silence may have met a closed window: the messenger tells so only later."""
    ids = {"conversation": int(claimed.conversation_id), "number": claimed.row.number}
    return Job(JobName.ARRIVAL, ids, delay=ARRIVED_WITHIN)


def _next_row(course: Course) -> OutboxRow | None:
    """The first in line, after what comes too late to be a bot's answer has been given to a person."""
    row = rules.next_row(course.state)
    if row is not None and row.state is RowState.PENDING and _is_too_late(course, row):
        course.take(HandoffRequested(PauseReason.STALE))
        row = rules.next_row(course.state)
    return row


def _is_too_late(course: Course, row: OutboxRow) -> bool:
    """An outage has kept this answer back for longer than a bot may be late: a person takes it from here."""
    return rules.is_stale(course.state, row.answers, course.loaded.policy, course.now)


def _address(line: Line, contact_id: ContactId | None, lead_id: LeadId | None) -> Address:
    return Address(ChatId(line.chat_id), line.talk_id, contact_id, lead_id)
