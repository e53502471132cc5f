"""What may be said of days and times in a wish, and the way out where it may be meant in two ways. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from app.domain import wish_words as said
from app.domain.zones import DAY, moments, reached

NOON = 12
# Beyond these, one more day is no date any more.
_FIRST_YEAR, _LAST_YEAR = 1971, 9000
_FARTHEST = timedelta(days=366)
_LATE_AFTERNOON = (18, 19, 20)


class Trouble(StrEnum):
    """Why a wish is asked back."""

    NOT_UNDERSTOOD = "not_understood"
    WHICH_DAY = "which_day"
    WHICH_TIME = "which_time"
    PAST = "past"
    NO_SUCH_DATE = "no_such_date"
    NO_SUCH_TIME = "no_such_time"
    DISAGREE = "disagree"
    TOO_FAR = "too_far"


@dataclass(frozen=True, slots=True)
class AskBack:
    """What must be asked, with the local times still to come that it may have meant; midnight stands for the day."""

    trouble: Trouble
    options: tuple[datetime, ...] = ()


class Asked(Exception):
    def __init__(self, trouble: Trouble, *options: datetime) -> None:
        super().__init__(trouble)
        self.answer = AskBack(trouble, options)


def either(trouble: Trouble, options: Iterable[datetime]) -> Asked:
    """What to ask where several times may be meant; those that are over are none of them."""
    found = sorted(set(options))
    return Asked(trouble, *found) if found else Asked(Trouble.PAST)


def times_ahead(day: date, minute: int, now: datetime, zone: str) -> list[datetime]:
    """This time of the day as clocks show it, if they do and it is still to come."""
    shown = datetime.combine(day, time(0)) + timedelta(minutes=minute)
    return [shown] if any(now < one <= now + _FARTHEST for one in moments(shown, zone)) else []


def days_ahead(day: date, until: int, now: datetime, zone: str) -> list[datetime]:
    """The day, if the minute until which it is meant is still to come; 1440 is its end."""
    over = reached(day, min(until, DAY), zone)
    return [datetime.combine(day, time(0))] if now < over <= now + _FARTHEST else []


def is_time(found: re.Match[str], name: str = "") -> bool:
    """A number that is said to be a time of the day, by anything around it."""
    marks = ("pre", "unit", "minute", "other", "half", "clock", "half_day", "part")
    return any(found[f"{mark}{name}"] for mark in marks)


def by_half_day(hour: int, half_day: str) -> int:
    if half_day == "pm" and NOON < hour < 24:  # noqa: PLR2004 - "15:00 pm" is odd and clear
        return hour
    if not 1 <= hour <= NOON:
        raise Asked(Trouble.NO_SUCH_TIME)
    if (hour, half_day) == (NOON, "am"):
        raise Asked(Trouble.WHICH_TIME)
    return hour % 12 + (12 if half_day == "pm" else 0)


def by_part(hour: int, part: str) -> int:
    """Three in the afternoon is fifteen; what no clock shows in that part of the day is asked back."""
    since, until = said.PARTS[part]
    for candidate in (hour, hour + 12):
        if since <= candidate < until or (part == "tarde" and candidate in _LATE_AFTERNOON and hour < NOON):
            return candidate
    raise Asked(Trouble.WHICH_TIME)


def number_of(written: str) -> int:
    return int(written) if written.isdigit() else said.NUMBERS[written]


def a_date(year: int, month: int, day: int) -> date:
    try:
        found = date(year, month, day)
    except ValueError:
        raise Asked(Trouble.NO_SUCH_DATE) from None
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise Asked(Trouble.NO_SUCH_DATE)
    return found


def a_time(hour: int, minute: int) -> time:
    try:
        return time(hour, minute)
    except ValueError:
        raise Asked(Trouble.NO_SUCH_TIME) from None


def moment_of(shown: datetime, zone: str) -> datetime:
    """The one moment at which clocks there show this."""
    found = moments(shown, zone)
    if len(found) != 1:
        raise Asked(Trouble.WHICH_TIME if found else Trouble.NO_SUCH_TIME)
    return found[0]


def not_past(moment: datetime, now: datetime) -> None:
    if moment <= now:
        raise Asked(Trouble.PAST)
    if moment > now + _FARTHEST:
        raise Asked(Trouble.TOO_FAR)
