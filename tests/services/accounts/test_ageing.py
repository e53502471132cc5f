"""What the doctor says of secrets and of lists of networks."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.checkup import Status
from app.domain.ids import AccountId
from app.services.accounts import ageing
from app.store.knocks import LastKnock
from app.store.rotation import Overlap, SecretAge

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ONE = AccountId(1)
KINDS = ("address", "signing", "token", "key", "panel", "sheet", "inbox")


def aged(kind: str, days: int) -> SecretAge:
    return SecretAge(kind, NOW - timedelta(days=days), 1, 7)


def knocked(door: str = "webhook", network: str = "203.0.113.0/24", *, refused: bool = False, old: bool = False):
    return LastKnock(door, refused, network, old, 3, NOW + timedelta(seconds=refused))


def statuses(lines: list[ageing.Line]) -> list[Status]:
    return [line.status for line in lines]


def test_young_secrets_are_one_line_with_their_ages():
    (line,) = ageing.ages([aged(kind, 3) for kind in KINDS], days=90, now=NOW, account_id=ONE)
    assert line.status is Status.OK
    assert line.message.count(" 3") == len(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_an_old_secret_is_a_line_of_its_own_with_what_to_do(kind: str):
    line, rest = ageing.ages([aged(kind, 91), aged("address", 1)], days=90, now=NOW, account_id=ONE)
    assert (line.status, rest.status) == (Status.FAILED, Status.OK)
    assert "91 days" in line.message
    assert line.todo


def test_a_limit_of_none_reminds_of_nothing_and_what_is_told_elsewhere_is_left_out():
    (line,) = ageing.ages([aged("key", 5000)], days=0, now=NOW, account_id=ONE)
    assert line.status is Status.OK
    assert ageing.ages([aged("token", 5000)], days=9, now=NOW, account_id=ONE, but=frozenset({"token"})) == []


@pytest.mark.parametrize(
    ("overlap", "knocks", "told"),
    [
        (Overlap(0, None), [knocked(old=True)], []),
        (Overlap(1, NOW), [], [Status.OK]),
        (Overlap(1, NOW), [knocked()], [Status.OK]),
        (Overlap(1, NOW), [knocked(old=True)], [Status.FAILED]),
        (Overlap(1, None), [knocked()], [Status.FAILED]),
    ],
)
def test_an_old_address_that_still_counts(overlap: Overlap, knocks: list[LastKnock], told: list[Status]):
    assert statuses(ageing.overlap(overlap, knocks, ONE)) == told


@pytest.mark.parametrize(
    ("knocks", "webhook", "told"),
    [
        ([knocked()], [], []),
        ([], ["203.0.113.0/24"], [Status.OK]),
        ([knocked()], ["203.0.113.0/24"], [Status.OK]),
        ([knocked()], ["198.51.100.0/24"], [Status.FAILED]),
        ([knocked(network="")], ["198.51.100.0/24"], [Status.FAILED]),
        ([knocked(), knocked(network="192.0.2.0/24", refused=True)], ["203.0.113.0/24"], [Status.FAILED]),
        ([knocked(door="api")], ["198.51.100.0/24"], [Status.OK]),
    ],
)
def test_a_list_that_refuses_the_last_webhook_is_a_fault(
    knocks: list[LastKnock], webhook: list[str], told: list[Status]
):
    assert statuses(ageing.lists(knocks, webhook=webhook, api=[], account_id=ONE)) == told
