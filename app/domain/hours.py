"""When somebody is there: weekly hours, days that differ, public holidays. Pure.

Promises to be right across clock changes: every moment of an opening shows a time inside the hours as they are written.

    {"week": {"mon": ["09:00-12:00", "13:00-18:00"], "sat": ["09:00-13:00"]},
     "exceptions": {"2026-12-24": ["09:00-12:00"], "2026-12-28": []},
     "holidays": "BR-SP"}

Where holidays are not named, those of the account's country are kept; "" keeps none.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any, cast

from app.domain.errors import Rejected
from app.domain.language import fold
from app.domain.phones import country_of
from app.domain.zones import DAY, local, reached

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_NAMES = {
    name: number
    for names in (WEEKDAYS, ("seg", "ter", "qua", "qui", "sex", "sab", "dom"), ("lun", "mar", "mie", "jue", "vie"))
    for number, name in enumerate(names)
}
_SPAN = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})", re.ASCII)
_HOLIDAYS = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", re.ASCII)
# So far ahead an opening is looked for: a year, with its longest holidays.
HORIZON_DAYS = 400
_MOST_SPANS = 12
_COUNTRIES = {"pt-BR": "BR"}


class InvalidHours(Rejected):
    """Hours that cannot be meant."""

    code = "invalid_hours"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From a minute of the day to a later one; 1440 is the midnight at its end."""

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= DAY:
            raise InvalidHours(
                f"{self} is no span of one day.", hint='Write "22:00-24:00" and, on the next day, "00:00-02:00".'
            )

    def __str__(self) -> str:
        return f"{_clock(self.opens)}-{_clock(self.closes)}"


Spans = tuple[Span, ...]
Opening = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Exceptions:
    """Days with hours of their own (none: closed), and the country or region whose public holidays are days off."""

    days: Mapping[date, Spans] = field(default_factory=dict[date, Spans])
    holidays: str | None = None  # such as BR or BR-SP; empty: no holiday is kept; None: nobody has said

    def on(self, day: date) -> Spans | None:
        """The hours of a day that differs; None for a day like any other. What a person wrote wins over a holiday."""
        if day in self.days:
            return self.days[day]
        return () if self.holidays and day in _days_off(self.holidays, day.year) else None


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """The hours of a week, Monday first, and what differs from them."""

    week: tuple[Spans, ...] = ((),) * 7
    exceptions: Exceptions = Exceptions()

    def on(self, day: date) -> Spans:
        """The hours of one day."""
        differing = self.exceptions.on(day)
        return self.week[day.weekday()] if differing is None else differing


ALWAYS = WeeklyHours(((Span(0, DAY),),) * 7)
OFFICE = WeeklyHours((*((Span(9 * 60, 18 * 60),),) * 5, (), ()))


@lru_cache(maxsize=256)
def public_holidays(place: str, year: int) -> frozenset[date]:
    """The public holidays of a country or region in a year.

    Raises:
        InvalidHours: there is no such place, or nobody knows its holidays.
    """
    import holidays  # noqa: PLC0415 - takes a second, which who keeps no holidays need not wait for

    country, _, region = place.partition("-")
    try:
        return frozenset(holidays.country_holidays(country, subdiv=region or None, years=year))
    except NotImplementedError as error:
        raise InvalidHours(
            f"The holidays of {place!r} are not known.", hint="Give a country such as BR, or a region such as BR-SP."
        ) from error


@lru_cache(maxsize=256)
def _days_off(place: str, year: int) -> frozenset[date]:
    """The same; none where nobody knows them: a country that was assumed may be any."""
    try:
        return public_holidays(place, year)
    except InvalidHours:
        return frozenset()


def openings(hours: WeeklyHours, start: datetime, end: datetime, zone: str) -> Iterator[Opening]:
    """The openings that touch the time from start to end, whole, in order; those that meet are one."""
    day, last = local(start, zone).date() - timedelta(days=1), local(end, zone).date()
    held: Opening | None = None
    while day <= last:
        for opens, closes in openings_on(hours.on(day), day, zone):
            if held and opens <= held[1]:
                held = (held[0], max(held[1], closes))
                continue
            if held and held[1] > start and held[0] < end:
                yield held
            held = (opens, closes)
        day += timedelta(days=1)
    if held and held[1] > start and held[0] < end:
        yield held


@lru_cache(maxsize=4096)
def openings_on(spans: Spans, day: date, zone: str) -> tuple[Opening, ...]:
    """The openings of one local day. Where clocks are put back, an hour that would come twice is given once.

    Remembered, because the salespeople of a company mostly share its hours.
    """
    found: list[Opening] = []
    for span in spans:
        opens, closes = reached(day, span.opens, zone, again=True), reached(day, span.closes, zone)
        if opens >= closes:
            opens = reached(day, span.opens, zone)
        if opens < closes:
            found.append((opens, closes))
    return tuple(found)


