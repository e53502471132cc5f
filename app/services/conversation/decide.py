"""The heart: one pure function turns a conversation and an event into the next conversation and what must be done.

No I/O, no clock, no randomness. The engine (`mailbox.py`) feeds it the mailbox in order, under the conversation's
lock, and writes what comes out. Its vocabulary is `domain/conversation.py`, its rules are `rules.py`.
"""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from app.domain.account import Policy
from app.domain.brain import Proposal, ReplyAction
from app.domain.conversation import (
    AskReply,
    Assign,
    CloseTurn,
    Command,
    Conversation,
    CustomerMessage,
    Decision,
    DeliveryReported,
    Effect,
    Event,
    HandoffRequested,
    Log,
    Note,
    NoteKind,
    Notify,
    OpenTurn,
    OutgoingMessage,
    Pause,
    PauseReason,
    Remember,
    ReplyFailed,
    ReplyProposed,
    RowState,
    SendRequested,
    SetOptOut,
    SetTags,
    TimerFired,
    TimerKind,
    Verb,
    Waiting,
)
from app.domain.messages import Author
from app.services.conversation import delivery, farewell, rules
from app.services.conversation.burst import Fragment, due_at
from app.services.conversation.language import guess
from app.services.conversation.optout import Consent, intent


def decide(state: Conversation, event: Event, policy: Policy, now: datetime) -> Decision:
    """What follows from an event. Never raises; an event that changes nothing has a verdict that says why."""
    match event:
        case CustomerMessage():
            return _customer_wrote(state, event, policy, now)
        case OutgoingMessage():
            return _somebody_wrote(state, event, policy, now)
        case Command():
            return _commanded(state, event, policy, now)
        case TimerFired(TimerKind.BURST):
            return _burst_over(state, policy, now)
        case TimerFired():
            return _pause_over(state, policy, now)
        case ReplyProposed():
            return _reply_came(state, event, policy, now)
        case ReplyFailed():
            return _reply_failed(state, event, policy)
        case SendRequested():
            return delivery.requested(state, event)
        case DeliveryReported():
            return _delivered(state, event)
        case HandoffRequested():
            return hand_over(state, event.reason, by=event.by)
        case _:
            assert_never(event)


def settle(state: Conversation, policy: Policy, now: datetime) -> Conversation:
    """The end of every transaction: bot on, something unanswered, no open turn, no timer -> the burst timer.

    (The other half, first unfinished row pending -> a send job, is the engine's, which owns the queue.)
    """
    answered = rules.finally_answered(state)
    state = replace(
        state, messages=tuple(m for m in state.messages if m.fold > state.human_saw and m.fold not in answered)
    )
    waiting = rules.unanswered(state)
    if not state.bot_on or state.resting or not waiting or state.turn or TimerKind.BURST in state.timers:
        return state
    return _with_timer(state, TimerKind.BURST, _burst_due(waiting, policy, now))


# --- the customer -----------------------------------------------------------------------------------------------------


def _customer_wrote(state: Conversation, event: CustomerMessage, policy: Policy, now: datetime) -> Decision:
    fold = state.folds + 1
    message = Waiting(fold, event.text, event.kind, event.at, event.received_at)
    state = replace(
        state,
        folds=fold,
        messages=(*state.messages, message),
        last_customer_at=max(event.at, state.last_customer_at or event.at),
        locale=guess(event.text) or state.locale,
        resting=False,
    )
    remember = Remember(
        *(Author.CUSTOMER, event.text, event.kind, event.at, event.external_id),
        fold=fold,
        received_at=event.received_at,
        media=event.media,
    )
    consent = intent(event.text)
    if consent is Consent.OUT:
        return _opted_out(state, remember)
    if consent is Consent.IN and state.opted_out:
        return _opted_in(state, remember, policy, now)
    if not state.bot_on:
        return Decision(state, (remember,), "bot_off")
    due = _burst_due(rules.unanswered(state), policy, now)
    return Decision(_with_timer(state, TimerKind.BURST, due), (remember,), "heard")


def _opted_out(state: Conversation, remember: Remember) -> Decision:
    off, effects = switch_off(state, Pause(PauseReason.OPT_OUT))
    off = replace(off, opted_out=True, messages=(), human_saw=off.folds)
    off = farewell.say(off, PauseReason.OPT_OUT)
    log = Log("customer", "opted_out")
    return Decision(off, (remember, *effects, SetOptOut(opted_out=True), Note(NoteKind.STATE), log), "opted_out")


def _opted_in(state: Conversation, remember: Remember, policy: Policy, now: datetime) -> Decision:
    on = replace(_released(replace(state, opted_out=False), policy, now), messages=(), human_saw=state.folds)
    on = farewell.welcome(on)
    log = Log("customer", "opted_in")
    return Decision(on, (remember, SetOptOut(opted_out=False), Note(NoteKind.STATE), log), "opted_in")


def _burst_due(waiting: tuple[Waiting, ...], policy: Policy, now: datetime) -> datetime:
    return due_at([Fragment(m.text, m.kind, m.received_at) for m in waiting], now=now, policy=policy)


