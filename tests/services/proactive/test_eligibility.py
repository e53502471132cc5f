"""Allow, or deny with every reason. Pure."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.zones import local
from app.services.proactive.eligibility import Facts, Reason, Rules, Way, judge, quiet_until

NOON = datetime(2026, 11, 18, 15, 0, tzinfo=UTC)  # noon in São Paulo
RULES = Rules()
FINE = Facts(zones=("America/Sao_Paulo",), has_chat=True, last_customer_at=NOON - timedelta(hours=1))

AGAINST = [
    (Reason.TRIGGER_OFF, {}, {"enabled": False}),
    (Reason.OTHER_AREA, {"area": "penal"}, {"areas": ("família",)}),
    (Reason.OPTED_OUT, {"opted_out": True}, {}),
    (Reason.NO_CONSENT, {}, {"needs_consent": True}),
    (Reason.REFUSED_CONSENT, {"consent": False}, {}),
    (Reason.WINDOW, {"last_customer_at": NOON - timedelta(hours=24), "has_card": False}, {}),
    (Reason.QUIET_HOURS, {}, {"quiet_from": time(11), "quiet_until": time(13)}),
    (Reason.HUMAN_TALKING, {"last_human_at": NOON - timedelta(hours=1)}, {}),
    (Reason.CONTACT_CAP, {"of_contact": 3}, {}),
    (Reason.DAY_CAP, {"of_day": 1000}, {}),
    (Reason.DUPLICATE, {"is_duplicate": True}, {}),
    (Reason.BOT_OFF, {"bot_on": False}, {}),
    (Reason.BREAKER, {"breaker_tripped": True}, {}),
]


def test_nothing_against_it_means_yes():
    verdict = judge(FINE, RULES, NOON)
    assert (verdict.allowed, verdict.way, verdict.reasons) == (True, Way.TEXT, ())


@pytest.mark.parametrize(("reason", "facts", "rules"), AGAINST, ids=[reason for reason, *_ in AGAINST])
def test_each_thing_stands_against_it_alone(reason: Reason, *, facts: dict, rules: dict):
    assert judge(replace(FINE, **facts), replace(RULES, **rules), NOON).reasons == (reason,)


def test_there_is_a_case_for_every_reason():
    assert {reason for reason, *_ in AGAINST} == set(Reason)


def test_all_that_stands_against_it_is_told():
    facts, rules = FINE, RULES
    for reason, change, condition in AGAINST:
        if reason is not Reason.NO_CONSENT:
            facts, rules = replace(facts, **change), replace(rules, **condition)
    told = set(judge(facts, rules, NOON).reasons)
    assert told == set(Reason) - {Reason.NO_CONSENT}


@pytest.mark.parametrize(
    ("facts", "way"),
    [
        ({"last_customer_at": NOON - timedelta(hours=23, minutes=57)}, Way.TEXT),
        ({"last_customer_at": NOON - timedelta(hours=23, minutes=59)}, Way.TASK),
        ({"last_customer_at": None, "has_template": True}, Way.TEMPLATE),
        ({"has_chat": False}, Way.TASK),
        ({"has_chat": False, "has_template": True}, Way.TEMPLATE),
        ({"has_chat": False, "has_card": False}, None),
    ],
)
def test_the_window_decides_the_way(facts: dict, way: Way | None):
    assert judge(replace(FINE, **facts), RULES, NOON).way is way


def test_a_task_may_be_given_at_night():
    night = datetime(2026, 11, 18, 3, 0, tzinfo=UTC)
    assert judge(replace(FINE, has_chat=False), RULES, night).allowed


@pytest.mark.parametrize(
    ("at", "zone", "ends"),
    [
        ("2026-11-18T03:00Z", "America/Sao_Paulo", "2026-11-18T11:00Z"),
        ("2026-11-18T23:59Z", "America/Sao_Paulo", None),
        ("2026-11-19T00:00Z", "America/Sao_Paulo", "2026-11-19T11:00Z"),
        ("2026-11-18T11:00Z", "America/Sao_Paulo", None),
        ("2026-11-18T12:59Z", "America/Rio_Branco", "2026-11-18T13:00Z"),
    ],
)
def test_quiet_hours_are_by_the_customers_clock(at: str, zone: str, ends: str | None):
    found = quiet_until((zone,), RULES, datetime.fromisoformat(at))
    assert found == (datetime.fromisoformat(ends) if ends else None)


@given(
    st.integers(0, 6 * 365 * 24 * 60).map(lambda minutes: NOON + timedelta(minutes=minutes)),
    st.sampled_from(["America/Sao_Paulo", "Europe/Madrid", "America/New_York", "Asia/Kolkata"]),
    st.integers(min_value=13, max_value=23),
    st.integers(min_value=4, max_value=11),
)
def test_after_the_quiet_hours_clocks_show_the_morning(at: datetime, zone: str, start: int, end: int):
    rules = replace(RULES, quiet_from=time(start), quiet_until=time(end))
    found = quiet_until((zone,), rules, at)
    hour = local(at, zone).hour
    assert (found is not None) == (hour >= start or hour < end)
    if found is not None:
        assert found > at
        assert local(found, zone).time() == time(end)
        assert quiet_until((zone,), rules, found) is None


def test_where_a_customer_may_be_in_two_zones_both_must_be_awake():
    rules = replace(RULES, quiet_from=time(22), quiet_until=time(8))
    found = quiet_until(("Europe/Madrid", "Atlantic/Canary"), rules, datetime(2026, 11, 18, 7, 30, tzinfo=UTC))
    assert found == datetime(2026, 11, 18, 8, 0, tzinfo=UTC)
