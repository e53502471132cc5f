"""What the doctor makes of what was seen: every fault is a line with what to do."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.channels.kommo.adapter import KommoChannel
from app.domain.account import Capabilities
from app.domain.checkup import Checked, Line, Status, absent, broken, fine
from app.domain.ids import AccountId
from app.domain.inspection import AccountSeen, HookSeen
from app.services.accounts import symptoms
from app.store.checkup import Missed

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ONE = AccountId(1)
GUIDE = KommoChannel.guide
GOOD: dict[str, Any] = {"entrypoint": "send", "status": "queued", "n": 1, "oldest_seconds": 0.1}


def hook(**fields: Any) -> HookSeen:
    known: dict[str, Any] = {"destination": "https://p/webhooks/kommo/...", "events": (), "disabled": False}
    return HookSeen(**{**known, "is_ours": True, "tells_of_humans": True, **fields})


def seen(**fields: Any) -> AccountSeen:
    return AccountSeen("30100200", **fields)


def worker_and_queue(rows: list[dict[str, Any]], last: datetime | None = NOW) -> tuple[Status, Status]:
    worker, queue = symptoms.queue(rows, last, NOW)
    return worker.status, queue.status


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (symptoms.migrations([]), Status.OK),
        (symptoms.migrations(["20261121000100"]), Status.FAILED),
        (symptoms.clock("clock", NOW, NOW + timedelta(seconds=1)), Status.OK),
        (symptoms.clock("clock", NOW, NOW - timedelta(seconds=30)), Status.FAILED),
        (symptoms.clock("clock", NOW, None), Status.NOT_CONFIGURED),
        (symptoms.pooler(pooled=True, port=6543), Status.OK),
        (symptoms.pooler(pooled=False, port=6543), Status.FAILED),
        (symptoms.pooler(pooled=False, port=5432), Status.NOT_CONFIGURED),
        (symptoms.token(seen(), GUIDE, NOW, ONE), Status.OK),
        (symptoms.token(seen(token_expires_at=NOW - timedelta(hours=1)), GUIDE, NOW, ONE), Status.FAILED),
        (symptoms.token(seen(token_expires_at=NOW + timedelta(days=3)), GUIDE, NOW, ONE), Status.FAILED),
        (symptoms.token(seen(token_expires_at=NOW + timedelta(hours=12)), GUIDE, NOW, ONE), Status.OK),
        (symptoms.scopes(seen(), GUIDE, ONE)[0], Status.NOT_CONFIGURED),
        (symptoms.scopes(seen(scopes=("crm",)), GUIDE, ONE)[0], Status.FAILED),
        (symptoms.scopes(seen(scopes=tuple(GUIDE.scopes)), GUIDE, ONE)[0], Status.OK),
        (symptoms.send(Capabilities(("talks", "note")), GUIDE, ONE), Status.OK),
        (symptoms.send(Capabilities(("note",)), GUIDE, ONE), Status.FAILED),
        (symptoms.webhook([hook()], NOW, GUIDE, has_address=True, account_id=ONE), Status.OK),
        (symptoms.webhook([hook(disabled=True)], NOW, GUIDE, has_address=True, account_id=ONE), Status.FAILED),
        (symptoms.webhook([hook(is_ours=False)], None, GUIDE, has_address=False, account_id=ONE), Status.FAILED),
        (symptoms.address("n8n", "http://n8n:5678", 200, 3), Status.OK),
        (symptoms.address("n8n", "http://n8n:5678", 502, 3), Status.FAILED),
        (symptoms.brains(["offline"]), Status.NOT_CONFIGURED),
        (symptoms.brains(["model", "offline"]), Status.OK),
    ],
)
def test_a_line_is_what_was_seen(line: Line, status: Status):
    assert line.status is status, line
    assert line.message
    assert line.status is not Status.FAILED or line.todo


def test_a_silent_worker_a_dead_job_and_a_late_one_are_failures():
    assert worker_and_queue([GOOD]) == (Status.OK, Status.OK)
    assert worker_and_queue([GOOD], None) == (Status.FAILED, Status.OK)
    assert worker_and_queue([GOOD], NOW - timedelta(minutes=3)) == (Status.FAILED, Status.OK)
    assert worker_and_queue([{**GOOD, "status": "failed"}]) == (Status.OK, Status.FAILED)
    assert worker_and_queue([{**GOOD, "oldest_seconds": 300.0}]) == (Status.OK, Status.FAILED)
    assert worker_and_queue([{**GOOD, "oldest_seconds": None}]) == (Status.OK, Status.OK)


def missed(runs: int, ago: timedelta = timedelta(minutes=10)) -> Missed:
    return Missed(NOW - timedelta(hours=1), NOW - ago, runs)


@pytest.mark.parametrize(
    ("found", "last", "is_deaf"),
    [
        (None, NOW, False),
        (missed(2), NOW - timedelta(hours=2), True),
        (missed(1), NOW - timedelta(hours=2), False),  # an outage that is over
        (missed(1), None, True),
        (missed(1, timedelta(seconds=30)), None, False),  # the webhook may be on its way
    ],
)
def test_messages_that_no_webhook_told_of_show_that_none_arrive(
    found: Missed | None, last: datetime | None, *, is_deaf: bool
):
    line = symptoms.deaf(found, last, NOW, ONE)
    assert (line is not None) is is_deaf
    if line is not None:
        assert (line.name, line.status) == ("webhook", Status.FAILED)
        assert "do not arrive" in line.message
        assert "ponte channels rotate --account 1" in line.todo


def test_one_failure_fails_the_whole_and_what_is_not_set_does_not():
    assert Checked((fine("a", "."), absent("b", ".")), NOW).status is Status.OK
    assert Checked((fine("a", "."), broken("c", ".", "mend it")), NOW).status is Status.FAILED
