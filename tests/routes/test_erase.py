"""POST /admin/contacts/erase: with the admin scope, after a confirmation, with a receipt."""

import httpx
import pytest
import pytest_asyncio

from app.store.accounts import Account
from app.wiring import House
from tests.house import customer_says, work_until_quiet
from tests.routes.calls import error_of
from tests.sandbox.player import Player
from tests.services.erasure.traces import traces

Key = dict[str, str]
PHONE = "+5511987654321"


@pytest_asyncio.fixture
async def caller(house: House, shop: Account, sandbox: Player) -> Key:
    """The administrator of a shop to which Filomena has written."""
    await house.accounts.add_key(shop.id, "ponte-shop", label="the shop", scopes=["admin"])
    await customer_says(sandbox, house, shop, "Sou a Filomena", chat="filomena", phone=PHONE, name="Filomena")
    await work_until_quiet(house)
    return {"X-API-Key": "ponte-shop"}


async def erase(web: httpx.AsyncClient, key: Key, phone: str = PHONE, confirm: str = PHONE) -> httpx.Response:
    return await web.post("/admin/contacts/erase", json={"phone": phone, "confirm": confirm}, headers=key)


async def test_without_a_confirmation_nothing_happens(web: httpx.AsyncClient, house: House, caller: Key):
    for confirm in ("", "sim", "+5511987650000"):
        error = error_of(await erase(web, caller, confirm=confirm), 409)
        assert error["code"] == "confirm_needed"
    assert await traces(house.database, "Filomena")


async def test_the_receipt_comes_back_and_nothing_is_left(web: httpx.AsyncClient, house: House, caller: Key):
    answer = await erase(web, caller)
    body = answer.json()
    assert answer.status_code == 200
    assert body["requested_by"] == "the shop"
    assert body["counts"]["mensagens"] == 1
    assert len(body["signature"]) == 64
    assert await traces(house.database, "Filomena", PHONE) == set()
    kept = await house.database.fetchrow("select signature, requested_by from erasures")
    assert kept is not None
    assert tuple(kept) == (body["signature"], "the shop")


async def test_a_phone_may_be_written_as_people_of_the_country_write_it(web: httpx.AsyncClient, caller: Key):
    assert (await erase(web, caller, "(11) 98765-4321", PHONE)).status_code == 200


@pytest.mark.parametrize("phone", ["filomena", "12345", "+999999999999", "0000"])
async def test_what_is_no_phone_is_said(web: httpx.AsyncClient, caller: Key, phone: str):
    error = error_of(await erase(web, caller, phone, phone), 422)
    assert error["code"] == "no_phone"


async def test_a_key_for_nodes_may_not_erase(web: httpx.AsyncClient, house: House, shop: Account, caller: Key):
    await house.accounts.add_key(shop.id, "ponte-node", label="n8n", scopes=["node"])
    error_of(await erase(web, {"X-API-Key": "ponte-node"}), 403)


async def test_somebody_of_another_account_is_not_touched(
    web: httpx.AsyncClient, house: House, caller: Key, stranger: Key
):
    body = (await erase(web, stranger)).json()
    assert sum(body["counts"].values()) == 0
    assert await traces(house.database, "Filomena")
