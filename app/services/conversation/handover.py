"""The bot gives the chat to a person: asked to, out of answers, or because a send failed or is in doubt. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from app.domain.account import Policy
from app.domain.conversation import (
    HANDED_OVER,
    AskBack,
    Assign,
    CloseTurn,
    Conversation,
    Decision,
    DeliveryReported,
    FindTimes,
    Log,
    Note,
    NoteKind,
    Notify,
    OpenTurn,
    OutboxRow,
    Pause,
    PauseReason,
    RowState,
    SetOptOut,
    TimerKind,
    TimesFound,
    Undelivered,
)
from app.domain.hours import after
from app.domain.messages import Trouble
from app.services.conversation import delivery, farewell, rules
from app.services.conversation.control import switch_off

# So long free times are looked for; after that the customer is told without them.
LOOKED_FOR = timedelta(seconds=30)

# What a person must know of a message that may not have reached the customer.
_NOT_SENT = {
    RowState.PERSON: (PauseReason.DOUBT, NoteKind.DOUBT),
    RowState.FAILED: (PauseReason.REFUSED, NoteKind.REFUSED),
}


def hand_over_turn(
    state: Conversation, turn: OpenTurn, reason: PauseReason, policy: Policy, now: datetime, *, note: str = ""
) -> Decision:
    """Give up on a turn: its messages are a person's now."""
    decision = hand_over(state, reason, policy, now, note=note)
    close = CloseTurn(turn.number, "handed_over", reason.value)
    return replace(decision, effects=(close, *decision.effects))


def hand_over(
    state: Conversation, reason: PauseReason, policy: Policy, now: datetime, *, by: str = "", note: str = ""
) -> Decision:
    """Give the chat to a person: the fence, one goodbye where one is due, a brief on the lead, somebody told."""
    if not state.bot_on:
        return Decision(state, (), "already_with_a_person")
    off, effects = switch_off(state, Pause(reason, by))
    off = _count_on_a_person(farewell.say(replace(off, escalations=0), reason), policy, now)
    told = (Note(NoteKind.BRIEF, note), Assign(reason), Notify(f"handoff_{reason.value}"))
    return Decision(off, (*effects, *told, Log(by or "bot", "handed_over", reason.value)), "handed_over")


def _count_on_a_person(state: Conversation, policy: Policy, now: datetime) -> Conversation:
    """Somebody has so long to answer, while the company is open. What a person then says or orders stops the clock."""
    due = None if policy.handoff_sla is None else after(policy.hours, now, policy.handoff_sla, policy.zone)
    return state if due is None else state.with_timer(TimerKind.SLA, due)


def nobody_answered(state: Conversation, policy: Policy, now: datetime) -> Decision:
    """The next salesperson is told; after the last free times are looked for, to be offered with the honest word."""
    state = state.without_timer(TimerKind.SLA)
    pause = state.pause
    if pause is None or pause.reason not in HANDED_OVER:
        return Decision(state, (), "already_answered")
    if state.escalations < policy.escalations:
        passed = state.escalations + 1
        told = (Note(NoteKind.ESCALATED), Assign(pause.reason, passed), Log("clock", "escalated", pause.reason.value))
        return Decision(_count_on_a_person(replace(state, escalations=passed), policy, now), told, "escalated")
    last = (Notify("handoff_unanswered"), Log("clock", "unanswered", pause.reason.value))
    if state.opted_out:
        return Decision(state, (*last, Note(NoteKind.UNANSWERED)), "unanswered")
    return Decision(state.with_timer(TimerKind.OFFER, now + LOOKED_FOR), (*last, FindTimes()), "unanswered")


