"""The heart: one pure function turns a conversation and an event into the next conversation and what must be done.

No I/O, no clock, no randomness. The engine (`mailbox.py`) feeds it the mailbox in order, under the conversation's
lock, and writes what comes out. Its vocabulary is `domain/conversation.py`, its rules are `rules.py`.
"""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from app.domain.account import Policy
from app.domain.conversation import (
    Command,
    Conversation,
    CustomerMessage,
    Decision,
    DeliveryReported,
    Event,
    HandoffRequested,
    OutgoingMessage,
    Reacted,
    ReplyAwaited,
    ReplyFailed,
    ReplyProposed,
    SendRequested,
    TimerFired,
    TimerKind,
    TimesFound,
    Undelivered,
    Verb,
    WordsHeard,
)
from app.domain.flows import ErrandDone
from app.services.conversation import control, delivery, flowing, handover, listening, pace, rules, satisfaction, turns


def decide(state: Conversation, event: Event, policy: Policy, now: datetime) -> Decision:
    """What follows from an event. Never raises; an event that changes nothing has a verdict that says why."""
    match event:
        case CustomerMessage() | WordsHeard() | OutgoingMessage():
            decision = _was_said(state, event, policy, now)
        case Command():
            steer = flowing.steered if event.verb in (Verb.SKIP, Verb.RESET) else control.commanded
            decision = steer(state, event, policy, now)
        case TimerFired() | TimesFound() | ErrandDone():
            decision = _waited_for(state, event, policy, now)
        case ReplyProposed() | ReplyFailed() | ReplyAwaited():
            decision = _brain_spoke(state, event, policy, now)
        case SendRequested():
            decision = delivery.requested(state, event, policy, now)
        case DeliveryReported():
            decision = handover.delivered(state, event, policy, now)
        case Undelivered():
            decision = handover.undelivered(state, event, policy, now)
        case Reacted():
            decision = satisfaction.reacted(state, event)
        case HandoffRequested():
            decision = handover.hand_over(state, event.reason, policy, now, by=event.by, note=event.note)
        case _:
            assert_never(event)
    return pace.kept(state, decision, now)


def _was_said(
    state: Conversation, event: CustomerMessage | WordsHeard | OutgoingMessage, policy: Policy, now: datetime
) -> Decision:
    """The customer has written or spoken, or somebody has written to them."""
    match event:
        case CustomerMessage():
            return listening.customer_wrote(state, event, policy, now)
        case WordsHeard():
            return listening.words_heard(state, event, policy, now)
        case OutgoingMessage():
            return listening.somebody_wrote(state, event, policy, now)


def _brain_spoke(
    state: Conversation, event: ReplyProposed | ReplyFailed | ReplyAwaited, policy: Policy, now: datetime
) -> Decision:
    """An answer, none, or the promise of one."""
    match event:
        case ReplyProposed():
            return turns.reply_came(state, flowing.with_question(state, event, policy, now), policy, now)
        case ReplyFailed():
            return turns.reply_failed(state, event, policy, now)
        case ReplyAwaited():
            return turns.reply_awaited(state, event)


def _waited_for(
    state: Conversation, event: TimerFired | TimesFound | ErrandDone, policy: Policy, now: datetime
) -> Decision:
    """A clock rings, or what it was set for has come first."""
    if isinstance(event, TimesFound):
        return handover.times_found(state, event)
    if isinstance(event, ErrandDone):
        return flowing.errand_done(state, event, policy, now)
    match event.kind:
        case TimerKind.BURST:
            decision = flowing.answer(state, policy, now) or turns.burst_over(state, policy)
        case TimerKind.RESUME:
            decision = control.pause_over(state, policy, now)
        case TimerKind.SLA:
            decision = handover.nobody_answered(state, policy, now)
        case TimerKind.REPLY:
            decision = turns.reply_overdue(state, policy, now)
        case TimerKind.NOTICE:
            decision = turns.still_looking(state)
        case TimerKind.FLOW | TimerKind.SURVEY:
            rings = flowing.overdue if event.kind is TimerKind.FLOW else satisfaction.ask
            decision = rings(state, policy, now)
        case TimerKind.OFFER:
            decision = handover.times_found(state, TimesFound())
        case _:
            assert_never(event.kind)
    return decision


def settle(state: Conversation, policy: Policy, now: datetime) -> Conversation:
    """The end of every transaction: bot on, something unanswered, no open turn, no timer -> the burst timer.

    (The other half, first unfinished row pending -> a send job, is the engine's, which owns the queue.)
    """
    state = satisfaction.seen(state if state.turn else turns.wait_for_no_brain(state))
    answered = rules.finally_answered(state)
    state = replace(state, messages=tuple(m for m in state.messages if m.fold not in answered))
    nothing_to_do = not rules.unanswered(state) or rules.answer_in_doubt(state)
    if nothing_to_do or not state.bot_on or state.resting or state.turn or TimerKind.BURST in state.timers:
        return state
    return turns.wait_for_the_rest(state, policy, now)
