"""`python -m tests.bench.agenda`: free times of 50 salespeople over 30 days, and 50 clients who book at once."""

import asyncio
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import httpx

from app.domain.agenda import Person
from app.domain.clock import SystemClock
from app.domain.ids import AccountId
from app.services.agenda.finding import Finding
from app.services.agenda.slots import Window
from app.store.database import Database
from tests.chaos.stage import Stage, stage

SETTINGS = {"KOMMO_RATE": "500", "LOG_LEVEL": "WARNING"}
SELLERS, DAYS, CLIENTS = 50, 30, 50
ROUNDS = 40
GOAL = 20  # milliseconds

_WEEK = '{"mon": ["09:00-12:00", "13:00-18:00"], "tue": ["09:00-12:00", "13:00-18:00"], "wed": ["09:00-12:00", \
"13:00-18:00"], "thu": ["09:00-12:00", "13:00-18:00"], "fri": ["09:00-12:00", "13:00-18:00"]}'
# Everybody has hours, and half of everybody's time is booked.
_CROWD = (
    "delete from vendedores where account_id = $1",
    """insert into vendedores (account_id, external_id, name)
    select $1, n::text, 'Pessoa ' || n from generate_series(1, 50) n""",
    f"""insert into disponibilidade (account_id, seller_id, timezone, week, holidays)
    select $1, n::text, 'America/Sao_Paulo', '{_WEEK}', 'BR' from generate_series(1, 50) n""",
    """insert into agenda (account_id, seller_id, contact_id, state, starts_at, ends_at, taken, timezone, receipt,
                           booked_at)
    select $1, n::text, 'c' || slot, 'booked', at, at + interval '30 minutes',
           tstzrange(at, at + interval '30 minutes'), 'America/Sao_Paulo', 'AG-' || n || '-' || slot, now()
    from generate_series(1, 50) n, generate_series(0, 30 * 48) slot,
        lateral (select date_trunc('hour', now()) + slot * interval '30 minutes' as at) t
    where extract(hour from at at time zone 'America/Sao_Paulo') between 9 and 17
        and extract(isodow from at at time zone 'America/Sao_Paulo') < 6 and (slot * 7 + n) % 2 = 0""",
    """insert into contacts (account_id, external_id)
    select $1, 'bench-' || client || '-' || turn from generate_series(0, 49) client, generate_series(0, 19) turn""",
    "analyze",
)


@dataclass(frozen=True)
class Times:
    """Seconds. `every` finds all free slots, `five` answers a wish; `pairs` are of hold and confirm together."""

    every: float
    slots: int
    five: float
    pairs: list[float]
    took: float
    refused: int

    @property
    def per_second(self) -> float:
        return len(self.pairs) / self.took


async def fill(dsn: str, account: int) -> int:
    """Salespeople with hours and bookings; returns how many bookings."""
    connection = await asyncpg.connect(dsn)
    try:
        for order in _CROWD:
            await connection.execute(order, *([account] if "$1" in order else []))
        return int(await connection.fetchval("select count(*) from agenda"))
    finally:
        await connection.close()


async def p50(work: Callable[[], Awaitable[object]]) -> float:
    await work()
    found: list[float] = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        await work()
        found.append(time.perf_counter() - start)
    return statistics.median(found)


async def look(dsn: str, account: AccountId) -> tuple[float, int, float]:
    """All free slots of everybody over a month, and the five that a wish is answered with."""
    database = Database(dsn)
    try:
        finding = Finding(database, SystemClock())
        now = datetime.now(UTC)
        month = Window(now, now + timedelta(days=DAYS))

        async def every() -> int:
            return len(await finding.free_of_all(await finding.desk(account, Person()), month))

        async def five() -> int:
            return len(await finding.free(await finding.desk(account, Person()), month))

        return await p50(every), await every(), await p50(five)
    finally:
        await database.close()


async def book(house: Stage, slots: list[str], *, each: int) -> tuple[list[float], float, int]:
    """Every client holds and confirms time after time; two that want the same time learn who was first."""
    pairs: list[float] = []
    refused = 0
    key = {"X-API-Key": house.api_key}
    limits = httpx.Limits(max_connections=CLIENTS, max_keepalive_connections=CLIENTS)

    async def client(http: httpx.AsyncClient, number: int) -> None:
        nonlocal refused
        for turn in range(each):
            start = time.perf_counter()
            body = {"contact_id": f"bench-{number}-{turn}", "slot": random.choice(slots)}
            held = await http.post("/agendamento/request", json=body, headers=key)
            if held.status_code == httpx.codes.CONFLICT:
                refused += 1
                continue
            held.raise_for_status()
            number_of = held.json()["booking"]["id"]
            (await http.post(f"/agenda/{number_of}/confirm", headers=key)).raise_for_status()
            pairs.append(time.perf_counter() - start)

    async with httpx.AsyncClient(base_url=house.api, trust_env=False, timeout=60, limits=limits) as http:
        await http.get("/agenda/slots", headers=key)
        start = time.perf_counter()
        await asyncio.gather(*(client(http, number) for number in range(CLIENTS)))
        return pairs, time.perf_counter() - start, refused


async def bench(folder: Path, *, quick: bool) -> list[str]:
    """The lines of the table."""
    async with stage(folder, SETTINGS) as house:
        await house.start_box(time_scale=1)
        await house.start_apis(1)
        account = AccountId(await house.connect())
        dsn = house.server.dsn()
        booked = await fill(dsn, account)
        every, count, five = await look(dsn, account)
        database = Database(dsn)
        finding, now = Finding(database, SystemClock()), datetime.now(UTC)
        desk = await finding.desk(account, Person())
        free = await finding.free_of_all(desk, Window(now + timedelta(days=1), now + timedelta(days=DAYS)))
        await database.close()
        pairs, took, refused = await book(house, [slot.id for slot in free], each=4 if quick else 20)
        overlaps = await _overlaps(dsn)
    return rows(Times(every, count, five, pairs, took, refused), booked=booked, overlaps=overlaps)


async def _overlaps(dsn: str) -> int:
    connection = await asyncpg.connect(dsn)
    try:
        return int(
            await connection.fetchval(
                """select count(*) from agenda a join agenda b on a.id < b.id and a.seller_id = b.seller_id
                and a.taken && b.taken and a.state in ('held', 'booked') and b.state in ('held', 'booked')"""
            )
        )
    finally:
        await connection.close()


def rows(found: Times, *, booked: int, overlaps: int) -> list[str]:
    pairs = sorted(found.pairs)
    p99 = pairs[int(len(pairs) * 0.99)]
    crowd = f"{SELLERS} salespeople, {booked:,} bookings"
    return [
        f"| slots in {DAYS} days, {crowd}, p50, ms | {GOAL} | {found.five * 1000:.1f} |",
        f"|   all {found.slots:,} that are free, p50, ms | | {found.every * 1000:.1f} |",
        f"| hold and confirm, {CLIENTS} clients at once, p50, ms | | {statistics.median(pairs) * 1000:.0f} |",
        f"|   p99, ms | | {p99 * 1000:.0f} |",
        f"|   booked per second ({found.refused} refused, {overlaps} overlaps) | | {found.per_second:.0f} |",
    ]


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="ponte-bench-"))
    try:
        print("\n".join(asyncio.run(bench(folder, quick=False))))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
