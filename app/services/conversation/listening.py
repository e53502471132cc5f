"""What somebody wrote in the chat: the customer, a salesperson, another program, or we ourselves. Pure."""

from dataclasses import replace
from datetime import datetime

from app.domain.account import Policy
from app.domain.conversation import (
    CloseTurn,
    Conversation,
    CustomerMessage,
    Decision,
    Effect,
    Log,
    Note,
    NoteKind,
    Notify,
    OutboxRow,
    OutgoingMessage,
    Pause,
    PauseReason,
    Remember,
    SetOptOut,
    Waiting,
    WordsHeard,
)
from app.domain.messages import Author
from app.domain.wanting_a_person import asks_for_person
from app.services.conversation import control, delivery, farewell, pace, rules, satisfaction
from app.services.conversation.handover import hand_over
from app.services.conversation.language import guess
from app.services.conversation.optout import Consent, intent
from app.services.conversation.turns import wait_for_the_rest

# Pauses that a person has ordered, and those under which a person is speaking.
_SAID = (PauseReason.COMMAND, PauseReason.CONTACT, PauseReason.LEAD)
_BY_PEOPLE = (*_SAID, PauseReason.HUMAN)


def customer_wrote(state: Conversation, event: CustomerMessage, policy: Policy, now: datetime) -> Decision:
    before, fold = state, state.folds + 1
    message = Waiting(fold, event.text, event.kind, event.at, event.received_at)
    state = replace(
        pace.counted(state, event, policy),
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
        choice=event.choice,
    )
    consent = intent(event.text)
    if consent is Consent.OUT and not state.opted_out:
        return _opted_out(state, (remember,))
    if consent is Consent.IN and state.opted_out:
        return _opted_in(state, (remember,), policy, now)
    if (rating := satisfaction.answered(state, event, policy)) is not None:
        return satisfaction.rated(state, rating, remember, policy)
    state = satisfaction.passed(state)
    if not state.bot_on:
        return Decision(state, (remember,), "bot_off")
    if pace.is_for_a_person(state, policy):
        given = hand_over(state, PauseReason.FLOOD, policy, now)
        return replace(given, effects=(remember, *given.effects))
    state, told = pace.slowed(before, state, now)
    return Decision(wait_for_the_rest(state, policy, now), (remember, *told), pace.SLOWED if told else "heard")


def words_heard(state: Conversation, event: WordsHeard, policy: Policy, now: datetime) -> Decision:
    """A voice message has become words, and they count as written ones do: what they ask of us is heard here.

    While it waits, its answer will be to the words. One that was answered without them is only kept, unless it asks
    for a person and the customer has written nothing since.
    """
    state = replace(state, locale=guess(event.text) or state.locale)
    is_newest = event.fold == state.folds
    consent = intent(event.text)
    if consent is Consent.OUT and not state.opted_out:
        return _opted_out(state, ())
    if consent is Consent.IN and state.opted_out and is_newest:
        return _opted_in(state, (), policy, now)
    if any(message.fold == event.fold for message in state.messages):
        return Decision(state, (), "words_heard")
    if is_newest and state.bot_on and asks_for_person(event.text):
        return hand_over(state, PauseReason.ASKED, policy, now)
    return Decision(state, (), "words_kept")


def _opted_out(state: Conversation, remembered: tuple[Effect, ...]) -> Decision:
    """No more messages. Who had the chat keeps it, and is not talked over by our confirmation."""
    off, effects = control.switch_off(state, state.pause or Pause(PauseReason.OPT_OUT))
    off = replace(off, opted_out=True, messages=())
    if not _with_a_person(state):
        off = farewell.say(off, PauseReason.OPT_OUT)
    log = Log("customer", "opted_out")
    told = (SetOptOut(opted_out=True), Note(NoteKind.STATE), log)
    return Decision(off, (*remembered, *effects, *told), "opted_out")


