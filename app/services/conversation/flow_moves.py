"""A flow's move carried out: its place is kept, what it says joins the line, what it wants done is asked for. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from app.domain.account import Policy
from app.domain.conversation import (
    Conversation,
    Decision,
    Effect,
    Log,
    Note,
    NoteKind,
    OpenTurn,
    OutboxRow,
    PauseReason,
    RunErrand,
    SetField,
    SetTags,
    TimerKind,
)
from app.domain.flows import ASKED, COMPLETED, EXPIRED, FAILED, HANDED_OVER, OVER, FlowState, Move
from app.services.conversation import delivery, rules
from app.services.conversation.handover import hand_over

# Why a row is on the line that answers no message.
FLOW = "flow"


def go_on(
    state: Conversation,
    move: Move,
    policy: Policy,
    now: datetime,
    *,
    turn: OpenTurn | None = None,
    quiet_since: datetime | None = None,
) -> Decision:
    """The flow goes on: its place is kept, what it says joins the line, what it wants done is asked for."""
    state = _placed(state, move, policy, now)
    effects = _wishes(move)
    if move.hand_over and state.bot_on:
        given = hand_over(state, PauseReason.FLOW, policy, now, note=move.note or move.hand_over)
        said = _say(given.state, move.balloons, policy, farewell=True)
        return Decision(said, (*effects, *given.effects), FLOW)
    if not state.bot_on:
        untold = (Note(NoteKind.FLOW, "\n".join(move.balloons)),) if move.balloons else ()
        brief = (Note(NoteKind.BRIEF, move.note or move.hand_over),) if move.hand_over else ()
        return Decision(state, (*effects, *untold, *brief), "bot_off")
    if turn is not None:
        return Decision(delivery.add_rows(state, move.balloons, turn), effects, FLOW)
    return Decision(_say(state, move.balloons, policy, quiet_since=quiet_since), effects, FLOW)


def _placed(state: Conversation, move: Move, policy: Policy, now: datetime) -> Conversation:
    before = state.flow
    version = before.version + 1 if before else 1
    if move.state is not None:
        kept = replace(move.state, version=version)
    elif before is not None:
        end = EXPIRED if move.is_expired else OVER
        kept = replace(before, step=end, data={}, entered_at=now, version=version, outcome=_outcome(move))
    else:
        kept = FlowState(policy.flow, OVER, now, now, version=version, outcome=_outcome(move))
    state = replace(state, flow=kept)
    due = move.due if move.state is not None else None
    return state.with_timer(TimerKind.FLOW, due) if due else state.without_timer(TimerKind.FLOW)


def _outcome(move: Move) -> str:
    """How a flow has ended that is over now; nothing of one that ends because this release does not know it."""
    if move.hand_over:
        return HANDED_OVER if move.hand_over == ASKED else FAILED
    return COMPLETED if not move.is_expired and (move.balloons or move.log or move.tags) else ""


def _wishes(move: Move) -> tuple[Effect, ...]:
    tags = (SetTags(move.tags),) if move.tags else ()
    fields = (SetField(name, value) for name, value in move.fields.items())
    notes = (Note(NoteKind.BRAIN, move.note),) if move.note and not move.hand_over else ()
    errands = (RunErrand(errand) for errand in move.errands)
    rows = (Log(FLOW, row.get("event_type", FLOW), details=row) for row in move.log)
    return (*tags, *fields, *notes, *errands, *rows)


def _say(
    state: Conversation,
    balloons: Sequence[str],
    policy: Policy,
    *,
    quiet_since: datetime | None = None,
    farewell: bool = False,
) -> Conversation:
    """Words of the flow's own accord: inside the channel's window, a reminder only while nobody has written.

    Those with which it gives up answer what was written last, so that nobody answers it again after a release.
    """
    closes = state.last_customer_at + policy.window if state.last_customer_at else None
    answers = frozenset(m.fold for m in rules.unanswered(state)) if farewell else frozenset[int]()
    rows = tuple(
        OutboxRow(
            *(state.lines + place, state.epoch, text),
            answers=answers,
            reason=FLOW,
            farewell=farewell,
            quiet_since=quiet_since,
            not_after=closes,
        )
        for place, text in enumerate(balloons, start=1)
    )
    return replace(state, rows=(*state.rows, *rows), lines=state.lines + len(rows))


def place_of(state: Conversation) -> str:
    """The place in the flow, as a reason that operators read: `onboarding.name`."""
    return f"{state.flow.flow}.{state.flow.step}" if state.flow else FLOW
