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
    PauseReason,
    ReplyFailed,
    ReplyProposed,
    SetTags,
    TimerKind,
)
from app.services.conversation import delivery, farewell, rules
from app.services.conversation.burst import Fragment, due_at
from app.services.conversation.handover import hand_over_turn


def wait_for_the_rest(state: Conversation, policy: Policy, now: datetime) -> Conversation:
    """Set, or set anew, the timer at whose end the burst is answered."""
    fragments = [Fragment(m.text, m.kind, m.received_at) for m in rules.unanswered(state)]
    return state.with_timer(TimerKind.BURST, due_at(fragments, now=now, policy=policy))


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
        state = replace(state, superseded=state.superseded + 1)
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
    if event.proposal.action in SPEAKING and not any(text.strip() for text in event.proposal.balloons):
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
    state = delivery.add_rows(state, proposal.balloons, turn)
    answered = Note(NoteKind.ANSWERED, str(len(turn.answers)))
    return Decision(state, (close, answered, *notes, *tags), "admitted")


def reply_failed(state: Conversation, event: ReplyFailed, policy: Policy, now: datetime) -> Decision:
    turn = state.turn
    if turn is None or turn.number != event.turn or turn.rung != event.rung or not state.bot_on:
        return Decision(state, (), "turn_is_closed")
    if turn.rung + 1 < policy.rungs:
        higher = replace(turn, rung=turn.rung + 1)
        return Decision(replace(state, turn=higher), (AskReply(higher),), "next_rung")
    return hand_over_turn(replace(state, turn=None), turn, PauseReason.BRAIN_FAILED, policy, now)
