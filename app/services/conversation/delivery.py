"""What becomes of the rows of a conversation's line: added, cancelled, echoed, recorded. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import zip_longest

from app.domain.account import Policy
from app.domain.content import Content
from app.domain.conversation import (
    UNFINISHED,
    CloseTurn,
    Conversation,
    Decision,
    DeliveryReported,
    OpenTurn,
    OutboxRow,
    Outcome,
    OutgoingMessage,
    RowState,
    SendRequested,
    TimerKind,
)
from app.domain.errors import NotTaken
from app.services.conversation import rules

ANSWERED_BY_PERSON = "answered_by_person"


# A balloon is typed at this pace, in characters for each pause; nobody waits more than half as long again.
_TYPED = 600
_LONGEST_PAUSE = 1.5


def add_rows(
    state: Conversation, balloons: Sequence[str], turn: OpenTurn, *, contents: Sequence[Content | None] = ()
) -> Conversation:
    """Put an admitted reply at the end of the line, all of it: what is too much was refused before it came here."""
    said = zip_longest(balloons, contents[: len(balloons)])
    rows = tuple(
        OutboxRow(state.lines + place, turn.epoch, text, turn=turn.number, answers=turn.answers, content=content)
        for place, (text, content) in enumerate(said, start=1)
    )
    return replace(state, rows=(*state.rows, *rows), lines=state.lines + len(rows))


def requested(state: Conversation, event: SendRequested, policy: Policy, now: datetime) -> Decision:
    """A keyed caller speaks for the bot: through the fence, and in place of whatever the brain was writing.

    Inside the window that the customer's last word has opened: after it channels carry approved templates only.
    """
    closes = state.last_customer_at + policy.window if state.last_customer_at else None
    if not state.bot_on:
        return Decision(state, (), "bot_off")
    if event.quiet_since is not None and not rules.is_quiet(state, event.quiet_since):
        return Decision(state, (), "not_quiet")
    if closes is not None and now > closes:
        return Decision(state, (), "window_closed")
    rows = _rows_of(state, event, closes)
    closed = (CloseTurn(state.turn.number, "closed", "answered_by_caller"),) if state.turn else ()
    said = replace(state, rows=(*state.rows, *rows), lines=rows[-1].number, turn=None, superseded=0)
    return Decision(said.without_timer(TimerKind.BURST), closed, "admitted")


def _rows_of(state: Conversation, event: SendRequested, closes: datetime | None) -> list[OutboxRow]:
    """A caller's message, in one row or in one for each piece; the first has the caller's key, the others follow it."""
    answers = frozenset(m.fold for m in rules.unanswered(state))
    return [
        OutboxRow(
            *(state.lines + place, state.epoch, text),
            answers=answers,
            idempotency_key=event.idempotency_key if place == 1 else _next_piece(event.idempotency_key, place),
            quiet_since=event.quiet_since,
            not_after=closes,
            content=None if event.pieces else event.content,
        )
        for place, text in enumerate(event.pieces or (event.text,), start=1)
    ]


def _next_piece(key: str, place: int) -> str:
    """The key of a later piece, which no caller's key can be."""
    return f"piece:{place}:{key}"


def _is_of_one_answer(row: OutboxRow, following: OutboxRow) -> bool:
    """Whether two rows are pieces of the same words: of a turn's reply, or of a caller's message."""
    if row.turn is not None or following.turn is not None:
        return row.turn == following.turn
    return _whole(following.idempotency_key) == _whole(row.idempotency_key) is not None


def _whole(key: str | None) -> str | None:
    """The key of the message that a row is a piece of."""
    return key.split(":", 2)[2] if key is not None and key.startswith("piece:") else key


def cancel_pending(state: Conversation) -> Conversation:
    """After the epoch was raised: what has not left stays here."""
    doomed = (
        replace(row, state=RowState.CANCELLED, reason="epoch_over")
        if row.state is RowState.PENDING and row.epoch != state.epoch
        else row
        for row in state.rows
    )
    return replace(state, rows=tuple(doomed))


def cancel_farewells(state: Conversation) -> Conversation:
    """The bot is back before its goodbye has left."""
    rows = (
        replace(row, state=RowState.CANCELLED, reason="released")
        if row.farewell and row.state is RowState.PENDING
        else row
        for row in state.rows
    )
    return replace(state, rows=tuple(rows))


def superfluous(row: OutboxRow) -> OutboxRow:
    """A row that need not be said any more, if it has not left."""
    return replace(row, state=RowState.CANCELLED) if row.state is RowState.PENDING else row


def paced(state: Conversation, number: int, policy: Policy, now: datetime) -> Conversation:
    """A balloon has left: the next one of the same answer waits as long as it takes to type it.

    Measured from when it left, and kept in the row, so that a crash neither shortens nor repeats the pause.
    """
    left = next(row for row in state.rows if row.number == number)
    following = next((row for row in state.rows if row.number > number and row.state is RowState.PENDING), None)
    if left.state is not RowState.SENT or following is None or not _is_of_one_answer(left, following):
        return state
    pause = policy.balloon_spacing * min(max(len(following.text) / _TYPED, 1.0), _LONGEST_PAUSE)
    due = min(left.sent_at or now, now) + pause
    return put(state, replace(following, not_before=max(due, following.not_before or due)))


