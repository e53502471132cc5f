"""The command line on a real Postgres and beside a simulated Kommo: what it changes, twice and at once."""

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

from app.store.database import Database
from tests.cli.conftest import Ponte
from tests.cli.test_cli import KEY
from tests.database import Server, fresh
from tests.e2e.play import end, ready, start
from tests.sandbox.player import Player


async def test_migrate_twice_and_at_once_applies_everything_once(ponte: Ponte, postgres: Server):
    async with fresh(postgres, template="bare") as database:
        environment = {"DATABASE_URL": database.dsn}
        missing = await ponte("migrate", "--check", **environment)
        assert missing.code == 1
        both = await asyncio.gather(*(ponte("migrate", **environment) for _ in range(3)))
        assert [said.code for said in both] == [0, 0, 0]
        said = sorted(one.out.strip() for one in both)
        assert said[1:] == ["Nothing to do."] * 2
        assert said[0] == f"Applied: {', '.join(missing.out.split())}."
        checked = await ponte("migrate", "--check", **environment)
        assert (checked.code, checked.out) == (0, "Nothing is missing.\n")


async def test_a_database_without_our_tables_is_told_to_be_migrated(ponte: Ponte, postgres: Server):
    async with fresh(postgres, template="bare") as database:
        said = await ponte("accounts", "list", DATABASE_URL=database.dsn, PONTE_SECRET_KEYS=KEY)
        said.told("lacks our tables", "ponte migrate")


async def test_a_wrong_password_and_a_wrong_name_are_told(ponte: Ponte, postgres: Server):
    parts = urlsplit(postgres.tcp_dsn())
    wrong = parts._replace(netloc=f"postgres:wrong@{parts.hostname}:{parts.port}").geturl()
    (await ponte("migrate", DATABASE_URL=wrong)).told("The database refuses us.", "DATABASE_URL")
    said = await ponte("accounts", "list", DATABASE_URL=postgres.tcp_dsn("no_such"), PONTE_SECRET_KEYS=KEY)
    said.told("The database refuses us.", "DATABASE_URL")


async def connect(ponte: Ponte, sandbox: Player, database: Database, **changed: str):
    token, address = changed.get("token", sandbox.account["token"]), changed.get("address", str(sandbox.http.base_url))
    subdomain = changed.get("subdomain", "examplestore")
    words = ["--subdomain", subdomain, "--token-file", "-", "--address", address]
    return await ponte("kommo", "connect", *words, stdin=token, DATABASE_URL=database.dsn, PONTE_SECRET_KEYS=KEY)


async def test_an_account_is_connected_listed_and_given_keys(ponte: Ponte, sandbox: Player, database: Database):
    said = await connect(ponte, sandbox, database)
    assert (said.code, said.err) == (0, "")
    assert "is connected: 9 users." in said.out or "is connected: 8 users." in said.out
    for word in (
        "Ways to send: talks",
        "Webhook: /webhooks/kommo/hook_",
        "Subscribed: nothing.",
        "(shown once): ponte_",
    ):
        assert word in said.out
    environment = {"DATABASE_URL": database.dsn, "PONTE_SECRET_KEYS": KEY}
    ((number, name, channel, ref, state, _),) = (await ponte("accounts", "list", **environment)).rows()
    assert (name, channel, ref, state) == ("examplestore", "kommo", "30100200", "live")
    key = await ponte("keys", "add", "--account", number, "--label", "n8n", "--scope", "node", **environment)
    assert key.out.startswith("ponte_")
    assert await database.fetchval("select scopes from api_keys where label = 'n8n'") == ["node"]
    stored = await database.fetchval("select secret from credentials")
    assert sandbox.account["token"] not in stored
    assert "the one of before goes on" in (await connect(ponte, sandbox, database)).out


async def test_a_wrong_token_is_told_and_nothing_is_kept(ponte: Ponte, sandbox: Player, database: Database):
    said = await connect(ponte, sandbox, database, token="wrong-token-of-mine")
    told = said.told("token")
    assert "wrong-token-of-mine" not in told + said.out
    assert await database.fetchval("select count(*) from accounts") == 0


async def test_nobody_at_the_address_is_told_once(ponte: Ponte, sandbox: Player, database: Database):
    said = await connect(ponte, sandbox, database, address="http://127.0.0.1:1")
    assert len(said.told("No connection", "network").splitlines()) == 1


async def test_keys_for_nobody_are_refused(ponte: Ponte, database: Database):
    environment = {"DATABASE_URL": database.dsn, "PONTE_SECRET_KEYS": KEY}
    nobody = await ponte("keys", "add", "--account", "7", "--label", "n8n", "--scope", "read", **environment)
    nobody.told("There is no account 7.", "ponte accounts list")


async def test_secret_keys_are_asked_for(ponte: Ponte, database: Database):
    (await ponte("accounts", "list", DATABASE_URL=database.dsn)).told("PONTE_SECRET_KEYS is empty.", "ponte init")


async def test_a_second_run_in_the_same_folder_is_refused_and_the_first_goes_on(ponte: Ponte, folder: Path):
    data = folder / "state"
    first = await start(data)
    try:
        running = await ready(first, data)
        second = await ponte("run", "--port", "0", "--ready-json", "--data", str(data))
        second.told("is running in", f"process {first.pid}", "--data DIR")
        assert await running.ask("select 1") == 1
        assert (await ponte("migrate", PONTE_DATA=str(data))).out == "Nothing to do.\n"
        assert await running.ask("select count(*) from accounts") == 1
    finally:
        assert await end(first) == 0
    assert not (data / "postgres" / "data" / "postmaster.pid").exists()


async def test_the_embedded_database_is_left_as_it_was_found(ponte: Ponte, folder: Path):
    assert (await ponte("migrate")).out.startswith("Applied: ")
    assert not await asyncio.to_thread(lambda: list(folder.rglob("postmaster.pid")))
