"""What Ponte writes on the lead for salespeople, in the account's language and time zone. Pure."""

from datetime import datetime
from zoneinfo import ZoneInfo

from app.domain.conversation import HANDED_OVER, Conversation, Note, NoteKind, PauseReason
from app.domain.flows import EXPIRED, OVER
from app.services.agenda.wording import told_all
from app.services.conversation import rules
from app.services.conversation.translate import NOTE_MARK
from app.services.conversation.wording import Phrase, say, why

# Notes that say the same every time.
_PLAIN = {
    NoteKind.HELP: Phrase.HELP,
    NoteKind.OTHER_BOT: Phrase.OTHER_BOT,
    NoteKind.DOUBT: Phrase.UNCONFIRMED,
    NoteKind.REFUSED: Phrase.REFUSED,
    NoteKind.ESCALATED: Phrase.ESCALATED,
    NoteKind.UNANSWERED: Phrase.UNANSWERED,
}


def note_text(note: Note, state: Conversation, *, locale: str, timezone: str) -> str:
    """The whole text of a note, with the mark by which we know our own."""
    match note.kind:
        case NoteKind.STATE:
            text = state_text(state, locale=locale, timezone=timezone)
        case NoteKind.HINT | NoteKind.BRAIN:
            text = note.text
        case NoteKind.FLOW:
            text = say(Phrase.FLOW_UNTOLD, locale, text=note.text)
        case NoteKind.ANSWERED:
            text = say(Phrase.ANSWERED, locale, count=note.text)
        case NoteKind.BRIEF:
            text = _brief(note, state, locale=locale, timezone=timezone)
        case NoteKind.UNANSWERED if note.times:
            times = told_all(note.times, timezone, locale)
            text = say(Phrase.UNANSWERED_OFFER, locale, seller=note.text, times=times)
        case _:
            text = say(_PLAIN[note.kind], locale)
    return f"{NOTE_MARK} {text}"


def state_text(state: Conversation, *, locale: str, timezone: str) -> str:
    """The state as a salesperson sees it: 'IA pausada por Ana até 16:40', and where a flow stands."""
    text, flow = _bot_text(state, locale=locale, timezone=timezone), state.flow
    if flow is None or flow.step in (OVER, EXPIRED):
        return text
    return say(Phrase.STATE_FLOW, locale, state=text, flow=flow.flow, step=flow.step)


def _bot_text(state: Conversation, *, locale: str, timezone: str) -> str:
    pause = state.pause
    if pause is None:
        return say(Phrase.STATE_RELEASED_WAITS if state.resting else Phrase.STATE_ACTIVE, locale)
    if state.opted_out:
        return say(Phrase.STATE_PAUSED_OPT_OUT, locale)
    if pause.reason in HANDED_OVER:
        return say(Phrase.STATE_PAUSED_HANDOFF, locale)
    named, until = bool(pause.by), pause.until
    if pause.reason is PauseReason.HUMAN and named:
        phrase = Phrase.STATE_PAUSED_HUMAN_UNTIL if until else Phrase.STATE_PAUSED_HUMAN
    elif named:
        phrase = Phrase.STATE_PAUSED_BY_UNTIL if until else Phrase.STATE_PAUSED_BY
    else:
        phrase = Phrase.STATE_PAUSED_UNTIL if until else Phrase.STATE_PAUSED
    return say(phrase, locale, who=pause.by, until=_clock_time(until, timezone))


def _brief(note: Note, state: Conversation, *, locale: str, timezone: str) -> str:
    reason = state.pause.reason.value if state.pause else ""
    waiting = state.messages
    lines = [
        say(Phrase.BRIEF_TITLE, locale),
        say(Phrase.BRIEF_REASON, locale, reason=why(reason, locale)),
        say(Phrase.BRIEF_MESSAGES, locale, count=str(len(waiting))),
    ]
    if (written := rules.newest(waiting)) is not None:
        lines.append(say(Phrase.BRIEF_WAITING, locale, since=_clock_time(written, timezone)))
    lines += [f"- {m.text}" for m in waiting[-5:] if m.text]
    return "\n".join([*lines, note.text] if note.text else lines)


def _clock_time(at: datetime | None, timezone: str) -> str:
    return at.astimezone(ZoneInfo(timezone)).strftime("%H:%M") if at else ""
