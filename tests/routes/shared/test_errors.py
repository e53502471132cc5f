"""Every error has the one shape, whatever was sent; none of it is a 500, and none repeats what was sent."""

import json

import httpx
import pytest

from tests.routes.calls import Json, error_of

Key = dict[str, str]
HUGE = "9" * 400


async def test_a_path_that_does_not_exist_gets_404(web: httpx.AsyncClient):
    assert error_of(await web.get("/nowhere"), 404)["code"] == "no_such_path"
    assert error_of(await web.post("/nowhere/else"), 404)["hint"]


@pytest.mark.parametrize(("method", "path"), [("POST", "/health"), ("GET", "/bot-control"), ("PUT", "/webhooks/kommo")])
async def test_a_wrong_method_gets_405_and_is_told_the_right_one(web: httpx.AsyncClient, method: str, path: str):
    answer = await web.request(method, path)
    assert error_of(answer, 405)["code"] == "method_not_allowed"
    assert answer.headers["Allow"]


BODIES = {
    "nothing": (b"", "application/json"),
    "no JSON": (b'{"action": ', "application/json"),
    "a list": (b"[]", "application/json"),
    "a number": (b"1", "application/json"),
    "no UTF-8": (b'{"action": "\xff"}', "application/json"),
    "a form": (b"action=pause", "application/x-www-form-urlencoded"),
    "no content type": (b'{"action": "pause"}', ""),
    "20,000 levels": (b'{"lead_id":' * 20_000, "application/json"),
    "20,000 lists": (b"[" * 20_000 + b"]" * 20_000, "application/json"),
    "a number of a thousand digits": (b'{"lead_id": %s}' % (b"9" * 5_000), "application/json"),
    "NaN": (b'{"action": "pause", "lead_id": NaN}', "application/json"),
}


@pytest.mark.parametrize("path", ["/bot-control", "/vendedor/comandos", "/send-response"])
@pytest.mark.parametrize(("body", "kind"), BODIES.values(), ids=BODIES.keys())
async def test_a_body_that_is_not_what_was_asked_for_gets_422(
    web: httpx.AsyncClient, node: Key, path: str, *, body: bytes, kind: str
):
    answer = await web.post(path, content=body, headers={**node, "content-type": kind})
    assert error_of(answer, 422)["code"] == "invalid_request"


ORDERS: dict[str, Json] = {
    "NUL in an id": {"lead_id": "1\x00"},
    "half a character in an id": {"lead_id": "\ud800"},
    "half a character in a name": {"lead_id": "1", "\ud800": "1"},
    "an id of 400 digits": {"conversation_id": HUGE},
    "an id beyond the database's numbers": {"conversation_id": str(2**63)},
    "an id of 100 KB": {"lead_id": "1" * 100_000},
    "an empty id": {"lead_id": ""},
    "an id of blanks": {"lead_id": "   "},
    "true as an id": {"lead_id": True},
    "a list as an id": {"lead_id": ["1"]},
    "minutes of 400 digits": {"lead_id": "1", "minutes": int(HUGE)},
    "a fraction of a minute": {"lead_id": "1", "minutes": 0.5},
    "a time without a zone": {"lead_id": "1", "until": "2030-01-01T10:00:00"},
    "the end of time": {"lead_id": "1", "until": "9999-12-31T23:59:59-14:00"},
    "the beginning of time": {"lead_id": "1", "until": "0001-01-01T00:00:00+14:00"},
}


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS.keys())
async def test_a_hostile_order_is_refused_in_the_one_shape(web: httpx.AsyncClient, node: Key, order: Json):
    body = json.dumps({"action": "pause", **order}).encode()
    answer = await web.post("/bot-control", content=body, headers={**node, "content-type": "application/json"})
    assert answer.status_code in (404, 409, 422), answer.text
    assert HUGE not in error_of(answer, answer.status_code)["message"]


