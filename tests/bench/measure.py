"""One round of measurements with so many stored conversations."""

import asyncio
import json
import sys
import time
from dataclasses import dataclass

import asyncpg
import httpx
import psutil

from app.everything import address, listen
from tests.bench.seed import forget_load
from tests.chaos.stage import ROOT, Actor, Stage, until_answers

STAGES = """
select extract(epoch from delivered_at - received_at) * 1000 as overhead
from turns where delivered_at is not null and created_at > $1 order by 1
"""
PACE = 8.0  # messages a second while the overhead is measured


@dataclass(frozen=True, slots=True)
class Load:
    """What the generator measured. Times in seconds."""

    per_second: float
    p50: float
    p99: float
    refused: int


@dataclass(frozen=True, slots=True)
class Round:
    """All figures with so many stored conversations."""

    stored: int
    bare: Load
    acks: Load
    paced: Load
    overhead_p50: float  # milliseconds
    overhead_p95: float
    api_mb: float
    worker_mb: float


async def load(url: str, stored: int, *, seconds: float, rate: float = 0.0) -> Load:
    """Run the generator in a process of its own."""
    words = ("--url", url, "--stored", str(stored), "--seconds", str(seconds), "--rate", str(rate))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.load", *words), stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    out, _ = await process.communicate()
    return Load(**json.loads(out))


async def measure(house: Stage, *, stored: int, seconds: float, talks: int) -> Round:
    api = next(actor for actor in house.actors if actor.name == "api-1")
    bare = await _bare(house, stored, seconds)
    await load(house.webhook, stored, seconds=1)  # warm
    acks = await load(house.webhook, stored, seconds=seconds)
    await forget_load(house.server.dsn())
    paced = await load(house.webhook, stored, seconds=seconds, rate=200)
    await forget_load(house.server.dsn())
    worker = await house.act(f"worker-{stored}", "tests.bench.worker")
    try:
        overheads = await _overheads(house, stored, talks)
        memory = _resident(api), _resident(worker)
    finally:
        await worker.stop()
    p50, p95 = overheads[len(overheads) // 2], overheads[int(len(overheads) * 0.95)]
    return Round(stored, bare, acks, paced, p50, p95, *memory)


async def _bare(house: Stage, stored: int, seconds: float) -> Load:
    door = listen(0)
    actor = await house.act(f"bare-{stored}", "tests.bench.bare", "--fd", str(door.fileno()), fds=(door.fileno(),))
    try:
        url = f"{address(door)}/webhooks/kommo/secret"
        await until_answers(url)
        await load(url, stored, seconds=1)
        return await load(url, stored, seconds=seconds)
    finally:
        await actor.stop()
        door.close()


async def _overheads(house: Stage, stored: int, talks: int) -> list[float]:
    """Customers write at an even pace; from received to accepted by the channel, in milliseconds."""
    connection, found = await asyncpg.connect(house.server.dsn()), list[float]()
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=10) as http:
            await _say(house, http, stored, range(20))
            await asyncio.sleep(2)
            since = await connection.fetchval("select now()")
            await _say(house, http, stored, range(20, 20 + talks))
        for _ in range(100):
            found = [float(row["overhead"]) for row in await connection.fetch(STAGES, since)]
            if len(found) >= talks:
                return found
            await asyncio.sleep(0.2)
    finally:
        await connection.close()
    raise TimeoutError(f"only {len(found)} of {talks} messages were answered")


async def _say(house: Stage, http: httpx.AsyncClient, stored: int, numbers: range) -> None:
    """One message each in a few hundred chats, and later a second one in each."""
    start = time.perf_counter()
    for place, number in enumerate(numbers):
        await asyncio.sleep(max(0.0, start + place / PACE - time.perf_counter()))
        words = {"chat": f"bench-{stored}-{number % 100}", "text": "Quanto custa a entrega?"}
        (await http.post(f"{house.box}/_sandbox/say", json=words)).raise_for_status()


def _resident(actor: Actor) -> float:
    assert actor.process is not None
    return psutil.Process(actor.process.pid).memory_info().rss / 2**20
