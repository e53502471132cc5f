"""Whose message it is that failed, and who writes: in whatever form WhatsApp knows the phone."""

import pytest

from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_reply
from tests.channels.suite.whatsapp import signed
from tests.channels.whatsapp.conftest import MARIA, NUMBER, SECRET, Phone, body_of, wrote
from tests.house import ScriptedBrain, work_until_quiet

ANSWER = "Atendemos das 8h às 19h."
REFUSED = {"errors": [{"code": 131049}]}


@pytest.fixture(autouse=True)
def answers(brain: ScriptedBrain) -> None:
    brain.says = [a_reply(ANSWER)]


async def test_what_another_program_could_not_deliver_on_this_number_touches_no_chat_and_opens_none(
    house: House, account: Account, hook_secret: str
):
    receive = house.doors.webhooks.receive
    await receive("whatsapp", hook_secret, signed(body_of(wrote("oi")), SECRET))
    await work_until_quiet(house)
    for number, person in enumerate((MARIA, "5521999990000")):
        told = {"id": f"wamid.OF_A_CAMPAIGN_{number}", "status": "failed", "timestamp": "4102444801"}
        value = {"metadata": {"phone_number_id": NUMBER}, "statuses": [{**told, "recipient_id": person, **REFUSED}]}
        told_later = signed(body_of({"field": "messages", "value": value}), SECRET)
        assert (await receive("whatsapp", hook_secret, told_later)).state == "decoded"
    await work_until_quiet(house)
    rows = await house.database.fetch("select chat_id, bot_on from conversations")
    assert [tuple(row) for row in rows] == [(MARIA, True)]


OF_OLD = "553187654321"  # as WhatsApp knows +55 31 98765-4321


async def test_a_salesperson_is_known_whose_whatsapp_has_an_older_form_of_the_phone(
    house: House, account: Account, hook_secret: str
):
    await house.database.execute(
        """insert into vendedores (account_id, external_id, name, phone, is_active)
        values ($1, '7', 'Ana', '+5531987654321', true)""",
        account.id,
    )
    typed = signed(body_of(wrote("/assumir", sender=OF_OLD)), SECRET)
    await house.doors.webhooks.receive("whatsapp", hook_secret, typed)
    await work_until_quiet(house)
    assert await house.database.fetchval("select count(*) from mensagens") == 0


async def test_a_person_is_erased_and_answered_under_every_form_of_the_phone(
    house: House, account: Account, phone: Phone, hook_secret: str
):
    receive = house.doors.webhooks.receive
    await phone.order("say", number=NUMBER, phone=OF_OLD, text="segredo")
    await receive("whatsapp", hook_secret, signed(body_of(wrote("segredo", sender=OF_OLD)), SECRET))
    await work_until_quiet(house)
    assert [one["body"]["text"]["body"] for one in await phone.sent() if not one["failed"]] == [ANSWER]
    meant = await house.doors.erasing.understand(account.id, "+55 31 98765-4321")
    await house.doors.erasing.erase(account.id, meant, who="test")
    assert await house.database.fetchval("select count(*) from mensagens where text <> ''") == 0
    again = signed(body_of(wrote("oi de novo", "wamid.9", sender=OF_OLD)), SECRET)
    await receive("whatsapp", hook_secret, again)
    await work_until_quiet(house)
    assert len(await phone.sent()) == 1


async def test_a_reply_goes_to_the_very_form_of_the_phone_that_wrote_and_the_chat_is_the_persons(
    house: House, account: Account, phone: Phone, hook_secret: str
):
    receive = house.doors.webhooks.receive
    for number, sender in enumerate((OF_OLD, "5531987654321", OF_OLD), start=1):
        await phone.order("say", number=NUMBER, phone=sender, text="Oi")
        await receive("whatsapp", hook_secret, signed(body_of(wrote("Oi", f"wamid.{number}", sender=sender)), SECRET))
        await work_until_quiet(house)
    sent = await phone.sent()
    assert [(one["body"]["to"], one["failed"]) for one in sent] == [
        *((f"+{OF_OLD}", 0), ("+5531987654321", 0), (f"+{OF_OLD}", 0)),
    ]
    rows = await house.database.fetch("select chat_id, contact_id from conversations")
    assert [tuple(row) for row in rows] == [("5531987654321", "5531987654321")]


async def test_a_chat_from_before_is_answered_at_its_own_name_until_its_customer_writes(
    house: House, account: Account, phone: Phone, hook_secret: str
):
    receive = house.doors.webhooks.receive
    await phone.order("say", number=NUMBER, phone=MARIA, text="Oi")
    await receive("whatsapp", hook_secret, signed(body_of(wrote("Oi")), SECRET))
    await house.database.execute("update conversations set talk_id = null")
    await work_until_quiet(house)
    assert [one["body"]["to"] for one in await phone.sent()] == [f"+{MARIA}"]
