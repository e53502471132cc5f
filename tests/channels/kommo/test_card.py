"""Notes, tags, people and the account itself, against the simulated Kommo over real HTTP."""

from typing import Any

import pytest

from app.channels.kommo.adapter import KommoChannel
from app.domain.errors import NotFound, Rejected
from app.domain.people import Seller


async def test_a_note_is_marked_as_ours_and_found_again_by_its_words(kommo: Any, live: KommoChannel):
    lead_id = str((await kommo.say())["lead_id"])
    assert await live.find_notes(kommo.connection, lead_id, "IA pausada por <Ana> & cia") == []
    written = await live.note(kommo.connection, lead_id, "IA pausada por <Ana> & cia")
    assert await live.find_notes(kommo.connection, lead_id, "IA pausada por <Ana> & cia") == [written]
    assert written.startswith("note:")
    state = (await kommo.http.get("/_sandbox/state")).json()
    assert [note["text"] for note in state["chats"][0]["notes"]] == ["[Ponte] IA pausada por <Ana> & cia"]


async def test_a_note_on_a_lead_that_is_gone_is_not_found(kommo: Any, live: KommoChannel):
    with pytest.raises(NotFound):
        await live.note(kommo.connection, "999999", "oi")


async def test_tags_are_added_and_removed_and_the_others_stay(kommo: Any, live: KommoChannel):
    lead_id = str((await kommo.say())["lead_id"])
    await live.tag(kommo.connection, lead_id, add=["vip", "bot-ativo"], remove=[])
    await live.tag(kommo.connection, lead_id, add=["bot-pausado"], remove=["bot-ativo"])
    await live.tag(kommo.connection, lead_id, add=[], remove=[])
    headers = {"Authorization": f"Bearer {kommo.connection.token}"}
    lead = (await kommo.http.get(f"/api/v4/leads/{lead_id}", headers=headers)).json()
    assert {tag["name"] for tag in lead["_embedded"]["tags"]} == {"vip", "bot-pausado"}


async def test_a_field_of_a_lead_is_filled_by_its_name_and_the_others_stay(kommo: Any, live: KommoChannel):
    lead_id = str((await kommo.say())["lead_id"])
    await live.fill(kommo.connection, lead_id, "Resposta do bot", "oi")
    await live.fill(kommo.connection, lead_id, "username", "sofia1234")
    headers = {"Authorization": f"Bearer {kommo.connection.token}"}
    lead = (await kommo.http.get(f"/api/v4/leads/{lead_id}", headers=headers)).json()
    filled = {one["field_name"]: one["values"][0]["value"] for one in lead["custom_fields_values"]}
    assert filled == {"Resposta do bot": "oi", "Username": "sofia1234"}


@pytest.mark.parametrize(("name", "code"), [("Usuario", "field_missing"), ("Modo da IA", "field_not_text")])
async def test_a_field_that_is_missing_or_takes_no_text_is_named(kommo: Any, live: KommoChannel, name: str, code: str):
    lead_id = str((await kommo.say())["lead_id"])
    with pytest.raises(Rejected) as refused:
        await live.fill(kommo.connection, lead_id, name, "sofia1234")
    assert refused.value.code == code
    assert name in refused.value.hint


async def test_a_salesperson_is_made_responsible(kommo: Any, live: KommoChannel):
    lead_id = str((await kommo.say())["lead_id"])
    await live.assign(kommo.connection, lead_id, "2")
    assert await live.responsible(kommo.connection, lead_id) == "2"
    with pytest.raises(Rejected):
        await live.assign(kommo.connection, lead_id, "9")  # inactive
    with pytest.raises(Rejected):
        await live.assign(kommo.connection, lead_id, "ana")
    with pytest.raises(NotFound):
        await live.responsible(kommo.connection, "999999")


async def test_a_contact_has_phones_and_the_leads_that_are_neither_won_nor_lost(kommo: Any, live: KommoChannel):
    said = await kommo.say(phone="+55 (11) 90001-0001")
    second = await kommo.order("lead", name="Segundo", contact_id=said["contact_id"])
    contact = await live.contact(kommo.connection, str(said["contact_id"]))
    assert contact.phones == ("+5511900010001",)
    assert set(contact.open_leads) == {str(said["lead_id"]), str(second["lead_id"])}
    headers = {"Authorization": f"Bearer {kommo.connection.token}"}
    won = await kommo.http.patch(f"/api/v4/leads/{second['lead_id']}", json={"status_id": 142}, headers=headers)
    assert won.status_code == 200
    assert (await live.contact(kommo.connection, str(said["contact_id"]))).open_leads == (str(said["lead_id"]),)
    with pytest.raises(NotFound):
        await live.contact(kommo.connection, "999999")


async def test_sellers_come_with_their_phones_and_whether_they_are_active(kommo: Any, live: KommoChannel):
    sellers = {seller.external_id: seller async for seller in live.sellers(kommo.connection)}
    assert len(sellers) == 9
    assert isinstance(sellers["1"], Seller)
    assert (sellers["1"].is_admin, sellers["1"].is_active, sellers["9"].is_active) == (True, True, False)
    assert all(seller.phone.startswith("+") and seller.messenger_id for seller in sellers.values())


async def test_the_account_is_named_by_its_id(kommo: Any, live: KommoChannel):
    assert await live.ping(kommo.connection) == kommo.connection.external_ref
