"""What a customer means by "amanhã à tarde", "15/12 14h" or "el jueves a las 10". Pure: now and zone are arguments.

A narrow grammar in Portuguese, Spanish and English, for where no model is asked. What it does not know whole, or what
can be meant in two ways, it asks back: promises never to guess.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

from app.domain import wish_words as said
from app.domain.language import fold
from app.domain.wish_days import settle_weekdays, take_days
from app.domain.wish_heard import Heard, Minutes
from app.domain.wish_terms import (
    AskBack,
    Asked,
    Trouble,
    days_ahead,
    either,
    moment_of,
    not_past,
)
from app.domain.wish_times import settle_clocks, take_times
from app.domain.zones import DAY, reached

__all__ = ["AskBack", "Trouble", "Wish", "check_wish", "read_wish"]

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Wish:
    """A time to begin at (`exact`: then start and end are one), or a stretch to begin in."""

    start: datetime
    end: datetime
    exact: bool = False


Days: TypeAlias = tuple[date, date]


def read_wish(text: str, *, now: datetime, zone: str, locale: str = "pt-BR") -> Wish | AskBack:
    """The time that a customer wishes, or what to ask."""
    folded = re.sub(r"[,;!?()¿¡\"]+|\.(?!\d|m\b)", " ", fold(text).replace("'", "").replace("\u2019", ""))
    if not folded.strip() or len(folded) > _LONGEST:
        return AskBack(Trouble.NOT_UNDERSTOOD)
    try:
        return _read(Heard(f" {folded} ", now, zone, _is_english(folded, locale)))
    except Asked as asked:
        return asked.answer


def check_wish(start: datetime, *, now: datetime, zone: str) -> Wish | AskBack:
    """A time that somebody else understood (a model, a form); local when it is naive, and judged as ours."""
    try:
        exact = moment_of(start, zone) if start.tzinfo is None else start
        not_past(exact, now)
    except Asked as asked:
        return asked.answer
    return Wish(exact, exact, exact=True)


def _is_english(folded: str, locale: str) -> bool:
    words = set(re.findall(r"[a-z]+", folded))
    return bool(words & said.ENGLISH) or (locale.startswith("en") and not words & said.ROMANCE)


def _read(heard: Heard) -> Wish | AskBack:
    take_days(heard)
    take_times(heard)
    heard.take(said.PART, lambda found: heard.parts.append(found[1]))
    left = heard.text.replace("|", " ").split()
    if any(word not in said.FILLER for word in left):
        raise Asked(Trouble.NOT_UNDERSTOOD)
    return _wish(heard)


def _wish(heard: Heard) -> Wish | AskBack:
    settle_weekdays(heard)
    settle_clocks(heard)
    if heard.exact:
        return _one_moment(heard)
    first, last = _one_day(heard)
    since, until, exact = _one_time(heard, [first] if first == last else [])
    if exact:
        start = moment_of(datetime.combine(first, time(0)) + timedelta(minutes=since), heard.zone)
        not_past(start, heard.now)
        return Wish(start, start, exact=True)
    start, end = reached(first, since, heard.zone), reached(last, until, heard.zone)
    not_past(end, heard.now)
    return Wish(max(start, heard.now), end)


def _one_moment(heard: Heard) -> Wish:
    if len(heard.exact) > 1 or heard.candidates() or heard.week or heard.times or heard.parts:
        raise Asked(Trouble.DISAGREE)
    not_past(heard.exact[0], heard.now)
    return Wish(heard.exact[0], heard.exact[0], exact=True)


def _one_day(heard: Heard) -> Days:
    named = heard.candidates()
    if not named and heard.week is not None:
        return max(heard.week, heard.today), heard.week + timedelta(days=6)
    if not named and not heard.doubts:
        raise Asked(Trouble.WHICH_DAY if heard.times or heard.parts else Trouble.NOT_UNDERSTOOD)
    if len(named) > 1 or heard.doubts:
        raise _which_day(heard, named)
    if heard.week is not None and not heard.week <= named[0] < heard.week + timedelta(days=7):
        raise Asked(Trouble.DISAGREE)
    return named[0], named[0]


def _which_day(heard: Heard, named: list[date]) -> Asked:
    """Each of these days with the time that was said."""
    if len(set(heard.times)) > 1:
        return Asked(Trouble.DISAGREE)  # which time goes with which day?
    since, until, exact = _one_time(heard, named[:1])
    trouble = Trouble.WHICH_DAY if len(named) > 1 else next((one for one, _ in heard.doubts), Trouble.WHICH_DAY)
    if exact:
        return either(trouble, (shown for day in named for shown in heard.at(day, since)))
    return either(trouble, (shown for day in named for shown in days_ahead(day, until, heard.now, heard.zone)))


def _one_time(heard: Heard, days: Sequence[date]) -> Minutes:
    """The time of the day that was said, all day where none was."""
    parts = [said.PARTS[part] for part in heard.parts]
    if len(set(heard.times)) > 1 and len(days) == 1 and all(exact for *_, exact in heard.times):
        raise either(Trouble.WHICH_TIME, (shown for since, *_ in heard.times for shown in heard.at(days[0], since)))
    if len(set(heard.times)) > 1 or len(set(parts)) > 1:
        raise Asked(Trouble.WHICH_TIME)
    if (heard.times or parts) and len(days) != 1:
        raise Asked(Trouble.WHICH_DAY)
    span = (parts[0][0] * 60, parts[0][1] * 60) if parts else (0, DAY)
    if not heard.times:
        return span[0], span[1], False
    since, until, exact = heard.times[0]
    if parts and not (span[0] <= since < span[1] if exact else max(since, span[0]) < min(until, span[1])):
        raise Asked(Trouble.DISAGREE)
    return (since, until, True) if exact else (max(since, span[0]), min(until, span[1]), False)
