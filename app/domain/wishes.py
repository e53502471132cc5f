"""What a customer means by "amanhã à tarde", "15/12 14h" or "el jueves a las 10". Pure: now and zone are arguments.

A narrow grammar in Portuguese, Spanish and English, for where no model is asked. What it does not know whole, or what
can be meant in two ways, it asks back: promises never to guess.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

from app.domain import wish_words as said
from app.domain.language import fold
from app.domain.wish_terms import (
    NOON,
    AskBack,
    Asked,
    Trouble,
    a_date,
    a_time,
    by_half_day,
    by_part,
    days_ahead,
    either,
    is_time,
    moment_of,
    not_past,
    number_of,
    times_ahead,
)
from app.domain.zones import DAY, local, reached

__all__ = ["AskBack", "Trouble", "Wish", "check_wish", "read_wish"]

_LONGEST = 200
# A date without a year that lies farther ahead than this is more likely a slip: it is asked back.
_NEAR = timedelta(days=180)
_HALVES = {"meia": 30, "media": 30, "cuarto": 15}
_NIGHT = 6
_DECEMBER = 12
_CENTURY = 100


@dataclass(frozen=True, slots=True)
class Wish:
    """A time to begin at (`exact`: then start and end are one), or a stretch to begin in."""

    start: datetime
    end: datetime
    exact: bool = False


Days: TypeAlias = tuple[date, date]
Minutes: TypeAlias = tuple[int, int, bool]  # from, until, exact
Doubt: TypeAlias = tuple[Trouble, tuple[date, ...]]


def read_wish(text: str, *, now: datetime, zone: str, locale: str = "pt-BR") -> Wish | AskBack:
    """The time that a customer wishes, or what to ask."""
    folded = re.sub(r"[,;!?()¿¡\"]+|\.(?!\d|m\b)", " ", fold(text).replace("'", "").replace("\u2019", ""))
    if not folded.strip() or len(folded) > _LONGEST:
        return AskBack(Trouble.NOT_UNDERSTOOD)
    try:
        return _Reader(f" {folded} ", now, zone, _is_english(folded, locale)).read()
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


@dataclass
class _Reader:
    """Takes what it knows out of the text, piece by piece; what is left must be filler."""

    text: str
    now: datetime
    zone: str
    english: bool
    days: list[date] = field(default_factory=list[date])
    doubts: list[Doubt] = field(default_factory=list[Doubt])  # what may be one of several days
    weekdays: list[re.Match[str]] = field(default_factory=list[re.Match[str]])
    week: date | None = None  # the Monday of a week that was named
    times: list[Minutes] = field(default_factory=list[Minutes])
    clocks: list[tuple[re.Match[str], str]] = field(default_factory=list[tuple[re.Match[str], str]])
    parts: list[str] = field(default_factory=list[str])
    exact: list[datetime] = field(default_factory=list[datetime])

    def __post_init__(self) -> None:
        self.today = local(self.now, self.zone).date()

    def read(self) -> Wish | AskBack:
        self._take_days()
        self._take_times()
        self._take(said.PART, lambda found: self.parts.append(found[1]))
        left = self.text.replace("|", " ").split()
        if any(word not in said.FILLER for word in left):
            raise Asked(Trouble.NOT_UNDERSTOOD)
        return self._wish()

    def _take(self, pattern: re.Pattern[str], use: Callable[[re.Match[str]], object]) -> None:
        for found in pattern.finditer(self.text):
            use(found)
        self.text = pattern.sub(" | ", self.text)

    # --- days

    def _take_days(self) -> None:
        ignore: Callable[[re.Match[str]], object] = lambda _: None  # noqa: E731
        self._take(said.GREETING, ignore)
        self._take(said.AN_HOUR, ignore)
        self._take(said.ISO, self._iso)
        self._take(said.DAY_AFTER, lambda _: self._day(self.today + timedelta(days=2)))
        self._take(said.FROM_NOW, self._from_now)
        self._take(said.DAY_MONTH, lambda m: self._date(int(m[1]), said.MONTHS[m[2]], m[3]))
        self._take(said.MONTH_DAY, lambda m: self._date(int(m[2]), said.MONTHS[m[1]], m[3]))
        self._take(said.NUMERIC, self._numeric)
        self._take(said.LONG_NUMERIC, self._numeric)
        self._take(said.DAY_OF_MONTH, lambda m: self._day_of_month(int(m[1] or m[2])))
        self._take(said.THIS_PART, self._this_part)
        self._take(said.TODAY, lambda _: self._day(self.today))
        self._take(said.WEEKDAY, self.weekdays.append)
        self._take(said.NEXT_WEEK, lambda _: self._named_week(7))
        self._take(said.THIS_WEEK, lambda _: self._named_week(0))

    def _day(self, day: date) -> None:
        self.days.append(day)

    def _iso(self, found: re.Match[str]) -> None:
        day = a_date(int(found[1]), int(found[2]), int(found[3]))
        if found[4] is None:
            self._day(day)
            return
        shown = datetime.combine(day, a_time(int(found[4]), int(found[5])))
        if found[6] is None:
            self.exact.append(moment_of(shown, self.zone))
            return
        offset = "+00:00" if found[6] == "z" else found[6]
        try:
            self.exact.append(datetime.fromisoformat(f"{shown.isoformat()}{offset}"))
        except ValueError:
            raise Asked(Trouble.NO_SUCH_TIME) from None

    def _from_now(self, found: re.Match[str]) -> None:
        many = number_of(found[1])
        if found[2].startswith("d"):
            self._day(self.today + timedelta(days=many))
            return
        by = timedelta(minutes=many) if found[2].startswith("m") else timedelta(hours=many)
        whole = (self.now + by).replace(second=0, microsecond=0)
        self.exact.append(whole if whole >= self.now + by else whole + timedelta(minutes=1))

    def _numeric(self, found: re.Match[str]) -> None:
        day, month, year = int(found[1]), int(found[2]), found[3]
        if self.english and day != month:
            if max(day, month) <= _DECEMBER:
                read = (self._coming(day, month, year), self._coming(month, day, year))
                self._doubt(*([one for one in read if one - self.today <= _NEAR] or read))
                return
            day, month = sorted((day, month), reverse=True)
        self._date(day, month, year)

    def _date(self, day: int, month: int, year: str | None) -> None:
        found = self._coming(day, month, year)
        if not year and found - self.today > _NEAR and found.year > self.today.year:
            self._doubt(found, trouble=Trouble.PAST)
            return
        self._day(found)

    def _coming(self, day: int, month: int, year: str | None) -> date:
        """The date in the year that was said, else in this one, or the next where it is over."""
        if year:
            return a_date(_full(year), month, day)
        if (month, day) == (2, 29):
            raise Asked(Trouble.NO_SUCH_DATE)
        found = a_date(self.today.year, month, day)
        return found if found >= self.today else a_date(self.today.year + 1, month, day)

    def _doubt(self, *days: date, trouble: Trouble = Trouble.WHICH_DAY) -> None:
        """It may be one of these: asked back once the time of the day is known, so that it can be told with it."""
        self.doubts.append((trouble, days))

    def _day_of_month(self, day: int) -> None:
        year, month = self.today.year, self.today.month
        if day < self.today.day:
            year, month = (year, month + 1) if month < _DECEMBER else (year + 1, 1)
        self._day(a_date(year, month, day))

    def _this_part(self, found: re.Match[str]) -> None:
        self._day(self.today)
        self.parts.append("night" if found[2] else found[1])

    def _named_week(self, ahead: int) -> None:
        self.week = self.today - timedelta(days=self.today.weekday()) + timedelta(days=ahead)

    def _weekday(self, found: re.Match[str]) -> None:
        number = said.WEEKDAYS[found["day"]]
        monday = self.today - timedelta(days=self.today.weekday())
        if found["week"]:
            return self._day(monday + timedelta(days=7 + number))
        if self.week is not None:
            return self._day(self.week + timedelta(days=number))
        if found["pre"] and not found["pre"].startswith(("prox", "next")):
            return self._day(monday + timedelta(days=number))  # "this Friday" that is over is told to be past
        ahead = (number - self.today.weekday()) % 7
        coming = self.today + timedelta(days=ahead or 7)
        if found["pre"] or found["post"]:
            if ahead and coming < monday + timedelta(days=7):
                return self._doubt(coming, coming + timedelta(days=7))
        elif not ahead:
            return self._doubt(self.today, coming)
        return self._day(coming)

    # --- times

    def _take_times(self) -> None:
        self._take(said.NOON, lambda m: self.times.append((NOON * 60 + (30 if m[1] else 0), 0, True)))
        self._take_real(said.BETWEEN, lambda m: self.clocks.append((m, "between")))
        self._take_real(said.AFTER, lambda m: self.clocks.append((m, "after")))
        self._take_real(said.BEFORE, lambda m: self.clocks.append((m, "before")))
        self._take_real(said.CLOCK, lambda m: self.clocks.append((m, "at")))
        self._take(said.MORNING, lambda m: self.parts.append(m[1]))
        if len(said.TOMORROW.findall(self.text)) > 1:
            raise Asked(Trouble.NOT_UNDERSTOOD)
        tomorrow = self.today + timedelta(days=1)
        if not self.parts:
            self._take(said.OF_MANANA, lambda _: self._doubt(tomorrow))
        self._take(said.TOMORROW, lambda _: self._day(tomorrow))

    def _take_real(self, pattern: re.Pattern[str], use: Callable[[re.Match[str]], object]) -> None:
        """As `_take`, of what is certainly a time; a number alone stays in the text, and is asked back."""

        def taken(found: re.Match[str]) -> str:
            if pattern is said.CLOCK and not is_time(found):
                return found[0]
            use(found)
            return " | "

        self.text = pattern.sub(taken, self.text)

    def _between(self, found: re.Match[str], part: str) -> None:
        names = next(pair for pair in (("_a", "_b"), ("_c", "_d"), ("_e", "_f")) if found[f"hour{pair[0]}"])
        if names == ("_e", "_f") and not all(is_time(found, name) for name in names[1:]):
            raise Asked(Trouble.NOT_UNDERSTOOD)
        shared = found[f"part{names[1]}"] or part
        half_day = found[f"half_day{names[1]}"] or ""
        start, end = (self._minute(found, name, part=shared, half_day=half_day) for name in names)
        if start >= end:
            raise Asked(Trouble.WHICH_TIME)
        self.times.append((start, end, False))

    def _clock_times(self) -> None:
        """Only now: the part of the day may stand elsewhere."""
        part = self.parts[0] if len(set(self.parts)) == 1 else ""
        for found, kind in self.clocks:
            if kind == "between":
                self._between(found, part)
                continue
            minute = self._minute(found, "", part=part)
            spans = {"at": (minute, 0, True), "after": (minute, DAY, False), "before": (0, minute, False)}
            self.times.append(spans[kind])

    def _minute(self, found: re.Match[str], name: str, *, part: str, half_day: str = "") -> int:
        hour = number_of(found[f"hour{name}"])
        half = found[f"half{name}"]
        minute = int(found[f"minute{name}"] or found[f"other{name}"] or 0)
        minute = (_HALVES[half] if half in _HALVES else int(half)) if half else minute
        a_time(0, minute)
        own = found[f"part{name}"] or part
        half_day = (found[f"half_day{name}"] or half_day).replace(".", "")
        return self._hour(hour, minute, part=own.split()[-1] if own else "", half_day=half_day) * 60 + minute

    def _hour(self, hour: int, minute: int, *, part: str, half_day: str) -> int:
        if half_day:
            return by_half_day(hour, half_day)
        if part:
            return by_part(hour, part)
        a_time(hour, 0)
        if hour == 0:
            raise Asked(Trouble.WHICH_TIME)
        if hour <= (8 if self.english else _NIGHT):
            raise self._half_a_day(hour * 60 + minute)
        return hour

    def _half_a_day(self, minute: int) -> Asked:
        """Three in the night or in the afternoon? On the days that were named, else the next time that clocks show."""
        both, named = (minute, minute + DAY // 2), self._candidates()
        if named:
            return either(
                Trouble.WHICH_TIME, (shown for day in named for each in both for shown in self._at(day, each))
            )
        if self.week is not None or self.exact:
            return Asked(Trouble.WHICH_TIME)
        soon = (self.today, self.today + timedelta(days=1))
        coming = ([shown for day in soon for shown in self._at(day, each)] for each in both)
        return either(Trouble.WHICH_TIME, (found[0] for found in coming if found))

    # --- together

    def _wish(self) -> Wish | AskBack:
        self._settle_weekdays()
        self._clock_times()
        if self.exact:
            return self._one_moment()
        first, last = self._one_day()
        since, until, exact = self._one_time([first] if first == last else [])
        if exact:
            start = moment_of(datetime.combine(first, time(0)) + timedelta(minutes=since), self.zone)
            not_past(start, self.now)
            return Wish(start, start, exact=True)
        start, end = reached(first, since, self.zone), reached(last, until, self.zone)
        not_past(end, self.now)
        return Wish(max(start, self.now), end)

    def _settle_weekdays(self) -> None:
        """A date says which Wednesday "Wednesday the 25th" is; "next Wednesday" is never today."""
        dates = set(self.days)
        named = next(iter(dates)) if len(dates) == 1 else None
        unsure = {day.weekday() for _, days in self.doubts for day in days}
        for found in self.weekdays:
            number = said.WEEKDAYS[found["day"]]
            agrees = number in unsure or (named is not None and named.weekday() == number)
            if not agrees or (named == self.today and (found["pre"] or found["post"])):
                self._weekday(found)

    def _one_moment(self) -> Wish:
        if len(self.exact) > 1 or self._candidates() or self.week or self.times or self.parts:
            raise Asked(Trouble.DISAGREE)
        not_past(self.exact[0], self.now)
        return Wish(self.exact[0], self.exact[0], exact=True)

    def _one_day(self) -> Days:
        named = self._candidates()
        if not named and self.week is not None:
            return max(self.week, self.today), self.week + timedelta(days=6)
        if not named and not self.doubts:
            raise Asked(Trouble.WHICH_DAY if self.times or self.parts else Trouble.NOT_UNDERSTOOD)
        if len(named) > 1 or self.doubts:
            raise self._which_day(named)
        if self.week is not None and not self.week <= named[0] < self.week + timedelta(days=7):
            raise Asked(Trouble.DISAGREE)
        return named[0], named[0]

    def _candidates(self) -> list[date]:
        """All days that may be meant, in order."""
        return sorted({*self.days, *(day for _, days in self.doubts for day in days)})

    def _which_day(self, named: list[date]) -> Asked:
        """Each of these days with the time that was said."""
        if len(set(self.times)) > 1:
            return Asked(Trouble.DISAGREE)  # which time goes with which day?
        since, until, exact = self._one_time(named[:1])
        trouble = Trouble.WHICH_DAY if len(named) > 1 else next((one for one, _ in self.doubts), Trouble.WHICH_DAY)
        if exact:
            return either(trouble, (shown for day in named for shown in self._at(day, since)))
        return either(trouble, (shown for day in named for shown in days_ahead(day, until, self.now, self.zone)))

    def _at(self, day: date, minute: int) -> list[datetime]:
        return times_ahead(day, minute, self.now, self.zone)

    def _one_time(self, days: Sequence[date]) -> Minutes:
        """The time of the day that was said, all day where none was."""
        parts = [said.PARTS[part] for part in self.parts]
        if len(set(self.times)) > 1 and len(days) == 1 and all(exact for *_, exact in self.times):
            raise either(Trouble.WHICH_TIME, (shown for since, *_ in self.times for shown in self._at(days[0], since)))
        if len(set(self.times)) > 1 or len(set(parts)) > 1:
            raise Asked(Trouble.WHICH_TIME)
        if (self.times or parts) and len(days) != 1:
            raise Asked(Trouble.WHICH_DAY)
        span = (parts[0][0] * 60, parts[0][1] * 60) if parts else (0, DAY)
        if not self.times:
            return span[0], span[1], False
        since, until, exact = self.times[0]
        if parts and not (span[0] <= since < span[1] if exact else max(since, span[0]) < min(until, span[1])):
            raise Asked(Trouble.DISAGREE)
        return (since, until, True) if exact else (max(since, span[0]), min(until, span[1]), False)


def _full(year: str) -> int:
    return int(year) if int(year) >= _CENTURY else 2000 + int(year)