def times_found(state: Conversation, event: TimesFound) -> Decision:
    """The customer hears honestly that nobody is there, once, and is offered what is free.

    The clock is the licence: set when the last salesperson let the customer wait, gone when anybody speaks or orders.
    """
    if TimerKind.OFFER not in state.timers:
        return Decision(state, (), "too_late_to_offer")
    told = farewell.admit_nobody(state.without_timer(TimerKind.OFFER), event)
    note = Note(NoteKind.UNANSWERED, event.seller, event.starts)
    return Decision(told, (note,), "times_offered" if event.starts else "excused")


def undelivered(state: Conversation, event: Undelivered, policy: Policy, now: datetime) -> Decision:
    """The messenger tells, later, that the customer never got what it had taken: a person looks at it.

    Who has blocked us wants no more messages, whoever wrote to them, and is not told so. For the rest, what another
    program had sent on this number is not ours to answer for.
    """
    if event.trouble is not Trouble.OPTED_OUT and not rules.is_ours(state, event):
        return Decision(state, (), "not_ours")
    if event.trouble is Trouble.OPTED_OUT:
        return _blocked(state)
    row = next((row for row in state.rows if row.external_id == event.about), None) if event.about else None
    if event.trouble is Trouble.WINDOW_CLOSED and row is not None:
        return _window_closed(state, row)
    log = Log("channel", "undelivered", event.trouble.value)
    if not state.bot_on:
        return Decision(state, (Note(NoteKind.REFUSED), log), "undelivered")
    if state.last_customer_at is None:  # it was we who wrote first: nobody waits for an answer that a person could give
        return Decision(state, (log,), "undelivered")
    given = hand_over(state, PauseReason.REFUSED, policy, now)
    return replace(given, effects=(*given.effects, log), verdict="undelivered")


def _blocked(state: Conversation) -> Decision:
    """Whoever has blocked us is opted out, of all that is to come; who has the chat keeps it."""
    off, effects = switch_off(state, state.pause or Pause(PauseReason.OPT_OUT))
    off = replace(off, opted_out=True, messages=())
    log = Log("channel", "undelivered", Trouble.OPTED_OUT.value)
    return Decision(off, (*effects, SetOptOut(opted_out=True), Note(NoteKind.STATE), log), "opted_out")


def _window_closed(state: Conversation, row: OutboxRow) -> Decision:
    """The customer's last word is too long ago by the messenger's clock. Who has the chat keeps it, the bot too.

    A notice is dropped: what it tells to wait for meets the window by itself, and is what the customer is asked about.
    """
    log = Log("channel", "undelivered", Trouble.WINDOW_CLOSED.value)
    if not row.notice:
        return Decision(state, (AskBack(row.number), log), Trouble.WINDOW_CLOSED.value)
    dropped = replace(row, state=RowState.CANCELLED) if row.state is RowState.FAILED else row
    return Decision(delivery.put(state, dropped), (log,), "notice_dropped")


def delivered(state: Conversation, event: DeliveryReported, policy: Policy, now: datetime) -> Decision:
    """A send ended, or a read-back told how it had ended. Only the attempt that is under way may say so.

    A refusal because the customer has blocked us is their opt-out, as a later status that tells so is.
    """
    row = next((row for row in state.rows if row.number == event.number), None)
    if row is None or row.attempt != event.attempt or row.state is not RowState.SENDING:
        return Decision(state, (), "not_this_attempt")
    state = delivery.paced(delivery.recorded(state, row, event), row.number, policy, now)
    ended = next(other for other in state.rows if other.number == row.number)
    if ended.state not in _NOT_SENT:
        return Decision(state, (), ended.state.value)
    if ended.state is RowState.FAILED and ended.reason == Trouble.OPTED_OUT.value:
        return _blocked(state)
    if ended.state is RowState.FAILED and ended.reason == Trouble.WINDOW_CLOSED.value:
        return _window_closed(delivery.stop_answer(state, ended), ended)
    reason, note = _NOT_SENT[ended.state]
    if not state.bot_on:
        return Decision(state, (Note(note),), ended.state.value)
    return replace(hand_over(state, reason, policy, now), verdict=ended.state.value)