def spaced(state: Conversation, row: OutboxRow, stored: datetime | None, policy: Policy, *, now: datetime) -> OutboxRow:
    """The row as it waits for its turn: so long after the last message of ours to this chat, whatever that one was.

    A notice, an answer and a goodbye come one after the other too. A row that may leave now is returned as it is.
    `stored`: when the last one left, by what was known before this transaction; its echo may just have been read.
    """
    known = [at for other in state.rows if other.number < row.number for at in _left(other)]
    known += [stored] if stored is not None else []
    if not known:
        return row
    due = min(max(known), now) + policy.balloon_spacing
    return replace(row, not_before=due) if due > max(now, row.not_before or now) else row


def _left(row: OutboxRow) -> list[datetime]:
    """When a message left, as far as anybody knows."""
    has_left = row.state in (RowState.SENT, RowState.SENDING, RowState.PERSON)
    return [at for at in (row.sent_at, row.claimed_at) if at is not None and has_left]


def withdraw(state: Conversation, answered: frozenset[int]) -> Conversation:
    """A person had answered these messages: a reply to them that has not left, as far as one knows, stays here."""
    return replace(state, rows=tuple(_withdrawn(row, answered) for row in state.rows))


def _withdrawn(row: OutboxRow, answered: frozenset[int]) -> OutboxRow:
    if row.turn is None or row.state not in UNFINISHED or row.answers.isdisjoint(answered):
        return row
    state = RowState.CANCELLED if row.state is RowState.PENDING else row.state
    return replace(row, state=state, reason=ANSWERED_BY_PERSON)


def cancelled(row: OutboxRow) -> OutboxRow:
    """A row whose epoch is over, or whose customer wants no more messages."""
    return replace(row, state=RowState.CANCELLED, reason="fence")


def echoed(state: Conversation, row: OutboxRow, event: OutgoingMessage) -> Conversation:
    """The channel shows our message: whatever the call said or did not say, it was sent."""
    sent = replace(row, state=RowState.SENT, external_id=event.external_id, sent_at=row.sent_at or event.at)
    return put(state, sent)


def claimed(state: Conversation, row: OutboxRow, *, way: str, now: datetime) -> Conversation:
    """The row leaves under a new attempt number, which every later word about it must name."""
    return put(
        state,
        replace(
            row,
            state=RowState.SENDING,
            attempt=row.attempt + 1,
            way=way,
            reason="",
            claimed_at=now,
            absent_since=None,
            not_before=None,
        ),
    )


def recorded(state: Conversation, row: OutboxRow, event: DeliveryReported) -> Conversation:
    """What the call, or a read-back, said about the attempt."""
    match event.outcome:
        case Outcome.ACCEPTED if row.way == "note":
            ended = replace(row, state=RowState.PERSON, reason="no_way_to_send")
        case Outcome.ACCEPTED if event.external_id is None and row.way in rules.WAYS_WITHOUT_ID:
            ended = replace(row, reason=row.reason or "accepted")
        case Outcome.ACCEPTED:
            ended = replace(row, state=RowState.SENT, external_id=event.external_id, sent_at=event.at)
        case Outcome.NOT_STARTED:
            wait = event.not_before
            ended = replace(row, state=RowState.PENDING, reason=event.reason, not_before=wait, claimed_at=None)
            ended = replace(ended, refusals=row.refusals + (event.reason == NotTaken.code))
            ended = said_in_words(ended) if event.in_words else ended
        case Outcome.ABSENT:
            ended = replace(row, state=RowState.PENDING, reason=event.reason, not_before=event.not_before)
        case Outcome.REFUSED:
            ended = replace(row, state=RowState.FAILED, reason=event.reason, claimed_at=None)
        case Outcome.CANT_TELL:
            ended = replace(row, state=RowState.PERSON, reason="in_doubt")
    if ended.state is RowState.PENDING and row.reason == ANSWERED_BY_PERSON:
        ended = replace(ended, state=RowState.CANCELLED, reason=row.reason)
    return cancel_pending(put(state, ended))


def stop_answer(state: Conversation, refused: OutboxRow) -> Conversation:
    """What follows in the same answer would be refused like this part of it, which goes on counting for the whole."""
    rows = (
        replace(row, state=RowState.CANCELLED, reason=refused.reason)
        if row.state is RowState.PENDING and _is_of_one_answer(refused, row)
        else row
        for row in state.rows
    )
    return replace(state, rows=tuple(rows))


def said_in_words(row: OutboxRow) -> OutboxRow:
    """The row without what it carries: its echo and a read-back will show the whole text, so it is known by that."""
    return replace(row, content=None, words="")


def put(state: Conversation, row: OutboxRow) -> Conversation:
    """The conversation with this row in place of the one of the same number."""
    return replace(state, rows=tuple(row if other.number == row.number else other for other in state.rows))
