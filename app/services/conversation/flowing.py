"""A conversation with a plan: what the flow hears, says and wants done, joined to the rules of the heart. Pure.

A flow answers in the very transaction in which the burst ends, so no take-over can come between; what it does not
understand goes to the brain, and the flow's question follows the brain's answer. Who asks for a person gets one first.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from zlib import crc32

from app.domain.account import Policy
from app.domain.brain import SPEAKING
from app.domain.conversation import (
    AnswerAtOnce,
    CloseTurn,
    Command,
    Conversation,
    Decision,
    Log,
    Note,
    NoteKind,
    OpenTurn,
    PauseReason,
    ReplyProposed,
    TimerKind,
    Verb,
    Waiting,
)
from app.domain.disclosure import disclosure
from app.domain.flows import EXPIRED, EXPIRES_AFTER, OVER, ErrandDone, FlowState, Hearing, Move
from app.domain.language import by_script
from app.domain.wanting_a_person import asks_for_person
from app.services.conversation import rules, turns
from app.services.conversation.flow_moves import go_on, place_of
from app.services.conversation.handover import hand_over
from app.services.flows.engine import ENGINE

# Nobody is reminded while an answer is on its way; the clock rings again after this.
LOOKED_AT_AGAIN = timedelta(minutes=1)


def answer(state: Conversation, policy: Policy, now: datetime) -> Decision | None:
    """The burst is over: what the flow makes of it. None: there is no flow, or it is the brain's matter."""
    waiting = rules.unanswered(state)
    if not _may_hear(state, waiting, policy, now):
        return None
    if asks_for_person("\n".join(m.text for m in waiting)):
        return hand_over(state.without_timer(TimerKind.BURST), PauseReason.ASKED, policy, now)
    move = _heard(state, waiting, policy, now)
    if not move.is_mine or not (move.balloons or move.errands or move.hand_over):
        return None
    if state.flow is None and policy.ai_disclosure:
        told = disclosure(state.locale or "", policy.business_name or "")
        move = replace(move, balloons=(told, *move.balloons))
    turn = OpenTurn(state.turns + 1, state.epoch, state.folds, frozenset(m.fold for m in waiting))
    closed = (CloseTurn(state.turn.number, "superseded", "newer_message"),) if state.turn else ()
    state = turns.wait_for_no_brain(state).without_timer(TimerKind.BURST)
    moved = go_on(replace(state, turn=None, turns=turn.number, superseded=0), move, policy, now, turn=turn)
    close = CloseTurn(turn.number, "admitted", place_of(moved.state))
    return replace(moved, effects=(*closed, AnswerAtOnce(turn), close, *moved.effects))


def with_question(state: Conversation, event: ReplyProposed, policy: Policy, now: datetime) -> ReplyProposed:
    """A brain has answered in between: the flow's open question follows, so that the step is not lost."""
    waiting, proposal = rules.unanswered(state), event.proposal
    if proposal.action not in SPEAKING or not _under_way(state, policy) or not _may_hear(state, waiting, policy, now):
        return event
    move = _heard(state, waiting, policy, now)
    asked = () if move.is_mine else move.balloons
    return replace(event, proposal=replace(proposal, balloons=(*proposal.balloons, *asked)))


def errand_done(state: Conversation, event: ErrandDone, policy: Policy, now: datetime) -> Decision:
    """What was to be done outside has come to an end: the flow goes on."""
    flow = _under_way(state, policy)
    if flow is None:
        return Decision(state, (), "no_flow")
    return go_on(state, ENGINE.errand_done(flow, event, _hearing(state, policy, now)), policy, now)


def overdue(state: Conversation, policy: Policy, now: datetime) -> Decision:
    """The flow is woken: a reminder, or the end of its patience. A flow in a person's hands waits for its customer."""
    state = state.without_timer(TimerKind.FLOW)
    flow = _under_way(state, policy)
    if not state.bot_on or flow is None:
        return Decision(state, (), "no_flow")
    if rules.unanswered(state):
        return Decision(state.with_timer(TimerKind.FLOW, now + LOOKED_AT_AGAIN), (), "already_answering")
    return go_on(state, ENGINE.overdue(flow, _hearing(state, policy, now)), policy, now, quiet_since=now)


