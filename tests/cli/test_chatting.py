"""A chat at the terminal: looked at, and written in, whatever its channel."""

from collections.abc import Awaitable, Callable

import pytest

from app.store.accounts import Account
from app.wiring import House
from tests.cli.conftest import Ponte
from tests.house import company_said, customer_says, line_of, work_off
from tests.sandbox.player import Player

Run = Callable[..., Awaitable[str]]


@pytest.fixture
def ours(house: House, secret_key: str) -> dict[str, str]:
    return {"DATABASE_URL": house.database.dsn, "PONTE_SECRET_KEYS": secret_key}


async def test_a_chat_is_read_without_a_trace(
    ponte: Ponte, sandbox: Player, house: House, shop: Account, ours: dict[str, str]
):
    said = await customer_says(sandbox, house, shop, "oi\x1b[31m, tudo?")
    await work_off(house)
    before = await house.database.fetchval("select count(*) from inbox")
    listed = await ponte("read", "kommo", **ours)
    assert listed.rows()[0][0] == said["chat_id"]
    assert listed.rows()[0][2] == "bot"
    shown = await ponte("read", "kommo", said["chat_id"], **ours)
    first, *_ = shown.out.splitlines()
    assert first.endswith("customer: oi [31m, tudo?")
    assert " bot: " in shown.out
    assert await house.database.fetchval("select count(*) from inbox") == before


async def test_a_line_that_is_typed_is_a_message_through_the_fence(
    ponte: Ponte, sandbox: Player, house: House, shop: Account, ours: dict[str, str]
):
    said = await customer_says(sandbox, house, shop, "oi")
    await work_off(house)
    written = await ponte("chat", "kommo", said["chat_id"], stdin="Boa tarde!\n\n", **ours)
    assert "(admitted)" in written.out
    await work_off(house)
    assert "Boa tarde!" in await company_said(sandbox, said)


async def test_a_chat_that_a_person_has_takes_no_line(
    ponte: Ponte, sandbox: Player, house: House, shop: Account, ours: dict[str, str]
):
    said = await customer_says(sandbox, house, shop, "oi")
    await work_off(house)
    await house.database.execute("update conversations set bot_on = false, pause_reason = 'command'")
    before = await line_of(house.database)
    refused = await ponte("chat", "kommo", stdin="Boa tarde!\n", **ours)
    assert refused.code == 1
    assert "Not sent" in refused.err
    assert "/liberar" in refused.err
    assert "POST /bot-control" in refused.err
    assert said["chat_id"] in refused.out
    assert await line_of(house.database) == before


async def test_what_is_not_there_is_told(ponte: Ponte, house: House, shop: Account, ours: dict[str, str]):
    (await ponte("read", "telex", **ours)).told("There is no channel telex")
    (await ponte("read", "whatsapp", **ours)).told("No account of whatsapp")
    (await ponte("read", "kommo", "nobody", **ours)).told("There is no such chat")
    (await ponte("chat", "kommo", **ours)).told("Nobody has written yet")
