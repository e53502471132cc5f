"""Salespeople whom no event tells of: many chats are looked into with few requests, and none hides another."""

import pytest_asyncio

from app.store.accounts import Account
from app.wiring import House
from tests.channels.bitrix24.conftest import Portal
from tests.house import conversation_of, state_of, work_off

CHATS = 60
LOOKING = {"batch", "imopenlines.session.history.get"}


@pytest_asyncio.fixture
async def busy(house: House, portal: Portal, shop: Account) -> Portal:
    """Sixty customers have just written, and nobody has answered yet."""
    for number in range(CHATS):
        await portal.say("oi", chat=f"Cliente {number}")
    await house.workshop.fetchers.fetch(shop)
    await work_off(house, but=("ask", "send", "crm"))
    return portal


async def looks(portal: Portal) -> int:
    """How many requests the looks into chats have cost."""
    return sum(one["method"] in LOOKING for one in (await portal.state())["calls"])


async def paused(house: House, portal: Portal, name: str) -> bool:
    number = await conversation_of(house.database, f"chat{(await portal.chat(name))['id']}")
    return not (await state_of(house.database, number)).bot_on


async def test_sixty_chats_are_looked_into_with_two_requests_a_round(house: House, busy: Portal):
    for name in ("Cliente 0", "Cliente 59"):
        await busy.order("write", chat=name, text="Deixa comigo.")
    await house.workshop.upkeep.poll_people()
    assert await looks(busy) == 2
    await work_off(house, but=("ask", "send", "crm"))
    assert await paused(house, busy, "Cliente 0")
    assert await paused(house, busy, "Cliente 59")
    assert not await paused(house, busy, "Cliente 30")


async def test_chats_that_are_refused_hide_no_salesperson_of_another(house: House, busy: Portal):
    refused = "update conversations set talk_id = '999' || id where chat_id <> $1"
    await house.database.execute(refused, f"chat{(await busy.chat('Cliente 0'))['id']}")
    await busy.order("write", chat="Cliente 0", text="Deixa comigo.")
    await house.workshop.upkeep.poll_people()
    await work_off(house, but=("ask", "send", "crm"))
    assert await paused(house, busy, "Cliente 0")
    told = await house.database.fetch("select why from event_log where what = 'poll'")
    assert len(told) == 1  # one line for all that are refused alike
    assert "59" in told[0]["why"]


async def test_histories_that_have_run_for_long_rest_though_they_travel_in_batches(house: House, busy: Portal):
    await busy.order("limits", operating={"imopenlines.session.history.get": 470})
    for _ in range(3):
        await house.workshop.upkeep.poll_people()
    assert await looks(busy) == 1


async def test_a_command_that_the_portal_refuses_for_its_pace_hides_no_salesperson_for_long(house: House, busy: Portal):
    await busy.order("trouble", fault="query_limit", method="imopenlines.session.history.get", times=1)
    await busy.order("write", chat="Cliente 0", text="Deixa comigo.")
    for _ in range(2):
        await house.workshop.upkeep.poll_people()
    await work_off(house, but=("ask", "send", "crm"))
    assert await paused(house, busy, "Cliente 0")
