"""The one question after a hand-over: how was it? Asked at most once, only of who has peace to answer it. Pure.

It is asked a little after a person has let the chat go, when nothing waits and nobody has written since, inside the
channel's window and the account's hours, through the line and its fence. Only the customer's next word can answer it.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from app.domain.account import Policy
from app.domain.conversation import (
    UNFINISHED,
    Conversation,
    CustomerMessage,
    Decision,
    Log,
    OutboxRow,
    Rated,
    Reacted,
    Remember,
    RowState,
    Survey,
    Surveyed,
    Thumbed,
    TimerKind,
)
from app.domain.courtesy import is_acknowledgement, is_farewell
from app.domain.feedback import Rating, Scale
from app.domain.flows import EXPIRED, OVER
from app.domain.hours import is_open
from app.domain.messages import MessageKind
from app.services.conversation import rules
from app.services.conversation.ratings import read_rating
from app.services.conversation.wording import Phrase, say

# Why a row is on the line that asks, or thanks for the answer.
SURVEY = "survey"
# So long after the release nobody is asked: who has let go may still be writing, and a "thanks" is answered first.
SETTLING = timedelta(seconds=20)
# A chat that has not come to rest by then is not asked any more.
GIVES_UP = timedelta(minutes=3)
# So long the answer is understood.
ANSWERED_WITHIN = timedelta(hours=24)
_QUESTIONS = {Scale.THUMBS: Phrase.SURVEY_THUMBS, Scale.SCORE: Phrase.SURVEY_SCORE}
_A_SECOND = timedelta(seconds=1)  # the channel's own times may be whole ones


def served(state: Conversation, seller: str, policy: Policy) -> Conversation:
    """A person has written to the customer: this hand-over is one that can be asked about."""
    return state if policy.satisfaction == Scale.OFF else replace(state, survey=Survey(seller))


def taken(state: Conversation) -> Survey | None:
    """What is left of a question when somebody takes the chat: of one hand-over that goes on, whom it is about."""
    return None if state.bot_on else state.survey


def back(state: Conversation, policy: Policy, now: datetime) -> Conversation:
    """The bot has the chat again: the question is due soon, unless the customer still waits for something."""
    waits = any(not _is_courtesy(message.text) for message in rules.unanswered(state))
    if state.survey is None or not state.bot_on or policy.satisfaction == Scale.OFF or waits or state.resting:
        return replace(state, survey=None)
    return state.with_timer(TimerKind.SURVEY, now + SETTLING)


def ask(state: Conversation, policy: Policy, now: datetime) -> Decision:
    """The clock rings: ask, look again, or let it be."""
    state, survey = state.without_timer(TimerKind.SURVEY), state.survey
    if survey is None or survey.line is not None or not _may_ask(state, policy, now):
        return Decision(replace(state, survey=survey if survey and survey.line else None), (), "not_surveyed")
    if _is_busy(state):
        return Decision(state.with_timer(TimerKind.SURVEY, now + SETTLING), (), "survey_waits")
    heard = [at for at in (state.last_customer_at, state.last_human_at) if at is not None]
    text = say(_QUESTIONS[Scale(policy.satisfaction)], state.locale or "")
    row = _row(state, text, policy, quiet_since=max(heard))
    asked = replace(state, rows=(*state.rows, row), lines=row.number, survey=replace(survey, line=row.number))
    return Decision(asked, (Surveyed(state.epoch, row.number, survey.seller),), "surveyed")


def seen(state: Conversation) -> Conversation:
    """What has become of the question on its way: the customer has it, or never gets it."""
    survey = state.survey
    if survey is None or survey.line is None or survey.asked_at is not None:
        return state
    row = next((row for row in state.rows if row.number == survey.line), None)
    if row is None or row.state in UNFINISHED:
        return state
    return replace(state, survey=replace(survey, asked_at=row.sent_at) if row.state is RowState.SENT else None)


def answered(state: Conversation, event: CustomerMessage, policy: Policy) -> Rating | None:
    """What the customer's word says to the question, if it was put to them and this is the first word since."""
    asked_at = _asked_at(state)
    if asked_at is None or event.kind is not MessageKind.TEXT or event.media is not None or not state.bot_on:
        return None
    late = event.at < asked_at - _A_SECOND or event.at - asked_at > ANSWERED_WITHIN
    if late or _in_flow(state) or any(m.fold < state.folds for m in rules.unanswered(state)):
        return None
    return read_rating(event.text, Scale(policy.satisfaction))


