"""When follow-ups are due: in the hours, and never two at once because both waited for the same opening."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.domain.hours import ALWAYS, OFFICE, WeeklyHours, is_open
from app.services.proactive.case import rungs

ZONE = "America/Sao_Paulo"
LADDER = (60, 1440, 4320)
SATURDAY = datetime(2026, 11, 21, 19, 15, tzinfo=UTC)  # 16:15 there


def test_where_it_is_always_open_each_is_due_at_its_time():
    assert rungs(LADDER, SATURDAY, ALWAYS, ZONE) == [SATURDAY + timedelta(minutes=minutes) for minutes in LADDER]


def test_two_that_wait_for_one_opening_are_a_day_apart():
    assert rungs(LADDER, SATURDAY, OFFICE, ZONE) == [
        datetime(2026, 11, day, 12, tzinfo=UTC) for day in (23, 24, 26)
    ]  # nine o'clock on Monday, Tuesday and Thursday


def test_hours_that_never_begin_mean_no_follow_ups():
    assert rungs(LADDER, SATURDAY, WeeklyHours(), ZONE) == []


@given(
    steps=st.lists(st.integers(1, 5000), min_size=1, max_size=5),
    minute=st.integers(0, 366 * 24 * 60),
)
def test_none_is_nearer_to_the_one_before_than_the_ladder_says(steps: list[int], minute: int):
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    ladder = [sum(steps[: place + 1]) for place in range(len(steps))]
    dues = rungs(ladder, at, OFFICE, ZONE)
    assert all(is_open(OFFICE, due, ZONE) for due in dues)
    for (due, following), step in zip(pairwise(dues), steps[1:], strict=True):
        assert following - due >= timedelta(minutes=step)
    assert dues[0] - at >= timedelta(minutes=steps[0])
