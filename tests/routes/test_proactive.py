"""Writing first over HTTP: start it, try it, ask about it, change its words, reset the breaker."""

from typing import Any

import httpx
import pytest
import pytest_asyncio

from app.domain.brain import Proposal, ReplyAction
from app.store.accounts import Account
from app.wiring import House
from tests.house import ScriptedBrain, deliver, heard, work_until_quiet
from tests.routes.calls import Json, error_of
from tests.sandbox.player import Player

PHONE = "+5511987654321"
Key = dict[str, str]
FORM: Json = {"gatilho": "formulario", "telefone": PHONE, "dados": {"nome": "Maria", "interesse": "vendas"}}


@pytest.fixture
def brain() -> ScriptedBrain:
    """Leaves first messages to the template."""
    return ScriptedBrain(says=[Proposal(ReplyAction.NONE)])


@pytest_asyncio.fixture
async def key(house: House, shop: Account, web: httpx.AsyncClient) -> Key:
    """An administrator of a shop whose customers never sleep."""
    await house.accounts.add_key(shop.id, "ponte-shop", label="n8n", scopes=["admin"])
    made = {"X-API-Key": "ponte-shop"}
    for name in ("formulario", "download", "agendamento"):
        body = {"quiet_from": "00:00", "quiet_until": "00:00", "variables": ["area", "material"]}
        answer = await web.put(f"/admin/triggers/{name}", json=body, headers=made)
        assert answer.status_code == 200, answer.text
    return made


async def start(web: httpx.AsyncClient, key: Key, body: Json | None = None, **more: Any) -> httpx.Response:
    return await web.post("/start-proactive", json=body or FORM, headers={**key, **more.pop("headers", {})}, **more)


async def ended(web: httpx.AsyncClient, house: House, key: Key, told: Json) -> Json:
    """What its address tells when the workers are through with it."""
    await work_until_quiet(house)
    await house.database.execute("update outreaches set due_at = now() - interval '1 second'")
    await house.workshop.proactive.desk.work()
    return (await web.get(told["status_url"], headers=key)).json()


async def test_a_form_starts_a_conversation_once(
    web: httpx.AsyncClient, house: House, shop: Account, sandbox: Player, key: Key
):
    said = await sandbox.say("maria", "Oi", phone=PHONE)
    await deliver(house.database, shop, heard(said, "Oi"))
    await work_until_quiet(house)
    answer = await start(web, key, headers={"Idempotency-Key": "form-1"})
    assert answer.status_code == 202, answer.text
    waits = answer.json()
    assert (waits["status"], waits["reasons"], waits["contact_id"]) == ("waiting", ["asking"], str(said["contact_id"]))
    again = await start(web, key, headers={"Idempotency-Key": "form-1"})
    assert again.json()["id"] == waits["id"]
    told = await ended(web, house, key, waits)
    assert (told["status"], told["way"], told["written_by"]) == ("sent", "text", "template:pt-BR:v1")
    assert [step["step"] for step in told["follow_ups"]] == [1, 2, 3]
    messages = [one["text"] for one in await sandbox.messages(said["talk_id"])]
    assert sum("aqui é Ana, da Loja Exemplo" in text for text in messages) == 1


async def test_a_crm_that_is_down_is_answered_with_an_address_to_ask_at(
    web: httpx.AsyncClient, house: House, sandbox: Player, key: Key
):
    await sandbox.steer("faults", {"replace": True, "calls": {"lost": 1.0}})
    answer = await start(web, key)
    assert answer.status_code == 202, answer.text
    told = answer.json()
    assert (told["status"], answer.headers["location"]) == ("waiting", told["status_url"])
    assert told["reasons"]
    assert answer.headers["retry-after"]
    stats = (await web.get("/stats", headers=key)).json()
    assert stats["outreach_waiting"] == 1
    await sandbox.steer("faults", {"replace": True})
    await house.database.execute("update outreaches set due_at = now() - interval '1 second'")
    await house.workshop.proactive.desk.work()
    assert (await web.get(told["status_url"], headers=key)).json()["status"] == "tasked"


async def test_a_dry_run_shows_every_reason_and_the_text(web: httpx.AsyncClient, sandbox: Player, key: Key):
    body = {"enabled": False, "areas": ["família"], "consent": "required", "variables": ["area"]}
    await web.put("/admin/triggers/formulario", json=body, headers=key)
    told = (await start(web, key, params={"dry_run": "1"})).json()
    assert (told["dry_run"], told["allowed"]) == (True, False)
    assert {"trigger_off", "other_area", "no_consent"} <= set(told["reasons"])
    assert told["text"].startswith("Olá Maria")
    assert not [one for one in await sandbox.record() if one["kind"] == "call" and one["method"] == "POST"]


@pytest.mark.parametrize(
    ("change", "code", "names"),
    [
        ({"gatilho": "aniversario"}, "unknown_trigger", "agendamento, download, formulario"),
        ({"gatilho": "download"}, "missing_variable", "material"),
        ({"telefone": "ramal 12"}, "no_phone", "+55"),
        ({"telefone": ""}, "no_phone", "+55"),
        ({"dados": {"a\u0000": "x"}}, "invalid_request", ""),
        ({"telefone": PHONE, "lead_id": "1"}, "invalid_request", ""),
        ({"telefone": None}, "invalid_request", ""),
        ({"idioma": "fr"}, "invalid_request", ""),
        ({"cor": "azul"}, "invalid_request", ""),
    ],
)
async def test_what_does_not_do_is_answered_by_name(
    web: httpx.AsyncClient, sandbox: Player, key: Key, *, change: Json, code: str, names: str
):
    answer = await start(web, key, {**FORM, **change})
    error = error_of(answer, 422)
    assert error["code"] == code
    assert names in error["message"] + error["hint"]
    assert not [one for one in await sandbox.record() if one["kind"] == "call" and "contacts" in one["path"]]


