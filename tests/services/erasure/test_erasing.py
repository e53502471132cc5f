"""Erasing a person leaves nothing here but that it was done."""

from dataclasses import replace

import orjson
import pytest

from app.domain.brain import Proposal, ReplyRequest
from app.domain.errors import Conflict, NotFound
from app.domain.ids import ContactId
from app.domain.people import Contact
from app.domain.phones import Phone, understand
from app.services.bot_control.address import Named
from app.services.erasure.receipt import Receipt
from app.store.accounts import Account, NewAccount
from app.store.database import Database
from app.store.erasures import ErasedPhones
from app.store.sealing import seal_anew
from app.store.secrets import Vault, new_secret_key
from app.wiring import House
from tests.builders import a_reply
from tests.house import (
    ScriptedBrain,
    company_said,
    conversation_of,
    customer_says,
    deliver,
    heard,
    jobs_of,
    sends,
    work_off,
    work_until_quiet,
)
from tests.sandbox.player import Json, Player
from tests.services.erasure.traces import KEPT, MARK, empty_tables, fill, mark_everything, traces

PHONE = "+5511987654321"


def a_phone(raw: str = PHONE) -> Phone:
    return understand(raw, None)


async def erase(house: House, account: Account, phone: str = PHONE) -> Receipt:
    return await house.doors.erasing.erase(account.id, a_phone(phone), who="the operator")


async def talked(sandbox: Player, house: House, account: Account, text: str = "Oi, sou a Filomena") -> Json:
    """A customer has written and was answered; everything around is at rest."""
    said = await customer_says(sandbox, house, account, text, chat="filomena", phone=PHONE, name="Filomena")
    await work_until_quiet(house)
    return said


async def everywhere(database: Database, account: Account, said: Json) -> None:
    """A row about this person in every table."""
    seller = await database.fetchval("select min(external_id) from vendedores")
    chat = await conversation_of(database, said["chat_id"])
    known = {"contact": said["contact_id"], "lead": said["lead_id"], "phone": PHONE, "seller": seller, "chat": chat}
    await fill(database, account=account.id, **known)


async def test_no_column_of_any_table_keeps_a_trace(sandbox: Player, house: House, shop: Account):
    said = await talked(sandbox, house, shop)
    await everywhere(house.database, shop, said)
    assert await empty_tables(house.database) == []
    marked = await mark_everything(house.database)
    assert marked >= {("mensagens", "text"), ("inbox", "body"), ("outbox", "body"), ("event_log", "why")}
    body = orjson.dumps({"contact_id": str(said["contact_id"]), "text": MARK})
    await house.database.execute("update deliveries set body = $1", body)
    await erase(house, shop)
    ids = [str(said[name]) for name in ("contact_id", "chat_id", "lead_id")]
    left = await traces(house.database, MARK, "Filomena", PHONE.removeprefix("+"), *ids)
    assert left - set(KEPT) == set()
    numbers = {("inbox", "external_id"), ("outbox", "external_id"), ("chat_names", "known_as")}
    assert await traces(house.database, MARK) - numbers == set()


async def test_the_talk_number_goes_too(sandbox: Player, house: House, shop: Account):
    said = await talked(sandbox, house, shop)
    await erase(house, shop)
    row = await house.database.fetchrow(
        "select talk_id, lead_id from conversations where chat_id = $1", said["chat_id"]
    )
    assert row is not None
    assert tuple(row) == (None, None)


async def test_nobody_else_loses_anything(sandbox: Player, house: House, shop: Account):
    await talked(sandbox, house, shop)
    await customer_says(sandbox, house, shop, "Oi, sou o Joaquim", chat="joaquim", phone="+5511912340000")
    await work_until_quiet(house)
    await erase(house, shop)
    assert await traces(house.database, "Joaquim") >= {("mensagens", "text"), ("inbox", "body")}


