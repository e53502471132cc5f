"""Members by the command line: who reads an account in Supabase."""

from app.store.accounts import Account
from app.store.database import Database
from tests.cli.conftest import Ponte
from tests.cli.test_cli import KEY

ANA = "00000000-0000-0000-0000-00000000000a"


async def test_a_member_is_added_once_listed_and_removed_and_the_audit_knows(
    ponte: Ponte, account: Account, database: Database
):
    environment = {"DATABASE_URL": database.dsn, "PONTE_SECRET_KEYS": KEY}
    words = ["--account", str(account.id)]
    user = [*words, "--user", ANA]
    assert (await ponte("members", "list", *words, **environment)).out == ""
    assert (await ponte("members", "add", *user, **environment)).out == f"{ANA} is a member of {account.name}.\n"
    assert (await ponte("members", "add", *user, **environment)).out == f"{ANA} was a member before.\n"
    assert [row[0] for row in (await ponte("members", "list", *words, **environment)).rows()] == [ANA]
    removed = await ponte("members", "remove", *user, **environment)
    assert (removed.code, removed.out) == (0, f"{ANA} is no member of {account.name} any more.\n")
    (await ponte("members", "remove", *user, **environment)).told("no member", "ponte members list")
    audit = await database.fetch("select who, what, why from event_log order by id")
    assert [tuple(row) for row in audit] == [("operator", "member_added", ANA), ("operator", "member_removed", ANA)]


async def test_what_is_no_account_and_no_user_is_refused(ponte: Ponte, account: Account, database: Database):
    environment = {"DATABASE_URL": database.dsn, "PONTE_SECRET_KEYS": KEY}
    (await ponte("members", "add", "--account", "99", "--user", ANA, **environment)).told("no account 99")
    refused = await ponte("members", "add", "--account", "1", "--user", "ana@example.com", **environment)
    assert refused.code != 0
