"""A whole run: set the stage, let people act while processes die, wait until all is quiet, read the evidence."""

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx

from tests.chaos.administrator import look_after
from tests.chaos.checker import Ended, Verdict, check
from tests.chaos.evidence import Story, read_story
from tests.chaos.ledger import Ledger
from tests.chaos.people import Chat, People
from tests.chaos.plan import SETTINGS, TIME_SCALE, Plan, faults
from tests.chaos.stage import Stage, stage

UNQUIET = """
select
    (select count(*) from inbox where folded_at is null)
    + (select count(*) from outbox where kind = 'message' and state in ('pending', 'sending'))
    + (select count(*) from turns where state = 'open')
    + (select count(*) from timers where kind = 'burst')
"""
KNOWN = "select count(*) from inbox where external_id = any($1::text[])"
ENDED = """
select c.chat_id, c.bot_on, coalesce(c.pause_reason, '') as reason, coalesce(o.bodies, '{}') as bodies
from conversations c
left join lateral (
    select array_agg(body) as bodies from outbox where conversation_id = c.id and kind = 'message'
) o on true
"""


@dataclass
class Report:
    """What a run came to."""

    plan: Plan
    verdict: Verdict
    ledger: Ledger
    story: Story
    deaths: dict[str, int]
    went_quiet: bool
    took: float
    struck: Counter[str]
    mended: int

    @property
    def is_clean(self) -> bool:
        return self.verdict.is_clean and self.went_quiet


async def run(plan: Plan, folder: Path) -> Report:
    """Run it all in a folder that is there; what is left there afterwards are the processes' logs."""
    started = time.monotonic()
    given = {**SETTINGS, "RECONCILE_SECONDS": str(plan.reconcile_seconds)}
    async with stage(folder, given) as house, httpx.AsyncClient(trust_env=False, timeout=10) as http:
        await house.start_box(time_scale=TIME_SCALE)
        await house.start_apis(plan.apis)
        await house.connect()
        await house.start_workers(plan.workers)
        people = People(plan, house.box, house.api, house.api_key, http, chance=random.Random(plan.seed))
        await http.post(f"{house.box}/_sandbox/faults", json=faults(plan))
        mended: list[str] = []
        chats = await _storm(plan, house, people, mended)
        struck = await _calm(house, people, chats)
        went_quiet = await _until_quiet(plan, house, people.ledger)
        story, ended = await read_story(house.box), await _ended(house)
        deaths = {actor.name: actor.deaths for actor in house.actors}
        verdict = check(people.ledger, story, ended)
        report = Report(
            plan, verdict, people.ledger, story, deaths, went_quiet, time.monotonic() - started, struck, len(mended)
        )
        if not report.is_clean:
            await _keep_tables(house, folder)
    return report


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


async def _storm(plan: Plan, house: Stage, people: People, mended: list[str]) -> list[Chat]:
    killing = asyncio.create_task(_kill(plan, house))
    looking_after = asyncio.create_task(look_after(house.box, house.environment["BOX_TOKEN"], mended))
    try:
        chats = await people.act()
        await killing
    finally:
        killing.cancel()
        looking_after.cancel()
    return chats


async def _kill(plan: Plan, house: Stage) -> None:
    """One process at a time, now this one and now that, evenly spread."""
    chance = random.Random(plan.seed)
    mortal = [actor for actor in house.actors if actor.name != "sandbox"]
    order = [mortal[n % len(mortal)] for n in range(plan.kills)]
    chance.shuffle(order)
    for actor in order:
        await asyncio.sleep(plan.seconds / plan.kills * chance.uniform(0.5, 1.3))
        await actor.kill()


async def _calm(house: Stage, people: People, chats: list[Chat]) -> Counter[str]:
    """No more trouble, and every salesperson lets go; returns how often which trouble struck."""
    report = (await people.http.get(f"{house.box}/_sandbox/faults")).json()
    await people.http.delete(f"{house.box}/_sandbox/faults")
    await asyncio.sleep(2.5)
    for chat in chats:
        if chat.taken:
            await people.let_go(chat, "api")
    return Counter({f"{rule['fault']} {rule['path']}".strip(): int(rule["fired"]) for rule in report["faults"]})


async def _until_quiet(plan: Plan, house: Stage, ledger: Ledger) -> bool:
    """Wait until every message is in a mailbox and nothing is left to do."""
    ids = [one.message_id for one in ledger.wrote]
    connection = await asyncpg.connect(house.server.dsn())
    try:
        quiet_looks = 0
        deadline = time.monotonic() + plan.patience
        while time.monotonic() < deadline:
            is_quiet = await connection.fetchval(KNOWN, ids) == len(ids) and not await connection.fetchval(UNQUIET)
            quiet_looks = quiet_looks + 1 if is_quiet else 0
            if quiet_looks >= 3:
                return True
            await asyncio.sleep(0.5)
        return False
    finally:
        await connection.close()


async def _ended(house: Stage) -> dict[str, Ended]:
    connection = await asyncpg.connect(house.server.dsn())
    try:
        rows = await connection.fetch(ENDED)
    finally:
        await connection.close()
    return {row["chat_id"]: Ended(row["bot_on"], row["reason"], dict(Counter(row["bodies"]))) for row in rows}
