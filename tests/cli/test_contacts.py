"""`ponte contacts erase`."""

import json

import pytest

from app.store.accounts import Account
from app.store.database import Database
from app.wiring import House
from tests.cli.conftest import Ponte
from tests.house import customer_says, work_until_quiet
from tests.sandbox.player import Player
from tests.services.erasure.traces import traces

PHONE = "+5511987654321"


@pytest.fixture
def known(database: Database, secret_key: str) -> dict[str, str]:
    return {"DATABASE_URL": database.dsn, "PONTE_SECRET_KEYS": secret_key, "KOMMO_RATE": "0"}


async def test_it_asks_before_it_erases_and_then_prints_the_receipt(
    ponte: Ponte, house: House, shop: Account, sandbox: Player, known: dict[str, str]
):
    await customer_says(sandbox, house, shop, "Sou a Filomena", chat="filomena", phone=PHONE, name="Filomena")
    await work_until_quiet(house)
    erase = ("contacts", "erase", PHONE, "--account", str(shop.id))
    (await ponte(*erase, **known)).told("for good", f"--confirm {PHONE}")
    assert await traces(house.database, "Filomena")
    said = await ponte(*erase, "--confirm", PHONE, **known)
    assert said.code == 0, said
    receipt = json.loads(said.out)
    assert receipt["counts"]["conversations"] == 1
    assert receipt["signature"]
    assert await traces(house.database, "Filomena") == set()


async def test_what_is_no_phone_is_said(ponte: Ponte, shop: Account, known: dict[str, str]):
    said = await ponte("contacts", "erase", "filomena", "--account", str(shop.id), **known)
    said.told("no phone number")


async def test_an_account_that_is_not_there_is_said(ponte: Ponte, shop: Account, known: dict[str, str]):
    (await ponte("contacts", "erase", PHONE, "--account", "999", **known)).told("no account 999")
