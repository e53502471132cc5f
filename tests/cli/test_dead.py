"""`ponte dead`: the same as /admin/dead."""

from app.store.accounts import Account
from app.store.database import Database
from tests.cli.conftest import Ponte
from tests.cli.test_cli import KEY
from tests.routes.test_dead import a_delivery


async def test_a_dead_webhook_is_listed_read_again_and_dropped(ponte: Ponte, account: Account, database: Database):
    environment = {"DATABASE_URL": database.dsn, "PONTE_SECRET_KEYS": KEY}
    words = ["--account", str(account.id)]
    first, second = await a_delivery(database, account), await a_delivery(database, account)
    listed = (await ponte("dead", "list", *words, "--kind", "delivery", **environment)).rows()
    assert {row[0] for row in listed} == {f"delivery-{first}", f"delivery-{second}"}
    said = await ponte("dead", "replay", f"delivery-{first}", *words, **environment)
    assert said.out == f"delivery-{first} is tried again.\n"
    assert (await ponte("dead", "discard", f"delivery-{second}", *words, **environment)).code == 0
    again = await ponte("dead", "discard", f"delivery-{second}", *words, **environment)
    assert "GET" not in again.told("Nothing dead", "ponte dead list")
    audit = await database.fetch("select who, what, why from event_log order by id")
    assert [tuple(row) for row in audit] == [
        ("operator", "dead_replayed", f"delivery-{first}"),
        ("operator", "dead_discarded", f"delivery-{second}"),
    ]


async def test_a_kind_that_there_is_not_is_told(ponte: Ponte):
    (await ponte("dead", "list", "--account", "1", "--kind", "cat")).told("no kind cat", "delivery")