def is_open(hours: WeeklyHours, at: datetime, zone: str) -> bool:
    """Is this moment inside the hours?"""
    return any(start <= at < end for start, end in openings(hours, at, at + timedelta(microseconds=1), zone))


def next_opening(hours: WeeklyHours, at: datetime, zone: str) -> datetime | None:
    """The moment itself when it is open then, else the next opening's start; None when there is none for a year."""
    for start, _ in openings(hours, at, at + timedelta(days=HORIZON_DAYS), zone):
        return max(start, at)
    return None


def after(hours: WeeklyHours, at: datetime, delay: timedelta, zone: str) -> datetime | None:
    """The moment when `delay` of opening time has passed; None when that takes more than a year."""
    left = delay
    if left <= timedelta(0):
        return at
    for start, end in openings(hours, at, at + timedelta(days=HORIZON_DAYS), zone):
        begin = max(start, at)
        if end - begin >= left:
            return begin + left
        left -= end - begin
    return None


def parse_hours(written: Mapping[str, Any]) -> WeeklyHours:
    """Hours as people and JSON write them; see the top of this file.

    Raises:
        InvalidHours: with the word that cannot be understood.
    """
    if unknown := set(written) - {"week", "exceptions", "holidays"}:
        raise InvalidHours(f"{min(unknown)[:40]!r} is no part of hours.", hint="week, exceptions, holidays.")
    week = list[Spans]([()] * 7)
    for name, spans in _mapping(written.get("week"), "week").items():
        week[_weekday(name)] = parse_spans(spans)
    days = {_date(day): parse_spans(spans) for day, spans in _mapping(written.get("exceptions"), "exceptions").items()}
    return WeeklyHours(tuple(week), Exceptions(days, _place(written.get("holidays"))))


def hours_of(settings: Mapping[str, Any], *, timezone: str = "", locale: str = "") -> WeeklyHours:
    """The hours of an account, out of its settings; office hours where nobody said otherwise.

    Its country's public holidays are days off unless it named others or none: that of its phones, else of its zone,
    else the one country that speaks its language.
    """
    found = parse_hours(settings["hours"]) if settings.get("hours") else OFFICE
    return keeping(found, country_of(settings, timezone) or _COUNTRIES.get(locale, ""))


def keeping(hours: WeeklyHours, place: str) -> WeeklyHours:
    """The same hours with the holidays of a place, where nobody has said which are kept."""
    if hours.exceptions.holidays is not None:
        return hours
    return replace(hours, exceptions=replace(hours.exceptions, holidays=place))


def written_hours(hours: WeeklyHours) -> dict[str, Any]:
    """The same hours as JSON; `parse_hours` reads it back."""
    holidays = hours.exceptions.holidays
    return {
        "week": {WEEKDAYS[number]: [str(span) for span in spans] for number, spans in enumerate(hours.week) if spans},
        "exceptions": {
            day.isoformat(): [str(span) for span in spans] for day, spans in sorted(hours.exceptions.days.items())
        },
        **({} if holidays is None else {"holidays": holidays}),
    }


def parse_spans(written: object) -> Spans:
    """`["09:00-12:00", "13:00-18:00"]`, in order and apart."""
    if not isinstance(written, list | tuple):
        raise InvalidHours("The hours of a day are a list.", hint='Such as ["09:00-12:00", "13:00-18:00"], or [].')
    spans = sorted(_span(str(one)) for one in cast("list[object]", written))
    if len(spans) > _MOST_SPANS or any(one.closes > other.opens for one, other in pairwise(spans)):
        raise InvalidHours(f"{', '.join(map(str, spans))[:80]} overlap.", hint="The spans of a day lie apart.")
    return tuple(spans)


def _span(text: str) -> Span:
    found = _SPAN.fullmatch("".join(text.split()))
    if not found or int(found[2]) > 59 or int(found[4]) > 59:  # noqa: PLR2004 - minutes
        raise InvalidHours(f"{text[:40]!r} is no span of a day.", hint='Such as "09:00-18:00".')
    hour, minute, until_hour, until_minute = (int(part) for part in found.groups())
    return Span(hour * 60 + minute, until_hour * 60 + until_minute)


def _weekday(name: str) -> int:
    if (number := _DAY_NAMES.get(fold(name)[:3])) is None:
        raise InvalidHours(f"{name[:40]!r} is no day of the week.", hint=f"Such as {', '.join(WEEKDAYS)}.")
    return number


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidHours(f"{text[:40]!r} is no date.", hint="Such as 2026-12-24.") from error


def _place(name: object) -> str | None:
    if name is None:
        return None
    place = str(name).upper()
    if place and not _HOLIDAYS.fullmatch(place):
        raise InvalidHours(f"{place[:40]!r} is no country.", hint="Such as BR, or BR-SP for a region.")
    if place:
        public_holidays(place, 2026)
    return place


def _mapping(given: object, name: str) -> dict[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise InvalidHours(f"{name} is an object.", hint='Such as {"mon": ["09:00-18:00"]}.')
    return {str(key): value for key, value in cast("Mapping[object, Any]", given).items()}


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
