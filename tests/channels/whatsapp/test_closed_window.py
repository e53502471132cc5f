"""Free text that meets a closed window: a template asks the customer to write back, once, or a person looks."""

from datetime import UTC, datetime, time
from typing import Any

import pytest

from app.domain.conversation import Command, ReplyAwaited, Verb
from app.domain.outreach import REOPENING, Trigger
from app.domain.templates import NewTemplate
from app.jobs.registry import HANDLERS
from app.services.bot_control.address import Named
from app.services.conversation.mailbox import process
from app.store.accounts import Account
from app.store.dialogues import Dialogues
from app.wiring import House
from tests.builders import a_reply
from tests.channels.suite.whatsapp import signed
from tests.channels.whatsapp.conftest import MARIA, NUMBER, SECRET, Phone, body_of, connect, wrote
from tests.house import ScriptedBrain, conversation_of, jobs_of, serving, state_of, until, work_off, work_until_quiet

ANSWER = "Atendemos das 8h às 19h."
ASKED = ("template", "podemos_continuar")


@pytest.fixture(autouse=True)
def answers(brain: ScriptedBrain) -> None:
    brain.says = [a_reply(ANSWER)]


@pytest.fixture(params=[False, True], ids=["told later", "refused at once"])
async def opened(request: pytest.FixtureRequest, house: House, phone: Phone, hook_secret: str) -> Any:
    """The number's account behind a real door, where statuses arrive."""
    async with serving(house) as url:
        account = await connect(house, phone, hook_secret)
        order = {"id": NUMBER, "webhook": f"{url}/webhooks/whatsapp/{hook_secret}"}
        await phone.order("numbers", **order, refuses_at_once=request.param)
        yield account


async def approve(house: House, account: Account, phone: Phone) -> None:
    await phone.order("templates", name=ASKED[1], language="pt_BR", places=2)
    templates = house.doors.proactive.templates
    always = Trigger(REOPENING, quiet_from=time(0), quiet_until=time(0), variables=("message",), ladder=())
    await templates.save_trigger(account.id, always, who="test")
    text = NewTemplate(REOPENING, "pt-BR", 0, "Olá {name}: {message}", approved_name=ASKED[1])
    await templates.save(account.id, text, who="test")


async def says(house: House, text: str = "Oi", key: str = "wamid.1") -> None:
    await house.doors.webhooks.receive_bare("whatsapp", signed(body_of(wrote(text, key)), SECRET))


async def settled(house: House, phone: Phone, *, said: int = 0) -> None:
    """All is sent; what the messenger tells of each message, which is two things, and what was `said`, is heard."""

    async def all_told() -> bool:
        delivered = (await phone.sandbox.http.get("/_sandbox/whatsapp/delivered")).json()
        return len(delivered) == 2 * len(await phone.sent()) + said

    for _ in range(3):
        await work_until_quiet(house)
        await until(all_told)


async def reached(phone: Phone) -> list[tuple[str, str]]:
    """What the customer has got, by kind and name or words."""
    return [
        (one["type"], one["body"]["template"]["name"] if one["type"] == "template" else one["body"]["text"]["body"])
        for one in await phone.sent()
        if not one["failed"]
    ]


async def wish(house: House, account: Account) -> tuple[str, tuple[str, ...]]:
    [one] = await house.doors.proactive.desk.listing(account.id, None, before=2**62, limit=9)
    return one.state.value, one.reasons


async def fates(house: House) -> list[tuple[str, str]]:
    rows = await house.database.fetch("select state, reason from outbox where kind = 'message' order by number")
    return [(row["state"], row["reason"]) for row in rows]


@pytest.mark.parametrize("is_approved", [True, False])
async def test_an_answer_that_meets_a_closed_window_has_a_template_ask_or_a_person_look(
    house: House, opened: Account, phone: Phone, *, is_approved: bool
):
    if is_approved:
        await approve(house, opened, phone)
    await says(house)
    await phone.order("people", phone=MARIA, wrote_seconds_ago=25 * 3600)
    await settled(house, phone)
    assert await reached(phone) == ([ASKED] if is_approved else [])
    state = await state_of(house.database, await conversation_of(house.database))
    assert state.bot_on == is_approved
    why = (await house.doors.explaining.debug(opened.id, MARIA, None))["why_quiet"]
    assert ("An approved template asks" if is_approved else "The channel refused a message") in why
    assert (await fates(house))[0] == ("person", "not_delivered")
    dead = await house.database.fetchval("select count(*) from outbox where state = 'person' and discarded_at is null")
    assert bool(dead) != is_approved


