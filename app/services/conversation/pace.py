"""How fast a customer may write before the bot slows down, and then calls a person. Pure: counts and times go in.

Nothing is lost: every message is stored and shown, and all that waits is answered, only later and together. Counted by
the channel's own clock, so that what comes late in one heap is no flood; a message that is older than what is counted
does not count, so nobody is ever taken to write faster than they do. Who keeps the account's pace never notices.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from app.domain.account import Policy
from app.domain.conversation import Conversation, CustomerMessage, Decision, Effect, Log, OutboxRow, Pace, Span
from app.services.conversation.wording import Phrase, say

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
# So long the answers stay slow after the last message that was too many for its minute.
CALMED = timedelta(minutes=5)
# Between two answers while they are slow.
APART = timedelta(minutes=1)
# So many times what the account allows is a person's matter.
TO_A_PERSON = 2
# Why a row is on the line that answers nothing.
SLOWED = "slowed"


def counted(state: Conversation, event: CustomerMessage, policy: Policy) -> Conversation:
    """One message more. With a person, customers write as they like."""
    if not state.bot_on or not (policy.messages_a_minute or policy.messages_a_day):
        return state
    minute, day = _one_more(state.pace.minute, event.at, MINUTE), _one_more(state.pace.day, event.at, DAY)
    pace = replace(state.pace, minute=minute, day=day)
    return replace(state, pace=replace(pace, slow_until=_slow_until(pace, event.at, policy)))


def _one_more(span: Span | None, at: datetime, length: timedelta) -> Span:
    if span is None or at >= span.since + length:
        return Span(at)
    return span if at < span.since else replace(span, count=span.count + 1)


def _slow_until(pace: Pace, at: datetime, policy: Policy) -> datetime | None:
    """The later of what held before and what this message leads to."""
    untils = [pace.slow_until]
    if _is_beyond(pace.minute, policy.messages_a_minute):
        untils.append(at + CALMED)
    if pace.day is not None and _is_beyond(pace.day, policy.messages_a_day):
        untils.append(pace.day.since + DAY)
    return max((until for until in untils if until is not None), default=None)


def _is_beyond(span: Span | None, most: int) -> bool:
    return span is not None and 0 < most < span.count


def is_for_a_person(state: Conversation, policy: Policy) -> bool:
    """Whether it has gone on in spite of the slower answers."""
    pace = state.pace
    minute, day = policy.messages_a_minute * TO_A_PERSON, policy.messages_a_day * TO_A_PERSON
    return _is_beyond(pace.minute, minute) or _is_beyond(pace.day, day)


def is_slow(state: Conversation, now: datetime) -> bool:
    """Whether the answers come slowly now."""
    return state.pace.slow_until is not None and now < state.pace.slow_until


def slowed(before: Conversation, state: Conversation, now: datetime) -> tuple[Conversation, tuple[Effect, ...]]:
    """This message may have made the answers slow: that is written down, and told to the customer, once a day."""
    if not is_slow(state, now) or is_slow(before, now):
        return state, ()
    pace = state.pace
    counts = {"in_minute": pace.minute.count if pace.minute else 0, "in_day": pace.day.count if pace.day else 0}
    log = Log("ponte", SLOWED, "too_many_messages", {name: str(count) for name, count in counts.items()})
    if pace.told_at is not None and now - pace.told_at < DAY:
        return state, (log,)
    text = say(Phrase.STILL_READING, state.locale or "")
    row = OutboxRow(state.lines + 1, state.epoch, text, reason=SLOWED, notice=True)
    told = replace(state, rows=(*state.rows, row), lines=row.number, pace=replace(pace, told_at=now))
    return told, (log,)


def put_off(state: Conversation, due: datetime, now: datetime) -> datetime:
    """When the burst is answered: while the answers are slow, a minute after the last one was begun at the soonest."""
    asked_at = state.pace.asked_at
    return max(due, asked_at + APART) if asked_at is not None and is_slow(state, now) else due


def kept(before: Conversation, decision: Decision, now: datetime) -> Decision:
    """When an answer was last begun, for the time between two of them."""
    after = decision.state
    if after.turns == before.turns:
        return decision
    return replace(decision, state=replace(after, pace=replace(after.pace, asked_at=now)))
