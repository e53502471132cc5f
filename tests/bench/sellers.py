"""`python -m tests.bench.sellers`: how long reading an account's users takes, from Kommo's pages to our table."""

import asyncio
import shutil
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from app.domain.ids import AccountId, LeadId
from app.wiring import House, open_house
from tests.chaos.stage import ACCOUNT, Stage, stage

SETTINGS = {"KOMMO_RATE": "500", "LOG_LEVEL": "WARNING"}
USERS = 1_000
ROUNDS = 5


@dataclass(frozen=True)
class Times:
    """Seconds. `first` writes everybody, `again` finds nothing new, `choice` picks the next for a chat."""

    first: float
    again: float
    choice: float


async def hire(house: Stage, count: int) -> None:
    """Fill the simulated account with users."""
    crowd = [{"id": 1_000 + number, "name": f"Pessoa {number}"} for number in range(count)]
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.post(f"{house.box}/_sandbox/accounts", json={"id": ACCOUNT, "users": crowd}, timeout=60)
        answer.raise_for_status()


async def timed(work: Callable[[], Awaitable[object]]) -> float:
    start = time.perf_counter()
    await work()
    return time.perf_counter() - start


async def measure(house: House, account: AccountId) -> Times:
    async def sync() -> None:
        await house.staff.syncing.sync(account)

    first = await timed(sync)
    again = [await timed(sync) for _ in range(ROUNDS)]
    choices = [
        await timed(lambda lead=lead: house.staff.team.next_for(account, LeadId(str(lead)), anytime=True))
        for lead in range(10 * ROUNDS)
    ]
    return Times(first, statistics.median(again), statistics.median(choices))


async def bench(folder: Path, *, users: int = USERS) -> Times:
    async with stage(folder, SETTINGS) as house:
        await house.start_box(time_scale=1)
        await house.start_apis(1)
        account = AccountId(await house.connect())
        await hire(house, users)
        async with open_house(house.settings) as opened:
            return await measure(opened, account)


def rows(found: Times) -> list[str]:
    """Lines of a table: what, and how long it took."""
    return [
        f"| sync of {USERS:,} users, all new, ms | | {found.first * 1000:,.0f} |",
        f"| sync of {USERS:,} users, nothing new, p50, ms | | {found.again * 1000:,.0f} |",
        f"| the next salesperson out of {USERS:,}, p50, ms | | {found.choice * 1000:,.1f} |",
    ]


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="ponte-bench-"))
    try:
        print("\n".join(rows(asyncio.run(bench(folder)))))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
