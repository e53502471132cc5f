"""Sends whose outcome nobody knows: read back before anything is sent again, and a person where it cannot be read."""

import pytest
import pytest_asyncio

from app.domain.conversation import PauseReason
from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_reply
from tests.house import (
    ScriptedBrain,
    company_said,
    conversation_of,
    customer_says,
    let_leases_end,
    line_of,
    notes_on,
    sends,
    state_of,
    work_off,
    work_until_quiet,
)
from tests.sandbox.player import Json, Player

PRICE = "A limpeza custa 200 reais."


@pytest_asyncio.fixture
async def ready(house: House, shop: Account, sandbox: Player) -> Json:
    said = await customer_says(sandbox, house, shop, "Qual o preço?")
    await work_off(house, but=("send", "crm"))
    return said


async def fault(sandbox: Player, name: str, **more: object) -> None:
    rule = {"fault": name, "path": "send_message", "times": 1, **more}
    await sandbox.steer("faults", {"replace": True, "faults": [rule]})


async def mend(house: House) -> None:
    """What the sweep does once a call is certainly over."""
    await let_leases_end(house.database)
    await house.workshop.upkeep.sweep()
    await work_until_quiet(house)


@pytest.mark.parametrize("name", ["error_after", "hang"])
async def test_what_arrived_although_the_call_failed_is_found_and_not_sent_again(
    house: House, sandbox: Player, ready: Json, name: str
):
    await fault(sandbox, name, seconds=0.2)
    await work_off(house)
    assert await line_of(house.database) == [("sending", PRICE)]
    await mend(house)
    assert await line_of(house.database) == [("sent", PRICE)]
    assert await company_said(sandbox, ready) == [PRICE]
    assert len(await sends(sandbox)) == 1


@pytest.mark.parametrize("name", ["lost", "error_before", "error_500"])
async def test_what_certainly_did_not_arrive_is_sent_again_and_arrives_once(
    house: House, sandbox: Player, ready: Json, name: str
):
    await fault(sandbox, name)
    await work_off(house)
    assert await line_of(house.database) == [("sending", PRICE)]
    await mend(house)
    await mend(house)
    assert await company_said(sandbox, ready) == [PRICE]
    assert await line_of(house.database) == [("sent", PRICE)]


async def test_absent_takes_two_looks_with_time_between_them(house: House, sandbox: Player, ready: Json):
    await fault(sandbox, "lost")
    await work_off(house)
    await let_leases_end(house.database)
    await house.workshop.upkeep.sweep()
    await work_off(house)
    row = await house.database.fetchrow("select state, absent_since from outbox where kind = 'message'")
    assert row is not None
    assert row["state"] == "sending"
    assert row["absent_since"] is not None


async def test_a_call_that_may_still_be_under_way_is_left_alone(house: House, sandbox: Player, ready: Json):
    await fault(sandbox, "lost")
    await work_off(house)
    await house.workshop.upkeep.sweep()
    assert "doubt" not in await work_off(house)
    assert await line_of(house.database) == [("sending", PRICE)]


async def test_no_balloon_overtakes_one_whose_outcome_is_unknown(
    house: House, shop: Account, brain: ScriptedBrain, sandbox: Player
):
    """Promise 2: every earlier row of the conversation is sent, cancelled or with a person."""
    brain.says = [a_reply("primeira", "segunda")]
    said = await customer_says(sandbox, house, shop, "Conta tudo?")
    await work_off(house, but=("send", "crm"))
    await fault(sandbox, "lost")
    number = await conversation_of(house.database)
    for _ in range(3):
        await house.workshop.sending.send_next(number)
    assert [state for state, _ in await line_of(house.database)] == ["sending", "pending"]
    assert await company_said(sandbox, said) == []
    await mend(house)
    await mend(house)
    assert await company_said(sandbox, said) == ["primeira", "segunda"]


async def test_where_nobody_can_tell_a_person_takes_over_and_the_rest_stays(
    house: House, shop: Account, brain: ScriptedBrain, sandbox: Player
):
    brain.says = [a_reply("primeira", "segunda")]
    said = await customer_says(sandbox, house, shop, "Conta tudo?")
    await work_off(house, but=("send", "crm"))
    await fault(sandbox, "error_after")
    await work_off(house, but=("crm",))
    await sandbox.steer("accounts", {"id": sandbox.account["id"], "capabilities": {"talks_history": False}})
    await mend(house)
    state = await state_of(house.database, await conversation_of(house.database))
    assert state.pause is not None
    assert (state.pause.reason, state.epoch) == (PauseReason.DOUBT, 1)
    assert [state for state, _ in await line_of(house.database)] == ["person", "cancelled"]
    assert len(await sends(sandbox)) == 1
    assert await notes_on(sandbox, said["lead_id"])


async def test_a_second_answer_in_the_same_words_is_not_mistaken_for_the_first(
    house: House, shop: Account, sandbox: Player, ready: Json
):
    """Found means that the channel shows more messages with these words than other rows own."""
    await work_until_quiet(house)
    await fault(sandbox, "lost")
    await customer_says(sandbox, house, shop, "e qual é o preço mesmo?")
    await work_off(house)
    assert [state for state, _ in await line_of(house.database)] == ["sent", "sending"]
    await mend(house)
    await mend(house)
    assert await company_said(sandbox, ready) == [PRICE, PRICE]
    assert [state for state, _ in await line_of(house.database)] == ["sent", "sent"]


async def test_what_a_person_typed_in_the_same_words_is_found_too_so_that_it_is_not_said_twice(
    house: House, shop: Account, sandbox: Player, ready: Json
):
    await fault(sandbox, "lost")
    await work_off(house)
    await sandbox.say("maria", PRICE, **{"as": "user:1"})
    await mend(house)
    assert await company_said(sandbox, ready) == [PRICE]


async def test_a_doubt_that_is_settled_by_now_is_left_alone(house: House, sandbox: Player, ready: Json):
    await work_until_quiet(house)
    outbox_id = await house.database.fetchval("select id from outbox where kind = 'message'")
    await house.workshop.doubts.settle(outbox_id)
    await house.workshop.doubts.settle(10**9)
    assert await line_of(house.database) == [("sent", PRICE)]