async def test_who_writes_back_is_answered_and_asked_by_no_second_template_that_day(
    house: House, opened: Account, phone: Phone
):
    await approve(house, opened, phone)
    await says(house)
    await phone.order("people", phone=MARIA, wrote_seconds_ago=25 * 3600)
    await settled(house, phone)
    await phone.order("people", phone=MARIA, wrote_seconds_ago=0)
    await says(house, "Podemos, sim", "wamid.2")
    await settled(house, phone)
    assert "has an answer" in (await house.doors.explaining.debug(opened.id, MARIA, None))["why_quiet"]
    assert await reached(phone) == [ASKED, ("text", ANSWER)]
    await phone.order("people", phone=MARIA, wrote_seconds_ago=25 * 3600)
    number = await conversation_of(house.database)
    await house.doors.steering.send(opened.id, Named(conversation_id=str(number)), "Sua encomenda chegou.", key="k1")
    await settled(house, phone)
    assert await reached(phone) == [ASKED, ("text", ANSWER)]
    assert not (await state_of(house.database, number)).bot_on


async def test_the_template_says_what_was_to_be_said_in_one_line(house: House, opened: Account, phone: Phone):
    await approve(house, opened, phone)
    await phone.order("people", phone=MARIA, wrote_seconds_ago=0)
    await says(house)
    await settled(house, phone)
    await phone.order("people", phone=MARIA, wrote_seconds_ago=25 * 3600)
    number = await conversation_of(house.database)
    await house.doors.steering.send(opened.id, Named(conversation_id=str(number)), "Chegou:\n\n sua mesa.", key="k1")
    await settled(house, phone)
    [asked] = [one for one in await phone.sent() if one["type"] == "template"]
    [body] = asked["body"]["template"]["components"]
    assert [one["text"] for one in body["parameters"]][1] == "Chegou: sua mesa."


async def test_at_night_the_template_waits_and_goes_to_nobody_who_has_written_meanwhile(
    house: House, opened: Account, phone: Phone
):
    await approve(house, opened, phone)
    night = Trigger(REOPENING, quiet_from=time(0), quiet_until=time(23, 59), variables=("message",), ladder=())
    await house.doors.proactive.templates.save_trigger(opened.id, night, who="test")
    await says(house)
    await phone.order("people", phone=MARIA, wrote_seconds_ago=25 * 3600)
    await settled(house, phone)
    assert (await reached(phone), (await wish(house, opened))[0]) == ([], "waiting")
    await phone.order("people", phone=MARIA, wrote_seconds_ago=0)
    await says(house, "Oi?", "wamid.2")
    await settled(house, phone)
    await house.database.execute("update outreaches set due_at = now() - interval '1 s'")
    await approve(house, opened, phone)
    await house.doors.proactive.desk.work()
    assert await wish(house, opened) == ("denied", ("customer_wrote",))
    assert await reached(phone) == [("text", ANSWER)]


async def test_the_job_may_run_twice(house: House, opened: Account, phone: Phone):
    await approve(house, opened, phone)
    await says(house)
    await phone.order("people", phone=MARIA, wrote_seconds_ago=25 * 3600)
    await settled(house, phone)
    number = await conversation_of(house.database)
    for _ in range(2):
        await HANDLERS["ask_back"](house.workshop, {"conversation": int(number), "number": 1})
    await house.database.execute("update outbox set state = 'failed' where number = 1")  # died before it was written
    await HANDLERS["ask_back"](house.workshop, {"conversation": int(number), "number": 1})
    await settled(house, phone)
    assert await reached(phone) == [ASKED]
    assert (await state_of(house.database, number)).bot_on


