"""The bot gives the chat to a person: asked to, out of answers, or because a send failed or is in doubt. Pure."""

from dataclasses import replace

from app.domain.conversation import (
    Assign,
    CloseTurn,
    Conversation,
    Decision,
    DeliveryReported,
    Log,
    Note,
    NoteKind,
    Notify,
    OpenTurn,
    Pause,
    PauseReason,
    RowState,
)
from app.services.conversation import delivery, farewell
from app.services.conversation.control import switch_off

# What a person must know of a message that may not have reached the customer.
_NOT_SENT = {
    RowState.PERSON: (PauseReason.DOUBT, NoteKind.DOUBT),
    RowState.FAILED: (PauseReason.REFUSED, NoteKind.REFUSED),
}


def handed_over(state: Conversation, turn: OpenTurn, reason: PauseReason, *, note: str = "") -> Decision:
    decision = hand_over(state, reason, note=note)
    close = CloseTurn(turn.number, "handed_over", reason.value)
    return replace(decision, effects=(close, *decision.effects))


def hand_over(state: Conversation, reason: PauseReason, *, by: str = "", note: str = "") -> Decision:
    """Give the chat to a person: the fence, one goodbye where one is due, a brief on the lead, somebody told."""
    if not state.bot_on:
        return Decision(state, (), "already_with_a_person")
    off, effects = switch_off(state, Pause(reason, by))
    off = farewell.say(off, reason)
    told = (Note(NoteKind.BRIEF, note), Assign(reason), Notify(f"handoff_{reason.value}"))
    return Decision(off, (*effects, *told, Log(by or "bot", "handed_over", reason.value)), "handed_over")


def delivered(state: Conversation, event: DeliveryReported) -> Decision:
    """A send ended, or a read-back told how it had ended. Only the attempt that is under way may say so."""
    row = next((row for row in state.rows if row.number == event.number), None)
    if row is None or row.attempt != event.attempt or row.state is not RowState.SENDING:
        return Decision(state, (), "not_this_attempt")
    state = delivery.recorded(state, row, event)
    ended = next(other for other in state.rows if other.number == row.number)
    if ended.state not in _NOT_SENT:
        return Decision(state, (), ended.state.value)
    reason, note = _NOT_SENT[ended.state]
    if not state.bot_on:
        return Decision(state, (Note(note),), ended.state.value)
    return replace(hand_over(state, reason), verdict=ended.state.value)