async def test_a_lead_that_is_not_there_is_told_so(web: httpx.AsyncClient, key: Key):
    body = {"trigger": "formulario", "lead_id": "99", "data": {"name": "Maria"}}
    assert error_of(await start(web, key, body), 404)["code"] == "not_found"


async def test_a_missing_language_names_those_there_are(web: httpx.AsyncClient, key: Key):
    await web.put("/admin/triggers/aniversario", json={}, headers=key)
    text = {"trigger": "aniversario", "locale": "es", "body": "¡Feliz cumpleaños, {name}!"}
    assert (await web.put("/admin/templates", json=text, headers=key)).status_code == 200
    body = {"trigger": "aniversario", "phone": PHONE, "locale": "en"}
    error = error_of(await start(web, key, body), 422)
    assert (error["code"], "es" in error["hint"]) == ("no_template", True)


async def test_templates_are_versioned_checked_and_previewed(web: httpx.AsyncClient, key: Key):
    text = {"trigger": "formulario", "locale": "pt-BR", "step": 0, "body": "Oi {nome}! {vendedor}"}
    saved = (await web.put("/admin/templates", json=text, headers=key)).json()
    assert (saved["version"], saved["variables"]) == (2, ["name", "seller"])
    bad = await web.put("/admin/templates", json={**text, "body": "Oi {preco}"}, headers=key)
    assert error_of(bad, 422)["code"] == "bad_template"
    wish = {"trigger": "formulario", "locale": "pt-BR", "data": {"nome": "Bia"}}
    assert (await web.post("/admin/templates/preview", json=wish, headers=key)).json()["text"] == "Oi Bia! Ana"
    versions = (await web.get("/admin/templates/formulario/versions", headers=key)).json()["templates"]
    assert [one["version"] for one in versions] == [2, 1]


async def test_the_crm_is_asked_for_approved_templates(web: httpx.AsyncClient, sandbox: Player, key: Key):
    assert (await web.get("/admin/templates/approved", headers=key)).json() == {"templates": []}
    waba = {"name": "wa", "content": "Olá", "type": "waba", "waba_category": "UTILITY", "waba_language": "pt_BR"}
    await sandbox.api("POST", "chats/templates", [waba])
    assert (await web.get("/admin/templates/approved", headers=key)).json() == {"templates": []}
    await sandbox.steer("accounts", {"id": sandbox.account["id"], "approved_templates": ["wa"]})
    assert (await web.get("/admin/templates/approved", headers=key)).json() == {"templates": ["wa"]}


async def test_lists_come_in_pages(web: httpx.AsyncClient, key: Key):
    seen: list[tuple[str, str, int]] = []
    cursor: str | None = None
    while True:
        query = {"limit": "5", **({"cursor": cursor} if cursor else {})}
        page = (await web.get("/admin/templates", params=query, headers=key)).json()
        seen += [(one["trigger"], one["locale"], one["step"]) for one in page["templates"]]
        cursor = page["cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 39
    first = (await web.get("/admin/triggers?limit=2", headers=key)).json()
    rest = (await web.get(f"/admin/triggers?cursor={first['cursor']}", headers=key)).json()
    names = [one["name"] for one in first["triggers"] + rest["triggers"]]
    assert names == ["agendamento", "download", "formulario", "retomada"]
    for _ in range(2):
        await start(web, key, {**FORM, "telefone": f"+55119876543{len(seen)}"})
        seen.pop()
    page = (await web.get("/admin/outreaches?limit=1", headers=key)).json()
    following = (await web.get(f"/admin/outreaches?cursor={page['cursor']}", headers=key)).json()
    assert page["outreaches"][0]["id"] > following["outreaches"][0]["id"]


async def test_the_breaker_is_shown_and_reset(web: httpx.AsyncClient, house: House, shop: Account, key: Key):
    assert (await web.get("/admin/breaker", headers=key)).json()["tripped"] is False
    await house.database.execute(
        """insert into outreaches (account_id, trigger, subject, day, due_at, state, sent_at)
        select $1, 'x', n::text, current_date, now(), 'sent', now() from generate_series(1, 100) n""",
        shop.id,
    )
    assert (await web.get("/admin/breaker", headers=key)).json()["tripped"] is True
    waiting = await start(web, key)
    assert (waiting.status_code, waiting.json()["reasons"]) == (202, ["breaker"])
    reset = (await web.post("/admin/breaker/reset", json={"floor": 500}, headers=key)).json()
    assert (reset["tripped"], reset["floor"], reset["reset_by"]) == (False, 500, "n8n")
    bare = await web.post("/admin/breaker/reset", headers=key)
    assert (bare.status_code, bare.json()["floor"]) == (200, 500)


async def test_nobody_sees_or_changes_what_another_account_wrote(
    web: httpx.AsyncClient, key: Key, stranger: Key, reader: Key
):
    number = (await start(web, key)).json()["id"]
    assert error_of(await web.get(f"/start-proactive/{number}", headers=stranger), 404)
    assert error_of(await start(web, reader), 403)
    assert error_of(await web.put("/admin/triggers/formulario", json={}, headers=reader), 403)
    assert (await web.get("/admin/outreaches", headers=stranger)).json()["outreaches"] == []
