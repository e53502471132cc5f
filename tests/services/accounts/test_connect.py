"""Connecting an account: what is found out, what is refused, and what is known to be lost for a while."""

from dataclasses import replace

import pytest

from app.domain.errors import AppError, NeedsHuman, Rejected
from app.services.accounts.connect import SECOND_CHANCE
from app.store.accounts import Account, NewAccount
from app.wiring import House
from tests.house import connect
from tests.sandbox.player import Player

HOOK = "http://127.0.0.1:9/webhooks/kommo/a-secret"


def new_account(sandbox: Player, **changes: str) -> NewAccount:
    known = sandbox.account
    new = NewAccount("Loja", "kommo", "", str(sandbox.http.base_url), known["token"], "a-secret")
    return replace(new, **changes)


async def stored(house: House) -> int:
    return await house.database.fetchval("select count(*) from accounts")


async def test_connecting_tells_what_the_account_can_do_and_who_works_there(house: House, sandbox: Player):
    found = await house.connecting.connect(new_account(sandbox), webhook_url=HOOK)
    account = await house.accounts.get(found.account_id)
    assert account.external_ref == str(sandbox.account["id"])
    assert account.capabilities == found.capabilities
    assert found.capabilities.ways == ("talks", "note")
    assert found.capabilities.sees_humans
    assert found.sellers == len(sandbox.account["users"])
    assert {"add_message", "add_outgoing_message"} <= set(found.subscribed)
    assert found.warning == ""


async def test_connecting_again_uses_up_no_number(house: House, sandbox: Player):
    for _ in range(3):
        first = await house.connecting.connect(new_account(sandbox), webhook_url=HOOK)
    another = await sandbox.steer("accounts", {"subdomain": "another"})
    given = {"token": another["token"], "webhook_secret": "another"}
    second = await house.connecting.connect(new_account(sandbox, **given), webhook_url=None)
    assert second.account_id == first.account_id + 1


async def test_the_salespeople_are_known_with_who_left_and_who_may_do_all(house: House, shop: Account):
    rows = await house.database.fetch("select external_id, name, is_active, is_admin from vendedores")
    known = {row["external_id"]: row for row in rows}
    assert (known["1"]["name"], known["1"]["is_admin"]) == ("Ana", True)
    assert not known["9"]["is_active"]


async def test_without_an_address_of_our_own_it_says_what_to_do_by_hand(house: House, sandbox: Player):
    found = await house.connecting.connect(new_account(sandbox), webhook_url=None)
    assert found.subscribed == ()
    assert "PUBLIC_URL" in found.warning
    assert not found.capabilities.sees_humans


async def test_a_webhook_that_the_vendor_refuses_is_a_warning_and_the_account_is_connected(
    house: House, sandbox: Player
):
    await sandbox.steer("faults", {"faults": [{"fault": "error_before", "path": "webhooks", "method": "POST"}]})
    found = await house.connecting.connect(new_account(sandbox), webhook_url=HOOK)
    assert found.warning
    assert (await house.accounts.get(found.account_id)).state == "live"


async def test_the_token_of_another_account_is_refused_and_nothing_is_kept(house: House, sandbox: Player):
    with pytest.raises(Rejected, match="another account"):
        await house.connecting.connect(new_account(sandbox, external_ref="12345"), webhook_url=None)
    assert await stored(house) == 0


async def test_a_token_that_the_vendor_refuses_is_told_to_a_person_without_the_token(house: House, sandbox: Player):
    with pytest.raises(NeedsHuman) as refused:
        await house.connecting.connect(new_account(sandbox, token="not-this-one"), webhook_url=None)
    assert refused.value.hint
    assert "not-this-one" not in refused.value.message + refused.value.hint
    assert await stored(house) == 0


@pytest.mark.parametrize("url", ["https://example.com", "http://evil.kommo.com.example.com", "https://x.kommo.com:99"])
async def test_a_token_travels_to_the_vendors_own_hosts_only(house: House, sandbox: Player, url: str):
    with pytest.raises(AppError):
        await house.connecting.connect(new_account(sandbox, base_url=url), webhook_url=None)
    assert await stored(house) == 0


async def test_connecting_twice_is_one_account_with_what_people_have_set(
    house: House, sandbox: Player, hook_secret: str
):
    first = await connect(house, sandbox, hook_secret)
    await house.database.execute("update accounts set timezone = 'America/Recife'")
    again = await connect(house, sandbox, "another-secret")
    there = replace(first.policy, zone="America/Recife")
    assert (again.id, again.timezone, again.policy) == (first.id, "America/Recife", there)
    assert await stored(house) == 1


# --- what is lost for a while -----------------------------------------------------------------------------------------


async def test_a_way_that_was_refused_is_not_tried_for_a_while_and_then_once_more(house: House, shop: Account):
    await house.accounts.lose_way(shop.id, "talks")
    assert (await house.connecting.learn(shop.id)).ways == ("salesbot", "note")
    assert (await house.accounts.get(shop.id)).capabilities.ways == ("salesbot", "note")
    ago = (
        """update accounts set capabilities = jsonb_set(capabilities, '{lost,talks}', to_jsonb(now() - $1::interval))"""
    )
    await house.database.execute(ago, SECOND_CHANCE)
    assert (await house.connecting.learn(shop.id)).ways == ("talks", "salesbot", "note")


async def test_a_lost_way_is_told_to_the_operator(house: House, shop: Account):
    await house.accounts.lose_way(shop.id, "talks")
    row = await house.database.fetchrow("select who, what, why from event_log")
    assert tuple(row or ()) == ("ponte", "alert", "way_lost_talks")


async def test_a_real_account_takes_over_the_secret_and_the_key_of_the_one_that_was_there_for_trying(
    house: House, sandbox: Player
):
    """`make run` first with the simulated Kommo, then with KOMMO_TOKEN: the same `.env` holds secret and key."""
    trial = NewAccount("Teste", "kommo", "30100999", "http://127.0.0.1:9", "token", "a-secret")
    tried = await house.accounts.connect(trial)
    await house.accounts.add_key(tried, "ponte-key", label="API", scopes=["admin"])
    found = await house.connecting.connect(new_account(sandbox), webhook_url=HOOK)
    await house.accounts.add_key(found.account_id, "ponte-key", label="API", scopes=["admin"])
    assert (await house.accounts.get(tried)).state == "closed"
    assert (await house.doors.directory.by_secret("kommo", "a-secret")).id == found.account_id
    assert (await house.doors.directory.identify("ponte-key")).account_id == found.account_id
    await house.accounts.connect(trial)
    assert (await house.accounts.get(tried)).state == "live"


async def test_a_key_does_not_move_from_an_account_that_is_live(house: House, shop: Account):
    other = await house.accounts.connect(NewAccount("Outra", "kommo", "30100999", "http://127.0.0.1:9", "token", "b"))
    await house.accounts.add_key(shop.id, "ponte-key", label="API", scopes=["admin"])
    await house.accounts.add_key(other, "ponte-key", label="API", scopes=["admin"])
    assert (await house.doors.directory.identify("ponte-key")).account_id == shop.id