def steered(state: Conversation, event: Command, policy: Policy, now: datetime) -> Decision:
    """A salesperson skips a step or has it asked anew; a flow that is over begins. In her chat nothing is said."""
    flow, hearing = _under_way(state, policy), _hearing(state, policy, now)
    told = () if event.silent else (Note(NoteKind.STATE),)
    if flow is not None:
        move = ENGINE.skip(flow, None, hearing) if event.verb is Verb.SKIP else ENGINE.reset(flow, hearing)
    elif event.verb is Verb.RESET and ENGINE.is_known(policy.flow):
        move = ENGINE.begin(policy.flow, hearing)
    else:
        return Decision(state, told, "no_flow")
    moved = go_on(state, move, policy, now)
    log = Log(event.by, f"flow_{event.verb.value}", place_of(moved.state))
    return replace(moved, effects=(*moved.effects, *told, log))


def _may_hear(state: Conversation, waiting: tuple[Waiting, ...], policy: Policy, now: datetime) -> bool:
    answers = frozenset(m.fold for m in waiting)
    return (
        _is_theirs(state, policy, now)
        and state.bot_on
        and any(m.text.strip() for m in waiting)
        and not rules.answer_in_doubt(state)
        and not rules.is_stale(state, answers, policy, now)
    )


def _is_theirs(state: Conversation, policy: Policy, now: datetime) -> bool:
    """Whether the customer is in a flow, or about to begin one: new to us, or silent for too long.

    Whose flow is over is not; nor who has fallen silent in a flow and was then taken on by a person.
    """
    if not ENGINE.is_known(policy.flow):
        return False
    if state.flow is None:
        return state.turns == 0 and state.last_human_at is None
    if _has_expired(state.flow, now):
        return ENGINE.is_known(state.flow.flow) and not _was_taken_on(state, state.flow)
    return _under_way(state, policy) is not None


def _has_expired(flow: FlowState, now: datetime) -> bool:
    """Nobody has moved it for a day, whether or not its clock has rung."""
    return flow.step == EXPIRED or (flow.step != OVER and now - flow.entered_at > EXPIRES_AFTER)


def _was_taken_on(state: Conversation, flow: FlowState) -> bool:
    """Whether a person has dealt with the customer since the flow stands where it does."""
    return state.last_human_at is not None and state.last_human_at > flow.entered_at


def _heard(state: Conversation, waiting: tuple[Waiting, ...], policy: Policy, now: datetime) -> Move:
    """A customer who is new to us begins; who has been silent for too long begins anew."""
    written = by_script("\n".join(m.text for m in waiting))
    flow, hearing = state.flow, replace(_hearing(state, policy, now), written=written)
    if flow is None or _has_expired(flow, now):
        return ENGINE.begin(policy.flow, hearing)
    return ENGINE.hear(flow, [m.text for m in waiting if m.text.strip()], hearing)


def _hearing(state: Conversation, policy: Policy, now: datetime) -> Hearing:
    version = state.flow.version if state.flow else 0
    seed = crc32(f"{state.folds}:{version}:{now.isoformat()}".encode())
    return Hearing(now, state.locale or "", seed, policy.flow_words)


def _under_way(state: Conversation, policy: Policy) -> FlowState | None:
    """The flow that has not ended, if this release knows it.

    Of flows that were switched off, only what is being done outside is brought to its end: the customer waits for it.
    """
    flow = state.flow
    if flow is None or flow.step in (OVER, EXPIRED) or not ENGINE.is_known(flow.flow):
        return None
    return flow if ENGINE.is_known(policy.flow) or ENGINE.waits_outside(flow) else None
