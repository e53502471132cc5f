"""`python -m tests.bench.browser`: users made in a real Chromium with a session that is alive, and what it holds.

`--runs 500` shows that nothing leaks: the memory after the first runs and after the last ones, by one browser.
"""

import argparse
import asyncio
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from app.browser.chromium import BrowserOptions
from app.domain.provisioning import NewUser
from tests.browser.panelling import PASSWORD, Room, room_of
from tests.sandbox.player import running

WARM_UP = 3
GOAL = 2.0  # seconds
NEVER = 1_000_000


async def one(room: Room, number: int) -> tuple[float, float]:
    """Seconds of a whole provisioning (look, create, look), and of the create alone."""
    name = f"sofia{number:04}"
    begun = time.perf_counter()
    async with room.panels.open(room.account(), run=str(number)) as panel:
        assert await panel.look(name) is None
        before = time.perf_counter()
        await panel.create_user(NewUser(name, PASSWORD))
        created = time.perf_counter() - before
        assert await panel.look(name) is not None
    return time.perf_counter() - begun, created


async def bench(folder: Path, *, runs: int) -> list[str]:
    async with running() as box:
        room = room_of(box, folder, BrowserOptions(max_runs=NEVER, max_mib=NEVER))
        for number in range(WARM_UP):
            await one(room, number)
        first = (await room.panels.component())["resident_mib"]
        times = [await one(room, number) for number in range(WARM_UP, WARM_UP + runs)]
        last = (await room.panels.component())["resident_mib"]
        assert len(await room.users()) == runs + WARM_UP
        await room.panels.close()
    whole, created = (sorted(column) for column in zip(*times, strict=True))
    return [
        "| provisioning in a real browser | goal | measured |",
        "|---|---|---|",
        f"| look, create, read back (warm), p50 of {runs} | {GOAL:.0f} s | {statistics.median(whole):.2f} s |",
        f"| the same, p95 | | {whole[int(len(whole) * 0.95) - 1]:.2f} s |",
        f"| the create alone, p50 | | {statistics.median(created):.2f} s |",
        f"| Chromium and its driver, after {WARM_UP} and after {runs + WARM_UP} runs | | {first} and {last} MiB |",
    ]


def main() -> None:
    made = argparse.ArgumentParser(prog="python -m tests.bench.browser", description=__doc__)
    made.add_argument("--runs", type=int, default=40)
    given = made.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="ponte-bench-"))
    try:
        print("\n".join(asyncio.run(bench(folder, runs=given.runs))))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
