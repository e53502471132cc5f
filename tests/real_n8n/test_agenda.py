"""The booking workflows: by Ponte's endpoints, and reading the tables by n8n's Supabase node and a real PostgREST."""

from typing import Any

import httpx

from tests.e2e.play import fresh
from tests.real_n8n.conftest import Lab

Json = dict[str, Any]


async def contact(lab: Lab) -> str:
    """Somebody who has written once."""
    said = await lab.place.say(fresh("xica"), "Bom dia")
    await lab.place.settled(said)
    return str(said["contact_id"])


async def call(lab: Lab, path: str, body: Json) -> httpx.Response:
    """The workflow's webhook, with the key of its credential."""
    key = await lab.reply_key()
    async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
        return await http.post(f"{lab.n8n.url}/webhook/{path}", json=body, headers={"X-API-Key": key})


async def times(lab: Lab) -> list[Json]:
    answer = await lab.place.api.get("/agenda/slots", params={"limit": 40})
    return answer.json()["slots"]


async def booked(lab: Lab, who: str) -> int:
    return await lab.running.ask("select count(*) from agenda where contact_id = $1 and state = 'booked'", who)


async def test_a_wish_gets_times_and_with_book_a_receipt(lab: Lab):
    who = await contact(lab)
    asked = await call(lab, "ponte-agendamento", {"contact_id": who, "wish": "amanhã"})
    assert asked.status_code == 200, asked.text
    assert await booked(lab, who) == 0
    made = await call(lab, "ponte-agendamento", {"contact_id": who, "wish": "amanhã", "book": True})
    assert made.status_code == 200, made.text
    assert "receipt" in made.text
    assert await booked(lab, who) == 1


async def test_nobody_is_booked_at_a_time_that_they_did_not_ask_for(lab: Lab):
    who, wish = await contact(lab), "amanhã às 3h da madrugada"
    asked = await call(lab, "ponte-agendamento", {"contact_id": who, "wish": wish})
    assert (asked.status_code, asked.json()["status"]) == (200, "nearest"), asked.text
    refused = await call(lab, "ponte-agendamento", {"contact_id": who, "wish": wish, "book": True})
    assert refused.status_code == 409, refused.text
    told = refused.json()
    assert (told["error"]["code"], told["message"]) == ("not_booked", asked.json()["message"])
    assert [one["label"] for one in told["slots"]] == [one["label"] for one in asked.json()["slots"]] != []
    assert await lab.running.ask("select count(*) from agenda where contact_id = $1", who) == 0


async def test_the_variant_with_the_supabase_node_books_somebody_who_is_free(lab: Lab):
    who, start = await contact(lab), (await times(lab))[-1]["start"]
    made = await call(lab, "ponte-agendamento-supabase", {"contact_id": who, "start": start})
    assert made.status_code == 200, made.text
    assert await booked(lab, who) == 1


async def test_of_two_wishes_for_the_last_seller_s_time_one_is_refused_with_what_is_free(lab: Lab):
    start = (await times(lab))[-2]["start"]
    sellers = await lab.running.ask("select count(*) from vendedores where is_active")
    made = [
        await call(lab, "ponte-agendamento-supabase", {"contact_id": await contact(lab), "start": start})
        for _ in range(sellers + 1)
    ]
    codes = [one.status_code for one in made]
    assert codes.count(200) <= sellers, [one.text for one in made]
    assert codes[-1] in (409, 422), made[-1].text


async def test_without_the_key_a_webhook_of_ours_answers_nobody(lab: Lab):
    async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
        assert (await http.post(f"{lab.n8n.url}/webhook/ponte-agendamento", json={})).status_code == 403
