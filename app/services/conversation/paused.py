"""Why the bot is off in one sentence: switched off by whom, since when, by what, until when. No customer text. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.conversation import HANDED_OVER, PauseReason

_CAUSES = {
    PauseReason.COMMAND: "A salesperson took over",
    PauseReason.HUMAN: "A salesperson wrote to the customer",
    PauseReason.ASKED: "The customer asked for a person",
    PauseReason.UNKNOWN_ANSWER: "The brain did not know the answer and called a person",
    PauseReason.MEDIA: "The customer sent something that the brain cannot open, and a person was called",
    PauseReason.BRAIN_FAILED: "No brain answered in time, and a person was called",
    PauseReason.STALE: "The answer would have come too late; a person was called",
    PauseReason.FLOOD: "The customer wrote more than the account lets its bot answer, and a person was called",
    PauseReason.FLOW: "The plan of the conversation asked for a person",
    PauseReason.DOUBT: "Nobody could tell whether a message was delivered; a person must look",
    PauseReason.REFUSED: "The channel refused a message; a person must look",
    PauseReason.OPT_OUT: "The customer wants no more messages",
    PauseReason.CONTACT: "The whole contact is paused",
    PauseReason.LEAD: "The whole lead is paused",
}
_BY_COMMAND = (PauseReason.COMMAND, PauseReason.CONTACT, PauseReason.LEAD)


def pause_told(after: Mapping[str, Any], began: Mapping[str, Any], timezone: str) -> str:
    """'The whole lead is paused: by Ana, since 2026-11-22 14:03 -03:00, with a typed command, until ...'.

    `after` is the visible state, `began` what is known of how it came to it (the store's statement of that name).
    """
    since, until = began.get("at"), _moment(after.get("until"))
    said = [
        f"by {after['by']}" if after.get("by") else "",
        f"since {_clock(since, timezone)}" if since else "",
        _way(after["reason"], began),
        f"until {_clock(until, timezone)}" if until else _open_end(after["reason"]),
    ]
    cause = _CAUSES[PauseReason(after["reason"])] if after["reason"] else "The bot is off"
    return f"{cause}: {', '.join(part for part in said if part)}."


def _way(reason: str | None, began: Mapping[str, Any]) -> str:
    """By what it was switched off; empty where nobody kept it."""
    if began.get("wordless"):
        return "with the messenger's own button"
    if reason in _BY_COMMAND and began.get("exact") is not None:
        return "through the API" if began["exact"] else "with a typed command"
    if reason == PauseReason.HUMAN:
        return "with a message"
    return "by a hand-over" if reason in HANDED_OVER else ""


def _open_end(reason: str | None) -> str:
    if reason == PauseReason.OPT_OUT:
        return "until the customer takes it back"
    return "until a person releases it"


def _moment(told: datetime | str | None) -> datetime | None:
    return datetime.fromisoformat(told) if isinstance(told, str) else told


def _clock(moment: datetime, timezone: str) -> str:
    """As a clock on the account's wall shows it, and how far that is from UTC."""
    told = moment.astimezone(ZoneInfo(timezone)).isoformat(" ", "minutes")
    return f"{told[:16]} {told[16:]}"