async def test_the_receipt_counts_is_signed_and_says_what_only_others_can_delete(
    sandbox: Player, house: House, shop: Account
):
    said = await talked(sandbox, house, shop)
    receipt = await erase(house, shop)
    assert receipt.counts["mensagens"] == 1
    assert receipt.counts["conversations"] == 1
    found = {(one.where, one.what): one.ids for one in receipt.elsewhere}
    assert found["Kommo", "contact"] == (str(said["contact_id"]),)
    assert found["Kommo", "lead"] == (str(said["lead_id"]),)
    assert {("WhatsApp", "messages"), ("n8n", "executions"), ("backups", "copies")} <= set(found)
    assert house.doors.erasing.is_genuine(receipt)
    assert not house.doors.erasing.is_genuine(replace(receipt, requested_by="somebody else"))
    assert PHONE not in str(receipt)
    assert "Filomena" not in str(receipt)


async def test_it_is_audited_without_saying_who_it_was(sandbox: Player, house: House, shop: Account):
    await talked(sandbox, house, shop)
    await erase(house, shop)
    sql = "select who, why, details, conversation_id from event_log where what = 'erased'"
    (row,) = await house.database.fetch(sql)
    assert tuple(row) == ("the operator", "", "{}", None)


async def test_a_booking_is_free_again(sandbox: Player, house: House, shop: Account):
    said = await talked(sandbox, house, shop)
    await everywhere(house.database, shop, said)
    await erase(house, shop)
    assert await house.database.fetchval("select state from agenda") == "cancelled"


async def test_what_waits_is_never_sent(sandbox: Player, house: House, shop: Account):
    said = await customer_says(sandbox, house, shop, "Oi", chat="filomena", phone=PHONE)
    await work_off(house, but=("send", "crm"))
    assert "send" in await jobs_of(house.database)
    await erase(house, shop)
    await work_until_quiet(house)
    assert await company_said(sandbox, said) == []
    assert await house.database.fetchval("select count(*) from timers") == 0


async def test_the_bot_stays_silent_when_the_person_writes_again(sandbox: Player, house: House, shop: Account):
    said = await talked(sandbox, house, shop)
    before = len(await sends(sandbox))
    await erase(house, shop)
    await deliver(house.database, shop, heard(await sandbox.say("filomena", "Quanto custa?"), "Quanto custa?"))
    await work_until_quiet(house)
    assert len(await sends(sandbox)) == before
    named = Named(contact_id=str(said["contact_id"]))
    with pytest.raises(Conflict):
        await house.doors.steering.send(shop.id, named, "Olá!", key="k")


async def test_a_repeat_of_an_old_webhook_brings_nothing_back(sandbox: Player, house: House, shop: Account):
    said = await sandbox.say("filomena", "Oi, sou a Filomena", phone=PHONE)
    event = heard(said, "Oi, sou a Filomena")
    await deliver(house.database, shop, event)
    await work_until_quiet(house)
    await erase(house, shop)
    await deliver(house.database, shop, event)
    await work_until_quiet(house)
    assert await traces(house.database, "Filomena") == set()


async def test_what_a_brain_writes_while_the_person_is_erased_is_kept_nowhere(
    sandbox: Player, house: House, shop: Account, brain: ScriptedBrain
):
    said = await customer_says(sandbox, house, shop, "Oi, sou a Filomena", chat="filomena", phone=PHONE)

    async def answer(_: ReplyRequest) -> Proposal:
        await erase(house, shop)
        return a_reply("Olá Filomena-zq31, tudo bem?")

    brain.answer = answer
    await work_until_quiet(house)
    assert await company_said(sandbox, said) == []
    assert await traces(house.database, "zq31") == set()
    verdicts = await house.database.fetch("select verdict from inbox where kind = 'reply'")
    assert [row["verdict"] for row in verdicts] == ["turn_is_closed"]


async def test_a_new_card_with_the_same_phone_is_opted_out_as_soon_as_it_is_read(
    sandbox: Player, house: House, shop: Account
):
    await talked(sandbox, house, shop)
    await erase(house, shop)
    for written in (PHONE, "+551187654321", "whatsapp:+5511987654321"):
        assert await house.accounts.erased.has(shop.id, written), written
    assert not await house.accounts.erased.has(shop.id, "+5511912340000")
    again = Contact(ContactId("59499999"), "Filomena", (PHONE,))
    assert await house.accounts.erased.obey(shop.id, again)
    row = await house.database.fetchrow("select name, opted_out_at from contacts where external_id = '59499999'")
    assert row is not None
    assert (row["name"], row["opted_out_at"] is None) == ("", False)