# --- people and other programs ----------------------------------------------------------------------------------------


def _somebody_wrote(state: Conversation, event: OutgoingMessage, policy: Policy, now: datetime) -> Decision:
    owner = rules.owner_of_echo(state, event)
    if owner is not None:
        return Decision(delivery.echoed(state, owner, event), (), "echo")
    if rules.is_other_bot(event):
        return _other_bot(state, event)
    late = rules.is_late(state, event.at, exact=False, pauses=True)
    state = replace(
        state,
        human_saw=state.folds,
        messages=(),
        last_human_at=max(event.at, state.last_human_at or event.at),
    )
    remember = Remember(
        *(Author.HUMAN, event.text, event.kind, event.at, event.external_id, event.author_id), media=event.media
    )
    if late:
        return Decision(state, (remember,), "late_human")
    who = event.author_name or event.author_id
    was_on = state.bot_on
    off, effects = switch_off(state, _keep_longer(state, Pause(PauseReason.HUMAN, who)))
    off = _auto_return(replace(off, control_at=event.at), policy, now)
    said = (Note(NoteKind.STATE), Log(f"user:{event.author_id}", "paused", "wrote to the customer")) if was_on else ()
    return Decision(off, (remember, *effects, *said), "human_took_over")


def _keep_longer(state: Conversation, pause: Pause) -> Pause:
    """What a person has said about the pause outlives that he then writes."""
    said = (PauseReason.COMMAND, PauseReason.CONTACT, PauseReason.LEAD, PauseReason.OPT_OUT)
    return state.pause if state.pause is not None and state.pause.reason in said else pause


def _other_bot(state: Conversation, event: OutgoingMessage) -> Decision:
    before = state.other_bot_at
    state = replace(state, other_bot_at=event.at)
    again = before is not None and abs(event.at - before) <= rules.OTHER_BOT_WINDOW
    remember = Remember(*(Author.BOT, event.text, event.kind, event.at, event.external_id, event.author_id))
    return Decision(state, (remember, Notify("other_bot")) if again else (remember,), "other_bot")


# --- commands and control ---------------------------------------------------------------------------------------------


def _commanded(state: Conversation, event: Command, policy: Policy, now: datetime) -> Decision:
    match event.verb:
        case Verb.TAKE | Verb.RELEASE:
            return _controlled(state, event, policy, now)
        case Verb.STATUS:
            return Decision(state, _note(event, NoteKind.STATE), "status")
        case Verb.HELP:
            return Decision(state, _note(event, NoteKind.HELP), "help")
        case Verb.UNKNOWN:
            return Decision(state, _note(event, NoteKind.HINT, event.hint), "not_understood")
        case _:
            assert_never(event.verb)


def _controlled(state: Conversation, event: Command, policy: Policy, now: datetime) -> Decision:
    takes = event.verb is Verb.TAKE
    note = _note(event, NoteKind.STATE)
    if rules.is_late(state, event.at, exact=event.exact, pauses=takes):
        return Decision(state, note, "late_command")
    state = replace(state, control_at=event.at)
    if not takes and state.opted_out:
        return Decision(state, note, "opted_out")
    log = Log(event.by, "paused" if takes else "released", event.why)
    if not takes:
        return Decision(_released(state, policy, now), (*note, log), "released")
    off, effects = switch_off(state, Pause(event.reason, event.by, event.until, fixed=event.until is not None))
    off = replace(off, last_human_at=max(event.at, state.last_human_at or event.at))
    return Decision(_auto_return(off, policy, now), (*effects, *note, log), "taken_over")


def _note(event: Command, kind: NoteKind, text: str = "") -> tuple[Effect, ...]:
    return () if event.silent else (Note(kind, text),)


def switch_off(state: Conversation, pause: Pause) -> tuple[Conversation, tuple[Effect, ...]]:
    """The fence. Raises the epoch, closes the open turn, cancels what has not left, stops the burst timer."""
    epoch = state.epoch + 1
    closed = (CloseTurn(state.turn.number, "closed", pause.reason.value),) if state.turn else ()
    timers = {kind: due for kind, due in state.timers.items() if kind is not TimerKind.BURST}
    if pause.until is not None:
        timers[TimerKind.RESUME] = pause.until
    off = replace(state, pause=pause, epoch=epoch, turn=None, superseded=0, resting=False, timers=timers)
    return delivery.cancel_pending(off), closed


def _auto_return(state: Conversation, policy: Policy, now: datetime) -> Conversation:
    """Start or restart the clock that brings the bot back, where the account has one and nobody named a time."""
    if policy.auto_return is None or state.pause is None or state.pause.fixed or state.opted_out:
        return state
    back = now + policy.auto_return
    pause = replace(state.pause, until=back)
    return _with_timer(replace(state, pause=pause), TimerKind.RESUME, back)


def _released(state: Conversation, policy: Policy, now: datetime) -> Conversation:
    timers = {kind: due for kind, due in state.timers.items() if kind is not TimerKind.RESUME}
    on = replace(state, pause=None, superseded=0, released_at=now, timers=timers)
    return replace(on, resting=rules.should_rest(on, policy, now))


