"""A template that was to ask a customer back, and did not: whoever waits for an answer is a person's after all."""

from dataclasses import replace
from datetime import time

from app.domain.outreach import REOPENING, Trigger
from app.jobs.registry import HANDLERS
from app.store.accounts import Account
from app.wiring import House
from tests.channels.suite.whatsapp import signed
from tests.channels.whatsapp.conftest import MARIA, NUMBER, SECRET, Phone, body_of
from tests.channels.whatsapp.test_closed_window import ASKED, answers, approve, opened, reached, says, settled, wish
from tests.house import conversation_of, state_of

__all__ = ["answers", "opened"]

NIGHT = Trigger(REOPENING, quiet_from=time(0), quiet_until=time(23, 59), variables=("message",), ladder=())
WITHHELD = 131049  # Meta does not deliver every template that it took


async def meets_a_closed_window(house: House, phone: Phone) -> None:
    await says(house)
    await phone.order("people", phone=MARIA, wrote_seconds_ago=25 * 3600)
    await settled(house, phone)


async def morning(house: House, phone: Phone) -> None:
    await house.database.execute("update outreaches set due_at = now() - interval '1 s'")
    await house.doors.proactive.desk.work()
    await settled(house, phone)


async def is_a_persons(house: House) -> bool:
    """The bot is off, and the answer that was lost is to be seen among what is dead."""
    state = await state_of(house.database, await conversation_of(house.database))
    dead = "select count(*) from outbox where state = 'person' and kind = 'message' and discarded_at is null"
    return not state.bot_on and await house.database.fetchval(dead) == 1


async def test_a_wish_that_waited_for_the_morning_and_may_not_go_then_leaves_the_answer_to_a_person(
    house: House, opened: Account, phone: Phone
):
    await approve(house, opened, phone)
    await house.doors.proactive.templates.save_trigger(opened.id, NIGHT, who="test")
    await meets_a_closed_window(house, phone)
    assert not await is_a_persons(house)
    off = replace(NIGHT, enabled=False, quiet_until=time(0))
    await house.doors.proactive.templates.save_trigger(opened.id, off, who="test")
    await morning(house, phone)
    assert await wish(house, opened) == ("denied", ("trigger_off",))
    assert await is_a_persons(house)


async def test_a_template_that_is_gone_by_the_morning_leaves_the_answer_to_a_person(
    house: House, opened: Account, phone: Phone
):
    await approve(house, opened, phone)
    await house.doors.proactive.templates.save_trigger(opened.id, NIGHT, who="test")
    await meets_a_closed_window(house, phone)
    await house.doors.proactive.templates.save_trigger(opened.id, replace(NIGHT, quiet_until=time(0)), who="test")
    await house.database.execute("update templates set approved_name = 'gone' where trigger = 'retomada'")
    await morning(house, phone)
    assert (await wish(house, opened))[0] == "failed"
    assert await is_a_persons(house)


async def test_a_template_that_the_messenger_took_and_kept_leaves_the_answer_to_a_person_once(
    house: House, opened: Account, phone: Phone
):
    await approve(house, opened, phone)
    await meets_a_closed_window(house, phone)
    assert await reached(phone) == [ASKED]
    wish_id = await house.database.fetchval("select id from outreaches")
    message = await house.database.fetchval("select message_id from outreaches")
    await house.database.execute("update outreaches set delivered_at = null")  # as if it had not been told yet
    errors = [{"code": WITHHELD}]
    status = {"id": message, "status": "failed", "timestamp": "4102444800", "recipient_id": MARIA, "errors": errors}
    change = {"field": "messages", "value": {"metadata": {"phone_number_id": NUMBER}, "statuses": [status]}}
    await house.doors.webhooks.receive_bare("whatsapp", signed(body_of(change), SECRET))
    await settled(house, phone)
    assert await is_a_persons(house)
    told = await house.database.fetchval("select count(*) from outbox where kind = 'note'")
    for _ in range(2):
        await HANDLERS["unasked"](house.workshop, {"account": int(opened.id), "outreach": wish_id})
    await settled(house, phone)
    assert await house.database.fetchval("select count(*) from outbox where kind = 'note'") == told
    assert await is_a_persons(house)
