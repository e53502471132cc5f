"""The small rules of the protocol, each a question about a conversation. Pure: values in, values out.

Every rule stands because a lost, doubled or misplaced message came back without it; each has a
test in `tests/services/conversation/test_protocol_*.py` that fails when it is taken out.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.account import Policy
from app.domain.conversation import (
    FINAL,
    UNFINISHED,
    Conversation,
    Event,
    OutboxRow,
    OutgoingMessage,
    Reacted,
    RowState,
    Undelivered,
    Waiting,
)
from app.domain.messages import Author, words_of

# Ways of sending that return no id: the echo is the only receipt.
WAYS_WITHOUT_ID = frozenset({"salesbot"})

# The channel's clock may be this far from ours.
SKEW = timedelta(seconds=5)


def is_live(row: OutboxRow, epoch: int) -> bool:
    """A live row still answers: it was not cancelled, and is not doomed to be."""
    return row.state is not RowState.CANCELLED and (row.state is not RowState.PENDING or row.epoch == epoch)


def unanswered(state: Conversation) -> tuple[Waiting, ...]:
    """The customer's messages that neither a live row nor a later human message answers, oldest first.

    Kept by message: a cancelled answer gives back exactly the messages that it covered.
    """
    covered = frozenset[int]().union(*(row.answers for row in state.rows if is_live(row, state.epoch)))
    return tuple(m for m in state.messages if m.fold not in covered)


def finally_answered(state: Conversation) -> frozenset[int]:
    """The folds that no later event can make unanswered again."""
    return frozenset[int]().union(*(row.answers for row in state.rows if row.state in FINAL))


def answer_in_doubt(state: Conversation) -> bool:
    """Whether an answer from before a take-over is still out, and nobody knows yet if it reached the customer.

    If it did not, its messages are unanswered again, and come before whatever waits now: so the next turn waits too.
    """
    return any(row.state is RowState.SENDING and row.epoch != state.epoch and row.answers for row in state.rows)


def is_late(state: Conversation, at: datetime, *, exact: bool, pauses: bool) -> bool:
    """Whether a newer take-over or release has already been folded. The channel's clock decides; a tie pauses.

    A channel tells whole seconds, so against one of its times everything within the second is a tie.
    """
    known = state.control_at
    if known is None:
        return False
    if not exact or known.microsecond == 0:
        known, at = known.replace(microsecond=0), at.replace(microsecond=0)
    return at < known or (at == known and not pauses and not state.bot_on)


def owner_of_echo(state: Conversation, event: OutgoingMessage) -> OutboxRow | None:
    """The row of ours that the channel is telling us about, if it is ours.

    By id; else by words, for a row that was ever claimed, has no id yet and may have left (a refusal takes `claimed_at`
    away). Each row owns one echo: a second message with the same words is a human's. Two goodbyes say the same, so of
    several rows it is the last that was claimed when the message was written.
    """
    by_id = next((row for row in state.rows if row.external_id == event.external_id), None)
    if by_id is not None:
        return by_id
    words = words_of(event.text)
    claims = [
        (row.claimed_at, row) for row in state.rows if row.claimed_at and row.external_id is None and row.words == words
    ]
    by_then = [row for at, row in claims if at <= event.at + SKEW]
    return by_then[-1] if by_then else claims[0][1] if claims else None


def must_wait(state: Conversation, event: Event) -> bool:
    """Ours or another's? While a send that it may be about is out, only that send's answer can tell."""
    if not isinstance(event, OutgoingMessage | Undelivered | Reacted) or is_ours(state, event):
        return False
    words = words_of(event.text) if isinstance(event, OutgoingMessage) else None
    out = [row for row in state.rows if row.state is RowState.SENDING and row.way not in WAYS_WITHOUT_ID]
    return any(words is None or row.words == words for row in out)


def is_ours(state: Conversation, event: OutgoingMessage | Undelivered | Reacted) -> bool:
    """Whether it is about a message that has left by our line. A channel that does not say which one means ours."""
    told = event.external_id if isinstance(event, OutgoingMessage) else event.about
    return told is None or any(row.external_id == told for row in state.rows)


def is_other_bot(event: OutgoingMessage) -> bool:
    """Another program answers here. It neither pauses the bot nor counts as the customer."""
    return event.author is Author.BOT


class Claim(StrEnum):
    """What a sender may do with a row: send it now, cancel it, or leave it."""

    SEND = "send"
    CANCEL = "cancel"
    LEAVE = "leave"


def may_claim(state: Conversation, row: OutboxRow, now: datetime, *, unread: bool) -> Claim:
    """The last look before a message leaves, under the conversation's lock.

    `unread` says that something a person wrote is still in the mailbox.
    """
    if row.state is not RowState.PENDING:
        return Claim.LEAVE
    if row.epoch != state.epoch or (state.opted_out and not row.farewell) or is_past(state, row, now):
        return Claim.CANCEL
    if unread or not (state.bot_on or row.farewell):
        return Claim.LEAVE
    earlier = any(other.number < row.number and other.state in UNFINISHED for other in state.rows)
    return Claim.LEAVE if earlier else Claim.SEND


def is_past(state: Conversation, row: OutboxRow, now: datetime) -> bool:
    """Whether a message has missed its moment: somebody has written meanwhile, or its time is over."""
    spoken = row.quiet_since is not None and not is_quiet(state, row.quiet_since)
    return spoken or (row.not_after is not None and now > row.not_after)


def next_row(state: Conversation) -> OutboxRow | None:
    """The first unfinished row of the conversation's one line."""
    unfinished = (row for row in state.rows if row.state in UNFINISHED)
    return min(unfinished, key=lambda row: row.number, default=None)


# How far the queue's clock, which is the database's, may be from ours.
CLOCKS_APART = timedelta(seconds=5)


def send_due(before: Conversation, after: Conversation, now: datetime, *, held: bool) -> datetime | None:
    """When a job has to look at the first in line; None where no job is needed for it.

    A message that has to wait has its job from the transaction that made it wait: another one from every look
    meanwhile would come back with it, and so on with each balloon. What is due very soon gets one all the same,
    for by the queue's clock the first may come too early. `held`: something unread forbids a send for now, and
    whoever reads it settles again.
    """
    row = next_row(after)
    if row is None or row.state is not RowState.PENDING:
        return None
    due = row.not_before or now
    if due <= now:
        return None if held else now
    was = next_row(before)
    is_known = was is not None and (was.number, was.state, was.not_before) == (row.number, row.state, row.not_before)
    return None if is_known and due - now >= CLOCKS_APART else due


def newest(messages: tuple[Waiting, ...]) -> datetime | None:
    """When the newest of these was written, by the channel's clock."""
    return max((message.at for message in messages), default=None)


def is_stale(state: Conversation, answers: frozenset[int], policy: Policy, now: datetime) -> bool:
    """Whether an answer would come too late to be the bot's: it was written for people who have moved on."""
    written = newest(tuple(m for m in state.messages if m.fold in answers))
    if written is None:
        return False
    return now - max(written, state.released_at or written) > policy.stale_after


def is_quiet(state: Conversation, since: datetime) -> bool:
    """Whether neither the customer nor a person has written after that."""
    return all(at is None or at <= since for at in (state.last_customer_at, state.last_human_at))


def should_rest(state: Conversation, policy: Policy, now: datetime) -> bool:
    """After a release: whether what waits is too old to be answered unasked."""
    written = newest(unanswered(state))
    return written is not None and now - written > min(policy.release_limit, policy.window)


# Two messages of another program within this time are a conversation, not an accident.
OTHER_BOT_WINDOW = timedelta(minutes=1)
