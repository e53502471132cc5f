"""Opening hours, over zones and dates, and most of all over the nights in which clocks are changed."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.hours import (
    ALWAYS,
    OFFICE,
    Exceptions,
    Span,
    Spans,
    WeeklyHours,
    after,
    is_open,
    next_opening,
    openings,
)
from app.domain.written_hours import hours_of, parse_hours, written_hours
from app.domain.zones import UnknownZone, known_zone, local, shown_in

SAO_PAULO = "America/Sao_Paulo"
ZONES = (
    SAO_PAULO,
    "America/New_York",
    "America/Mexico_City",
    "America/Santiago",
    "Europe/Madrid",
    "Europe/Lisbon",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",  # half an hour
    "Africa/Cairo",
    "UTC",
)
# Nights in which some clock of those zones is changed, and the days around them.
CHANGES = (
    datetime(2018, 11, 4, tzinfo=UTC),
    datetime(2019, 2, 17, tzinfo=UTC),
    datetime(2026, 3, 8, tzinfo=UTC),
    datetime(2026, 3, 29, tzinfo=UTC),
    datetime(2026, 4, 5, tzinfo=UTC),
    datetime(2026, 9, 6, tzinfo=UTC),
    datetime(2026, 10, 4, tzinfo=UTC),
    datetime(2026, 10, 25, tzinfo=UTC),
    datetime(2026, 11, 1, tzinfo=UTC),
)
zones = st.sampled_from(ZONES)
moments = st.one_of(
    st.builds(
        lambda night, minutes: night + timedelta(minutes=minutes), st.sampled_from(CHANGES), st.integers(-2000, 2000)
    ),
    st.datetimes(datetime(2010, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
)


@st.composite
def days(draw: st.DrawFn) -> Spans:
    marks = sorted(draw(st.sets(st.integers(0, 96), max_size=6)))
    return tuple(Span(a * 15, b * 15) for a, b in zip(marks[::2], marks[1::2], strict=False))


@st.composite
def weeks(draw: st.DrawFn) -> WeeklyHours:
    differing = {night.date(): draw(days()) for night in draw(st.sets(st.sampled_from(CHANGES), max_size=2))}
    return WeeklyHours(tuple(draw(days()) for _ in range(7)), Exceptions(differing))


def shown(at: datetime, zone: str) -> datetime:
    """What a clock shows, by the standard library: the other opinion."""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def is_written(hours: WeeklyHours, at: datetime, zone: str) -> bool:
    wall = shown(at, zone)
    minute = wall.hour * 60 + wall.minute
    return any(span.opens <= minute < span.closes for span in hours.on(wall.date()))


@given(weeks(), zones, moments)
def test_nobody_is_offered_a_time_that_the_hours_do_not_show(hours: WeeklyHours, zone: str, at: datetime):
    for start, end in openings(hours, at, at + timedelta(days=3), zone):
        assert start < end
        for moment in (start, start + (end - start) / 2, end - timedelta(microseconds=1)):
            if not repeats(moment, zone):
                assert is_written(hours, moment, zone)


@given(weeks(), zones, moments)
def test_what_the_clock_shows_inside_the_hours_is_open_unless_it_is_shown_twice(
    hours: WeeklyHours, zone: str, at: datetime
):
    if not repeats(at, zone):
        assert is_open(hours, at, zone) == is_written(hours, at, zone)


def repeats(at: datetime, zone: str) -> bool:
    """Near an hour that comes twice: there the hours say less than the clock."""
    wall = at.astimezone(ZoneInfo(zone))
    other = wall.replace(fold=1 - wall.fold)
    return wall.utcoffset() != other.utcoffset()


@given(weeks(), zones, moments)
def test_openings_come_in_order_and_apart(hours: WeeklyHours, zone: str, at: datetime):
    found = list(openings(hours, at, at + timedelta(days=10), zone))
    assert all(one[1] < other[0] for one, other in pairwise(found))
    assert all(start < at + timedelta(days=10) and end > at for start, end in found)


@given(weeks(), zones, moments)
def test_the_next_opening_is_open_and_nothing_before_it_is(hours: WeeklyHours, zone: str, at: datetime):
    found = next_opening(hours, at, zone)
    if found is None:
        assert not list(openings(hours, at, at + timedelta(days=300), zone))
        return
    assert found >= at
    assert is_open(hours, found, zone)
    assert found == at or not is_open(hours, found - timedelta(microseconds=1), zone)


@given(weeks(), zones, moments, st.integers(0, 3000))
def test_a_delay_counts_only_the_time_that_is_open(hours: WeeklyHours, zone: str, at: datetime, minutes: int):
    end = after(hours, at, timedelta(minutes=minutes), zone)
    if end is None:
        return
    counted = sum(
        (min(closes, end) - max(opens, at) for opens, closes in openings(hours, at, end, zone)), start=timedelta(0)
    )
    assert counted == timedelta(minutes=minutes)


@given(zones, moments, st.timedeltas(timedelta(0), timedelta(days=200)))
def test_who_is_always_there_is_there_at_the_end_of_any_delay(zone: str, at: datetime, delay: timedelta):
    assert is_open(ALWAYS, at, zone)
    assert after(ALWAYS, at, delay, zone) == at + delay


@given(weeks())
def test_hours_are_read_back_as_they_were_written(hours: WeeklyHours):
    assert parse_hours(written_hours(hours)) == hours


def test_a_night_without_midnight_begins_when_the_clock_jumps():
    # In São Paulo the fourth of November 2018 began at one o'clock.
    night = WeeklyHours(((Span(0, 120),),) * 7)
    (opening,) = [
        (start, end)
        for start, end in openings(
            night, datetime(2018, 11, 4, 2, tzinfo=UTC), datetime(2018, 11, 4, 5, tzinfo=UTC), SAO_PAULO
        )
    ]
    assert opening == (datetime(2018, 11, 4, 3, tzinfo=UTC), datetime(2018, 11, 4, 4, tzinfo=UTC))


def test_hours_inside_the_jump_are_no_hours_that_day():
    night = WeeklyHours(((Span(130, 150),),) * 7)
    start = datetime(2026, 3, 8, 0, tzinfo=UTC)
    assert [opens.day for opens, _ in openings(night, start, start + timedelta(days=2), "America/New_York")] == [9]


def test_ten_minutes_on_friday_evening_end_on_monday_morning():
    friday = datetime(2026, 11, 20, 20, 55, tzinfo=UTC)  # 17:55 in São Paulo
    assert after(OFFICE, friday, timedelta(minutes=10), SAO_PAULO) == datetime(2026, 11, 23, 12, 5, tzinfo=UTC)


def test_a_public_holiday_is_a_day_off_and_what_a_person_wrote_wins():
    written = {"week": {"fri": ["09:00-18:00"]}, "holidays": "BR"}
    noon = datetime(2026, 12, 25, 15, tzinfo=UTC)
    assert not is_open(parse_hours(written), noon, SAO_PAULO)
    assert is_open(parse_hours({**written, "exceptions": {"2026-12-25": ["10:00-14:00"]}}), noon, SAO_PAULO)


def test_christmas_is_closed_where_nobody_said_so_and_open_where_holidays_are_switched_off():
    christmas = datetime(2026, 12, 25, 15, tzinfo=UTC)  # a Friday at noon
    assert not is_open(hours_of({}, timezone=SAO_PAULO), christmas, SAO_PAULO)
    written = {"week": {"fri": ["09:00-18:00"]}, "holidays": ""}
    assert is_open(hours_of({"hours": written}, timezone=SAO_PAULO), christmas, SAO_PAULO)


def test_a_country_whose_holidays_nobody_knows_has_none():
    assert is_open(hours_of({"country": "AC"}, timezone="UTC"), datetime(2026, 12, 25, 15, tzinfo=UTC), "UTC")


def test_a_region_has_holidays_that_its_country_has_not():
    written = {"week": {"thu": ["09:00-18:00"]}}
    noon = datetime(2026, 7, 9, 15, tzinfo=UTC)
    assert is_open(parse_hours({**written, "holidays": "BR"}), noon, SAO_PAULO)
    assert not is_open(parse_hours({**written, "holidays": "BR-SP"}), noon, SAO_PAULO)


@pytest.mark.parametrize(
    "name", ["Mars/Olympus", "", "localtime", "posixrules", "../UTC", "america/sao_paulo", "UTC\x00"]
)
def test_a_zone_that_is_none_is_refused(name: str):
    with pytest.raises(UnknownZone):
        known_zone(name)


def test_every_zone_that_is_known_can_be_told_in_both_ways():
    at = datetime(2026, 11, 18, 13, tzinfo=UTC)
    for zone in sorted(available_timezones() - {"localtime", "Factory"}):
        assert shown_in(at, known_zone(zone)).replace(tzinfo=None) == local(at, zone), zone
