"""`python -m tests.bench.channels`: from a customer's message to the answer's acceptance, channel by channel.

All five are connected to one installation, each to its simulated world, and are written to turn about at an even pace:
the model answers at once, no burst is waited for, no pace is kept at the vendors. What is left is our own.
"""

import argparse
import asyncio
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx

from app.wiring import open_house
from tests.bench.table import write
from tests.chaos.ledger import Wrote
from tests.chaos.plan import Plan
from tests.chaos.stage import ROOT, Stage, stage
from tests.chaos.worlds import World, worlds_of
from tests.chaos.worlds.base import Chat

PART = "bench:channels"
GOAL = 60
POLL_SECONDS = 2
SETTINGS = {
    **{f"{name}_RATE": "500" for name in ("KOMMO", "WHATSAPP", "TWILIO", "CHATWOOT", "B24")},
    "B24_POLL_SEC": str(POLL_SECONDS),
    "BURST_SCALE": "0",
    "LOG_LEVEL": "WARNING",
    "DRAIN_SECONDS": "2",
}
CHATS = 20
# Messages a second, of all channels together: nobody waits for another. Each channel is written to a little less often
# than Bitrix24 is looked at, so that a look finds one message, not two, and the waits for it are of all lengths.
PACE = 5 / (POLL_SECONDS * 1.05)
WARM = 4  # messages to each channel that count for nothing
OWN = """
select extract(epoch from delivered_at - received_at)::float * 1000 as own
from turns where account_id = $1 and delivered_at is not null and created_at > $2 order by 1
"""
CAME = """
select external_id, extract(epoch from received_at)::float as at from inbox
where account_id = $1 and external_id = any($2::text[])
"""


@dataclass(frozen=True, slots=True)
class Way:
    """One channel, in milliseconds: on its way in, and from there to the channel's acceptance of the answer."""

    name: str
    arriving: list[float]
    own: list[float]

    def share(self, of: Sequence[float], part: float) -> float:
        return sorted(of)[min(int(len(of) * part), len(of) - 1)]


async def bench(folder: Path, *, each: int) -> list[Way]:
    """So many messages to every channel."""
    async with stage(folder, SETTINGS) as house, httpx.AsyncClient(trust_env=False, timeout=10) as http:
        await house.start_box(time_scale=1)
        await house.start_apis(1)
        worlds = worlds_of(Plan(), house, http)
        async with open_house(house.settings) as opened:
            for world in worlds:
                await world.connect(opened)
        await house.start_workers(1, "tests.bench.worker")
        await _write(worlds, range(WARM))
        await asyncio.sleep(2 * POLL_SECONDS + 1)
        return await _measured(house, worlds, each)


async def _measured(house: Stage, worlds: list[World], each: int) -> list[Way]:
    connection = await asyncpg.connect(house.server.dsn())
    try:
        since = await connection.fetchval("select now()")
        for world in worlds:
            world.ledger.wrote.clear()
        await _write(worlds, range(WARM, WARM + each))
        own = {world.name: await _own(connection, world, since, each) for world in worlds}
        return [Way(world.name, await _arriving(connection, world), own[world.name]) for world in worlds]
    finally:
        await connection.close()


async def _write(worlds: list[World], numbers: range) -> None:
    """Turn about, so that what else the machine does befalls all of them alike."""
    start, place = time.perf_counter(), 0
    chats = {world.name: [Chat(f"bench-{n}", n) for n in range(CHATS)] for world in worlds}
    for number in numbers:
        for world in worlds:
            await asyncio.sleep(max(0.0, start + place / PACE - time.perf_counter()))
            place += 1
            chat, at = chats[world.name][number % CHATS], time.time()
            message_id = await world.customer(chat, f"m{number} quanto custa a entrega?")
            world.ledger.wrote.append(Wrote(number, chat.chat_id, message_id, at))


async def _own(connection: "asyncpg.Connection[asyncpg.Record]", world: World, since: object, each: int) -> list[float]:
    found: list[float] = []
    for _ in range(150):
        found = [row["own"] for row in await connection.fetch(OWN, world.account, since)]
        if len(found) >= each:
            return found
        await asyncio.sleep(0.2)
    raise TimeoutError(f"{world.name}: only {len(found)} of {each} messages were answered")


async def _arriving(connection: "asyncpg.Connection[asyncpg.Record]", world: World) -> list[float]:
    said = {one.message_id: one.at for one in world.ledger.wrote}
    rows = await connection.fetch(CAME, world.account, list(said))
    return [(row["at"] - said[row["external_id"]]) * 1000 for row in rows]


def rows(ways: list[Way]) -> list[str]:
    """Markdown: a line for each channel, in ratio to Kommo in the same run."""
    kommo = next(way for way in ways if way.name == "kommo")
    base = kommo.share(kommo.own, 0.5)
    head = "| inbound to sent, instant brain, no burst wait | goal | p50, ms | p95, ms | to Kommo |"
    return [f"{head} said to mailbox, p50 / longest, ms |", "|---|---|---|---|---|---|", *(_row(w, base) for w in ways)]


def _row(way: Way, base: float) -> str:
    p50, p95 = way.share(way.own, 0.5), way.share(way.own, 0.95)
    came = f"{way.share(way.arriving, 0.5):,.0f} / {max(way.arriving):,.0f}"
    name = f"{way.name}, asked every {POLL_SECONDS} s" if way.name == "bitrix24" else way.name
    return f"| {name} | {GOAL} | {p50:,.0f} | {p95:,.0f} | {p50 / base:.2f} | {came} |"


def said() -> str:
    """What stands under the table."""
    return (
        f"Two cores shared with the simulated vendors (a load of {os.getloadavg()[1]:.0f}), {platform.system()}, "
        f"Python {platform.python_version()}: read the ratios. The last column is the way in: a webhook's, and at "
        f"Bitrix24 the wait for the next look, which is {POLL_SECONDS} s at most, and the look itself."
    )


def lines(*, quick: bool) -> list[str]:
    """Measure, and give the table."""
    folder = Path(tempfile.mkdtemp(prefix="ponte-bench-"))
    try:
        return rows(asyncio.run(bench(folder, each=20 if quick else 120)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    made = argparse.ArgumentParser(prog="python -m tests.bench.channels", description=__doc__)
    made.add_argument("--quick", action="store_true")
    made.add_argument("--write", action="store_true", help="put the table into the README")
    given = made.parse_args()
    found = lines(quick=given.quick)
    print("\n".join([*found, "", said()]))
    if given.write:
        write(ROOT / "README.md", found, part=PART, said=said())


if __name__ == "__main__":
    main()