MESSAGES: dict[str, Json] = {
    "NUL": {"text": "a\x00b"},
    "half a character": {"text": "\ud800"},
    "only NUL": {"text": "\x00"},
    "blanks": {"text": " \n "},
    "100 KB": {"text": "a" * 100_000},
    "a strange turn": {"turn_id": "1:x", "reply": "a"},
    "a turn beyond the database's numbers": {"turn_id": f"{2**63}:{2**63}", "reply": "a"},
    "a turn of 400 digits": {"turn_id": f"1:{HUGE}", "reply": "a"},
    "a turn in other digits": {"turn_id": "²:¹", "reply": "a"},
}


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES.keys())
async def test_a_hostile_message_is_refused_or_cleaned_and_never_breaks_the_conversation(
    web: httpx.AsyncClient, node: Key, number: int, *, message: Json
):
    where = {} if "turn_id" in message else {"conversation_id": number}
    body = json.dumps({**where, **message}).encode()
    answer = await web.post("/send-response", content=body, headers={**node, "content-type": "application/json"})
    assert answer.status_code in (200, 401, 404, 422), answer.text
    assert (await web.get("/debug/conversations", params={"id": number}, headers=node)).status_code == 200


@pytest.mark.parametrize("key", ["", "a" * 200, "a" * 201, "ção"])
async def test_an_odd_idempotency_key_breaks_nothing(web: httpx.AsyncClient, node: Key, number: int, *, key: str):
    headers = [*node.items(), ("Idempotency-Key", key.encode())]
    answer = await web.post("/send-response", json={"conversation_id": number, "text": "Oi"}, headers=headers)
    assert answer.status_code == (422 if len(key) > 200 else 200), answer.text


QUERIES = [
    "/debug/conversations?id=%00",
    "/debug/conversations?id=%ff",
    "/debug/conversations?id=%ed%a0%80",
    f"/debug/conversations?id={HUGE}",
    "/debug/conversations?id=1&at=yesterday",
    "/debug/conversations?id=1&at=2030-01-01T10:00:00",
    "/debug/conversations?id=1&at=0001-01-01T00:00:00%2B14:00",
    "/debug/conversations?id=1&at=9999-12-31T23:59:59-14:00",
    "/debug/conversations?id=",
    "/debug/conversations?limit=0",
    "/debug/conversations?limit=201",
    "/conversations/active?limit=201",
    "/conversations/active?limit=0",
    "/conversations/active?limit=-1",
    f"/conversations/active?limit={HUGE}",
    "/conversations/active?hours=0",
    "/conversations/active?cursor=abc",
    "/conversations/active?cursor=nan_1",
    "/conversations/active?cursor=inf_1",
    "/conversations/active?cursor=-1e11_1",
    "/conversations/active?cursor=1e300_1",
    f"/conversations/active?cursor=1_{HUGE}",
    f"/conversations/active?cursor=1_{2**63}",
    "/conversations/active?cursor=%00",
]


@pytest.mark.parametrize("address", QUERIES)
async def test_a_hostile_query_is_refused_in_the_one_shape(
    web: httpx.AsyncClient, reader: Key, number: int, *, address: str
):
    answer = await web.get(address, headers=reader)
    assert answer.status_code in (404, 409, 422), answer.text
    assert error_of(answer, answer.status_code)["hint"]


@pytest.mark.parametrize("key", ["wrong", "a" * 10_000, "ção", "Bearer ponte-admin"])
async def test_a_wrong_key_is_refused_and_told_how_to_send_a_right_one(web: httpx.AsyncClient, admin: Key, key: str):
    for headers in ([("X-API-Key", key.encode())], [("Authorization", b"Bearer " + key.encode())], []):
        answer = await web.get("/stats", headers=headers)
        assert error_of(answer, 401)["code"] == "unauthorised"
        assert "X-API-Key" in answer.json()["error"]["hint"]
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
