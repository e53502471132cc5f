"""The one sentence that the bot says when it steps back or comes back. Pure."""

from dataclasses import replace

from app.domain.conversation import Conversation, OutboxRow, PauseReason, TimesFound
from app.services.agenda.wording import told_all
from app.services.conversation import rules
from app.services.conversation.wording import Phrase
from app.services.conversation.wording import say as word

# Reasons without an entry are silent towards the customer: a person was there first, or speaking would make it worse.
_GOODBYE = {
    PauseReason.ASKED: Phrase.GOODBYE_ASKED,
    PauseReason.UNKNOWN_ANSWER: Phrase.GOODBYE_UNKNOWN,
    PauseReason.MEDIA: Phrase.GOODBYE_MEDIA,
    PauseReason.BRAIN_FAILED: Phrase.GOODBYE_FAILED,
    PauseReason.FLOOD: Phrase.GOODBYE_FLOOD,
    PauseReason.OPT_OUT: Phrase.OPT_OUT_DONE,
}
_BRAINS = {reason.value: reason for reason in (PauseReason.ASKED, PauseReason.UNKNOWN_ANSWER, PauseReason.MEDIA)}


def reason_of(code: str) -> PauseReason:
    """Why a brain gave up, from its code; anything unknown is an honest 'does not know'.

    After a colon a brain may name the rule that it went by.
    """
    return _BRAINS.get(code.partition(":")[0], PauseReason.UNKNOWN_ANSWER)


def say(state: Conversation, reason: PauseReason) -> Conversation:
    """Put the goodbye on the line under the new epoch: it may go while the bot is off, but never over a person."""
    phrase = _GOODBYE.get(reason)
    return state if phrase is None else _line(state, word(phrase, state.locale or ""))


def admit_nobody(state: Conversation, found: TimesFound) -> Conversation:
    """Nobody has answered: the customer is told so, and offered what is free, or asked for a better time."""
    locale = state.locale or ""
    if not found.starts:
        return _line(state, word(Phrase.NOBODY_THERE, locale))
    times = told_all(found.starts, found.zone, locale)
    if found.place:
        times = word(Phrase.TIMES_OF_PLACE, locale, times=times, place=found.place)
    return _line(state, word(Phrase.NOBODY_THERE_OFFER, locale, seller=found.seller, times=times))


def welcome(state: Conversation) -> Conversation:
    """Confirm that the customer wants to hear from us again."""
    return _line(state, word(Phrase.OPT_IN_DONE, state.locale or ""))


def _line(state: Conversation, text: str) -> Conversation:
    row = OutboxRow(
        *(state.lines + 1, state.epoch, text),
        answers=frozenset(m.fold for m in rules.unanswered(state)),
        farewell=True,
    )
    return replace(state, rows=(*state.rows, row), lines=row.number)
