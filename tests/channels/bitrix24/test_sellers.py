"""The portal's users are its salespeople: read when it is connected, and given the chats that want a person."""

import pytest

from app.domain.brain import Proposal, ReplyAction
from app.domain.ids import LeadId
from app.store.accounts import Account
from app.wiring import House
from tests.channels.bitrix24.conftest import Fetch, Portal
from tests.house import ScriptedBrain, work_until_quiet

RITA, JOAO = "1", "2"


async def test_connecting_reads_the_portal_s_employees(house: House, shop: Account):
    rows = await house.database.fetch("select external_id, name, phone from vendedores order by external_id")
    assert [tuple(row) for row in rows] == [(RITA, "Rita", ""), (JOAO, "João", "+5511900000002")]


@pytest.mark.parametrize("owner", [RITA, JOAO])
async def test_whoever_has_the_card_gets_the_chat_that_wants_a_person(
    house: House, portal: Portal, shop: Account, fetch: Fetch, brain: ScriptedBrain, owner: str
):
    brain.says = [Proposal(ReplyAction.HANDOFF)]
    await portal.say("quero falar com uma pessoa", cards={"lead": 12})
    connection = await house.accounts.connection(shop.id)
    await house.channels["bitrix24"].assign(connection, LeadId("lead:12"), owner)
    await fetch()
    await work_until_quiet(house)
    assert (await portal.state())["cards"]["lead"]["12"]["ASSIGNED_BY_ID"] == owner
    assert (await portal.chat())["operator"] == int(owner)


async def test_a_card_whose_owner_has_left_is_given_to_somebody_who_works_there(
    house: House, portal: Portal, shop: Account, fetch: Fetch, brain: ScriptedBrain
):
    brain.says = [Proposal(ReplyAction.HANDOFF)]
    await portal.say("quero falar com uma pessoa", cards={"lead": 12})
    connection = await house.accounts.connection(shop.id)
    await house.channels["bitrix24"].assign(connection, LeadId("lead:12"), "77")
    await fetch()
    await work_until_quiet(house)
    owner = (await portal.state())["cards"]["lead"]["12"]["ASSIGNED_BY_ID"]
    assert owner in {RITA, JOAO}
    assert (await portal.chat())["operator"] == int(owner)
