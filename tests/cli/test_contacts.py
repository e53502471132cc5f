"""`ponte contacts erase`."""

import json
from pathlib import Path

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


async def test_a_receipt_is_genuine_until_a_letter_of_it_is_changed(
    ponte: Ponte, house: House, shop: Account, sandbox: Player, known: dict[str, str], folder: Path
):
    await customer_says(sandbox, house, shop, "Sou a Filomena", chat="filomena", phone=PHONE, name="Filomena")
    await work_until_quiet(house)
    erase = ("contacts", "erase", PHONE, "--account", str(shop.id), "--confirm", PHONE)
    receipt = (await ponte(*erase, **known)).out
    (folder / "receipt.json").write_text(receipt)
    said = await ponte("contacts", "verify", "receipt.json", **known)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("Genuine: erasure ")
    (folder / "receipt.json").write_text(receipt.replace(f'"account_id": {shop.id}', '"account_id": 9'))
    (await ponte("contacts", "verify", "receipt.json", **known)).told("not genuine")
    (folder / "receipt.json").write_text("{}")
    (await ponte("contacts", "verify", "receipt.json", **known)).told("no receipt")


async def test_nobody_of_this_number_is_said_and_no_receipt_is_made(
    ponte: Ponte, shop: Account, known: dict[str, str], database: Database
):
    erase = ("contacts", "erase", "+5511955554444", "--account", str(shop.id), "--confirm", "+5511955554444")
    (await ponte(*erase, **known)).told("Nobody with this number is known.")
    assert await database.fetchval("select count(*) from erasures") == 0


async def test_what_is_no_phone_is_said(ponte: Ponte, shop: Account, known: dict[str, str]):
    said = await ponte("contacts", "erase", "filomena", "--account", str(shop.id), **known)
    said.told("no phone number")


async def test_an_account_that_is_not_there_is_said(ponte: Ponte, shop: Account, known: dict[str, str]):
    (await ponte("contacts", "erase", PHONE, "--account", "999", **known)).told("no account 999")
