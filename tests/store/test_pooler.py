"""Behind a transaction pooler everything works that works without one: no LISTEN, no kept statement, no session."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import httpx
import pytest
import pytest_asyncio

from app.services.accounts.reports import View
from app.store.database import Database, DatabaseDown
from app.store.migrations import migrate, migrations_folder, pending, read_migrations
from app.store.secrets import new_token
from app.wiring import House, open_house
from tests.database import Server
from tests.house import ScriptedBrain, company_said, connect, customer_says, serving, settings_for, until, working
from tests.pooler import pooling
from tests.sandbox.player import Player


@pytest_asyncio.fixture(scope="module")
async def port(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[int]:
    async with pooling(postgres, tmp_path_factory.mktemp("pooler")) as port:
        yield port


@pytest_asyncio.fixture
async def pooled(postgres: Server, port: int) -> AsyncIterator[str]:
    """The address of a fresh migrated database, through the pooler."""
    name = await postgres.create()
    yield f"postgresql://postgres@127.0.0.1:{port}/{name}"
    await postgres.drop(name)


@pytest_asyncio.fixture
async def house(pooled: str, secret_key: str, brain: ScriptedBrain, tmp_path: Path) -> AsyncIterator[House]:
    settings = settings_for(pooled, secret_key, database_pooled=True, ponte_data=tmp_path)
    async with open_house(settings, brains=[brain]) as made:
        yield made


async def test_statements_of_many_clients_do_not_meet_in_one_server(pooled: str):
    databases = [Database(pooled, size=3, pooled=True) for _ in range(4)]

    async def ask(database: Database, number: int) -> bool:
        sql = f"select $1::int + {number % 7} as sum, $2::text as word"
        row = await database.fetchrow(sql, number, str(number))
        return row is not None and (row["sum"], row["word"]) == (number + number % 7, str(number))

    try:
        answers = await asyncio.gather(*(ask(databases[n % 4], n) for n in range(400)))
    finally:
        for database in databases:
            await database.close()
    assert all(answers)


async def test_without_the_setting_the_pooler_refuses_us_and_we_say_so(pooled: str):
    """The control: it is a pooler, and the setting is what makes the difference."""
    database = Database(pooled)
    with pytest.raises((DatabaseDown, asyncpg.PostgresError)):
        await database.fetchval("select 1")
    await database.close()


async def test_nothing_is_left_behind_in_a_session(pooled: str):
    database = Database(pooled, pooled=True)
    await asyncio.gather(*(database.fetchval("select $1::int", n) for n in range(50)))
    left = await database.fetchval("select count(*) from pg_prepared_statements")
    locks = await database.fetchval("select count(*) from pg_locks where locktype = 'advisory'")
    await database.close()
    assert (left, locks) == (0, 0)


async def test_migrations_run_through_the_pooler_once_even_from_two_processes(postgres: Server, port: int):
    name = await postgres.create(template="bare")
    dsn = f"postgresql://postgres@127.0.0.1:{port}/{name}"
    applied = await asyncio.gather(migrate(dsn), migrate(dsn))
    assert sorted(map(len, applied)) == [0, len(read_migrations(migrations_folder()))]
    assert await pending(dsn) == []
    await postgres.drop(name)


async def test_a_customer_is_answered_by_a_worker_that_cannot_listen(house: House, sandbox: Player, hook_secret: str):
    account = await connect(house, sandbox, hook_secret)
    async with working(house):
        said = await customer_says(sandbox, house, account, "Oi, quanto custa a limpeza?")
        answers = await until(lambda: company_said(sandbox, said))
    assert answers == ["A limpeza custa 200 reais."]


async def test_a_take_over_is_a_fence_here_too(house: House, sandbox: Player, hook_secret: str, brain: ScriptedBrain):
    account = await connect(house, sandbox, hook_secret)
    async with working(house):
        said = await customer_says(sandbox, house, account, "Oi, quanto custa?")
        await until(lambda: company_said(sandbox, said))
        await sandbox.say("maria", "Oi, aqui é a Ana", **{"as": "user:1"})
        await house.workshop.upkeep.reconcile()
        await house.workshop.upkeep.poll_people()
        sql = "select count(*) from conversations where not bot_on"
        await until(lambda: house.database.fetchval(sql))
        await customer_says(sandbox, house, account, "Obrigada, Ana")
        await until(lambda: house.database.fetchval("select bool_and(folded_at is not null) from inbox"))
    assert (await company_said(sandbox, said))[-1] == "Oi, aqui é a Ana"


async def test_the_whole_house_stands_behind_it_from_the_webhook_to_the_reports(
    house: House, sandbox: Player, hook_secret: str
):
    key = new_token("ponte")
    async with serving(house) as url, working(house):
        account = await connect(house, sandbox, hook_secret, webhook=f"{url}/webhooks/kommo/{hook_secret}")
        await house.accounts.add_key(account.id, key, label="n8n", scopes=["admin"])
        said = await sandbox.say("maria", "Oi, quanto custa a limpeza?")
        assert await until(lambda: company_said(sandbox, said)) == ["A limpeza custa 200 reais."]
        async with httpx.AsyncClient(base_url=url, headers={"X-API-Key": key}) as http:
            paths = ["/health", "/stats", "/conversations/active", "/debug/conversations", "/metrics", "/media"]
            paths += [f"/reports/{view}" for view in View]
            answers = {path: (await http.get(path)).status_code for path in paths}
            paused = await http.post("/bot-control", json={"action": "pause", "lead_id": str(said["lead_id"])})
    assert answers == dict.fromkeys(answers, 200)
    assert paused.status_code == 200
    assert await house.database.fetchval("select bool_or(bot_on) from conversations") is False
