"""`ponte keys rotate`: a new key seals what the old ones have sealed, and then the old ones may go."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.errors import NeedsHuman
from app.domain.grants import Pair
from app.store.accounts import Account, Accounts
from app.store.database import Database
from app.store.grants import Grants
from app.store.oauth_codes import Arrivals
from app.store.sealing import seal_anew
from app.store.secrets import Vault, new_secret_key
from tests.cli.conftest import Ponte


async def sealed(database: Database) -> list[str]:
    """Everything that lies sealed, in all tables that hold such."""
    sql = "select secret from credentials union all select refresh_token from grants"
    sql += " union all select sealed from oauth_codes"
    return [row[0] for row in await database.fetch(sql)]


async def furnished(database: Database, account: Account, vault: Vault) -> None:
    """One of each kind."""
    await database.execute(
        "insert into grants (account_id, client_id, refresh_token) values ($1, 'x', $2)",
        account.id,
        vault.seal("refresh"),
    )
    async with database.transaction() as tx:
        await Arrivals(database, vault).add(
            tx, "https://x.kommo.com", "code", lasts=timedelta(minutes=20), came_as=None
        )


def opens(vault: Vault, secrets: list[str]) -> bool:
    try:
        return all(vault.open(one) for one in secrets)
    except NeedsHuman:
        return False


async def test_the_old_key_may_go_after_it(ponte: Ponte, database: Database, account: Account, secret_key: str):
    await furnished(database, account, Vault([secret_key]))
    new = new_secret_key()
    environment = {"DATABASE_URL": database.dsn, "PONTE_SECRET_KEYS": f"{new},{secret_key}"}
    before = await sealed(database)
    assert len(before) == 3
    assert not opens(Vault([new]), before)
    said = await ponte("keys", "rotate", **environment)
    assert (said.code, said.err) == (0, "")
    assert "3 secrets" in said.out
    assert opens(Vault([new]), await sealed(database))
    assert (await Accounts(database, Vault([new])).connection(account.id)).token not in said.out


async def test_with_one_key_it_says_how_to_get_a_second_one_and_changes_nothing(
    ponte: Ponte, database: Database, account: Account, secret_key: str
):
    before = await sealed(database)
    said = await ponte("keys", "rotate", DATABASE_URL=database.dsn, PONTE_SECRET_KEYS=secret_key)
    assert said.code == 0
    assert "PONTE_SECRET_KEYS=" in said.out
    assert secret_key not in said.out
    assert await sealed(database) == before


async def test_a_key_that_is_missing_is_told_and_nothing_is_half_done(
    ponte: Ponte, database: Database, account: Account
):
    environment = {"DATABASE_URL": database.dsn, "PONTE_SECRET_KEYS": f"{new_secret_key()},{new_secret_key()}"}
    (await ponte("keys", "rotate", **environment)).told("PONTE_SECRET_KEYS", "sealed")


async def test_a_pair_that_is_renewed_meanwhile_is_the_one_that_stays(
    database: Database, account: Account, secret_key: str
):
    vault = Vault([new_secret_key(), secret_key])
    await database.execute("update credentials set kind = 'oauth'")
    await furnished(database, account, Vault([secret_key]))
    grants = Grants(database, vault)
    for number in range(20):
        held = await grants.held(account.id)
        assert held is not None
        pair = Pair(f"access-{number}", f"refresh-{number}", datetime.now(UTC))
        await asyncio.gather(seal_anew(database, vault), grants.renew(account.id, held.version, pair))
        kept = await grants.held(account.id)
        assert kept is not None
        assert (kept.access, kept.refresh) == (pair.access, pair.refresh)


@pytest.mark.parametrize("times", [1, 2])
async def test_it_may_run_again(database: Database, account: Account, secret_key: str, times: int):
    vault = Vault([new_secret_key(), secret_key])
    for _ in range(times):
        assert await seal_anew(database, vault) == 1
    assert opens(vault, await sealed(database))
