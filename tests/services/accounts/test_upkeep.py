"""What is known of the accounts is kept fresh, each for itself."""

import pytest

from app.jobs.schedules import refresh_accounts, schedules
from app.store.accounts import Account, NewAccount
from app.wiring import House
from tests.sandbox.player import Player


async def test_what_an_account_can_do_and_who_works_there_is_learned_anew(house: House, shop: Account, sandbox: Player):
    changed = {"id": sandbox.account["id"], "plan": "base", "users": [{"id": 2, "name": "Bruna", "is_active": False}]}
    await sandbox.steer("accounts", changed)
    await refresh_accounts(house.workshop)
    assert "salesbot" not in (await house.accounts.get(shop.id)).capabilities.ways
    row = await house.database.fetchrow("select name, is_active from vendedores where external_id = '2'")
    assert tuple(row or ()) == ("Bruna", False)


@pytest.mark.parametrize("trouble", ["unreachable", "without credentials"])
async def test_an_account_that_fails_does_not_hold_up_the_others(
    house: House, sandbox: Player, hook_secret: str, trouble: str
):
    dead = await house.accounts.connect(NewAccount("Velha", "kommo", "1", "http://127.0.0.1:9", "t", "s-1"))
    if trouble == "without credentials":
        await house.database.execute("delete from credentials")
    known = sandbox.account
    url = str(sandbox.http.base_url)
    alive = await house.accounts.connect(
        NewAccount("Loja", "kommo", str(known["id"]), url, known["token"], hook_secret)
    )
    assert dead < alive
    await refresh_accounts(house.workshop)
    assert (await house.accounts.get(alive)).capabilities.ways == ("talks", "note")
    assert await house.database.fetchval("select count(distinct account_id) from vendedores") == 1


async def test_an_account_that_was_closed_is_left_alone(house: House, shop: Account, sandbox: Player):
    await house.database.execute("update accounts set state = 'closed'")
    before = len(await sandbox.record())
    await refresh_accounts(house.workshop)
    assert len(await sandbox.record()) == before


def test_it_is_on_the_schedule():
    assert [one.cron for one in schedules() if one.chore is refresh_accounts] == ["*/15 * * * *"]
