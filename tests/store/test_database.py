"""The pool: transactions that end as they should, and a database that may go away and come back."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.store.accounts import Account
from app.store.database import Database, DatabaseDown
from app.store.embedded import Embedded, embedded


async def test_a_transaction_that_raises_leaves_nothing(database: Database, account: Account):
    async def change_and_fail() -> None:
        async with database.transaction() as tx:
            await tx.execute("update accounts set name = 'changed'")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await change_and_fail()
    assert await database.fetchval("select name from accounts") == account.name


@pytest.fixture
def stoppable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    made = embedded(tmp_path_factory.mktemp("stoppable"))
    made.start()
    yield made
    made.stop()
    shutil.rmtree(made.home)


async def test_a_database_that_was_away_is_used_again_without_a_restart(stoppable: Embedded):
    database = Database(stoppable.dsn())
    assert await database.fetchval("select 1") == 1
    stoppable.stop()
    for _ in range(2):
        with pytest.raises(DatabaseDown):
            await database.fetchval("select 1")
        with pytest.raises(DatabaseDown):
            async with database.transaction() as tx:
                await tx.execute("select 1")
    stoppable.start()
    assert await database.fetchval("select 1") == 1
    await database.close()


async def test_a_transaction_whose_server_goes_away_is_reported_as_such(stoppable: Embedded):
    database = Database(stoppable.dsn())

    async def lose_the_server() -> None:
        async with database.transaction() as tx:
            await tx.execute("select 1")
            stoppable.stop()
            await tx.execute("select 1")

    with pytest.raises(DatabaseDown):
        await lose_the_server()
    await database.close()


async def test_a_database_that_never_was_there_is_down_and_not_an_unknown_error(tmp_path: Path):
    with pytest.raises(DatabaseDown):
        await Database(f"postgresql://x@/x?host={tmp_path}").fetchval("select 1")
