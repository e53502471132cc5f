"""Which key opens which door: read below node below admin; without one only health, version and webhooks answer."""

import re

import httpx
import pytest

from app.store.accounts import Account
from app.wiring import House
from tests.routes.calls import error_of

Key = dict[str, str]
OPEN = [
    "GET /health",
    "GET /version",
    "GET /n8n/contract.json",
    "GET /webhooks/test",
    "GET /webhooks/kommo",
    "GET /webhooks/kommo/x",
    "GET /docs",
]
# Public for another reason: a secret in the address, a signature, or a state that we gave out.
PUBLIC = {
    "POST /webhooks/kommo",
    "POST /webhooks/{channel}/{secret}",
    "POST /webhook",
    "GET /webhook/whatsapp",
    "POST /webhook/whatsapp",
    "POST /kommo/salesbot/{secret}",
    "GET /oauth/kommo/start",
    "GET /oauth/kommo/callback",
    "GET /oauth/kommo/uninstall",
}
READ = ["GET /stats", "GET /conversations/active", "GET /debug/conversations", "GET /metrics"]
NODE = ["POST /bot-control", "POST /vendedor/comandos", "POST /send-response"]
ADMIN = ["DELETE /reset/conversations", "PUT /admin/conversations/1/lead"]
# A body that every door of its kind gets as far as the scope with.
BODIES = {
    "/bot-control": {"action": "status", "lead_id": "1"},
    "/vendedor/comandos": {"comando": "/ajuda"},
    "/send-response": {"lead_id": "1", "text": "Oi"},
    "/admin/conversations/1/lead": {"lead_id": "1"},
}


async def call(web: httpx.AsyncClient, door: str, key: Key | None = None) -> httpx.Response:
    method, path = door.split(" ")
    return await web.request(method, path, headers=key or {}, json=BODIES.get(path))


@pytest.mark.parametrize("door", OPEN)
async def test_what_must_answer_everybody_needs_no_key(web: httpx.AsyncClient, account: Account, door: str):
    assert (await call(web, door)).status_code == 200


@pytest.mark.parametrize("door", READ + NODE + ADMIN)
async def test_everything_else_does(web: httpx.AsyncClient, account: Account, door: str):
    assert error_of(await call(web, door), 401)["code"] == "unauthorised"
    assert error_of(await call(web, door, {"X-API-Key": "ponte-nobody"}), 401)
    assert error_of(await call(web, door, {"Authorization": "Basic abc"}), 401)


@pytest.mark.parametrize("door", READ)
async def test_a_reader_may_look(web: httpx.AsyncClient, reader: Key, door: str):
    assert (await call(web, door, reader)).status_code == 200


@pytest.mark.parametrize("door", NODE + ADMIN)
async def test_a_reader_may_change_nothing(web: httpx.AsyncClient, reader: Key, door: str):
    refused = error_of(await call(web, door, reader), 403)
    assert refused["code"] == "forbidden"
    assert "scope" in refused["message"]
    assert refused["hint"]


@pytest.mark.parametrize("door", READ + NODE)
async def test_a_node_may_look_and_steer(web: httpx.AsyncClient, node: Key, door: str):
    assert (await call(web, door, node)).status_code in (200, 404)


@pytest.mark.parametrize("door", ADMIN)
async def test_a_node_may_not_destroy(web: httpx.AsyncClient, node: Key, door: str):
    assert error_of(await call(web, door, node), 403)


@pytest.mark.parametrize("door", READ + NODE + ADMIN)
async def test_an_administrator_may_everything(web: httpx.AsyncClient, admin: Key, door: str):
    assert (await call(web, door, admin)).status_code in (200, 204, 404, 409)


async def test_the_same_key_does_as_a_bearer_token(web: httpx.AsyncClient, reader: Key):
    assert (await web.get("/stats", headers={"Authorization": f"Bearer {reader['X-API-Key']}"})).status_code == 200


async def test_a_key_that_was_revoked_opens_nothing(web: httpx.AsyncClient, house: House, account: Account):
    await house.accounts.add_key(account.id, "ponte-lost", label="lost", scopes=["read"])
    assert (await web.get("/stats", headers={"X-API-Key": "ponte-lost"})).status_code == 200
    await house.database.execute("update api_keys set revoked_at = now() where label = 'lost'")
    assert error_of(await web.get("/stats", headers={"X-API-Key": "ponte-lost"}), 401)


async def test_keys_lie_in_the_database_as_hashes_only(house: House, reader: Key):
    rows = await house.database.fetchval("select json_agg(api_keys)::text from api_keys")
    assert "the read" in rows
    assert reader["X-API-Key"] not in rows


async def test_what_needs_no_key_is_known_by_name_and_everything_else_refuses_who_has_none(web: httpx.AsyncClient):
    """Derived from the reference: an operation that is added later is asked, too."""
    paths = (await web.get("/openapi.json")).json()["paths"]
    operations = {
        f"{method.upper()} {path}": operation for path, found in paths.items() for method, operation in found.items()
    }
    known = {door.replace("kommo/x", "{channel}/{secret}") for door in OPEN} - {"GET /docs"}
    assert {door for door, operation in operations.items() if not operation.get("security")} == known | PUBLIC
    for door, operation in operations.items():
        if operation.get("security"):
            method, path = door.split(" ")
            answer = await web.request(method, re.sub(r"{\w+}", "1", path), json={})
            assert (door, answer.status_code) == (door, 401)