async def test_who_has_the_chat_is_told_and_no_template_asks(house: House, opened: Account, phone: Phone):
    await approve(house, opened, phone)
    await phone.order("people", phone=MARIA, wrote_seconds_ago=25 * 3600)
    await says(house)
    while "ask_back" not in await jobs_of(house.database):  # which a status brings, or the refusal of the call
        await work_off(house, but=("ask_back",))
    named = Named(conversation_id=str(await conversation_of(house.database)))
    await house.doors.steering.command(opened.id, named, Command(Verb.TAKE, "ana", datetime.now(UTC)))
    await settled(house, phone)
    assert await reached(phone) == []
    notes = await house.database.fetch("select body from outbox where kind = 'note'")
    assert sum("recusou" in note["body"] for note in notes) == 1


async def test_the_template_greets_by_the_name_that_the_messenger_shows_and_the_brain_and_people_see_what_it_said(
    house: House, opened: Account, phone: Phone, brain: ScriptedBrain
):
    await approve(house, opened, phone)
    await phone.order("say", phone=MARIA, text="Oi", name="Maria Souza")
    await until(lambda: house.database.fetchval("select count(*) from inbox where kind = 'customer'"))
    await phone.order("people", phone=MARIA, wrote_seconds_ago=25 * 3600)
    await settled(house, phone, said=1)
    [asked] = [one for one in await phone.sent() if one["type"] == "template"]
    [body] = asked["body"]["template"]["components"]
    assert [one["text"] for one in body["parameters"]] == ["Maria", ANSWER]
    await phone.order("say", phone=MARIA, text="Podemos", name="Maria Souza")
    await until(lambda: house.database.fetchval("select count(*) = 2 from inbox where kind = 'customer'"))
    await settled(house, phone, said=2)
    said = [line.text for line in brain.asked[-1].history]
    assert said == ["Oi", f"Olá Maria: {ANSWER}"]
    read = await Dialogues(house.database).end_of(await conversation_of(house.database), 9)
    assert {one.text for one in read} == {
        "Oi",
        f"Olá Maria: {ANSWER}",
        "Podemos",
        ANSWER,
    }  # one clock has whole seconds


async def test_the_audit_says_by_what_or_why_by_nothing_the_customer_is_asked(
    house: House, opened: Account, phone: Phone
):
    await phone.order("people", phone=MARIA, wrote_seconds_ago=25 * 3600)
    await says(house)
    await settled(house, phone)
    number = await conversation_of(house.database)
    named = Named(conversation_id=str(number))
    for key in ("k1", "k2"):
        await approve(house, opened, phone)
        order = Command(Verb.RELEASE, "ana", datetime.now(UTC), exact=True)
        await house.doors.steering.command(opened.id, named, order)
        await house.doors.steering.send(opened.id, named, f"Sua encomenda chegou ({key}).", key=key)
        await settled(house, phone)
    whys = await house.database.fetch("select why from event_log where what = 'not_delivered' order by id")
    [one] = await house.doors.proactive.desk.listing(opened.id, None, before=2**62, limit=9)
    assert [row["why"] for row in whys] == ["no_template", f"outreach-{one.id}", "duplicate"]


async def test_a_word_that_it_takes_longer_is_not_what_the_template_asks_about(
    house: House, opened: Account, phone: Phone
):
    await approve(house, opened, phone)
    await says(house)
    await phone.order("people", phone=MARIA, wrote_seconds_ago=25 * 3600)
    await work_off(house, but=("ask",))
    number, now = await conversation_of(house.database), datetime.now(UTC)
    async with house.database.transaction() as tx:
        await process(tx, number, now, ReplyAwaited(1, 0, notice_at=now))
    while not {state for state, _ in await fates(house)} & {"sent", "cancelled"}:
        await work_off(house, but=("ask",))
    await settled(house, phone)
    assert await reached(phone) == [ASKED]
    [asked] = [one for one in await phone.sent() if one["type"] == "template"]
    [body] = asked["body"]["template"]["components"]
    assert [one["text"] for one in body["parameters"]][1] == ANSWER
    assert (await state_of(house.database, number)).bot_on
