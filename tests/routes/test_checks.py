"""The paths by which people see that the connection works: they really call Kommo, and say what they saw."""

import httpx
import pytest_asyncio

from app.store.accounts import Account
from app.wiring import House
from tests.house import notes_on
from tests.routes.calls import Json, error_of
from tests.sandbox.player import Player

Key = dict[str, str]


@pytest_asyncio.fixture
async def caller(house: House, shop: Account) -> Key:
    """The administrator of the sandbox's account."""
    await house.accounts.add_key(shop.id, "ponte-shop", label="the shop", scopes=["admin"])
    return {"X-API-Key": "ponte-shop"}


async def a_lead(sandbox: Player) -> int:
    return (await sandbox.say("maria", "Oi"))["lead_id"]


async def revoke(sandbox: Player) -> None:
    """The operator takes the token back in Kommo."""
    await sandbox.steer("accounts", {"id": sandbox.account["id"], "token": "another-token"})


async def fail(sandbox: Player, fault: str, **more: object) -> None:
    await sandbox.steer("faults", {"replace": True, "faults": [{"fault": fault, **more}]})


async def test_connectivity_tells_the_account_as_kommo_sees_it(web: httpx.AsyncClient, sandbox: Player, caller: Key):
    body = (await web.get("/test-kommo-connectivity", headers=caller)).json()
    assert body["status"] == "ok"
    assert body["account"]["external_ref"] == str(sandbox.account["id"])
    assert body["account"]["subdomain"] == sandbox.account["subdomain"]
    assert body["account"]["timezone"] == "America/Sao_Paulo"
    assert body["latency_ms"] > 0
    assert "talks" in body["ways_to_send"]


async def test_connectivity_shows_webhooks_without_their_secrets(web: httpx.AsyncClient, sandbox: Player, caller: Key):
    await sandbox.subscribe("http://127.0.0.1:9/webhooks/kommo/a-secret", "add_message", "add_outgoing_message")
    answer = await web.get("/test-kommo-connectivity", headers=caller)
    (hook,) = answer.json()["webhooks"]
    assert (hook["is_ours"], hook["tells_of_humans"], hook["disabled"]) == (True, True, False)
    assert "a-secret" not in answer.text


async def test_a_token_that_was_taken_back_is_told_with_what_to_do(
    web: httpx.AsyncClient, sandbox: Player, caller: Key
):
    await revoke(sandbox)
    error = error_of(await web.get("/test-kommo-connectivity", headers=caller), 502)
    assert error["code"] == "needs_human"
    assert "token" in error["message"]
    assert error["hint"]


async def test_a_kommo_that_is_down_is_told_as_something_to_try_again(
    web: httpx.AsyncClient, sandbox: Player, caller: Key
):
    await fail(sandbox, "error_500", times=10)
    answer = await web.get("/test-kommo-connectivity", headers=caller)
    assert error_of(answer, 503)["code"] == "try_again"
    assert answer.headers["retry-after"]


async def test_a_lead_is_shown_as_its_card_shows_it(web: httpx.AsyncClient, sandbox: Player, caller: Key):
    said = await sandbox.say("maria", "Oi")
    field = sandbox.account["field_id"]
    change = {"custom_fields_values": [{"field_id": field, "values": [{"value": "Limpeza"}]}]}
    await sandbox.api("PATCH", f"leads/{said['lead_id']}", {**change, "tags_to_add": [{"name": "site"}]})
    lead = (await web.get(f"/test-kommo-lead/{said['lead_id']}", headers=caller)).json()["lead"]
    assert lead["id"] == str(said["lead_id"])
    assert lead["is_open"] is True
    assert lead["contact_ids"] == [str(said["contact_id"])]
    assert lead["tags"] == ["site"]
    assert [(one["id"], one["values"]) for one in lead["fields"]] == [(str(field), ["Limpeza"])]


async def test_a_lead_that_is_not_there_is_not_found(web: httpx.AsyncClient, caller: Key):
    error_of(await web.get("/test-kommo-lead/99999999", headers=caller), 404)


async def test_a_test_note_is_really_written_and_audited(
    web: httpx.AsyncClient, house: House, sandbox: Player, caller: Key
):
    lead = await a_lead(sandbox)
    body = (await web.post(f"/create-test-note/{lead}", json={"text": "Do n8n"}, headers=caller)).json()
    assert await notes_on(sandbox, lead) == ["[Ponte] Do n8n"]
    assert body["note_id"].startswith("note:")
    rows = await house.database.fetch("select who, what, why from event_log where what = 'test_note'")
    assert [tuple(row) for row in rows] == [("the shop", "test_note", str(lead))]


async def test_a_test_note_needs_no_body(web: httpx.AsyncClient, sandbox: Player, caller: Key):
    lead = await a_lead(sandbox)
    answer = await web.post(f"/create-test-note/{lead}", headers=caller)
    assert answer.status_code == 200, answer.text
    assert len(await notes_on(sandbox, lead)) == 1


async def test_the_same_key_writes_one_note(web: httpx.AsyncClient, sandbox: Player, caller: Key):
    lead, headers = await a_lead(sandbox), {**caller, "Idempotency-Key": "n8n-7"}
    first, again = [(await web.post(f"/create-test-note/{lead}", headers=headers)).json() for _ in range(2)]
    assert len(await notes_on(sandbox, lead)) == 1
    assert (first["repeated"], again["repeated"]) == (False, True)
    assert first["note_id"] == again["note_id"]


async def test_a_note_whose_answer_was_lost_is_found_again_by_its_key(
    web: httpx.AsyncClient, sandbox: Player, caller: Key
):
    lead = await a_lead(sandbox)
    await fail(sandbox, "error_after", path="/notes", times=1)
    body = (await web.post(f"/create-test-note/{lead}", headers={**caller, "Idempotency-Key": "n8n-8"})).json()
    assert body["note_id"].startswith("note:"), body
    assert len(await notes_on(sandbox, lead)) == 1


async def test_a_note_on_a_lead_that_is_not_there_is_an_error(web: httpx.AsyncClient, caller: Key):
    answer = await web.post("/create-test-note/99999999", headers=caller)
    assert answer.status_code in (404, 422), answer.text


async def test_integration_has_a_line_for_everything(web: httpx.AsyncClient, caller: Key):
    body = (await web.get("/test-integration", headers=caller)).json()
    names = {line["name"] for line in body["lines"]}
    wanted = {"database", "migrations", "clock", "pooler", "worker", "queue", "kommo", "token", "scopes", "plan"}
    assert names >= wanted | {"webhook", "send", "address", "n8n", "model", "browser"}
    assert all(line["todo"] for line in body["lines"] if line["status"] == "failed")


async def test_integration_says_what_has_failed(web: httpx.AsyncClient, sandbox: Player, caller: Key):
    await revoke(sandbox)
    body = (await web.get("/test-integration", headers=caller)).json()
    assert body["status"] == "failed"
    found = {line["name"]: line for line in body["lines"]}
    assert found["kommo"]["status"] == "failed"
    assert "token" in found["kommo"]["message"]


async def test_another_account_sees_nothing_of_this_one(
    web: httpx.AsyncClient, sandbox: Player, caller: Key, stranger: Key
):
    body: Json = (await web.get("/test-integration", headers=stranger)).json()
    assert sandbox.account["subdomain"] not in str(body)
    lead = await a_lead(sandbox)
    assert (await web.get(f"/test-kommo-lead/{lead}", headers=stranger)).status_code != 200
