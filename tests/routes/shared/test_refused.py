"""Bodies that are not clear are refused by name, and nothing happens."""

import httpx
import pytest

from app.wiring import House
from tests.routes.calls import Json, error_of

Key = dict[str, str]

ORDERS: dict[str, Json] = {
    "no id": {},
    "two ids": {"contact_id": "1", "lead_id": "1"},
    "an unknown key": {"lead_id": "1", "leadid": "1"},
    "minutes and until": {"lead_id": "1", "minutes": 5, "until": "2040-01-01T00:00:00Z"},
    "no minutes": {"lead_id": "1", "minutes": 0},
    "a minute that never ends": {"lead_id": "1", "minutes": 60 * 24 * 366},
    "a long reason": {"lead_id": "1", "reason": "a" * 201},
    "an unknown action": {"lead_id": "1", "action": "stop"},
}


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS.keys())
async def test_an_order_that_is_not_clear_pauses_nobody(web: httpx.AsyncClient, house: House, node: Key, order: Json):
    answer = await web.post("/bot-control", json={"action": "pause", **order}, headers=node)
    assert error_of(answer, 422)["code"] == "invalid_request"
    assert await house.database.fetchval("select count(*) from pauses") == 0


COMMANDS: dict[str, tuple[Json, str]] = {
    "a typo": ({"comando": "/asumir 901"}, "unknown_command"),
    "no command": ({"comando": "oi, tudo bem?"}, "unknown_command"),
    "another command": ({"comando": "/promo"}, "unknown_command"),
    "words behind the id": ({"comando": "/assumir 901 por favor"}, "unknown_command"),
    "no id": ({"comando": "/assumir"}, "missing_id"),
    "an unknown key": ({"comando": "/assumir 901", "quem": "Ana"}, "invalid_request"),
    "a long text": ({"comando": "/assumir " + "9" * 200}, "invalid_request"),
    "a long name": ({"comando": "/assumir 901", "vendedor_id": "A" * 201}, "invalid_request"),
}


@pytest.mark.parametrize(("order", "code"), COMMANDS.values(), ids=COMMANDS.keys())
async def test_a_command_that_is_not_clear_is_refused_with_a_hint_and_pauses_nobody(
    web: httpx.AsyncClient, node: Key, number: int, *, order: Json, code: str
):
    answer = await web.post("/vendedor/comandos", json=order, headers=node)
    found = error_of(answer, 422)
    assert found["code"] == code
    assert found["hint"]
    status = {"action": "status", "conversation_id": number}
    assert (await web.post("/bot-control", json=status, headers=node)).json()["conversations"][0]["bot_on"] is True


MESSAGES: dict[str, Json] = {
    "nothing": {},
    "a text for nobody": {"text": "Oi"},
    "a text for two": {"conversation_id": 1, "lead_id": 1, "text": "Oi"},
    "both forms": {"turn_id": "1:1", "reply": "Oi", "conversation_id": 1, "text": "Oi"},
    "an unknown key": {"conversation_id": 1, "text": "Oi", "media": "x"},
    "HTML of 20,000 letters": {"conversation_id": 1, "text": "<p>" * 6_667},
}


@pytest.mark.parametrize("body", MESSAGES.values(), ids=MESSAGES.keys())
async def test_what_is_neither_form_of_a_message_is_refused(web: httpx.AsyncClient, node: Key, body: Json):
    assert error_of(await web.post("/send-response", json=body, headers=node), 422)["code"] == "invalid_request"


@pytest.mark.parametrize("body", [{"turn_id": "1:1"}, {"turn_id": "1:1", "reply": " "}, {"reply": "Oi"}])
async def test_whatever_an_answer_says_without_its_turns_token_it_is_a_401(
    web: httpx.AsyncClient, node: Key, body: Json
):
    error_of(await web.post("/send-response", json=body, headers=node), 401)
