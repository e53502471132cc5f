"""Inboxes of further channels by the command line, connected to the simulated vendors over real HTTP."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.crew import alone
from app.environment import ADDRESSES
from app.store.database import Database
from app.wiring import House
from tests.channels.suite.whatsapp import NUMBER, SECRET
from tests.cli.conftest import Ponte
from tests.house import connect
from tests.sandbox.player import Player


@pytest.fixture
def around(database: Database, folder: Path, secret_key: str) -> dict[str, str]:
    return {"DATABASE_URL": database.dsn, "PONTE_SECRET_KEYS": secret_key, "PONTE_DATA": str(folder / "data")}


async def number_of(sandbox: Player) -> tuple[str, str]:
    """A number at the simulated WhatsApp: where its API is, and its token."""
    made = await sandbox.steer("whatsapp/numbers", {"id": NUMBER, "app_secret": SECRET})
    return f"{str(sandbox.http.base_url).rstrip('/')}/whatsapp/v25.0", made["token"]


async def test_a_number_is_connected_by_what_is_named(
    database: Database, ponte: Ponte, folder: Path, sandbox: Player, around: dict[str, str]
):
    address, token = await number_of(sandbox)
    (folder / "token").write_text(token)
    (folder / "signing").write_text(SECRET)
    named = ("--ref", NUMBER, "--address", address, "--token-file", "token", "--signing-file", "signing")
    said = await ponte("channels", "connect", "whatsapp", *named, **around)
    assert "is connected" in said.out
    assert "/webhooks/whatsapp/hook_" in said.out
    assert token not in said.out
    row = await database.fetchrow("select channel, external_ref from accounts")
    assert row is not None
    assert tuple(row) == ("whatsapp", NUMBER)
    assert await database.fetchval("select count(*) from signing_secrets") == 1


async def test_a_number_that_the_environment_names_keeps_its_webhook_address(
    database: Database, ponte: Ponte, sandbox: Player, around: dict[str, str]
):
    address, token = await number_of(sandbox)
    named = {"WHATSAPP_PHONE_NUMBER_ID": NUMBER, "WHATSAPP_TOKEN": token, "WHATSAPP_API_URL": address}
    hooks = set[str]()
    for _ in range(2):
        said = await ponte("channels", "connect", "whatsapp", **around, **named)
        hooks |= {line for line in said.out.splitlines() if line.startswith("Webhook:")}
    assert len(hooks) == 1
    assert await database.fetchval("select count(*) from accounts") == 1


async def test_a_new_signing_secret_counts_beside_the_old_one_for_a_while(
    database: Database, ponte: Ponte, folder: Path, sandbox: Player, around: dict[str, str]
):
    address, token = await number_of(sandbox)
    named = {"WHATSAPP_PHONE_NUMBER_ID": NUMBER, "WHATSAPP_TOKEN": token, "WHATSAPP_API_URL": address}
    await ponte("channels", "connect", "whatsapp", **around, **named, WHATSAPP_APP_SECRET=SECRET)
    number = await database.fetchval("select id from accounts")
    (folder / "new").write_text("another-secret")
    to = ("channels", "sign", "--account", str(number), "--secret-file", "new")
    assert "the old one for 24 hours more" in (await ponte(*to, **around)).out
    valid = "select count(*) from signing_secrets where retires_at is null or retires_at > now()"
    assert await database.fetchval(valid) == 2
    await ponte(*to, "--overlap-hours", "0", **around)
    assert await database.fetchval(valid) == 1
    typed = await ponte(*to[:-1], "-", stdin="a third secret\n", **around)
    assert (typed.code, await database.fetchval(valid)) == (0, 2)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("telex",), "There is no channel telex."),
        (("whatsapp",), ".env names no inbox of whatsapp."),
        (("whatsapp", "--token-file", "token"), "--address is missing."),
    ],
)
async def test_what_is_missing_is_said(
    ponte: Ponte, folder: Path, around: dict[str, str], words: tuple[str, ...], told: str
):
    (folder / "token").write_text("x")
    (await ponte("channels", "connect", *words, **around)).told(told)


async def test_a_new_address_is_shown_once_counts_beside_the_old_one_and_outlives_the_environment(
    database: Database, ponte: Ponte, sandbox: Player, around: dict[str, str]
):
    address, token = await number_of(sandbox)
    named = {"WHATSAPP_PHONE_NUMBER_ID": NUMBER, "WHATSAPP_TOKEN": token, "WHATSAPP_API_URL": address}
    await ponte("channels", "connect", "whatsapp", **around, **named)
    number = str(await database.fetchval("select id from accounts"))
    said = (await ponte("channels", "rotate", "--account", number, "--overlap-hours", "2", **around)).out
    assert "/webhooks/whatsapp/hook_" in said
    assert "The old address still counts until" in said
    assert await database.fetchval("select count(*) from retired_secrets where retires_at > now()") == 1
    finish = ("channels", "rotate", "--account", number, "--finish")
    (await ponte(*finish, **around)).told("No webhook has come by the new address yet", "--yes")
    over = (await ponte(*finish, "--yes", **around)).out
    assert "1 old address(es) ended" in over
    assert "A webhook last came by it: never." in over
    assert "stays" in (await ponte("channels", "connect", "whatsapp", **around, **named)).out


async def test_the_simulated_vendor_is_told_of_the_new_address_at_the_ponte_that_runs_here(
    house: House, ponte: Ponte, sandbox: Player, folder: Path, around: dict[str, str], hook_secret: str
):
    shop = await connect(house, sandbox, hook_secret)
    rotate = ("channels", "rotate", "--account", str(shop.id))
    assert "PUBLIC_URL is not set" in (await ponte(*rotate, **around)).out
    with alone(folder / "data"):
        told = {"url": "http://127.0.0.1:9", "sandbox_url": str(sandbox.http.base_url).rstrip("/")}
        (folder / "data" / ADDRESSES).write_text(json.dumps(told))
        said = (await ponte(*rotate, **around)).out
    assert "Webhook (shown once): http://127.0.0.1:9/webhooks/kommo/hook_" in said
    assert "Subscribed: add_message" in said
    refused = await ponte("channels", "sign", "--account", str(shop.id), "--secret-file", "-", stdin="x", **around)
    refused.told("not signed", "ponte channels rotate")


async def test_a_key_is_renewed_and_a_list_of_networks_is_set(
    database: Database, ponte: Ponte, sandbox: Player, around: dict[str, str]
):
    address, token = await number_of(sandbox)
    named = {"WHATSAPP_PHONE_NUMBER_ID": NUMBER, "WHATSAPP_TOKEN": token, "WHATSAPP_API_URL": address}
    await ponte("channels", "connect", "whatsapp", **around, **named)
    number = str(await database.fetchval("select id from accounts"))
    key = str(await database.fetchval("select min(id) from api_keys"))
    assert (await ponte("keys", "renew", "--account", number, "--key", key, **around)).out.startswith("ponte_")
    assert await database.fetchval("select count(*) from api_keys where retires_at > now()") == 1
    await ponte("accounts", "set", number, "--webhook-network", "203.0.113.7", **around)
    assert await database.fetchval("select settings ->> 'webhook_networks' from accounts") == '["203.0.113.7/32"]'


def test_what_the_token_file_holds_is_told_for_every_channel():
    said = CliRunner().invoke(app, ["channels", "connect", "--help"], prog_name="ponte", terminal_width=120).output
    table = said.partition("What the token file holds:")[2].partition("Arguments:")[0]
    assert [line.split()[0] for line in table.splitlines() if line.strip()] == [
        "bitrix24",
        "chatwoot",
        "kommo",
        "twilio",
        "whatsapp",
    ]


async def test_connecting_again_makes_no_second_key_unless_one_is_asked_for(
    database: Database, ponte: Ponte, sandbox: Player, around: dict[str, str]
):
    address, token = await number_of(sandbox)
    named = {"WHATSAPP_PHONE_NUMBER_ID": NUMBER, "WHATSAPP_TOKEN": token, "WHATSAPP_API_URL": address}
    connect_it = ("channels", "connect", "whatsapp")
    assert "API key (shown once): ponte_" in (await ponte(*connect_it, **around, **named)).out
    again = (await ponte(*connect_it, **around, **named)).out
    assert "the one of before" in again
    assert "ponte keys list --account" in again
    assert await database.fetchval("select count(*) from api_keys") == 1
    assert "API key (shown once): ponte_" in (await ponte(*connect_it, "--new-key", **around, **named)).out
    assert await database.fetchval("select count(*) from api_keys") == 2
    await database.execute("update api_keys set revoked_at = now()")
    assert "API key (shown once): ponte_" in (await ponte(*connect_it, **around, **named)).out


async def test_an_account_that_knows_nothing_is_told_of_when_it_is_connected_and_by_the_doctor(
    database: Database, ponte: Ponte, folder: Path, sandbox: Player, around: dict[str, str]
):
    address, token = await number_of(sandbox)
    named = {"WHATSAPP_PHONE_NUMBER_ID": NUMBER, "WHATSAPP_TOKEN": token, "WHATSAPP_API_URL": address}
    connect_it = ("channels", "connect", "whatsapp")
    first = (await ponte(*connect_it, **around, **named)).out
    number = str(await database.fetchval("select id from accounts"))
    hint = f"ponte knowledge add --account {number} --file knowledge.md"
    assert f"Account {number} knows nothing yet" in first
    assert hint in first
    assert hint in (await ponte("doctor", **around)).out
    elsewhere = (await ponte("doctor", **around, N8N_REPLY_URL="http://127.0.0.1:9/reply")).out
    assert hint not in elsewhere
    (folder / "knowledge.md").write_text("# Horário\nDas 9h às 18h.\n")
    await ponte("knowledge", "add", "--account", number, "--file", "knowledge.md", **around)
    assert "knows nothing yet" not in (await ponte(*connect_it, **around, **named)).out
    assert hint not in (await ponte("doctor", **around)).out
