"""The governor: calls evenly spaced for all processes together, the urgent ones first, nobody starved."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from app.domain.account import Connection, Lane
from app.domain.errors import NotStarted
from app.domain.ids import AccountId
from app.store.database import Database, DatabaseDown
from app.store.governor import AGES, SQL, PostgresGovernor
from tests.sandbox.player import running

RATE = 40.0
PACE = timedelta(seconds=1 / RATE)
SOON = timedelta(milliseconds=400)


def connection(account: int = 1) -> Connection:
    return Connection(AccountId(account), "kommo", "30100200", "http://127.0.0.1:9", "made-up")


@pytest_asyncio.fixture
async def governors(database: Database) -> AsyncIterator[list[PostgresGovernor]]:
    """Three processes, as far as Postgres can tell."""
    pools = [Database(database.dsn, size=3) for _ in range(3)]
    async with AsyncExitStack() as stack:
        for pool in pools:
            stack.push_async_callback(pool.close)
        yield [PostgresGovernor(pool, rate=RATE) for pool in pools]


async def order_of(waits: dict[str, tuple[PostgresGovernor, Lane]]) -> list[str]:
    """In which order waiters that came one after the other are granted their slots."""
    granted: list[str] = []

    async def wait(name: str, governor: PostgresGovernor, lane: Lane) -> None:
        await governor.slot(connection(), lane)
        granted.append(name)

    tasks: list[asyncio.Task[None]] = []
    for name, (governor, lane) in waits.items():
        tasks.append(asyncio.create_task(wait(name, governor, lane)))
        await asyncio.sleep(0.005)
    await asyncio.gather(*tasks)
    return granted


async def take(database: Database, process: UUID, lane: Lane, *, waited: timedelta = timedelta(0)) -> float:
    args = (1, "default", process, lane.rank, datetime.now(UTC) - waited, PACE, AGES, 1)
    return float(await database.fetchval(SQL["take"], *args))


async def test_slots_are_never_closer_together_than_the_pace(governors: list[PostgresGovernor]):
    slots = await asyncio.gather(*(governors[n % 3].slot(connection(), Lane.REPLY) for n in range(12)))
    times = sorted(slot.granted_at for slot in slots)
    assert times[-1] - times[0] >= 11 * PACE.total_seconds() - PACE.total_seconds()  # the first may be told late


async def test_within_a_process_the_urgent_lane_goes_first(governors: list[PostgresGovernor]):
    governor = governors[0]
    await governor.hold(connection(), datetime.now(UTC) + SOON)
    assert await order_of({lane.value: (governor, lane) for lane in reversed(Lane)}) == [lane.value for lane in Lane]


async def test_who_would_wait_for_minutes_is_told_so_and_holds_up_no_worker(governors: list[PostgresGovernor]):
    await governors[0].hold(connection(), datetime.now(UTC) + timedelta(minutes=5))
    waits = (governors[n % 3].slot(connection(), lane) for n, lane in enumerate(Lane))
    for told in await asyncio.gather(*waits, return_exceptions=True):
        assert isinstance(told, NotStarted)
        assert told.code == "held"
        assert timedelta(minutes=4) < told.after <= timedelta(minutes=5)


async def test_between_processes_the_urgent_lane_goes_first(governors: list[PostgresGovernor]):
    await governors[0].hold(connection(), datetime.now(UTC) + SOON)
    waits = {"sync": (governors[0], Lane.SYNC), "crm": (governors[1], Lane.CRM), "reply": (governors[2], Lane.REPLY)}
    assert await order_of(waits) == ["reply", "crm", "sync"]


async def test_in_the_same_lane_who_came_first_goes_first(governors: list[PostgresGovernor]):
    await governors[0].hold(connection(), datetime.now(UTC) + SOON)
    waits = {str(n): (governors[n % 3], Lane.REPLY) for n in range(6)}
    assert await order_of(waits) == list(waits)


async def test_the_lowest_lane_grows_urgent_by_waiting(database: Database):
    old, young = uuid4(), uuid4()
    assert await take(database, uuid4(), Lane.REPLY) == 0  # the slot before: now both have to wait
    assert await take(database, old, Lane.PROACTIVE, waited=AGES * 5) > 0
    assert await take(database, young, Lane.REPLY) > 0
    await asyncio.sleep(PACE.total_seconds())
    assert await take(database, young, Lane.REPLY) > 0
    assert await take(database, old, Lane.PROACTIVE, waited=AGES * 5) == 0


async def test_a_process_that_died_waiting_holds_nobody_up(database: Database, governors: list[PostgresGovernor]):
    assert await take(database, uuid4(), Lane.REPLY) == 0
    assert await take(database, uuid4(), Lane.REPLY) > 0  # a bid that nobody renews
    await governors[0].slot(connection(), Lane.PROACTIVE)


async def test_a_cancelled_waiter_gives_up_its_place(database: Database, governors: list[PostgresGovernor]):
    governor = governors[0]
    await governor.hold(connection(), datetime.now(UTC) + SOON)
    waiter = asyncio.create_task(governor.slot(connection(), Lane.REPLY))
    await asyncio.sleep(0.05)
    waiter.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiter
    await governors[1].slot(connection(), Lane.PROACTIVE)
    await asyncio.sleep(0.3)
    assert await database.fetchval("select count(*) from governor_bids") == 0


async def test_after_a_429_nobody_calls_for_a_while_and_then_at_half_the_pace(governors: list[PostgresGovernor]):
    before = asyncio.get_running_loop().time()
    await governors[0].slow_down(connection(), SOON)
    slots = [await governors[1].slot(connection(), Lane.REPLY) for _ in range(5)]
    assert slots[0].granted_at >= before + SOON.total_seconds() - 0.01
    assert slots[-1].granted_at - slots[0].granted_at >= 3 * 2 * PACE.total_seconds()


async def test_after_a_ban_all_lanes_of_all_accounts_wait(governors: list[PostgresGovernor]):
    before = asyncio.get_running_loop().time()
    await governors[0].hold(connection(), datetime.now(UTC) + SOON)
    slots = await asyncio.gather(
        governors[1].slot(connection(), Lane.REPLY), governors[2].slot(connection(2), Lane.PROACTIVE)
    )
    assert all(slot.granted_at >= before + SOON.total_seconds() - 0.02 for slot in slots)


async def test_an_earlier_ban_never_shortens_a_later_one(database: Database, governors: list[PostgresGovernor]):
    later = datetime.now(UTC) + timedelta(hours=1)
    await governors[0].hold(connection(), later)
    await governors[1].hold(connection(), later - timedelta(minutes=30))
    await governors[2].slow_down(connection(), timedelta(seconds=1))
    assert await database.fetchval("select max(held_until) from governor") == later


async def test_without_a_rate_every_call_goes_at_once_and_asks_nobody(tmp_path: Path):
    nowhere = Database(f"postgresql://x@/x?host={tmp_path}")
    await PostgresGovernor(nowhere, rate=0).slot(connection(), Lane.PROACTIVE)


async def test_while_the_database_is_away_those_who_wait_hear_of_it(tmp_path: Path):
    governor = PostgresGovernor(Database(f"postgresql://x@/x?host={tmp_path}"), rate=RATE)
    waits = (governor.slot(connection(), lane) for lane in Lane)
    assert all(isinstance(told, DatabaseDown) for told in await asyncio.gather(*waits, return_exceptions=True))


async def test_three_processes_at_real_speed_never_make_more_than_seven_calls_in_any_second(
    database: Database, root: Path
):
    async with running("--rate", "7") as sandbox:
        command = [sys.executable, "-m", "tests.store.calling", database.dsn, str(sandbox.http.base_url)]
        processes = [
            await asyncio.create_subprocess_exec(*command, sandbox.account["token"], "25", cwd=root) for _ in range(3)
        ]
        assert [await process.wait() for process in processes] == [0, 0, 0]
        calls = [entry for entry in await sandbox.record() if entry["kind"] == "call"]
    times = sorted(entry["at"] for entry in calls)
    assert len(calls) >= 75
    assert 9 < times[-1] - times[0] < 600  # the record counts in seconds
    assert {entry["status"] for entry in calls} == {200}
    assert max(sum(start <= time < start + 1 for time in times) for start in times) <= 7


async def test_an_account_that_was_quiet_may_make_a_burst_and_no_more(database: Database):
    governor = PostgresGovernor(database, rate=2, egress="bursting", burst=5, per_account=True)
    for _ in range(5):
        await asyncio.wait_for(governor.slot(connection(), Lane.REPLY), 5)
    waiting = asyncio.create_task(governor.slot(connection(), Lane.REPLY))
    wait = await database.fetchval("select next_at > clock_timestamp() from governor where account_id = 0")
    assert wait is True
    waiting.cancel()


async def test_an_account_that_is_told_to_wait_takes_nothing_from_another(database: Database):
    governor = PostgresGovernor(database, rate=RATE, egress="portals", per_account=True)
    await governor.slow_down(connection(1), timedelta(minutes=1))
    await asyncio.wait_for(governor.slot(connection(2), Lane.REPLY), 5)
    with pytest.raises(NotStarted):
        await governor.slot(connection(1), Lane.REPLY)
