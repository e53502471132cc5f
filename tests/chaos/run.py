"""A whole run: set the stage, let people act while processes die, wait until all is quiet, read the evidence."""

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import asyncpg
import httpx

from app.wiring import open_house
from tests.chaos.administrator import look_after
from tests.chaos.checker import Ended, Verdict, check
from tests.chaos.evidence import Story
from tests.chaos.ledger import Ledger
from tests.chaos.people import People
from tests.chaos.plan import SETTINGS, TIME_SCALE, Plan
from tests.chaos.stage import Stage, stage
from tests.chaos.worlds import World, worlds_of

UNQUIET = """
select
    (select count(*) from inbox where folded_at is null)
    + (select count(*) from outbox where kind = 'message' and state in ('pending', 'sending'))
    + (select count(*) from turns where state = 'open')
    + (select count(*) from timers where kind = 'burst')
"""
KNOWN = "select external_id from inbox where account_id = $1 and external_id = any($2::text[])"
ENDED = """
select c.chat_id, c.bot_on, coalesce(c.pause_reason, '') as reason, coalesce(o.bodies, '{}') as bodies,
       coalesce(o.doubted, '{}') as doubted
from conversations c
left join lateral (
    select array_agg(body) as bodies, array_agg(body) filter (where state = 'person') as doubted
    from outbox where conversation_id = c.id and kind = 'message'
) o on true
where c.account_id = $1
"""


@dataclass
class Part:
    """One channel of a run: what its people did, what its vendor saw, and what that comes to."""

    ledger: Ledger
    story: Story
    verdict: Verdict


@dataclass
class Report:
    """What a run came to, by channel."""

    plan: Plan
    parts: dict[str, Part]
    deaths: dict[str, int]
    went_quiet: bool
    took: float
    struck: Counter[str]
    mended: int

    @property
    def is_clean(self) -> bool:
        return self.went_quiet and all(part.verdict.is_clean for part in self.parts.values())


async def run(plan: Plan, folder: Path) -> Report:
    """Run it all in a folder that is there; what is left there afterwards are the processes' logs."""
    started = time.monotonic()
    given = {**SETTINGS, "RECONCILE_SECONDS": str(plan.reconcile_seconds)}
    async with stage(folder, given) as house, httpx.AsyncClient(trust_env=False, timeout=10) as http:
        await house.start_box(time_scale=TIME_SCALE)
        await house.start_apis(plan.apis)
        worlds = worlds_of(plan, house, http)
        async with open_house(house.settings) as opened:
            for world in worlds:
                await world.connect(opened)
        await house.start_workers(plan.workers)
        numbers = count(1)
        everybody = [People(plan, world, world.chance, numbers) for world in worlds]
        mended: list[str] = []
        struck = await _storm(plan, house, everybody, mended)
        await _calm(everybody)
        went_quiet = await _until_quiet(plan, house, worlds)
        parts = {world.name: await _judged(house, world) for world in worlds}
        deaths = {actor.name: actor.deaths for actor in house.actors}
        took = time.monotonic() - started
        report = Report(plan, parts, deaths, went_quiet, took, struck, len(mended))
        if not report.is_clean:
            await _keep_tables(house, folder)
    return report


async def _judged(house: Stage, world: World) -> Part:
    story, ended = await world.story(), await _ended(house, world)
    return Part(world.ledger, story, check(world.ledger, story, ended, reads_back=world.reads_back))


async def _keep_tables(house: Stage, folder: Path) -> None:
    """What Ponte itself had written down, for whoever must find out why."""
    connection = await asyncpg.connect(house.server.dsn())
    try:
        for table in (
            "conversations",
            "inbox",
            "mensagens",
            "turns",
            "outbox",
            "timers",
            "event_log",
            "queue.pgqueuer",
        ):
            await connection.copy_from_query(
                f"select * from {table}", output=folder / f"{table}.csv", format="csv", header=True
            )
    finally:
        await connection.close()


async def _storm(plan: Plan, house: Stage, everybody: list[People], mended: list[str]) -> Counter[str]:
    """People act, processes die and vendors fail; returns how often which trouble struck."""
    struck = Counter[str]()
    killing = asyncio.create_task(_kill(plan, house))
    beside = [asyncio.create_task(people.world.plague(struck)) for people in everybody]
    if any(people.world.name == "kommo" for people in everybody):
        beside.append(asyncio.create_task(look_after(house.box, house.environment["BOX_TOKEN"], mended)))
    try:
        for people in everybody:
            await people.world.afflict()
        await asyncio.gather(*(people.act() for people in everybody))
        await killing
    finally:
        for task in (killing, *beside):
            task.cancel()
    for people in everybody:
        struck += await people.world.relieve()
    return struck


async def _kill(plan: Plan, house: Stage) -> None:
    """One process at a time, now this one and now that, evenly spread."""
    chance = random.Random(plan.seed)
    mortal = [actor for actor in house.actors if actor.name != "sandbox"]
    order = [mortal[n % len(mortal)] for n in range(plan.kills)]
    chance.shuffle(order)
    for actor in order:
        await asyncio.sleep(plan.seconds / plan.kills * chance.uniform(0.5, 1.3))
        await actor.kill()


async def _calm(everybody: list[People]) -> None:
    """Every salesperson lets go."""
    await asyncio.sleep(2.5)
    for people in everybody:
        for chat in people.chats:
            if chat.taken_by:
                await people.let_go(chat, "api")


async def _until_quiet(plan: Plan, house: Stage, worlds: list[World]) -> bool:
    """Wait until every message is in a mailbox and nothing is left to do."""
    connection = await asyncpg.connect(house.server.dsn())
    try:
        quiet_looks = 0
        deadline = time.monotonic() + plan.patience
        while time.monotonic() < deadline:
            is_quiet = not await connection.fetchval(UNQUIET) and await _all_known(connection, worlds)
            quiet_looks = quiet_looks + 1 if is_quiet else 0
            if quiet_looks >= 3:
                return True
            await asyncio.sleep(0.5)
        return False
    finally:
        await connection.close()


async def _all_known(connection: "asyncpg.Connection[asyncpg.Record]", worlds: list[World]) -> bool:
    for world in worlds:
        ids = [one.message_id for one in world.ledger.wrote]
        known = {row["external_id"] for row in await connection.fetch(KNOWN, world.account, ids)}
        missing = [one for one in ids if one not in known]
        if missing and await world.unexplained(missing):
            return False
    return True


async def _ended(house: Stage, world: World) -> dict[str, Ended]:
    connection = await asyncpg.connect(house.server.dsn())
    try:
        rows = await connection.fetch(ENDED, world.account)
    finally:
        await connection.close()
    return {
        row["chat_id"]: Ended(row["bot_on"], row["reason"], dict(Counter(row["bodies"])), tuple(row["doubted"]))
        for row in rows
    }
