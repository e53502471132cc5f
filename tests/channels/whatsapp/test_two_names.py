"""Whom WhatsApp knows by a phone and by an id of the business's own is one person, whichever a webhook tells."""

import asyncio
from dataclasses import dataclass
from datetime import time
from typing import Any

import pytest
import pytest_asyncio

from app.domain.conversation import PauseReason
from app.domain.outreach import Trigger
from app.domain.templates import NewTemplate
from app.services.proactive.desk import Wish
from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_reply
from tests.channels.suite.whatsapp import signed
from tests.channels.whatsapp.conftest import MARIA, NUMBER, SECRET, Phone, body_of
from tests.house import ScriptedBrain, conversation_of, state_of, work_until_quiet

ANSWER = "Atendemos das 8h às 19h."
HER_ID = "BR.70011223344556677"
NEW_ID = "BR.80011223344556688"
NEW_PHONE = "5521912345678"


@dataclass
class Customer:
    """Maria, whose messages tell her phone, her id, or both."""

    house: House
    phone: Phone
    secret: str
    said: int = 0

    async def says(self, text: str, *, phone: str = "", user_id: str = "") -> None:
        self.said += 1
        await self.phone.order("say", phone=phone, user_id=user_id, text=text)
        sender = {"from": phone} if phone else {}
        known = {**sender, "from_user_id": user_id} if user_id else sender
        await self.tells({**known, "id": f"wamid.{self.said}", "type": "text", "text": {"body": text}})

    async def tells(self, message: dict[str, Any], *, works: bool = True) -> None:
        await self.knocks("messages", {"messages": [{"timestamp": "4102444800", **message}]})
        if works:
            await work_until_quiet(self.house)

    async def knocks(self, field: str, value: dict[str, Any]) -> None:
        change = {"field": field, "value": {"metadata": {"phone_number_id": NUMBER}, **value}}
        await self.house.doors.webhooks.receive("whatsapp", self.secret, signed(body_of(change), SECRET))

    async def answered(self) -> list[str]:
        """Where each answer went."""
        sent = await self.phone.sent()
        return [one["body"].get("to") or one["body"]["recipient"] for one in sent if not one["failed"]]


@pytest.fixture(autouse=True)
def answers(brain: ScriptedBrain) -> None:
    brain.says = [a_reply(ANSWER)]


@pytest_asyncio.fixture
async def maria(house: House, account: Account, phone: Phone, hook_secret: str) -> Customer:
    return Customer(house, phone, hook_secret)


async def chats(house: House) -> list[str]:
    return [row["chat_id"] for row in await house.database.fetch("select chat_id from conversations order by id")]


async def test_who_opted_out_under_phone_and_id_stays_so_when_only_the_id_is_shown(house: House, maria: Customer):
    await maria.says("PARAR", phone=MARIA, user_id=HER_ID)
    before = await maria.answered()
    await maria.says("Oi, qual o horário?", user_id=HER_ID)
    assert await chats(house) == [MARIA]
    state = await state_of(house.database, await conversation_of(house.database))
    assert (state.opted_out, state.bot_on) == (True, False)
    assert await maria.answered() == before


async def test_a_take_over_holds_when_only_the_id_is_shown(house: House, maria: Customer):
    await maria.says("Oi", phone=MARIA, user_id=HER_ID)
    said = {"from": "551130000000", "to_user_id": HER_ID, "id": "wamid.E", "timestamp": "4102444800", "type": "text"}
    await maria.knocks("smb_message_echoes", {"message_echoes": [{**said, "text": {"body": "Oi, aqui é a Ana."}}]})
    await work_until_quiet(house)
    await maria.says("E amanhã?", user_id=HER_ID)
    state = await state_of(house.database, await conversation_of(house.database))
    assert not state.bot_on
    assert await maria.answered() == [f"+{MARIA}"]


async def test_every_answer_goes_where_the_last_message_came_from_in_one_conversation(house: House, maria: Customer):
    await maria.says("Oi", user_id=HER_ID)
    await maria.says("Oi", phone=MARIA, user_id=HER_ID)
    await maria.says("Oi", phone=MARIA)
    await maria.says("Oi", user_id=HER_ID)
    assert await chats(house) == [HER_ID]
    assert await maria.answered() == [HER_ID, f"+{MARIA}", f"+{MARIA}", HER_ID]


@pytest.mark.parametrize(
    ("changed", "shown"),
    [
        ({"type": "user_changed_user_id", "user_id": NEW_ID}, {"user_id": NEW_ID}),
        ({"type": "user_changed_user_id", "user_id": NEW_ID, "wa_id": NEW_PHONE}, {"phone": NEW_PHONE}),
        ({"type": "user_changed_number", "wa_id": NEW_PHONE}, {"phone": NEW_PHONE}),
    ],
)
async def test_who_changes_phone_or_id_keeps_the_chat(
    house: House, maria: Customer, changed: dict[str, str], shown: dict[str, str]
):
    await maria.says("PARAR", phone=MARIA, user_id=HER_ID)
    told = {"from": MARIA, "from_user_id": HER_ID, "id": "wamid.S", "type": "system", "system": changed}
    await maria.tells(told)
    await maria.says("Oi", **shown)
    assert await chats(house) == [MARIA]
    assert (await state_of(house.database, await conversation_of(house.database))).opted_out


