"""Times of the day that a wish names: "14h", "às três da tarde", "between 2 and 4", and in which half of it. Pure."""

import re
from datetime import timedelta

from app.domain import wish_words as said
from app.domain.wish_heard import Heard
from app.domain.wish_terms import NOON, Asked, Trouble, a_time, by_half_day, by_part, either, is_time, number_of
from app.domain.zones import DAY

_HALVES = {"meia": 30, "media": 30, "cuarto": 15}
_NIGHT = 6


def take_times(heard: Heard) -> None:
    heard.take(said.NOON, lambda m: heard.times.append((NOON * 60 + (30 if m[1] else 0), 0, True)))
    heard.take_real(said.BETWEEN, lambda m: heard.clocks.append((m, "between")))
    heard.take_real(said.AFTER, lambda m: heard.clocks.append((m, "after")))
    heard.take_real(said.BEFORE, lambda m: heard.clocks.append((m, "before")))
    heard.take_real(said.CLOCK, lambda m: heard.clocks.append((m, "at")))
    heard.take(said.MORNING, lambda m: heard.parts.append(m[1]))
    if len(said.TOMORROW.findall(heard.text)) > 1:
        raise Asked(Trouble.NOT_UNDERSTOOD)
    tomorrow = heard.today + timedelta(days=1)
    if not heard.parts:
        heard.take(said.OF_MANANA, lambda _: heard.doubt(tomorrow))
    heard.take(said.TOMORROW, lambda _: heard.day(tomorrow))


def _between(heard: Heard, found: re.Match[str], part: str) -> None:
    names = next(pair for pair in (("_a", "_b"), ("_c", "_d"), ("_e", "_f")) if found[f"hour{pair[0]}"])
    if names == ("_e", "_f") and not all(is_time(found, name) for name in names[1:]):
        raise Asked(Trouble.NOT_UNDERSTOOD)
    shared = found[f"part{names[1]}"] or part
    half_day = found[f"half_day{names[1]}"] or ""
    start, end = (_minute(heard, found, name, part=shared, half_day=half_day) for name in names)
    if start >= end:
        raise Asked(Trouble.WHICH_TIME)
    heard.times.append((start, end, False))


def settle_clocks(heard: Heard) -> None:
    """Only now: the part of the day may stand elsewhere."""
    part = heard.parts[0] if len(set(heard.parts)) == 1 else ""
    for found, kind in heard.clocks:
        if kind == "between":
            _between(heard, found, part)
            continue
        minute = _minute(heard, found, "", part=part)
        spans = {"at": (minute, 0, True), "after": (minute, DAY, False), "before": (0, minute, False)}
        heard.times.append(spans[kind])


def _minute(heard: Heard, found: re.Match[str], name: str, *, part: str, half_day: str = "") -> int:
    hour = number_of(found[f"hour{name}"])
    half = found[f"half{name}"]
    minute = int(found[f"minute{name}"] or found[f"other{name}"] or 0)
    minute = (_HALVES[half] if half in _HALVES else int(half)) if half else minute
    a_time(0, minute)
    own = found[f"part{name}"] or part
    half_day = (found[f"half_day{name}"] or half_day).replace(".", "")
    return _hour(heard, hour, minute, part=own.split()[-1] if own else "", half_day=half_day) * 60 + minute


def _hour(heard: Heard, hour: int, minute: int, *, part: str, half_day: str) -> int:
    if half_day:
        return by_half_day(hour, half_day)
    if part:
        return by_part(hour, part)
    a_time(hour, 0)
    if hour == 0:
        raise Asked(Trouble.WHICH_TIME)
    if hour <= (8 if heard.english else _NIGHT):
        raise _half_a_day(heard, hour * 60 + minute)
    return hour


def _half_a_day(heard: Heard, minute: int) -> Asked:
    """Three in the night or in the afternoon? On the days that were named, else the next time that clocks show."""
    both, named = (minute, minute + DAY // 2), heard.candidates()
    if named:
        return either(Trouble.WHICH_TIME, (shown for day in named for each in both for shown in heard.at(day, each)))
    if heard.week is not None or heard.exact:
        return Asked(Trouble.WHICH_TIME)
    soon = (heard.today, heard.today + timedelta(days=1))
    coming = ([shown for day in soon for shown in heard.at(day, each)] for each in both)
    return either(Trouble.WHICH_TIME, (found[0] for found in coming if found))
