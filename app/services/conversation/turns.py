"""One attempt to answer at a time: the burst ends, a brain is asked, its answer is admitted or dropped. Pure."""

from dataclasses import replace
from datetime import datetime

from app.domain.account import Policy
from app.domain.brain import SPEAKING, Proposal, ReplyAction
from app.domain.conversation import (
    AskReply,
    CloseTurn,
    Conversation,
    Decision,
    Effect,
    Note,
    NoteKind,
    OpenTurn,
    OutboxRow,
    PauseReason,
    ReplyAwaited,
    ReplyFailed,
    ReplyProposed,
    SetTags,
    TimerKind,
    Told,
)
from app.domain.storable import visible
from app.services.conversation import delivery, farewell, pace, rules
from app.services.conversation.burst import Fragment, due_at
from app.services.conversation.handover import hand_over_turn
from app.services.conversation.wording import Phrase, say

# Why a row is on the line that answers nothing.
STILL_LOOKING = "still_looking"


def wait_for_the_rest(state: Conversation, policy: Policy, now: datetime) -> Conversation:
    """Set, or set anew, the timer at whose end the burst is answered."""
    fragments = [Fragment(m.text, m.kind, m.received_at) for m in rules.unanswered(state)]
    due = pace.put_off(state, due_at(fragments, now=now, policy=policy), now)
    return state.with_timer(TimerKind.BURST, due)


def burst_over(state: Conversation, policy: Policy) -> Decision:
    state = state.without_timer(TimerKind.BURST)
    waiting = rules.unanswered(state)
    if not state.bot_on or not waiting:
        return Decision(state, (), "nothing_to_answer")
    if rules.answer_in_doubt(state):
        return Decision(state, (), "answer_in_doubt")
    closed: tuple[Effect, ...] = ()
    if state.turn is not None:
        if state.turn.watermark == state.folds or state.superseded >= policy.max_supersedes:
            return Decision(state, (), "already_asked")
        closed = (CloseTurn(state.turn.number, "superseded", "newer_message"),)
        state = wait_for_no_brain(replace(state, superseded=state.superseded + 1))
    number = state.turns + 1
    turn = OpenTurn(number, state.epoch, state.folds, frozenset(m.fold for m in waiting))
    return Decision(replace(state, turn=turn, turns=number), (*closed, AskReply(turn)), "asked")


def reply_came(state: Conversation, event: ReplyProposed, policy: Policy, now: datetime) -> Decision:
    turn = state.turn
    if turn is None or turn.number != event.turn or turn.epoch != state.epoch or not state.bot_on:
        return Decision(state, (), "turn_is_closed")
    if turn.watermark != state.folds and state.superseded < policy.max_supersedes:
        dropped = replace(state, turn=None, superseded=state.superseded + 1)
        return Decision(dropped, (CloseTurn(turn.number, "superseded", "newer_message"),), "superseded")
    if event.proposal.action in SPEAKING and not any(map(visible, event.proposal.balloons)):
        return reply_failed(state, ReplyFailed(turn.number, turn.rung, "empty"), policy, now)
    state = replace(state, turn=None, superseded=0)
    if rules.is_stale(state, turn.answers, policy, now):
        return hand_over_turn(state, turn, PauseReason.STALE, policy, now)
    return _admitted(state, turn, event.proposal, policy, now)


def _admitted(state: Conversation, turn: OpenTurn, proposal: Proposal, policy: Policy, now: datetime) -> Decision:
    """The reply counts: its balloons join the line. NOTE and NONE answer by staying quiet."""
    state = replace(state, locale=proposal.locale or state.locale)
    if proposal.action is ReplyAction.HANDOFF:
        reason = farewell.reason_of(proposal.reason)
        return hand_over_turn(state, turn, reason, policy, now, note=proposal.note)
    notes = (Note(NoteKind.BRAIN, proposal.note),) if proposal.note else ()
    tags = (SetTags(proposal.tags),) if proposal.tags else ()
    close = CloseTurn(turn.number, "admitted", proposal.reason)
    if proposal.action not in SPEAKING:
        quiet = replace(state, messages=tuple(m for m in state.messages if m.fold not in turn.answers))
        return Decision(quiet, (close, *notes, *tags), "quiet")
    state = delivery.add_rows(_without_notice(state), proposal.balloons, turn, contents=proposal.contents)
    answered = Note(NoteKind.ANSWERED, str(len(turn.answers)))
    return Decision(state, (close, answered, *notes, *tags), "admitted")


def reply_failed(state: Conversation, event: ReplyFailed, policy: Policy, now: datetime) -> Decision:
    turn = state.turn
    if turn is None or turn.number != event.turn or turn.rung != event.rung or not state.bot_on:
        return Decision(state, (), "turn_is_closed")
    if not event.last and turn.rung + 1 < policy.rungs:
        higher = replace(turn, rung=turn.rung + 1)
        asked = replace(state, turn=higher).without_timer(TimerKind.REPLY)
        return Decision(asked, (AskReply(higher),), "next_rung")
    return hand_over_turn(replace(state, turn=None), turn, PauseReason.BRAIN_FAILED, policy, now)


def reply_awaited(state: Conversation, event: ReplyAwaited) -> Decision:
    """A brain takes its time: its deadline, and the word to the customer, are timers, so no process need remember."""
    turn = state.turn
    if turn is None or turn.number != event.turn or turn.rung != event.rung or not state.bot_on:
        return Decision(state, (), "turn_is_closed")
    if event.until is not None:
        state = state.with_timer(TimerKind.REPLY, event.until)
    if event.notice_at is not None and not turn.told:
        state = state.with_timer(TimerKind.NOTICE, event.notice_at)
    return Decision(state, (), "awaited")


def reply_overdue(state: Conversation, policy: Policy, now: datetime) -> Decision:
    """The callback has not come: the next rung."""
    state, turn = state.without_timer(TimerKind.REPLY), state.turn
    if turn is None:
        return Decision(state, (), "turn_is_closed")
    return reply_failed(state, ReplyFailed(turn.number, turn.rung, "too_late"), policy, now)


def still_looking(state: Conversation) -> Decision:
    """Once in a turn the customer hears that it takes longer; that answers nothing, and goes through the fence."""
    state, turn = state.without_timer(TimerKind.NOTICE), state.turn
    if turn is None or turn.told or not state.bot_on:
        return Decision(state, (), "turn_is_closed")
    text = say(Phrase.STILL_LOOKING, state.locale or "")
    row = OutboxRow(state.lines + 1, turn.epoch, text, reason=STILL_LOOKING, notice=True)
    told = replace(state, rows=(*state.rows, row), lines=row.number, turn=replace(turn, told=True))
    return Decision(told, (Told(turn.number),), STILL_LOOKING)


def wait_for_no_brain(state: Conversation) -> Conversation:
    """No question is open any more."""
    return state.without_timer(TimerKind.REPLY).without_timer(TimerKind.NOTICE)


def _without_notice(state: Conversation) -> Conversation:
    """The answer is here: a word that it takes longer has no sense any more, if it has not left."""
    rows = (delivery.superfluous(row) if row.notice else row for row in state.rows)
    return replace(state, rows=tuple(rows))