async def test_who_was_erased_and_asks_for_messages_again_is_answered_again(
    sandbox: Player, house: House, shop: Account
):
    said = await talked(sandbox, house, shop)
    await erase(house, shop)
    await deliver(
        house.database, shop, heard(await sandbox.say("filomena", "quero voltar a receber mensagens"), "voltar")
    )
    await work_until_quiet(house)
    again = Contact(ContactId(str(said["contact_id"])), "Filomena", (PHONE,))
    assert await house.accounts.erased.obey(shop.id, again)  # nothing is kept of the name ...
    before = len(await sends(sandbox))
    await deliver(house.database, shop, heard(await sandbox.say("filomena", "Qual o preço?"), "Qual o preço?"))
    await work_until_quiet(house)
    assert len(await sends(sandbox)) == before + 1  # ... and the question is answered


async def test_erased_phones_are_known_after_the_secret_key_was_rotated(
    sandbox: Player, house: House, shop: Account, database: Database, secret_key: str
):
    await talked(sandbox, house, shop)
    await erase(house, shop)
    new = new_secret_key()
    await seal_anew(database, Vault([new, secret_key]))
    assert await ErasedPhones(database, Vault([new])).has(shop.id, PHONE)


async def test_a_contact_that_was_never_read_is_found_through_the_crm(sandbox: Player, house: House, shop: Account):
    said = await customer_says(sandbox, house, shop, "Oi, sou a Filomena", chat="filomena", phone=PHONE)
    assert await house.database.fetchval("select count(*) from contacts where phones <> '{}'") == 0
    receipt = await erase(house, shop, "+55 11 98765-4321")
    assert receipt.notes == ()
    assert await traces(house.database, "Filomena") == set()
    assert str(said["contact_id"]) in str(receipt.elsewhere)


async def test_with_the_crm_down_it_is_done_as_far_as_known_and_said(sandbox: Player, house: House, shop: Account):
    await talked(sandbox, house, shop)
    await house.database.execute("update contacts set phones = array[$1]", PHONE)
    await sandbox.steer("faults", {"replace": True, "faults": [{"fault": "error_500"}]})
    receipt = await erase(house, shop)
    await sandbox.steer("faults", {"replace": True, "faults": []})
    assert "erase again" in receipt.notes[0]


async def test_somebody_unknown_is_said_to_be_and_nothing_is_left_of_the_question(house: House, shop: Account):
    with pytest.raises(NotFound, match="Nobody with this number is known"):
        await erase(house, shop, "+5511988887777")
    assert not await house.accounts.erased.has(shop.id, "+5511988887777")
    assert await house.database.fetchval("select count(*) from erasures") == 0


async def test_erasing_twice_is_safe(sandbox: Player, house: House, shop: Account):
    await talked(sandbox, house, shop)
    await erase(house, shop)
    assert (await erase(house, shop)).counts["deliveries"] == 0


async def test_who_is_gone_from_the_crm_too_is_told_by_which_erasure(house: House, shop: Account):
    await house.database.execute(
        "insert into contacts (account_id, external_id, phones) values ($1, '77', array[$2])", shop.id, PHONE
    )
    number = (await erase(house, shop)).number
    with pytest.raises(NotFound, match=f"erasure {number}"):
        await erase(house, shop)


async def test_another_account_is_another_world(sandbox: Player, house: House, shop: Account):
    await talked(sandbox, house, shop)
    await erase(house, shop)
    other = NewAccount("Outra Loja", "kommo", "30100999", "http://127.0.0.1:9", "token", "hook-of-another")
    assert not await house.accounts.erased.has(await house.accounts.connect(other), PHONE)


async def test_the_operator_can_still_see_why_it_is_quiet(sandbox: Player, house: House, shop: Account):
    said = await talked(sandbox, house, shop)
    await erase(house, shop)
    number = await conversation_of(house.database, said["chat_id"])
    shown = await house.doors.explaining.debug(shop.id, str(number), None, limit=20)
    assert shown["state"]["opted_out"] is True
    with pytest.raises(NotFound):
        await house.doors.explaining.debug(shop.id, str(said["lead_id"]), None, limit=20)
