"""Who has the chat: commands, pauses and their end. Pure.

Every switch-off goes through `switch_off`, which is the fence of promise 3; a release does not raise the epoch.
"""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from app.domain.account import Policy
from app.domain.conversation import (
    HANDED_OVER,
    CloseTurn,
    Command,
    Conversation,
    Decision,
    Effect,
    Log,
    Note,
    NoteKind,
    Pace,
    Pause,
    PauseReason,
    TimerKind,
    Verb,
)
from app.services.conversation import delivery, rules, satisfaction

# What a channel tells of a chat is as good as what people do there by its buttons, and no better.
_LIFTED_BY_THE_CHANNEL = HANDED_OVER | {PauseReason.HUMAN}


def commanded(state: Conversation, event: Command, policy: Policy, now: datetime) -> Decision:
    match event.verb:
        case Verb.TAKE | Verb.RELEASE:
            return _controlled(state, event, policy, now)
        case Verb.STATUS:
            return Decision(state, _note(event, NoteKind.STATE), "status")
        case Verb.HELP:
            return Decision(state, _note(event, NoteKind.HELP), "help")
        case Verb.UNKNOWN:
            return Decision(state, _note(event, NoteKind.HINT, event.hint), "not_understood")
        case Verb.SKIP | Verb.RESET:
            return Decision(state, (), "no_flow")  # the flow's own: see flowing.py
        case _:
            assert_never(event.verb)


def _controlled(state: Conversation, event: Command, policy: Policy, now: datetime) -> Decision:
    takes = event.verb is Verb.TAKE
    note = _note(event, NoteKind.STATE)
    if rules.is_late(state, event.at, exact=event.exact, pauses=takes):
        return Decision(state, () if event.wordless else note, "late_command")
    if event.wordless and not takes and (verdict := _not_lifted(state.pause)):
        return Decision(state, (), verdict)
    state = replace(state, control_at=event.at)
    if event.wordless and takes and not state.bot_on:
        # What the channel shows is so already. A chat that waits for a person has not got one by being shown to people.
        return Decision(state, (), "already_so")
    if state.bot_on and not takes:
        return Decision(state, note, "already_on")
    log = Log(event.by, "paused" if takes else "released", event.why)
    if not takes:
        back = _given_back(state, policy, now)
        back = replace(back, last_human_at=None) if event.anew else back
        return Decision(back, (*note, log), "released") if back.bot_on else Decision(back, note, "opted_out")
    off, effects = switch_off(state, Pause(event.reason, event.by, event.until, fixed=event.until is not None))
    off = replace(off, last_human_at=max(event.at, state.last_human_at or event.at))
    return Decision(auto_return(off, policy, now), (*effects, *note, log), "taken_over")


def _not_lifted(pause: Pause | None) -> str:
    """Why a channel that gives the bot a chat, perhaps by itself (a new session), lifts nothing; empty: it does.

    What people have ordered in words, for a contact, for a lead or until a time stands until they or the time undo it.
    """
    if pause is None:
        return "already_so"
    return "" if pause.reason in _LIFTED_BY_THE_CHANNEL and not pause.fixed else "stands"


def _note(event: Command, kind: NoteKind, text: str = "") -> tuple[Effect, ...]:
    return () if event.silent else (Note(kind, text),)


def switch_off(state: Conversation, pause: Pause) -> tuple[Conversation, tuple[Effect, ...]]:
    """The fence. Raises the epoch, closes the open turn, cancels what has not left, and no older clock rings on."""
    epoch = state.epoch + 1
    closed = (CloseTurn(state.turn.number, "closed", pause.reason.value),) if state.turn else ()
    timers = {} if pause.until is None else {TimerKind.RESUME: pause.until}
    off = replace(state, pause=pause, epoch=epoch, turn=None, superseded=0, resting=False, timers=timers)
    off = replace(off, survey=satisfaction.taken(state))
    return delivery.cancel_pending(off), closed


def auto_return(state: Conversation, policy: Policy, now: datetime) -> Conversation:
    """Start or restart the clock that brings the bot back, where the account has one and nobody named a time."""
    if policy.auto_return is None or state.pause is None or state.pause.fixed:
        return state
    back = now + policy.auto_return
    pause = replace(state.pause, until=back)
    return replace(state, pause=pause).with_timer(TimerKind.RESUME, back)


def released(state: Conversation, policy: Policy, now: datetime) -> Conversation:
    """Lift the pause. An opt-out stays: only the customer takes it back."""
    for clock in (TimerKind.RESUME, TimerKind.SLA, TimerKind.OFFER):
        state = state.without_timer(clock)
    if state.opted_out:
        return replace(state, pause=Pause(PauseReason.OPT_OUT), survey=None)
    # A goodbye that has not left yet is no longer true; what it covered is the bot's to answer again.
    on = replace(delivery.cancel_farewells(state), pause=None, superseded=0, released_at=now)
    on = replace(on, resting=rules.should_rest(on, policy, now))
    return satisfaction.back(on, policy, now)


def _given_back(state: Conversation, policy: Policy, now: datetime) -> Conversation:
    """The chat is the bot's again, and what the customer has written before is held against nobody."""
    return replace(released(state, policy, now), pace=Pace())


def opted_out_elsewhere(state: Conversation) -> tuple[Conversation, tuple[Effect, ...]]:
    """The contact said in another chat that no more messages are wanted. Who has this chat keeps it."""
    if state.opted_out:
        return state, ()
    off, effects = switch_off(state, state.pause or Pause(PauseReason.OPT_OUT))
    return replace(off, opted_out=True, messages=()), effects


def pause_over(state: Conversation, policy: Policy, now: datetime) -> Decision:
    """The stated clock lifts the pause as of the time it stated: whoever writes after that is newer."""
    due = state.timers.get(TimerKind.RESUME, now)
    if state.bot_on:
        return Decision(state.without_timer(TimerKind.RESUME), (), "already_on")
    back = replace(_given_back(state, policy, now), control_at=max(due, state.control_at or due))
    if not back.bot_on:
        return Decision(back, (), "opted_out")
    return Decision(back, (Note(NoteKind.STATE), Log("clock", "released", "the pause was over")), "released")
