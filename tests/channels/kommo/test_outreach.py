"""Contacts, leads, tasks and template bots, through the channel, against the simulated Kommo."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from app.channels.kommo.adapter import KommoChannel
from app.domain.account import Connection, Lane
from app.domain.errors import OutcomeUnknown, Rejected, WayLost
from app.domain.ids import ChatId, LeadId
from app.domain.messages import Address
from app.domain.phones import understand
from app.domain.templates import Approved
from tests.channels.kommo.conftest import GrantingGovernor, World

PHONE = understand("+5511987654321", None)
DUE = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


async def test_a_contact_that_was_made_is_found_by_its_phone_with_its_open_leads(live: KommoChannel, kommo: World):
    assert await live.find_contacts_by_phone(kommo.connection, PHONE) == []
    contact_id = await live.create_contact(kommo.connection, PHONE, name="Maria", seller_id="2")
    lead_id = await live.create_lead(kommo.connection, contact_id, name="Formulário", seller_id="2")
    [found] = await live.find_contacts_by_phone(kommo.connection, PHONE)
    assert (found.external_id, found.name, found.phones) == (contact_id, "Maria", (PHONE.e164,))
    assert found.open_leads == (lead_id,)
    assert await live.responsible(kommo.connection, lead_id) == "2"


async def test_of_several_contacts_the_oldest_comes_first(live: KommoChannel, kommo: World):
    made = [await live.create_contact(kommo.connection, PHONE, name=f"Maria {n}") for n in range(3)]
    found = await live.find_contacts_by_phone(kommo.connection, PHONE)
    assert [one.external_id for one in found] == made


async def test_a_number_with_the_same_ending_is_somebody_else(live: KommoChannel, kommo: World):
    await live.create_contact(kommo.connection, understand("+5521987654321", None), name="Outra")
    assert await live.find_contacts_by_phone(kommo.connection, PHONE) == []


async def test_a_task_is_given_and_found_again_by_its_text(live: KommoChannel, kommo: World):
    contact_id = await live.create_contact(kommo.connection, PHONE, name="Maria")
    lead_id = await live.create_lead(kommo.connection, contact_id, name="Formulário")
    task = await live.add_task(kommo.connection, "Ligar", due=DUE, lead_id=lead_id, seller_id="2")
    on_contact = await live.add_task(kommo.connection, "Escrever", due=DUE, contact_id=contact_id)
    assert await live.find_tasks(kommo.connection, "Ligar", lead_id=lead_id) == [task]
    assert await live.find_tasks(kommo.connection, "Ligar", contact_id=contact_id) == []
    assert await live.find_tasks(kommo.connection, "Escrever", contact_id=contact_id) == [on_contact]
    with pytest.raises(Rejected):
        await live.add_task(kommo.connection, "Nada", due=DUE)


async def test_what_is_written_first_goes_in_the_last_lane(
    live: KommoChannel, kommo: World, governor: GrantingGovernor
):
    contact_id = await live.create_contact(kommo.connection, PHONE, name="Maria")
    await live.create_lead(kommo.connection, contact_id, name="Formulário")
    await live.find_contacts_by_phone(kommo.connection, PHONE)
    assert set(governor.lanes) == {Lane.PROACTIVE}


async def test_a_post_without_an_answer_is_not_repeated_and_told_as_unknown(live: KommoChannel, kommo: World):
    await kommo.fault("error_after", path="/contacts", method="POST", times=1)
    with pytest.raises(OutcomeUnknown):
        await live.create_contact(kommo.connection, PHONE, name="Maria")
    assert len(await live.find_contacts_by_phone(kommo.connection, PHONE)) == 1


async def test_a_template_bot_that_is_not_there_or_not_in_the_plan_is_a_lost_way(live: KommoChannel, kommo: World):
    contact_id = await live.create_contact(kommo.connection, PHONE, name="Maria")
    to = Address(ChatId(contact_id), lead_id=await live.create_lead(kommo.connection, contact_id, name="Formulário"))
    with pytest.raises(WayLost):
        await live.run_template(kommo.connection, to, Approved(bot_id=1))
    await kommo.account(plan="base")
    with pytest.raises(WayLost):
        await live.run_template(kommo.connection, to, Approved(bot_id=kommo.connection.salesbot_id or 0))


async def test_a_template_that_no_bot_holds_is_not_kommos_to_send(live: KommoChannel, kommo: World):
    with pytest.raises(Rejected):
        await live.run_template(kommo.connection, Address(ChatId("1"), lead_id=LeadId("1")), Approved("boas_vindas"))


async def test_only_templates_that_whatsapp_has_approved_are_named(
    channel: KommoChannel, canned: Connection, vendor: Any, said: Any
):
    items = [
        {"id": 1, "name": "novo", "type": "waba", "_embedded": {"reviews": [{"status": "review"}]}},
        {"id": 2, "name": "pronto", "type": "waba", "_embedded": {"reviews": [{"status": "approved"}]}},
        {"id": 3, "name": "interno", "type": "amocrm", "_embedded": {"reviews": []}},
    ]
    vendor.says(said(200, json.dumps({"_embedded": {"chat_templates": items}, "_links": {}})))
    assert await channel.approved_templates(canned) == ["pronto"]
    assert "with=reviews" in vendor.lines[0]
