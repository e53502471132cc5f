"""The breaker: five failures in a minute open it, then one request at a time finds out whether all is well again."""

from datetime import timedelta

from app.domain.breaker import MOST_FAILURES, REST, Breaker, Gate, failed, gate
from tests.builders import NOON

SECOND = timedelta(seconds=1)
PATIENCE = 9 * SECOND


def after(*seconds: float) -> Breaker:
    breaker = Breaker()
    for second in seconds:
        breaker = failed(breaker, NOON + second * SECOND)
    return breaker


def open_at(second: float) -> tuple[Gate, Breaker]:
    return gate(after(0, 0, 0, 0, 0), NOON + second * SECOND, PATIENCE)


def test_four_failures_are_bad_luck_and_five_open_it():
    assert gate(after(0, 1, 2, 3), NOON + 4 * SECOND, PATIENCE)[0] is Gate.ASK
    assert after(0, 1, 2, 3, 4).opened_at == NOON + 4 * SECOND


def test_five_failures_over_more_than_a_minute_do_not_open_it():
    assert after(0, 20, 40, 59, 61).opened_at is None
    assert len(after(*range(100)).failures) <= MOST_FAILURES


def test_while_it_rests_nobody_asks_and_then_one_at_a_time_does():
    assert open_at(REST.total_seconds() - 1)[0] is Gate.SKIP
    verdict, probing = open_at(11)
    assert verdict is Gate.PROBE
    assert gate(probing, NOON + 12 * SECOND, PATIENCE)[0] is Gate.SKIP


def test_a_probe_whose_process_died_gives_its_place_up():
    _, probing = open_at(11)
    assert gate(probing, NOON + 11 * SECOND + PATIENCE, PATIENCE)[0] is Gate.PROBE


def test_a_probe_that_fails_lets_it_rest_anew():
    _, probing = open_at(11)
    again = failed(probing, NOON + 13 * SECOND)
    assert (again.opened_at, again.probe_until) == (NOON + 13 * SECOND, None)
    assert gate(again, NOON + 22 * SECOND, PATIENCE)[0] is Gate.SKIP
