"""Asking for a time over HTTP: a wish becomes slots, a slot a hold, a hold a booking; and what bad input gets."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_kommo_body
from tests.routes.booking import ALWAYS, JOAO, MARIA, Key, ask, hours, refused, slots, two_on_one_lead
from tests.routes.calls import Json, error_of, talk
from tests.sandbox.player import Player


async def test_a_wish_becomes_slots_a_slot_a_hold_and_a_hold_a_booking(
    web: httpx.AsyncClient, node: Key, reader: Key, seller: str
):
    wished = (await ask(web, node, wish="amanhã à tarde", **MARIA)).json()
    assert (wished["status"], wished["seller_name"], len(wished["slots"])) == ("slots", "Ana", 5)
    assert wished["payload"]["slot_1"] == wished["slots"][0]["slot"]
    assert "12:00, 12:30, 13:00, 13:30, 14:00" in wished["message"]
    held = (await ask(web, node, slot=wished["slots"][2]["slot"], title="Visita", **MARIA)).json()
    assert (held["status"], held["booking"]["receipt"]) == ("held", None)
    assert held["booking"]["start"] == wished["slots"][2]["start"]
    booked = (await ask(web, node, booking_id=held["booking"]["id"], confirm=True)).json()
    assert booked["status"] == "booked"
    assert booked["booking"]["receipt"] in booked["message"]
    assert booked["payload"]["booking_receipt"] == booked["booking"]["receipt"]
    (listed,) = (await web.get("/agenda", headers=reader)).json()["bookings"]
    assert listed == booked["booking"]
    assert (await web.get(f"/agenda/{listed['id']}", headers=reader)).json() == listed


async def test_a_hold_may_be_confirmed_in_the_same_call_and_by_its_number(
    web: httpx.AsyncClient, node: Key, seller: str
):
    first, second, *_ = await slots(web, node)
    assert (await ask(web, node, slot=first["slot"], confirm=True, **MARIA)).json()["status"] == "booked"
    held = (await ask(web, node, slot=second["slot"], **MARIA)).json()["booking"]["id"]
    assert (await ask(web, node, confirm=held)).json()["status"] == "booked"


async def test_a_repeat_finds_what_it_did_before(web: httpx.AsyncClient, house: House, node: Key, seller: str):
    slot = (await slots(web, node))[0]["slot"]
    answers = await asyncio.gather(*(ask(web, node, once="k", slot=slot, **MARIA) for _ in range(10)))
    assert {one.json()["booking"]["id"] for one in answers} == {answers[0].json()["booking"]["id"]}
    receipts = set()
    for _ in range(3):
        confirmed = await web.post(f"/agenda/{answers[0].json()['booking']['id']}/confirm", headers=node)
        receipts.add(confirmed.json()["receipt"])
    assert len(receipts) == 1
    assert await house.database.fetchval("select count(*) from agenda") == 1


async def test_a_wish_is_answered_in_the_customers_zone_and_language(web: httpx.AsyncClient, node: Key, seller: str):
    answer = (
        await ask(web, node, wish="mañana a las 10", timezone="Europe/Madrid", locale="es", minutes=45, **MARIA)
    ).json()
    (slot,) = answer["slots"]
    assert answer["message"].startswith(("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"))
    assert answer["message"].endswith("está libre. ¿Lo confirmo?")
    assert (slot["start"][11:16], slot["start"][19:]) in {("10:00", "+01:00"), ("10:00", "+02:00")}
    assert slot["seller_start"].endswith("-03:00")
    start, end = (datetime.fromisoformat(slot[name]) for name in ("start", "end"))
    assert end - start == timedelta(minutes=45)
    assert datetime.fromisoformat(slot["seller_start"]) == start


async def test_a_conversation_brings_its_contact_lead_and_language_along(
    web: httpx.AsyncClient, house: House, node: Key, seller: str, account: Account, hook_secret: str
):
    number = await talk(web, house, hook_secret, a_kommo_body())
    await house.database.execute("update conversations set locale = 'en' where id = $1", number)
    answer = (await ask(web, node, wish="amanhã às 10h", conversation_id=number)).json()
    assert answer["message"].endswith("is free. Shall I confirm it?")
    held = (await ask(web, node, slot=answer["slots"][0]["slot"], conversation_id=number)).json()["booking"]
    known = await house.database.fetchrow("select contact_id, lead_id from conversations where id = $1", number)
    assert (held["conversation_id"], held["contact_id"], held["lead_id"]) == (number, *known)


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        ("sei lá", "not_understood"),
        ("não posso amanhã", "not_understood"),
        ("às 15h", "which_day"),
        ("amanhã às 3", "which_time"),
        ("amanhã às 10h ou às 11h", "which_time"),
        ("31/02", "no_such_date"),
        ("2020-01-01", "past"),
    ],
)
async def test_a_wish_that_is_not_clear_is_asked_back_and_never_guessed(
    web: httpx.AsyncClient, node: Key, seller: str, wish: str, reason: str
):
    answer = await ask(web, node, wish=wish, **MARIA)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["status"], body["reason"], body["slots"]) == ("ask", reason, [])
    assert body["message"].endswith(("?", "."))


async def test_what_a_model_understood_is_judged_like_a_wish(web: httpx.AsyncClient, node: Key, seller: str):
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT15:00")
    assert (await ask(web, node, start_local=tomorrow, **MARIA)).json()["slots"][0]["start"].startswith(tomorrow)
    assert (await ask(web, node, start_local="2020-01-01T15:00", **MARIA)).json()["reason"] == "past"


async def test_a_wish_for_a_time_that_is_taken_is_answered_with_the_nearest(
    web: httpx.AsyncClient, node: Key, seller: str
):
    slot = (await slots(web, node, "amanhã às 15h"))[0]["slot"]
    await ask(web, node, slot=slot, **MARIA)
    answer = (await ask(web, node, wish="amanhã às 15h", **JOAO)).json()
    assert (answer["status"], len(answer["slots"])) == ("nearest", 5)
    assert [one["start"][11:16] for one in answer["slots"]] == ["13:30", "14:00", "14:30", "15:30", "16:00"]


async def test_a_slot_that_is_gone_gets_a_conflict_with_the_nearest(
    web: httpx.AsyncClient, house: House, node: Key, seller: str
):
    slot = (await slots(web, node, "amanhã às 15h"))[0]["slot"]
    held = (await ask(web, node, slot=slot, **MARIA)).json()["booking"]["id"]
    code, near = refused(await ask(web, node, slot=slot, **JOAO), 409)
    assert (code, len(near)) == ("slot_taken", 5)
    await house.database.execute("update agenda set hold_until = now() - interval '1 second'")
    code, near = refused(await web.post(f"/agenda/{held}/confirm", headers=node), 409)
    assert (code, len(near)) == ("hold_expired", 5)
    assert (await ask(web, node, slot=near[0]["slot"], **JOAO)).status_code == 200


async def test_a_slot_that_nobody_could_have_is_refused_with_the_nearest(
    web: httpx.AsyncClient, node: Key, admin: Key, seller: str
):
    for slot, code in (("2020-01-01T10:00", "in_the_past"), ("2099-01-01T10:00", "too_far")):
        found, near = refused(await ask(web, node, slot=slot, **MARIA), 422)
        assert (found, bool(near)) == (code, True)
    gap = {"slot": "11@2026-03-08T02:30", "timezone": "America/New_York"}
    assert refused(await ask(web, node, **gap, **MARIA), 422)[0] == "no_such_time"
    nine_to_ten = {day: ["09:00-10:00"] for day in ALWAYS}
    await web.put(f"/vendedores/{seller}/disponibilidade", json=hours(week=nine_to_ten), headers=admin)
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT15:00")
    code, near = refused(await ask(web, node, slot=tomorrow, **MARIA), 422)
    assert code == "outside_hours"
    assert {one["start"][11:16] for one in near} <= {"09:00", "09:30"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"wish": "amanhã"},
        {**MARIA},
        {**MARIA, "lead_id": "1", "wish": "amanhã"},
        {**MARIA, "wish": "amanhã", "slot": "x"},
        {**MARIA, "wish": "amanhã", "confirm": True},
        {**MARIA, "booking_id": 1},
        {**MARIA, "wish": ""},
        {**MARIA, "wish": "x" * 501},
        {**MARIA, "slot": "amanhã"},
        {**MARIA, "slot": "11@0001-01-01T00:00"},
        {**MARIA, "slot": "9999-12-31T23:59"},
        {**MARIA, "start_local": "0001-01-01T00:00"},
        {**MARIA, "wish": "amanhã", "timezone": "Mars/Olympus"},
        {**MARIA, "wish": "amanhã", "timezone": "../../etc/passwd"},
        {**MARIA, "wish": "amanhã", "minutes": 1},
        {**MARIA, "wish": "amanhã", "locale": "fr"},
        {**MARIA, "wish": "amanhã", "unknown": 1},
    ],
)
async def test_a_request_that_cannot_be_meant_is_refused(web: httpx.AsyncClient, node: Key, seller: str, body: Json):
    assert error_of(await web.post("/agendamento/request", json=body, headers=node), 422)["message"]


async def test_who_and_what_is_not_there_is_not_found(web: httpx.AsyncClient, node: Key, reader: Key, seller: str):
    error_of(await ask(web, node, wish="amanhã", contact_id="801", seller_id="99"), 404)
    error_of(await ask(web, node, wish="amanhã", conversation_id="999999"), 404)
    error_of(await ask(web, node, booking_id=999, confirm=True), 404)
    for path in ("/agenda/999", "/agenda/999.ics", "/vendedores/99/disponibilidade"):
        error_of(await web.get(path, headers=reader), 404)


async def test_where_nobody_can_be_met_it_says_so(web: httpx.AsyncClient, node: Key, account: Account):
    assert error_of(await ask(web, node, wish="amanhã", **MARIA), 409)["code"] == "nobody"


async def test_somebody_elses_hold_is_not_confirmed_and_ones_own_is(web: httpx.AsyncClient, node: Key, seller: str):
    slot = (await slots(web, node))[0]["slot"]
    held = (await ask(web, node, slot=slot, **MARIA)).json()["booking"]["id"]
    stranger = await ask(web, node, booking_id=held, confirm=True, **JOAO)
    assert error_of(stranger, 404)["code"] == "not_found"
    own = await ask(web, node, booking_id=held, confirm=True, **MARIA)
    assert own.json()["status"] == "booked"
    assert (await ask(web, node, booking_id=held, confirm=True)).json()["status"] == "booked"


async def test_who_holds_another_time_lets_go_and_nobody_is_in_two_places(
    web: httpx.AsyncClient, house: House, account: Account, node: Key, admin: Key, reader: Key, seller: str
):
    await house.database.execute(
        "insert into vendedores (account_id, external_id, name) values ($1, '12', 'Bia')", account.id
    )
    await web.put("/vendedores/12/disponibilidade", json=hours(), headers=admin)
    first, second, *_ = [one["slot"].partition("@")[2] for one in await slots(web, node)]
    await ask(web, node, slot=f"11@{first}", **MARIA)
    held = (await ask(web, node, slot=f"12@{second}", **MARIA)).json()["booking"]
    assert [one["id"] for one in (await web.get("/agenda", headers=reader)).json()["bookings"]] == [held["id"]]
    await ask(web, node, booking_id=held["id"], confirm=True)
    clash = await ask(web, node, slot=f"11@{second}", **MARIA)
    code, near = refused(clash, 409)
    assert (code, bool(near)) == ("already_booked", True)
    assert f"booking {held['id']} (booked) with Bia" in clash.json()["error"]["message"]
    assert held["start"] not in {one["start"] for one in near}


async def test_a_time_between_two_slots_is_refused_with_those_around_it(web: httpx.AsyncClient, node: Key, seller: str):
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT14:07")
    code, near = refused(await ask(web, node, slot=tomorrow, **MARIA), 422)
    assert code == "between_slots"
    assert [one["start"][11:16] for one in near] == ["13:00", "13:30", "14:00", "14:30", "15:00"]
    wished = (await ask(web, node, start_local=tomorrow, **MARIA)).json()
    assert (wished["status"], wished["slots"]) == ("nearest", near)


async def test_a_time_that_may_be_meant_in_two_ways_is_asked_back_with_its_hour_and_inside_the_hours(
    web: httpx.AsyncClient, admin: Key, node: Key, seller: str
):
    nine_to_six = {day: ["09:00-18:00"] for day in ALWAYS}
    await web.put(f"/vendedores/{seller}/disponibilidade", json=hours(week=nine_to_six), headers=admin)
    tomorrow, after = ((datetime.now(UTC) - timedelta(hours=3) + timedelta(days=n)).strftime("%d/%m") for n in (1, 2))
    body = (await ask(web, node, wish=f"{tomorrow} às 3", **MARIA)).json()
    assert (body["status"], body["reason"]) == ("ask", "which_time")
    assert [one[11:16] for one in body["options"]] == ["15:00"]
    assert body["message"].endswith(f"{tomorrow} às 15:00?")
    assert (body["payload"]["reason"], body["payload"]["option_1"]) == ("which_time", body["options"][0])
    body = (await ask(web, node, wish=f"{tomorrow} ou {after} 16h", **MARIA)).json()
    assert [one[11:16] for one in body["options"]] == ["16:00", "16:00"]
    body = (await ask(web, node, wish=f"{tomorrow} às 6", locale="en", **MARIA)).json()
    assert (body["options"], body["message"]) == ([], "At what time?")


async def test_who_is_in_no_crm_holds_nothing_and_who_is_there_does(
    web: httpx.AsyncClient, house: House, shop: Account, sandbox: Player
):
    await house.accounts.add_key(shop.id, "ponte-shop", label="the shop", scopes=["admin"])
    key = {"X-API-Key": "ponte-shop"}
    free = (await web.get("/agenda/slots", headers=key)).json()["slots"]
    said = await sandbox.say("maria", "Oi")
    for made_up in ({"contact_id": "987654321"}, {"lead_id": "987654321"}, {"conversation_id": "987654321"}):
        for what in ({"wish": "amanhã à tarde"}, {"slot": free[0]["slot"]}, {"slot": free[0]["slot"], "confirm": True}):
            told = error_of(await ask(web, key, **made_up, **what), 404)
            assert told["hint"]
    assert await house.database.fetchval("select count(*) from agenda") == 0
    by_lead = await ask(web, key, lead_id=str(said["lead_id"]), slot=free[0]["slot"])
    assert by_lead.status_code == 200, by_lead.text
    by_contact = await ask(web, key, contact_id=str(said["contact_id"]), slot=free[1]["slot"])
    assert by_contact.status_code == 200, by_contact.text
    assert await house.database.fetchval(
        "select count(*) from contacts where external_id = $1", str(said["contact_id"])
    )


async def test_while_the_crm_cannot_be_asked_a_stranger_may_wish_but_holds_nothing(
    web: httpx.AsyncClient, node: Key, seller: str
):
    wished = await ask(web, node, wish="amanhã à tarde", contact_id="803")
    assert wished.json()["status"] == "slots"
    slot = wished.json()["slots"][0]["slot"]
    assert error_of(await ask(web, node, slot=slot, contact_id="803"), 503)["code"] == "not_started"
    assert (await ask(web, node, slot=slot, **MARIA)).status_code == 200


async def test_a_key_that_was_used_for_another_person_gets_422(web: httpx.AsyncClient, node: Key, seller: str):
    slot = (await slots(web, node))[0]["slot"]
    first = await ask(web, node, once="k", slot=slot, confirm=True, **MARIA)
    again = await ask(web, node, once="k", slot=slot, confirm=True, **MARIA)
    assert again.json()["booking"]["receipt"] == first.json()["booking"]["receipt"]
    assert error_of(await ask(web, node, once="k", slot=slot, confirm=True, **JOAO), 422)["code"] == "key_reused"


@pytest.mark.parametrize("by", ["chat", "contact"])
@pytest.mark.parametrize("what", ["slot", "start"])
async def test_of_two_customers_on_one_lead_the_second_is_not_told_of_the_firsts_booking(
    web: httpx.AsyncClient, house: House, account: Account, node: Key, seller: str, by: str, what: str
):
    chats = await two_on_one_lead(house, account)
    maria, joao = [{"conversation_id": str(chat)} for chat in chats] if by == "chat" else (MARIA, JOAO)
    first, *_ = await slots(web, node)
    assert (await ask(web, node, slot=first[what], confirm=True, **maria)).json()["status"] == "booked"
    assert (await ask(web, node, slot=first[what], confirm=True, **maria)).json()["status"] == "booked"
    code, near = refused(await ask(web, node, slot=first[what], confirm=True, **joao), 409)
    assert code == "slot_taken"
    assert near
    assert first["start"] not in [one["start"] for one in near]
