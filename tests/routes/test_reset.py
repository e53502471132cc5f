"""DELETE /reset/conversations: for administrators who mean it; history and audit stay."""

import httpx
import pytest
import pytest_asyncio

from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_kommo_body
from tests.house import line_of, state_of
from tests.routes.calls import error_of, knock, talk

Key = dict[str, str]


@pytest_asyncio.fixture
async def number(web: httpx.AsyncClient, house: House, account: Account, hook_secret: str) -> int:
    """A conversation whose answer waits to be sent."""
    return await talk(web, house, hook_secret, a_kommo_body())


async def reset(web: httpx.AsyncClient, key: Key, confirm: object = None) -> httpx.Response:
    wanted = {} if confirm is None else {"confirm": str(confirm)}
    return await web.delete("/reset/conversations", params=wanted, headers=key)


@pytest.mark.parametrize("confirm", [None, "", "yes", "0", " 1"])
async def test_without_the_right_word_it_says_what_it_would_do_and_does_nothing(
    web: httpx.AsyncClient, house: House, account: Account, admin: Key, number: int, *, confirm: str | None
):
    refused = error_of(await reset(web, admin, confirm), 409)
    assert refused["code"] == "confirm_needed"
    assert f"?confirm={account.id}" in refused["hint"]
    assert [state for state, _ in await line_of(house.database)] == ["pending"]


async def test_it_lifts_pauses_raises_epochs_and_cancels_what_waits(
    web: httpx.AsyncClient, house: House, account: Account, admin: Key, hook_secret: str, number: int
):
    for order in ({"contact_id": "501"}, {"lead_id": "77"}):
        paused = await web.post("/bot-control", json={"action": "pause", **order}, headers=admin)
        assert paused.status_code == 200
    before = (await state_of(house.database, number)).epoch
    assert (await reset(web, admin, account.id)).json() == {"conversations": 1}
    after = await state_of(house.database, number)
    assert after.bot_on
    assert after.epoch > before
    assert await house.database.fetchval("select count(*) from pauses") == 0
    assert {state for state, _ in await line_of(house.database)} == {"cancelled"}


async def test_afterwards_nobody_is_talking_there(
    web: httpx.AsyncClient, house: House, account: Account, admin: Key, number: int
):
    await house.database.execute("update conversations set last_human_at = now() - interval '1 minute'")
    await reset(web, admin, account.id)
    after = await state_of(house.database, number)
    assert after.bot_on
    assert after.last_human_at is None
    asked = {"message": "Abrimos no domingo.", "dry_run": True}
    would = (await web.post("/send-broadcast", json=asked, headers=admin)).json()
    assert "human_talking" not in would["reasons"], would


async def test_history_and_audit_stay_and_tell_who_did_it(
    web: httpx.AsyncClient, house: House, account: Account, admin: Key, number: int
):
    await reset(web, admin, account.id)
    assert await house.database.fetchval("select text from mensagens") == "Oi, qual o preço?"
    assert (
        await house.database.fetchval("select count(*) from event_log where who = 'the admin' and why = 'reset'") >= 1
    )


async def test_afterwards_the_bot_answers_who_writes(
    web: httpx.AsyncClient, house: House, account: Account, admin: Key, hook_secret: str, number: int
):
    await reset(web, admin, account.id)
    await talk(web, house, hook_secret, a_kommo_body("E qual o horário?"))
    assert [state for state, _ in await line_of(house.database)].count("pending") == 1


async def test_other_accounts_keep_theirs(
    web: httpx.AsyncClient, house: House, account: Account, stranger: Key, number: int
):
    own = await house.database.fetchval("select max(id) from accounts")
    assert error_of(await reset(web, stranger, account.id), 409)
    assert (await reset(web, stranger, own)).json() == {"conversations": 0}
    assert [state for state, _ in await line_of(house.database)] == ["pending"]


async def test_it_is_for_administrators(web: httpx.AsyncClient, account: Account, node: Key, number: int):
    assert error_of(await reset(web, node, account.id), 403)["code"] == "forbidden"


async def test_a_webhook_that_comes_at_the_same_time_is_not_lost(
    web: httpx.AsyncClient, house: House, account: Account, admin: Key, hook_secret: str, number: int
):
    assert (await knock(web, f"kommo/{hook_secret}", a_kommo_body("E agora?"))).status_code == 200
    await reset(web, admin, account.id)
    assert await house.database.fetchval("select count(*) from inbox where folded_at is null") == 0
    assert await house.database.fetchval("select count(*) from mensagens where text = 'E agora?'") == 1
