"""For how long an account keeps things, as it is said and read."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Rejected
from app.domain.retention import MOST_DAYS, Retention, before, checked_retention, retention_of


def test_nothing_set_is_for_ever():
    assert retention_of({}) == Retention()
    assert retention_of({"retention": None}).is_for_ever
    assert before(None, datetime.now(UTC)) is None


@given(st.fixed_dictionaries({}, optional={name: st.none() | st.integers(8, MOST_DAYS) for name in Retention().told()}))
def test_what_is_taken_is_what_holds(given_: dict[str, int | None]):
    kept = retention_of({"retention": checked_retention(given_)}).told()
    assert kept == {name: given_.get(name) for name in kept}


@pytest.mark.parametrize(
    "given_",
    [
        {"history_days": 7},
        {"events_days": 0},
        {"media_days": 0},
        {"media_days": MOST_DAYS + 1},
        {"profiles_days": True},
        {"profiles_days": "30"},
        {"bodies_days": 30},
        [],
        "30",
    ],
)
def test_what_cannot_be_is_refused(given_: Any):
    with pytest.raises(Rejected):
        checked_retention(given_)
