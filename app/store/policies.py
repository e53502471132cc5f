"""What accounts changed of how their bot behaves, and what their channel can do, out of what is stored."""

from dataclasses import fields
from datetime import timedelta
from typing import Any

from app.domain.account import Capabilities, Policy
from app.domain.content import Form
from app.domain.written_hours import hours_of

_SECONDS = {"burst_limit", "stale_after", "release_limit", "window", "auto_return", "handoff_sla", "balloon_spacing"}

_NOT_NUMBERS = {"hours", "zone"}

# The ladder of the installation says where it ends; an account may want less of it.
_RUNGS = 9


def policy_of(settings: dict[str, Any], timezone: str, locale: str = "") -> Policy:
    """The account's policy: the defaults, with what the account changed. Times are stored in seconds."""
    known = {field.name for field in fields(Policy)} & settings.keys() - _NOT_NUMBERS
    values: dict[str, Any] = {"rungs": _RUNGS} | {
        name: timedelta(seconds=settings[name]) if name in _SECONDS and settings[name] is not None else settings[name]
        for name in known
    }
    if "flow_words" in values:
        values["flow_words"] = {key: tuple(ways) for key, ways in values["flow_words"].items()}
    return Policy(**values, hours=hours_of(settings, timezone=timezone, locale=locale), zone=timezone)


def capabilities_of(stored: dict[str, Any]) -> Capabilities:
    return Capabilities(
        ways=tuple(stored.get("ways", ())),
        sees_humans=bool(stored.get("sees_humans")),
        reads_back=bool(stored.get("reads_back")),
        shows=frozenset(form for form in Form if form in stored.get("shows", ())),
    )
