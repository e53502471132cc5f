"""Free slots: nothing outside the hours, nothing taken, over zones and the nights in which clocks are changed."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.agenda import Availability, Slot
from app.domain.hours import ALWAYS, WeeklyHours, is_open
from app.domain.written_hours import parse_hours
from app.services.agenda.slots import Window, fits, free_slots, is_free, nearest
from tests.domain.test_hours import SAO_PAULO, is_written, moments, repeats, weeks, zones

MONDAY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # nine in São Paulo
MORNINGS = parse_hours({"week": {"mon": ["09:00-12:00"]}})
MINUTES = st.integers(1, 40).map(lambda count: timedelta(minutes=5 * count))


@st.composite
def takings(draw: st.DrawFn, around: datetime) -> list[tuple[datetime, datetime]]:
    """Bookings of one person: apart, in order."""
    at, found = around - timedelta(days=1), []
    for _ in range(draw(st.integers(0, 12))):
        start = at + draw(MINUTES)
        at = start + draw(MINUTES)
        found.append((start, at))
    return found


@given(st.data(), weeks(), zones, moments, st.sampled_from([15, 30, 45, 60]), st.sampled_from([0, 10]))
def test_a_slot_is_inside_the_hours_free_and_apart_from_the_next(
    data: st.DataObject, hours: WeeklyHours, zone: str, at: datetime, minutes: int, buffer: int
):
    taken = data.draw(takings(at))
    of = Availability("1", "Ana", zone, hours, minutes, buffer, buffer)
    found = list(free_slots(of, taken, Window(at, at + timedelta(days=2))))
    for slot in found:
        assert at <= slot.start < at + timedelta(days=2)
        assert slot.end - slot.start == timedelta(minutes=minutes)
        assert is_open(hours, slot.start, zone)
        assert is_open(hours, slot.end - timedelta(microseconds=1), zone)
        since, until = of.around(slot.start, slot.end)
        assert not any(start < until and since < end for start, end in taken)
        assert is_free(of, taken, slot.start)
        if not repeats(slot.start, zone):
            assert is_written(hours, slot.start, zone)
    assert all(one.end <= other.start for one, other in pairwise(found))


@given(st.data(), moments, st.sampled_from([15, 30, 60]))
def test_every_time_of_the_grid_that_is_free_is_offered(data: st.DataObject, at: datetime, minutes: int):
    taken = data.draw(takings(at))
    of = Availability("1", "Ana", "UTC", ALWAYS, minutes)
    found = {slot.start for slot in free_slots(of, taken, Window(at, at + timedelta(days=1)))}
    if not found:
        return
    grid = {min(found) + count * of.length for count in range(24 * 60 // minutes)}
    free = {start for start in grid if start < at + timedelta(days=1) and is_free(of, taken, start)}
    assert found == free


def test_the_morning_of_a_day_off_and_on():
    of = Availability("1", "Ana", SAO_PAULO, MORNINGS)
    found = list(free_slots(of, [], Window(MONDAY - timedelta(days=2), MONDAY + timedelta(days=5))))
    shown = [f"{slot.start.astimezone(ZoneInfo(SAO_PAULO)):%a %H:%M}" for slot in found]
    assert shown == ["Mon 09:00", "Mon 09:30", "Mon 10:00", "Mon 10:30", "Mon 11:00", "Mon 11:30"]


def test_a_booking_with_buffers_takes_the_slots_that_touch_it():
    of = Availability("1", "Ana", SAO_PAULO, MORNINGS, 30, 0, 15)
    taken = [of.around(MONDAY + timedelta(minutes=60), MONDAY + timedelta(minutes=90))]
    found = [slot.start - MONDAY for slot in free_slots(of, taken, Window(MONDAY, MONDAY + timedelta(hours=4)))]
    assert found == [timedelta(minutes=m) for m in (0, 120, 150)]


def test_slots_begin_at_five_minutes_even_where_the_hours_do_not():
    hours = parse_hours({"week": {"mon": ["09:02-10:30"]}})
    of = Availability("1", "Ana", SAO_PAULO, hours)
    found = [slot.start - MONDAY for slot in free_slots(of, [], Window(MONDAY, MONDAY + timedelta(hours=4)))]
    assert found == [timedelta(minutes=5), timedelta(minutes=35)]


@pytest.mark.parametrize("length", [None, timedelta(minutes=45)])
def test_a_time_is_free_exactly_when_it_is_among_the_slots(length: timedelta | None):
    of = Availability("1", "Ana", SAO_PAULO, MORNINGS, buffer_after=10)
    taken = [(MONDAY + timedelta(minutes=60), MONDAY + timedelta(minutes=100))]
    window = Window(MONDAY - timedelta(hours=1), MONDAY + timedelta(hours=4), length)
    listed = {slot.start for slot in free_slots(of, taken, window)}
    every = [MONDAY + timedelta(minutes=number) for number in range(-60, 240)]
    assert {at for at in every if is_free(of, taken, at, length=length)} == listed
    assert not is_free(of, (), MONDAY + timedelta(seconds=1), length=length)
    of = Availability("1", "Ana", SAO_PAULO, MORNINGS)
    assert not fits(of, MONDAY - timedelta(minutes=10), MONDAY + timedelta(minutes=20))


def test_the_nearest_come_in_the_order_of_time_and_each_time_once():
    starts = [MONDAY + timedelta(minutes=m) for m in (0, 30, 60, 90)]
    slots = [Slot(start, start + timedelta(minutes=30), seller) for seller in "12" for start in starts]
    found = nearest(slots, MONDAY + timedelta(minutes=70), limit=3)
    assert [(slot.start - MONDAY, slot.seller_id) for slot in found] == [
        (timedelta(minutes=m), "1") for m in (30, 60, 90)
    ]
