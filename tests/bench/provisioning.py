"""`python -m tests.bench.provisioning`: users made in a storm, the count of what went wrong with them, and the calm.

`--users 40` is a short run; `--quick` is shorter still.
"""

import argparse
import asyncio
import shutil
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.bench.storm import Count, Plan, Scene, count, replay, scene, storm

USERS, CALLERS, KILLS, DEATHS = 200, 4, 6, 1
GOAL = 2.0  # seconds
WARM_UP, WARM = 2, 20


@dataclass(frozen=True)
class Found:
    """One run. Seconds and MiB; `calm` is of one caller alone, whose panel is well and whose session lives."""

    plan: Plan
    counted: Count
    kills: int
    replayed: int
    errors: int
    took: float
    waits: list[float]
    calm: list[float]
    browser_mib: int
    service_mib: float


async def calm(at: Scene, plan: Plan) -> list[float]:
    """One user after the other, by one caller."""
    found = [await at.ask(number, f"cli{number:03}x0000") for number in range(plan.users, plan.users + WARM_UP + WARM)]
    assert {one.status for one in found} == {"success"}, [one.answer for one in found]
    return [one.seconds for one in found[WARM_UP:]]


async def bench(folder: Path, plan: Plan) -> Found:
    async with scene(folder) as at:
        took = await storm(at, plan)
        await at.calm()
        waits = [one.seconds for one in at.told]
        errors = sum(one.status == "error" for one in at.told)
        replayed = await replay(at, plan)
        counted = await count(at, plan)
        quiet = await calm(at, plan)
        health = (await at.http.get(f"{at.browser_url}/health")).raise_for_status().json()
        assert at.browser.process is not None
        service = psutil.Process(at.browser.process.pid).memory_info().rss / 2**20
        mib = int(health["browser"]["resident_mib"] or 0)
        return Found(plan, counted, at.kills, replayed, errors, took, waits, quiet, mib, service)


def rows(found: Found) -> list[str]:
    """Markdown."""
    plan, counted, waits = found.plan, found.counted, sorted(found.waits)
    struck = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in sorted(counted.struck.items()))
    wrong = f"{counted.duplicates} / {counted.lost} / {len(counted.wrong)}"
    ends = f"Chromium killed {found.kills} times, `ponte browser` {plan.deaths}"
    return [
        "| users on a panel, made by a real browser | goal | measured |",
        "|---|---|---|",
        (
            f"| {plan.users} users, {plan.callers} callers at once, {ends}: twice there / lost / wrongly told "
            f"| 0 / 0 / 0 | {wrong} |"
        ),
        (
            f"|   what the panel did meanwhile ({plan.taken:.0%} of names taken, {plan.errors:.0%} of writes failed, "
            f"{plan.lost_answers:.0%} done without an answer) | | {struck} |"
        ),
        f"|   told an error and made by a replay | | {found.errors}, {found.replayed} replays |",
        (
            f"|   a caller's wait, p50 / p95, s | 60 at most | {statistics.median(waits):.1f} / "
            f"{waits[int(len(waits) * 0.95) - 1]:.1f} |"
        ),
        f"|   users a minute | | {plan.users / found.took * 60:.0f} |",
        (
            f"| one caller, panel well, session alive: asked to answered, p50 of {len(found.calm)}, s "
            f"| {GOAL:.0f} | {statistics.median(found.calm):.2f} |"
        ),
        f"|   the slowest, s | | {max(found.calm):.2f} |",
        (
            f"| memory of Chromium and its driver, of `ponte browser` itself, MiB | | {found.browser_mib}, "
            f"{found.service_mib:.0f} |"
        ),
    ]


def plan_of(users: int) -> Plan:
    """Fewer users, fewer kills."""
    kills = max(min(4, users // 8), KILLS * users // USERS)
    return Plan(users, CALLERS, kills=kills, deaths=DEATHS if users >= USERS // 5 else 0)


def measured(*, users: int = USERS) -> tuple[list[str], list[str]]:
    """The lines of the table, and what was told wrongly."""
    folder = Path(tempfile.mkdtemp(prefix="ponte-bench-"))
    try:
        found = asyncio.run(bench(folder, plan_of(users)))
        return rows(found), found.counted.wrong
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    made = argparse.ArgumentParser(prog="python -m tests.bench.provisioning", description=__doc__)
    made.add_argument("--users", type=int, default=USERS)
    made.add_argument("--quick", action="store_true")
    given = made.parse_args()
    lines, wrong = measured(users=12 if given.quick else given.users)
    print("\n".join([*lines, *wrong]))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
