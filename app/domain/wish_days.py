"""The days that a wish names: "amanhã", "15/12", "el jueves", "next week"; and those that it may mean. Pure."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

from app.domain import wish_words as said
from app.domain.wish_heard import Heard
from app.domain.wish_terms import Asked, Trouble, a_date, a_time, moment_of, number_of

# A date without a year that lies farther ahead than this is more likely a slip: it is asked back.
_NEAR = timedelta(days=180)
_DECEMBER = 12
_CENTURY = 100


def take_days(heard: Heard) -> None:
    ignore: Callable[[re.Match[str]], object] = lambda _: None  # noqa: E731
    heard.take(said.GREETING, ignore)
    heard.take(said.AN_HOUR, ignore)
    heard.take(said.ISO, lambda m: _iso(heard, m))
    heard.take(said.DAY_AFTER, lambda _: heard.day(heard.today + timedelta(days=2)))
    heard.take(said.FROM_NOW, lambda m: _from_now(heard, m))
    heard.take(said.DAY_MONTH, lambda m: _date(heard, int(m[1]), said.MONTHS[m[2]], m[3]))
    heard.take(said.MONTH_DAY, lambda m: _date(heard, int(m[2]), said.MONTHS[m[1]], m[3]))
    heard.take(said.NUMERIC, lambda m: _numeric(heard, m))
    heard.take(said.LONG_NUMERIC, lambda m: _numeric(heard, m))
    heard.take(said.DAY_OF_MONTH, lambda m: _day_of_month(heard, int(m[1] or m[2])))
    heard.take(said.THIS_PART, lambda m: _this_part(heard, m))
    heard.take(said.TODAY, lambda _: heard.day(heard.today))
    heard.take(said.WEEKDAY, heard.weekdays.append)
    heard.take(said.NEXT_WEEK, lambda _: _named_week(heard, 7))
    heard.take(said.THIS_WEEK, lambda _: _named_week(heard, 0))


def _iso(heard: Heard, found: re.Match[str]) -> None:
    day = a_date(int(found[1]), int(found[2]), int(found[3]))
    if found[4] is None:
        heard.day(day)
        return
    shown = datetime.combine(day, a_time(int(found[4]), int(found[5])))
    if found[6] is None:
        heard.exact.append(moment_of(shown, heard.zone))
        return
    offset = "+00:00" if found[6] == "z" else found[6]
    try:
        heard.exact.append(datetime.fromisoformat(f"{shown.isoformat()}{offset}"))
    except ValueError:
        raise Asked(Trouble.NO_SUCH_TIME) from None


def _from_now(heard: Heard, found: re.Match[str]) -> None:
    many = number_of(found[1])
    if found[2].startswith("d"):
        heard.day(heard.today + timedelta(days=many))
        return
    by = timedelta(minutes=many) if found[2].startswith("m") else timedelta(hours=many)
    whole = (heard.now + by).replace(second=0, microsecond=0)
    heard.exact.append(whole if whole >= heard.now + by else whole + timedelta(minutes=1))


def _numeric(heard: Heard, found: re.Match[str]) -> None:
    day, month, year = int(found[1]), int(found[2]), found[3]
    if heard.english and day != month:
        if max(day, month) <= _DECEMBER:
            read = (_coming(heard, day, month, year), _coming(heard, month, day, year))
            heard.doubt(*([one for one in read if one - heard.today <= _NEAR] or read))
            return
        day, month = sorted((day, month), reverse=True)
    _date(heard, day, month, year)


def _date(heard: Heard, day: int, month: int, year: str | None) -> None:
    found = _coming(heard, day, month, year)
    if not year and found - heard.today > _NEAR and found.year > heard.today.year:
        heard.doubt(found, trouble=Trouble.PAST)
        return
    heard.day(found)


def _coming(heard: Heard, day: int, month: int, year: str | None) -> date:
    """The date in the year that was said, else in this one, or the next where it is over."""
    if year:
        return a_date(_full(year), month, day)
    if (month, day) == (2, 29):
        raise Asked(Trouble.NO_SUCH_DATE)
    found = a_date(heard.today.year, month, day)
    return found if found >= heard.today else a_date(heard.today.year + 1, month, day)


def _day_of_month(heard: Heard, day: int) -> None:
    year, month = heard.today.year, heard.today.month
    if day < heard.today.day:
        year, month = (year, month + 1) if month < _DECEMBER else (year + 1, 1)
    heard.day(a_date(year, month, day))


def _this_part(heard: Heard, found: re.Match[str]) -> None:
    heard.day(heard.today)
    heard.parts.append("night" if found[2] else found[1])


def _named_week(heard: Heard, ahead: int) -> None:
    heard.week = heard.today - timedelta(days=heard.today.weekday()) + timedelta(days=ahead)


def _weekday(heard: Heard, found: re.Match[str]) -> None:
    number = said.WEEKDAYS[found["day"]]
    monday = heard.today - timedelta(days=heard.today.weekday())
    if found["week"]:
        return heard.day(monday + timedelta(days=7 + number))
    if heard.week is not None:
        return heard.day(heard.week + timedelta(days=number))
    if found["pre"] and not found["pre"].startswith(("prox", "next")):
        return heard.day(monday + timedelta(days=number))  # "this Friday" that is over is told to be past
    ahead = (number - heard.today.weekday()) % 7
    coming = heard.today + timedelta(days=ahead or 7)
    if found["pre"] or found["post"]:
        if ahead and coming < monday + timedelta(days=7):
            return heard.doubt(coming, coming + timedelta(days=7))
    elif not ahead:
        return heard.doubt(heard.today, coming)
    return heard.day(coming)


def settle_weekdays(heard: Heard) -> None:
    """A date says which Wednesday "Wednesday the 25th" is; "next Wednesday" is never today."""
    dates = set(heard.days)
    named = next(iter(dates)) if len(dates) == 1 else None
    unsure = {day.weekday() for _, days in heard.doubts for day in days}
    for found in heard.weekdays:
        number = said.WEEKDAYS[found["day"]]
        agrees = number in unsure or (named is not None and named.weekday() == number)
        if not agrees or (named == heard.today and (found["pre"] or found["post"])):
            _weekday(heard, found)


def _full(year: str) -> int:
    return int(year) if int(year) >= _CENTURY else 2000 + int(year)