def _opted_in(state: Conversation, remembered: tuple[Effect, ...], policy: Policy, now: datetime) -> Decision:
    """Messages are welcome again. That lifts the opt-out and nothing else: a person's pause is for people to lift."""
    on = replace(state, opted_out=False, messages=())
    if state.pause is None or state.pause.reason is PauseReason.OPT_OUT:
        on = control.released(on, policy, now)
    if not _with_a_person(state):
        on = farewell.welcome(on)
    log = Log("customer", "opted_in")
    return Decision(on, (*remembered, SetOptOut(opted_out=False), Note(NoteKind.STATE), log), "opted_in")


def _with_a_person(state: Conversation) -> bool:
    return state.pause is not None and state.pause.reason in _BY_PEOPLE


def _echo(state: Conversation, owner: OutboxRow, event: OutgoingMessage, policy: Policy, now: datetime) -> Decision:
    """Ours. Known only by its words, where the way of sending gives ids: the one window that is left, counted."""
    by_words = owner.external_id is None and owner.way not in rules.WAYS_WITHOUT_ID
    told = (Log("channel", "echo_by_words"),) if by_words else ()
    state = delivery.paced(delivery.echoed(state, owner, event), owner.number, policy, now)
    return Decision(state, told, "echo_by_words" if by_words else "echo")


def somebody_wrote(state: Conversation, event: OutgoingMessage, policy: Policy, now: datetime) -> Decision:
    owner = rules.owner_of_echo(state, event)
    if owner is not None:
        return _echo(state, owner, event, policy, now)
    if rules.is_other_bot(event):
        return _other_bot(state, event)
    return _salesperson_wrote(state, event, policy, now)


def _salesperson_wrote(state: Conversation, event: OutgoingMessage, policy: Policy, now: datetime) -> Decision:
    """A human sign: the chat is theirs, and what the customer had written by then is answered."""
    state = replace(state, last_human_at=max(event.at, state.last_human_at or event.at))
    remember = Remember(
        *(Author.HUMAN, event.text, event.kind, event.at, event.external_id, event.author_id), media=event.media
    )
    if rules.is_late(state, event.at, exact=False, pauses=True):
        return _wrote_before_the_release(state, event, remember)
    was_on = state.bot_on
    off, effects = control.switch_off(state, _keep_longer(state, event))
    newer = tuple(m for m in off.messages if m.at > event.at)
    off = satisfaction.served(replace(off, control_at=event.at, messages=newer), event.author_id, policy)
    said = (Note(NoteKind.STATE), Log(f"user:{event.author_id}", "paused", "wrote to the customer")) if was_on else ()
    return Decision(control.auto_return(off, policy, now), (remember, *effects, *said), "human_took_over")


def _wrote_before_the_release(state: Conversation, event: OutgoingMessage, remember: Remember) -> Decision:
    """Told late: it pauses nothing, and answers what the customer had written by then, not what came after it."""
    answered = frozenset(m.fold for m in state.messages if m.at <= event.at)
    state = replace(state, messages=tuple(m for m in state.messages if m.fold not in answered))
    state = delivery.withdraw(state, answered)
    turn = state.turn
    if turn is None or turn.answers.isdisjoint(answered):
        return Decision(state, (remember,), "late_human")
    closed = CloseTurn(turn.number, "closed", "answered_by_person")
    return Decision(replace(state, turn=None), (remember, closed), "late_human")


def _keep_longer(state: Conversation, event: OutgoingMessage) -> Pause:
    """What a person has said about the pause outlives that he then writes, for as long as it was said to last."""
    said = state.pause
    if said is not None and said.reason in _SAID and (said.until is None or event.at < said.until):
        return said
    return Pause(PauseReason.HUMAN, event.author_name or event.author_id)


def _other_bot(state: Conversation, event: OutgoingMessage) -> Decision:
    before = state.other_bot_at
    state = replace(state, other_bot_at=event.at)
    again = before is not None and abs(event.at - before) <= rules.OTHER_BOT_WINDOW
    remember = Remember(*(Author.BOT, event.text, event.kind, event.at, event.external_id, event.author_id))
    return Decision(
        state, (remember, Note(NoteKind.OTHER_BOT), Notify("other_bot")) if again else (remember,), "other_bot"
    )
