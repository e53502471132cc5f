"""Keys and settings by the command line: what it changes, what it refuses, and what the audit keeps of it."""

import json
from datetime import timedelta

from app.services.accounts.connect import Connecting, FirstKey
from app.store.accounts import Account, Accounts
from app.store.database import Database
from app.wiring import House
from tests.cli.conftest import Ponte
from tests.cli.test_cli import KEY

AUDIT = "select who, what, why from event_log order by id"


async def test_a_key_is_listed_and_revoked_once_and_the_audit_knows(
    ponte: Ponte, accounts: Accounts, account: Account, database: Database
):
    await accounts.add_key(account.id, "ponte_old", label="n8n", scopes=["node", "read"])
    await accounts.add_key(account.id, "ponte_other", label="panel", scopes=["read"])
    environment = {"DATABASE_URL": database.dsn, "PONTE_SECRET_KEYS": KEY}
    words = ["--account", str(account.id)]
    first = (await ponte("keys", "list", *words, **environment)).rows()[0]
    assert (first[1:3], first[4]) == (["n8n", "node,read"], "valid")
    revoked = await ponte("keys", "revoke", *words, "--key", first[0], **environment)
    assert (revoked.code, revoked.out) == (0, f"Key {first[0]} is revoked.\n")
    assert await accounts.caller("ponte_old") is None
    assert await accounts.caller("ponte_other") is not None
    again = await ponte("keys", "revoke", *words, "--key", first[0], **environment)
    again.told(f"no key {first[0]} that is valid", "ponte keys list")
    listed = (await ponte("keys", "list", *words, **environment)).rows()
    assert [row[4].split()[0] for row in listed] == ["revoked", "valid"]
    audit = [tuple(row) for row in await database.fetch(AUDIT)]
    assert audit == [
        ("operator", "key_added", "n8n"),
        ("operator", "key_added", "panel"),
        ("operator", "key_revoked", "n8n"),
    ]


async def test_a_revoked_first_key_stays_revoked_when_ponte_starts_again_and_a_new_one_gets_in(
    house: House, account: Account
):
    async def start(key: str) -> None:
        connecting = Connecting(
            house.accounts, house.connecting.sync_sellers, {}, first_keys=[FirstKey(key, "API", "admin")]
        )
        await connecting.give_keys(account.id)

    await start("ponte_first")
    await house.accounts.revoke_key(account.id, (await house.accounts.keys(account.id))[0].id)
    await start("ponte_first")
    assert await house.accounts.caller("ponte_first") is None
    await start("ponte_second")
    assert await house.accounts.caller("ponte_second") is not None


async def test_an_account_s_settings_are_changed_and_what_is_not_named_stays(
    ponte: Ponte, accounts: Accounts, account: Account, database: Database
):
    environment = {"DATABASE_URL": database.dsn, "PONTE_SECRET_KEYS": KEY}
    there = ["--locale", "es", "--timezone", "America/Bogota", "--auto-return", "90", "--accept-bare-webhooks", "on"]
    said = await ponte("accounts", "set", str(account.id), *there, **environment)
    assert (said.code, said.out) == (0, f"Account {account.id} is changed.\n")
    changed = await accounts.get(account.id)
    assert (changed.locale, changed.timezone, changed.accepts_bare_webhook) == ("es", "America/Bogota", True)
    assert (changed.policy.auto_return, changed.policy.burst_scale) == (timedelta(minutes=90), 0)
    back = ["--auto-return", "off", "--accept-bare-webhooks", "off", "--salesbot-id", "5", "--salesbot-field-id", "6"]
    assert "Salesbot" in (await ponte("accounts", "set", str(account.id), *back, **environment)).out
    changed, reached = await accounts.get(account.id), await accounts.connection(account.id)
    assert (changed.locale, changed.accepts_bare_webhook, changed.policy.auto_return) == ("es", False, None)
    assert (reached.salesbot_id, reached.salesbot_field_id) == (5, 6)
    audit = await database.fetch("select details from event_log where (who, what) = ('operator', 'account_changed')")
    assert [sorted(json.loads(row["details"])) for row in audit] == [
        ["accepts_bare_webhook", "locale", "settings", "timezone"],
        ["accepts_bare_webhook", "salesbot_field_id", "salesbot_id", "settings"],
    ]


async def test_a_plan_that_cannot_run_here_is_kept_and_what_to_set_is_said(
    ponte: Ponte, account: Account, database: Database
):
    environment = {"DATABASE_URL": database.dsn, "PONTE_SECRET_KEYS": KEY}
    said = await ponte("accounts", "set", str(account.id), "--flow", "registration", **environment)
    assert (said.code, "AUTH_API_URL" in said.out) == (0, True)
    said = await ponte("accounts", "set", str(account.id), "--locale", "es", **environment)
    assert said.out == f"Account {account.id} is changed.\n"


async def test_settings_and_keys_of_nobody_are_refused(ponte: Ponte, database: Database):
    environment = {"DATABASE_URL": database.dsn, "PONTE_SECRET_KEYS": KEY}
    for words in (
        ["accounts", "set", "7", "--locale", "es"],
        ["keys", "list", "--account", "7"],
        ["keys", "revoke", "--account", "7", "--key", "1"],
    ):
        (await ponte(*words, **environment)).told("There is no account 7.", "ponte accounts list")


async def test_the_last_admin_key_goes_only_when_it_is_meant(
    ponte: Ponte, accounts: Accounts, account: Account, database: Database
):
    await accounts.add_key(account.id, "ponte_only", label="API", scopes=["admin"])
    environment = {"DATABASE_URL": database.dsn, "PONTE_SECRET_KEYS": KEY}
    words = ["--account", str(account.id)]
    ((number, *_),) = (await ponte("keys", "list", *words, **environment)).rows()
    revoke = ("keys", "revoke", *words, "--key", number)
    (await ponte(*revoke, **environment)).told("the last one", "ponte keys add", "--yes")
    assert await accounts.caller("ponte_only") is not None
    said = await ponte(*revoke, "--yes", **environment)
    assert said.code == 0
    assert "ponte keys add" in said.out
    assert await accounts.caller("ponte_only") is None


async def test_lists_begin_with_headings_and_an_empty_one_says_so_aside(
    ponte: Ponte, account: Account, database: Database
):
    environment = {"DATABASE_URL": database.dsn, "PONTE_SECRET_KEYS": KEY}
    listed = await ponte("accounts", "list", **environment)
    assert listed.out.splitlines()[0].split("\t")[:2] == ["id", "name"]
    empty = await ponte("dead", "list", "--account", str(account.id), **environment)
    assert (empty.code, empty.out, empty.err) == (0, "", "Nothing is dead.\n")