async def test_a_change_of_somebody_who_never_wrote_opens_no_chat(house: House, maria: Customer):
    changed = {"type": "user_changed_number", "wa_id": NEW_PHONE}
    await maria.tells({"from": MARIA, "id": "wamid.S", "type": "system", "system": changed})
    assert await chats(house) == []


async def test_webhooks_that_come_at_once_make_one_conversation(house: House, maria: Customer):
    shown = [{"from": MARIA, "from_user_id": HER_ID}, {"from_user_id": HER_ID}] * 12
    told = [
        {**one, "id": f"wamid.{number}", "type": "text", "text": {"body": f"Oi {number}"}}
        for number, one in enumerate(shown)
    ]
    await asyncio.gather(*(maria.tells(one, works=False) for one in told))
    assert len(await chats(house)) == 1
    assert await house.database.fetchval("select count(*) from inbox where kind = 'customer'") == len(told)


async def test_of_two_chats_from_before_the_one_of_the_phone_goes_on_and_people_are_told(house: House, maria: Customer):
    await maria.says("PARAR", user_id=HER_ID)
    await maria.says("Oi", phone=MARIA)
    await house.database.execute("delete from chat_names")
    assert await chats(house) == [HER_ID, MARIA]
    before = await maria.answered()
    await maria.says("Oi", phone=MARIA, user_id=HER_ID)
    await maria.says("Oi", user_id=HER_ID)
    assert await maria.answered() == before  # who wanted no more messages in one of them wants none in the other
    assert (await state_of(house.database, await conversation_of(house.database, MARIA))).opted_out
    told = "select count(*) from event_log e join conversations c on c.id = e.conversation_id and c.chat_id = $1"
    assert await house.database.fetchval(f"{told} where what = 'same_person'", MARIA) == 1
    assert (
        await house.database.fetchval(
            "select count(*) from mensagens m join conversations c on c.id = m.conversation_id "
            "where c.chat_id = $1 and m.author = 'customer'",
            MARIA,
        )
        == 3
    )


async def test_what_another_program_could_not_deliver_makes_nobody_known(house: House, maria: Customer):
    failed = {"id": "wamid.X", "status": "failed", "recipient_id": MARIA, "recipient_user_id": HER_ID}
    await maria.knocks("messages", {"statuses": [{**failed, "errors": [{"code": 131049}]}]})
    await work_until_quiet(house)
    assert await house.database.fetchval("select count(*) from chat_names") == 0
    assert await chats(house) == []


async def test_nobody_writes_first_to_the_phone_of_somebody_who_opted_out_under_their_id(
    house: House, account: Account, phone: Phone, maria: Customer
):
    await maria.says("Oi", user_id=HER_ID)
    await maria.says("PARAR", phone=MARIA, user_id=HER_ID)
    assert await chats(house) == [HER_ID]
    before = await maria.answered()
    await phone.order("templates", name="boas_vindas", language="pt_BR", places=1)
    templates = house.doors.proactive.templates
    trigger = Trigger("convite", quiet_from=time(0), quiet_until=time(0))
    await templates.save_trigger(account.id, trigger, who="test")
    text = NewTemplate("convite", "pt-BR", 0, "Olá {name}.", approved_name="boas_vindas")
    await templates.save(account.id, text, who="test")
    wish = Wish("convite", phone=f"+{MARIA}", data={"name": "Maria"}, locale="pt-BR")
    started = await house.doors.proactive.desk.start(account.id, wish, key="k1", who="test")
    await work_until_quiet(house)
    one, _ = await house.doors.proactive.desk.status(account.id, started.id)
    assert (one.state.value, "opted_out" in one.reasons) == ("denied", True)
    assert await maria.answered() == before


async def test_erasing_by_the_phone_finds_the_chat_that_the_id_has(house: House, account: Account, maria: Customer):
    await maria.says("segredo", user_id=HER_ID)
    await maria.says("segredo", phone=MARIA, user_id=HER_ID)
    meant = await house.doors.erasing.understand(account.id, f"+{MARIA}")
    await house.doors.erasing.erase(account.id, meant, who="test")
    assert await house.database.fetchval("select count(*) from mensagens where text <> ''") == 0
    before = await maria.answered()
    await maria.says("oi de novo", user_id=HER_ID)
    assert await maria.answered() == before


async def test_a_pause_of_a_contact_is_of_the_person(house: House, maria: Customer):
    await maria.says("Oi", phone=MARIA, user_id=HER_ID)
    said = {"from": "551130000000", "to": MARIA, "id": "wamid.E", "timestamp": "4102444800", "type": "text"}
    await maria.knocks("smb_message_echoes", {"message_echoes": [{**said, "text": {"body": "/assumir"}}]})
    await work_until_quiet(house)
    await maria.says("E amanhã?", user_id=HER_ID)
    state = await state_of(house.database, await conversation_of(house.database))
    assert state.pause is not None
    assert state.pause.reason is PauseReason.COMMAND
