"""A template that was to ask a customer back, and did not: whoever waits for an answer is a person's after all."""

from dataclasses import replace
from datetime import time

from app.domain.outreach import REOPENING, Trigger
from app.jobs.registry import HANDLERS
from app.services.bot_control.address import Named
from app.store.accounts import Account
from app.store.arrivals import SentRows
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


async def test_news_that_nobody_was_asked_about_for_they_wrote_are_seen_by_a_person_while_the_bot_goes_on(
    house: House, opened: Account, phone: Phone
):
    await approve(house, opened, phone)
    await house.doors.proactive.templates.save_trigger(opened.id, NIGHT, who="test")
    await phone.order("people", phone=MARIA, wrote_seconds_ago=0)
    await says(house)
    await settled(house, phone)
    await phone.order("people", phone=MARIA, wrote_seconds_ago=25 * 3600)
    number = await conversation_of(house.database)
    await house.doors.steering.send(opened.id, Named(conversation_id=str(number)), "Sua mesa chegou.", key="k1")
    await settled(house, phone)
    await phone.order("people", phone=MARIA, wrote_seconds_ago=0)
    await says(house, "Bom dia", "wamid.2")
    await settled(house, phone)
    await house.doors.proactive.templates.save_trigger(opened.id, replace(NIGHT, quiet_until=time(0)), who="test")
    await morning(house, phone)
    assert await wish(house, opened) == ("denied", ("customer_wrote",))
    dead = "select body from outbox where state = 'person' and kind = 'message' and discarded_at is null"
    assert await house.database.fetchval(dead) == "Sua mesa chegou."
    assert (await state_of(house.database, number)).bot_on
    assert (
        await house.database.fetchval("select count(*) from outbox where kind = 'note' and body like '%recusou%'") == 1
    )


async def test_two_lines_that_nobody_keyed_are_two(house: House, opened: Account, phone: Phone):
    await approve(house, opened, phone)
    await meets_a_closed_window(house, phone)
    number = await conversation_of(house.database)
    rows = SentRows(house.database)
    await house.database.execute("update outbox set turn = null, state = 'failed' where kind = 'message'")
    copied = "account_id, conversation_id, kind, epoch, body, state"
    await house.database.execute(
        f"insert into outbox ({copied}, number) select {copied}, 77 from outbox where number = 1"
    )
    one, other = await rows.get(number, 1), await rows.get(number, 77)
    assert one is not None
    assert other is not None
    assert one.refused.key != other.refused.key
