"""Hours as people and JSON write them, read and written back. Pure.

    {"week": {"mon": ["09:00-12:00", "13:00-18:00"], "sat": ["09:00-13:00"]},
     "exceptions": {"2026-12-24": ["09:00-12:00"], "2026-12-28": []},
     "holidays": "BR-SP"}

Where holidays are not named, those of the account's country are kept; "" keeps none.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any, cast

from app.domain.hours import OFFICE, WEEKDAYS, Exceptions, InvalidHours, Span, Spans, WeeklyHours, public_holidays
from app.domain.language import fold
from app.domain.phones import country_of

_DAY_NAMES = {
    name: number
    for names in (WEEKDAYS, ("seg", "ter", "qua", "qui", "sex", "sab", "dom"), ("lun", "mar", "mie", "jue", "vie"))
    for number, name in enumerate(names)
}
_SPAN = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})", re.ASCII)
_HOLIDAYS = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", re.ASCII)
_MOST_SPANS = 12
_COUNTRIES = {"pt-BR": "BR"}


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
