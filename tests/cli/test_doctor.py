"""`ponte doctor`: says what is wrong and what to do, whatever is missing, and never a secret."""

import json
from typing import Any

import pytest

from app.store.accounts import Account
from app.store.database import Database
from app.wiring import House
from tests.cli.conftest import Ponte, Said
from tests.house import serving
from tests.sandbox.player import Player

SECRETS = {"PONTE_API_KEY": "ponte-in-the-clear", "PONTE_WEBHOOK_SECRET": "hook-in-the-clear"}


def found(said: Said) -> dict[str, dict[str, Any]]:
    """The lines by name; an account's wins over the installation's."""
    assert "Traceback" not in said.err, said.err
    return {line["name"]: line for line in json.loads(said.out)["lines"]}


@pytest.fixture
def known(database: Database, secret_key: str) -> dict[str, str]:
    """The environment of an installation on `database`."""
    return {"DATABASE_URL": database.dsn, "PONTE_SECRET_KEYS": secret_key, "KOMMO_RATE": "0", **SECRETS}


async def test_without_anything_it_says_where_to_begin(ponte: Ponte):
    said = await ponte("doctor")
    assert said.code == 1
    assert "No database runs here." in said.out
    assert "ponte run" in said.out
    assert "ponte init" in said.out
    assert "Traceback" not in said.err


async def test_a_setting_that_makes_no_sense_is_the_one_line(ponte: Ponte):
    said = await ponte("doctor", "--json", DATABASE_URL="mysql://here")
    assert said.code == 1
    assert list(found(said)) == ["settings"]


async def test_a_database_that_is_stopped_is_told_and_hides_nothing_else(ponte: Ponte, known: dict[str, str]):
    said = await ponte("doctor", "--json", **{**known, "DATABASE_URL": "postgresql://u:in-the-clear@127.0.0.1:1/x"})
    lines = found(said)
    assert said.code == 1
    assert lines["database"]["status"] == "failed"
    assert "DATABASE_URL" in lines["database"]["todo"]
    assert lines["n8n"]["status"] == "not_configured"
    assert "in-the-clear" not in said.out + said.err


async def test_keys_that_are_missing_are_told_beside_what_can_be_seen_all_the_same(ponte: Ponte, known: dict[str, str]):
    said = await ponte("doctor", "--json", **{**known, "PONTE_SECRET_KEYS": ""})
    lines = found(said)
    assert lines["secrets"]["status"] == "failed"
    assert lines["database"]["status"] == "ok"


async def test_everything_in_order_but_the_worker(
    ponte: Ponte, house: House, shop: Account, sandbox: Player, known: dict[str, str]
):
    await sandbox.subscribe("http://127.0.0.1:9/webhooks/kommo/in-the-clear", "add_message", "add_outgoing_message")
    async with serving(house) as url:
        said = await ponte("doctor", "--json", **known, PUBLIC_URL=url)
    lines = found(said)
    assert {name for name, line in lines.items() if line["status"] == "failed"} == {"worker"}, lines
    for name in ("kommo", "webhook", "send", "address"):
        assert lines[name]["status"] == "ok"
    secrets = (*known.values(), sandbox.account["token"], "in-the-clear")
    assert not [one for one in secrets if len(one) > 3 and one in said.out + said.err]


async def test_a_token_that_was_taken_back_is_a_line_with_what_to_do(
    ponte: Ponte, shop: Account, sandbox: Player, known: dict[str, str]
):
    await sandbox.steer("accounts", {"id": sandbox.account["id"], "token": "another-token"})
    said = await ponte("doctor", **known)
    assert said.code == 1
    (line,) = [one for one in said.out.splitlines() if one.startswith("FAILED") and "kommo" in one]
    assert "token" in line


async def test_a_database_without_our_tables_is_told_to_migrate(ponte: Ponte, known: dict[str, str], postgres: Any):
    name = await postgres.create(template="bare")
    said = await ponte("doctor", "--json", **{**known, "DATABASE_URL": postgres.dsn(name)})
    lines = found(said)
    assert lines["migrations"]["status"] == "failed"
    assert "ponte migrate" in lines["migrations"]["todo"]
    await postgres.drop(name)


async def test_an_address_that_nobody_answers_is_told(ponte: Ponte, known: dict[str, str]):
    said = await ponte("doctor", "--json", **known, N8N_URL="http://127.0.0.1:1")
    assert found(said)["n8n"]["status"] == "failed"
