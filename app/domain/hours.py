"""When somebody is there: weekly hours, days that differ, public holidays; as people write it: `written_hours`. Pure.

Promises to be right across clock changes: every moment of an opening shows a time inside the hours as they are written.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache

from app.domain.errors import Rejected
from app.domain.zones import DAY, local, reached

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# So far ahead an opening is looked for: a year, with its longest holidays.
HORIZON_DAYS = 400


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


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
