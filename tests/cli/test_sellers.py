"""Salespeople and an account's settings by the command line, beside a real sandbox."""

from pathlib import Path

import orjson

from app.store.accounts import Account
from app.store.database import Database
from tests.cli.conftest import Ponte
from tests.sandbox.player import Player


def around(database: Database, secret_key: str) -> dict[str, str]:
    return {"DATABASE_URL": database.dsn, "PONTE_SECRET_KEYS": secret_key, "KOMMO_RATE": "0"}


async def test_salespeople_are_listed_synced_added_and_changed(
    ponte: Ponte, shop: Account, sandbox: Player, database: Database, secret_key: str
):
    words, env = ["--account", str(shop.id)], around(database, secret_key)
    added = await ponte("sellers", "add", *words, "--name", "Rita", "--phone", "(11) 98765-4321", **env)
    assert (added.code, added.out) == (0, "local-1\n")
    changed = await ponte("sellers", "set", *words, "2", "--area", "vendas", "--takes-chats", "off", **env)
    assert (changed.code, changed.out) == (0, "Salesperson 2 is changed.\n")
    (await ponte("sellers", "set", *words, "2", "--name", "Outro", **env)).told("changed in the CRM")
    (await ponte("sellers", "set", *words, "2", **env)).told("Nothing to change")
    await sandbox.steer("accounts", {"id": sandbox.account["id"], "users": [{"id": 8, "gone": True}]})
    synced = await ponte("sellers", "sync", *words, **env)
    assert synced.out == "8 users: 0 new, 0 changed, 1 gone.\n"
    lines = [line.split("\t") for line in (await ponte("sellers", "list", *words, **env)).out.splitlines()]
    heading, *lines = lines
    assert heading == ["id", "name", "origin", "state", "now", "takes chats", "waiting", "areas", "phone"]
    assert [line[0] for line in lines] == [*map(str, range(1, 10)), "local-1"]
    assert (lines[1][7], lines[1][5], lines[7][3], lines[9][2]) == ("vendas", "no", "gone", "local")


async def test_an_account_s_settings_are_shown_and_its_hours_read_from_a_file(
    ponte: Ponte, account: Account, database: Database, secret_key: str, folder: Path
):
    env = around(database, secret_key)
    (folder / "hours.json").write_text('{"week": {"mon": ["08:00-12:00"]}}')
    there = ["--hours", "hours.json", "--sla", "off", "--country", "AR", "--area", "vendas", "--area", "suporte"]
    assert (await ponte("accounts", "set", str(account.id), *there, **env)).code == 0
    shown = orjson.loads((await ponte("accounts", "show", str(account.id), **env)).out)
    assert shown["hours"]["week"] == {"mon": ["08:00-12:00"]}
    assert (shown["sla_minutes"], shown["country"], shown["areas"]) == (None, "AR", ["vendas", "suporte"])
    (folder / "all.json").write_text('{"agenda": {"slot_minutes": 45}, "escalations": 3}')
    assert (await ponte("accounts", "set", str(account.id), "--settings", "all.json", **env)).code == 0
    shown = orjson.loads((await ponte("accounts", "show", str(account.id), **env)).out)
    assert (shown["agenda"]["slot_minutes"], shown["escalations"], shown["country"]) == (45, 3, "AR")
    (folder / "all.json").write_text('{"burst_scale": 99}')
    (await ponte("accounts", "set", str(account.id), "--settings", "all.json", **env)).told("burst_scale")
    (folder / "hours.json").write_text("nothing")
    (await ponte("accounts", "set", str(account.id), "--hours", "hours.json", **env)).told("no JSON")