def passed(state: Conversation) -> Conversation:
    """The customer has written something else: what was asked, or was to be asked, is over."""
    if not state.bot_on or state.survey is None:
        return state
    rows = tuple(_withdrawn(row) if row.number == state.survey.line else row for row in state.rows)
    return replace(state, survey=None, rows=rows).without_timer(TimerKind.SURVEY)


def rated(state: Conversation, rating: Rating, remember: Remember, policy: Policy) -> Decision:
    """The answer is kept, and the customer thanked; no brain is asked about it."""
    fold = frozenset({state.folds})
    text = say(Phrase.SURVEY_THANKS, state.locale or "")
    row = _row(state, text, policy, answers=fold)
    waiting = tuple(m for m in state.messages if m.fold not in fold)
    thanked = replace(state, survey=None, messages=waiting, rows=(*state.rows, row), lines=row.number)
    return Decision(thanked, (remember, Rated(state.epoch, rating), Log("customer", "rated", rating.told)), "rated")


def reacted(state: Conversation, event: Reacted) -> Decision:
    """A sign on a message of ours: a thumb is about the turn that it answered. Nobody is asked and nothing waits."""
    row = next((row for row in state.rows if row.external_id == event.about), None)
    if row is None or row.turn is None:
        return Decision(state, (), "not_ours" if row is None else "about_no_turn")
    told = Thumbed(row.turn, row.number, event.thumb, event.at)
    return Decision(state, (told,), f"thumb_{event.thumb.value}" if event.thumb else "no_thumb")


def _row(
    state: Conversation,
    text: str,
    policy: Policy,
    *,
    answers: frozenset[int] = frozenset(),
    quiet_since: datetime | None = None,
) -> OutboxRow:
    closes = state.last_customer_at + policy.window if state.last_customer_at else None
    number = state.lines + 1
    return OutboxRow(
        *(number, state.epoch, text), answers=answers, reason=SURVEY, quiet_since=quiet_since, not_after=closes
    )


def _may_ask(state: Conversation, policy: Policy, now: datetime) -> bool:
    """Whether there is somebody to ask, at a time at which one may."""
    wrote, released = state.last_customer_at, state.released_at
    if wrote is None or released is None or policy.satisfaction == Scale.OFF:
        return False
    in_time = now - released <= GIVES_UP and now < wrote + policy.window and is_open(policy.hours, now, policy.zone)
    return state.bot_on and not state.opted_out and not state.resting and in_time and not _in_flow(state)


def _is_busy(state: Conversation) -> bool:
    """Whether something is still on its way to the customer, or a word of theirs to an answer."""
    under_way = any(row.state in UNFINISHED for row in state.rows)
    return under_way or state.turn is not None or bool(rules.unanswered(state))


def _asked_at(state: Conversation) -> datetime | None:
    """When the customer got the question; one whose call has not returned may have come."""
    survey = state.survey
    if survey is None or survey.line is None:
        return None
    sending = (r.claimed_at for r in state.rows if r.number == survey.line and r.state is RowState.SENDING)
    return survey.asked_at or next(sending, None)


def _in_flow(state: Conversation) -> bool:
    """A flow asks questions of its own, and a number may be the answer to one."""
    return state.flow is not None and state.flow.step not in (OVER, EXPIRED)


def _is_courtesy(text: str) -> bool:
    return is_farewell(text) or is_acknowledgement(text)


def _withdrawn(row: OutboxRow) -> OutboxRow:
    return replace(row, state=RowState.CANCELLED) if row.state is RowState.PENDING else row
