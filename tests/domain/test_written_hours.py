"""Hours as people write them: understood in three languages, refused with what would be right."""

from datetime import date
from typing import Any

import pytest

from app.domain.hours import OFFICE, InvalidHours, Span
from app.domain.written_hours import hours_of, parse_hours

SAO_PAULO = "America/Sao_Paulo"


@pytest.mark.parametrize(
    ("settings", "timezone", "locale", "kept"),
    [
        ({}, SAO_PAULO, "", "BR"),
        ({}, "Europe/Lisbon", "pt-BR", "PT"),
        ({"country": "AR"}, SAO_PAULO, "es", "AR"),
        ({}, "UTC", "pt-BR", "BR"),
        ({}, "UTC", "en", ""),
        ({"hours": {"week": {"fri": ["09:00-18:00"]}}}, SAO_PAULO, "", "BR"),
        ({"hours": {"holidays": ""}}, SAO_PAULO, "", ""),
        ({"hours": {"holidays": "BR-SP"}}, SAO_PAULO, "", "BR-SP"),
    ],
)
def test_the_holidays_of_the_accounts_country_are_days_off_unless_it_said_otherwise(
    settings: dict[str, Any], timezone: str, locale: str, kept: str
):
    assert hours_of(settings, timezone=timezone, locale=locale).exceptions.holidays == kept


def test_days_are_understood_in_three_languages():
    expected = parse_hours({"week": {"mon": ["09:00-12:00"], "sat": ["09:00-13:00"]}}).week
    for monday, saturday in (("segunda", "sábado"), ("lunes", "sab"), ("Monday", "Saturday")):
        written = {"week": {monday: ["9:00 - 12:00"], saturday: ["09:00-13:00"]}}
        assert parse_hours(written).week == expected


def test_an_account_that_said_nothing_keeps_office_hours():
    assert hours_of({}).week == OFFICE.week
    assert hours_of({"hours": {"week": {"sun": ["10:00-11:00"]}}}).on(date(2026, 11, 22)) == (Span(600, 660),)


@pytest.mark.parametrize(
    "written",
    [
        {"weeks": {}},
        {"week": []},
        {"week": {"someday": []}},
        {"week": {"mon": "09:00-18:00"}},
        {"week": {"mon": ["9-18"]}},
        {"week": {"mon": ["18:00-09:00"]}},
        {"week": {"mon": ["09:00-25:00"]}},
        {"week": {"mon": ["09:00-12:75"]}},
        {"week": {"mon": ["09:00-12:00", "11:00-13:00"]}},
        {"exceptions": {"24/12/2026": []}},
        {"exceptions": {"2026-02-30": []}},
        {"holidays": "Brasil"},
        {"holidays": "XX"},
        {"holidays": "BR-ZZ"},
    ],
)
def test_hours_that_cannot_be_meant_are_refused_with_what_would_be_right(written: dict[str, object]):
    with pytest.raises(InvalidHours) as refused:
        parse_hours(written)
    assert refused.value.hint