def _pause_over(state: Conversation, policy: Policy, now: datetime) -> Decision:
    state = _without_timer(state, TimerKind.RESUME)
    if state.bot_on or state.opted_out:
        return Decision(state, (), "already_on")
    released = replace(_released(state, policy, now), control_at=now)
    return Decision(released, (Note(NoteKind.STATE), Log("clock", "released", "the pause was over")), "released")


# --- turns ------------------------------------------------------------------------------------------------------------


def _burst_over(state: Conversation, policy: Policy, now: datetime) -> Decision:
    state = _without_timer(state, TimerKind.BURST)
    waiting = rules.unanswered(state)
    if not state.bot_on or not waiting:
        return Decision(state, (), "nothing_to_answer")
    closed: tuple[Effect, ...] = ()
    if state.turn is not None:
        if state.turn.watermark == state.folds or state.superseded >= policy.max_supersedes:
            return Decision(state, (), "already_asked")
        closed = (CloseTurn(state.turn.number, "superseded", "newer_message"),)
        state = replace(state, superseded=state.superseded + 1)
    number = state.turns + 1
    turn = OpenTurn(number, state.epoch, state.folds, frozenset(m.fold for m in waiting))
    return Decision(replace(state, turn=turn, turns=number), (*closed, AskReply(turn)), "asked")


def _reply_came(state: Conversation, event: ReplyProposed, policy: Policy, now: datetime) -> Decision:
    turn = state.turn
    if turn is None or turn.number != event.turn or turn.epoch != state.epoch or not state.bot_on:
        return Decision(state, (), "turn_is_closed")
    if turn.watermark != state.folds and state.superseded < policy.max_supersedes:
        dropped = replace(state, turn=None, superseded=state.superseded + 1)
        return Decision(dropped, (CloseTurn(turn.number, "superseded", "newer_message"),), "superseded")
    state = replace(state, turn=None, superseded=0)
    if rules.is_stale(state, turn.answers, policy, now):
        return _handed_over(state, turn, PauseReason.STALE)
    return _admitted(state, turn, event.proposal)


def _admitted(state: Conversation, turn: OpenTurn, proposal: Proposal) -> Decision:
    """The reply counts: its balloons join the line. NONE answers by staying quiet."""
    state = replace(state, locale=proposal.locale or state.locale)
    if proposal.action is ReplyAction.HANDOFF:
        return _handed_over(state, turn, farewell.reason_of(proposal.reason), note=proposal.note)
    notes = (Note(NoteKind.BRAIN, proposal.note),) if proposal.note else ()
    tags = (SetTags(proposal.tags),) if proposal.tags else ()
    close = CloseTurn(turn.number, "admitted", proposal.reason)
    if proposal.action is ReplyAction.NONE:
        quiet = replace(state, messages=tuple(m for m in state.messages if m.fold not in turn.answers))
        return Decision(quiet, (close, *notes, *tags), "quiet")
    state = delivery.add_rows(state, proposal.balloons, turn)
    answered = Note(NoteKind.ANSWERED, str(len(turn.answers)))
    return Decision(state, (close, answered, *notes, *tags), "admitted")


def _reply_failed(state: Conversation, event: ReplyFailed, policy: Policy) -> Decision:
    turn = state.turn
    if turn is None or turn.number != event.turn or turn.rung != event.rung or not state.bot_on:
        return Decision(state, (), "turn_is_closed")
    if turn.rung + 1 < policy.rungs:
        higher = replace(turn, rung=turn.rung + 1)
        return Decision(replace(state, turn=higher), (AskReply(higher),), "next_rung")
    return _handed_over(replace(state, turn=None), turn, PauseReason.BRAIN_FAILED)


def _handed_over(state: Conversation, turn: OpenTurn, reason: PauseReason, *, note: str = "") -> Decision:
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


# --- deliveries -------------------------------------------------------------------------------------------------------


def _delivered(state: Conversation, event: DeliveryReported) -> Decision:
    """A send ended, or a read-back told how it had ended. Only the attempt that is under way may say so."""
    row = next((row for row in state.rows if row.number == event.number), None)
    if row is None or row.attempt != event.attempt or row.state is not RowState.SENDING:
        return Decision(state, (), "not_this_attempt")
    state = delivery.recorded(state, row, event)
    ended = next(other for other in state.rows if other.number == row.number)
    doubt = {RowState.PERSON: PauseReason.DOUBT, RowState.FAILED: PauseReason.REFUSED}.get(ended.state)
    if doubt is None:
        return Decision(state, (), ended.state.value)
    if not state.bot_on:
        return Decision(state, (Note(NoteKind.DOUBT),), ended.state.value)
    return replace(hand_over(state, doubt), verdict=ended.state.value)


def _with_timer(state: Conversation, kind: TimerKind, due: datetime) -> Conversation:
    return replace(state, timers={**state.timers, kind: due})


def _without_timer(state: Conversation, kind: TimerKind) -> Conversation:
    return replace(state, timers={k: due for k, due in state.timers.items() if k is not kind})
