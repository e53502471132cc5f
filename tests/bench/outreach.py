"""`python -m tests.bench.outreach`: a thousand wishes to write first, and the pace while they are carried out.

First at the real pace of six calls a second, for a while; then all of them ten times as fast. Calls at an even pace of
six a second are a sixth apart, so seven of them span one second: the ratio is the gaps within the vendor's busiest
second over those that were promised.
"""

import argparse
import asyncio
import shutil
import tempfile
import time
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx

from tests.chaos.stage import Stage, stage

PACE = 6
FASTER = 10
WISHES, AT_REAL_PACE, FEW = 1_000, 20, 100
CALLERS = 32
ALWAYS_AWAKE = {"quiet_from": "00:00", "quiet_until": "00:00", "per_day": 100_000, "variables": ["area"]}


@dataclass(frozen=True)
class Carried:
    """What the vendor saw of so many wishes."""

    wishes: int
    pace: float
    calls: int
    seconds: float
    busiest: int
    contacts: int
    tasked: int

    @property
    def ratio(self) -> float:
        return (self.busiest - 1) / self.pace


def busiest_second(times: Sequence[float]) -> int:
    """The most calls that began within any one second."""
    ordered = sorted(times)
    return max((place + 1 - bisect_left(ordered, at - 1.0 + 1e-9) for place, at in enumerate(ordered)), default=0)


async def prepare(house: Stage, http: httpx.AsyncClient) -> None:
    """A trigger without nights, and a breaker that takes a thousand for usual."""
    headers = {"X-API-Key": house.api_key}
    trigger = await http.put(f"{house.api}/admin/triggers/formulario", json=ALWAYS_AWAKE, headers=headers)
    trigger.raise_for_status()
    breaker = await http.post(f"{house.api}/admin/breaker/reset", json={"floor": 100_000}, headers=headers)
    breaker.raise_for_status()


async def ask(house: Stage, http: httpx.AsyncClient, count: int) -> None:
    """So many wishes, each for somebody else, from a few callers at once."""
    numbers = iter(range(count))

    async def caller() -> None:
        for number in numbers:
            body = {
                "trigger": "formulario",
                "phone": f"+55119{80_000_000 + number}",
                "data": {"name": f"Cliente {number}"},
            }
            headers = {"X-API-Key": house.api_key, "Idempotency-Key": f"bench-{number}"}
            answer = await http.post(f"{house.api}/start-proactive", json=body, headers=headers)
            assert answer.status_code in (200, 202), answer.text

    await asyncio.gather(*(caller() for _ in range(CALLERS)))


async def until_done(house: Stage, count: int) -> int:
    """Wait for the last one; returns for how many a salesperson has got a task."""
    connection = await asyncpg.connect(house.server.dsn())
    try:
        while True:
            rows = await connection.fetch("select state, count(*) as n from outreaches group by state")
            found = {row["state"]: row["n"] for row in rows}
            if not found.keys() & {"waiting", "sending"} and sum(found.values()) >= count:
                return found.get("tasked", 0)
            await asyncio.sleep(0.5)
    finally:
        await connection.close()


async def calls_of(house: Stage, http: httpx.AsyncClient, after: int) -> list[dict[str, object]]:
    entries = (await http.get(f"{house.box}/_sandbox/record", params={"after": after})).json()
    return [one for one in entries if one["kind"] == "call"]


async def carry_out(folder: Path, *, wishes: int, pace: int) -> Carried:
    settings = {"KOMMO_RATE": str(pace), "LOG_LEVEL": "WARNING", "DRAIN_SECONDS": "2", "RECONCILE_SECONDS": "600"}
    async with stage(folder, settings) as house, httpx.AsyncClient(trust_env=False, timeout=120) as http:
        await house.start_box(time_scale=1)
        await house.start_apis(1)
        await house.connect()
        await prepare(house, http)
        await house.start_workers(1, "tests.bench.worker")
        await asyncio.sleep(3)
        began = time.perf_counter()
        await ask(house, http, wishes)
        tasked = await until_done(house, wishes)
        took = time.perf_counter() - began
        calls = await calls_of(house, http, 0)
        made = sum(one["method"] == "POST" and one["path"] == "/api/v4/contacts" for one in calls)
        busiest = busiest_second([float(str(one["at"])) for one in calls])
        return Carried(wishes, pace, len(calls), took, busiest, made, tasked)


def row(found: Carried) -> str:
    """One line of the table."""
    name = f"{found.wishes:,} triggers at {found.pace:g} calls a second: busiest second / pace"
    return (
        f"| {name} | 1 | {found.ratio:.2f} ({found.calls:,} calls in {found.seconds:,.0f} s, "
        f"{found.contacts:,} contacts made, {found.tasked:,} tasks) |"
    )


async def bench(folder: Path, *, quick: bool) -> list[str]:
    """The lines: at the real pace, and all of them faster."""
    for name in ("real", "fast"):
        (folder / name).mkdir()
    real = await carry_out(folder / "real", wishes=5 if quick else AT_REAL_PACE, pace=PACE)
    fast = await carry_out(folder / "fast", wishes=FEW if quick else WISHES, pace=PACE * FASTER)
    return [row(real), row(fast)]


def main() -> None:
    made = argparse.ArgumentParser(prog="python -m tests.bench.outreach", description=__doc__)
    made.add_argument("--quick", action="store_true")
    folder = Path(tempfile.mkdtemp(prefix="ponte-bench-"))
    try:
        print("\n".join(asyncio.run(bench(folder, quick=made.parse_args().quick))))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
