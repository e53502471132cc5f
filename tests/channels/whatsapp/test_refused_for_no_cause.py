""" "Something went wrong", says WhatsApp: a few tries, each later than the one before, then a person."""

import pytest

from app.services.conversation.sending import MOST_TRIES
from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_reply
from tests.channels.suite.whatsapp import signed
from tests.channels.whatsapp.conftest import MARIA, SECRET, Phone, body_of, wrote
from tests.house import ScriptedBrain, conversation_of, line_of, state_of, work_off

ANSWER = "Atendemos das 8h às 19h."


@pytest.mark.parametrize(("times", "ended", "reached"), [(MOST_TRIES - 1, "sent", 1), (99, "failed", 0)])
async def test_it_is_tried_a_few_times_and_then_a_persons(
    house: House, account: Account, phone: Phone, brain: ScriptedBrain, times: int, ended: str, reached: int
):
    brain.says = [a_reply(ANSWER)]
    await phone.order("people", phone=MARIA, wrote_seconds_ago=0)
    await phone.order("trouble", fault="refuse", status=500, code=131000, times=times)
    await house.doors.webhooks.receive_bare("whatsapp", signed(body_of(wrote("Oi")), SECRET))
    await work_off(house)
    number = await conversation_of(house.database)
    for _ in range(MOST_TRIES + 2):
        resting = "update outbox set not_before = null where state = 'pending' and not_before > now() + interval '3 s'"
        await house.database.execute(resting)
        await house.workshop.sending.send_next(number)
    assert (ended, ANSWER) in await line_of(house.database)
    assert len(await phone.sent()) == reached
    assert await house.database.fetchval("select attempt from outbox where number = 1") == MOST_TRIES
    assert (await state_of(house.database, number)).bot_on == bool(reached)


async def test_tries_of_an_outage_that_never_reached_whatsapp_do_not_count(
    house: House, account: Account, phone: Phone, brain: ScriptedBrain
):
    brain.says = [a_reply(ANSWER)]
    await phone.order("people", phone=MARIA, wrote_seconds_ago=0)
    await phone.order("trouble", fault="refuse", status=503, code=133004, times=MOST_TRIES + 1)
    await phone.order("trouble", fault="refuse", status=500, code=131000, times=MOST_TRIES - 1)
    await house.doors.webhooks.receive_bare("whatsapp", signed(body_of(wrote("Oi")), SECRET))
    await work_off(house)
    number = await conversation_of(house.database)
    for _ in range(2 * MOST_TRIES + 2):
        await house.database.execute("update outbox set not_before = null where state = 'pending'")
        await house.workshop.sending.send_next(number)
    assert ("sent", ANSWER) in await line_of(house.database)
    assert await house.database.fetchval("select attempt from outbox where number = 1") == 2 * MOST_TRIES + 1
