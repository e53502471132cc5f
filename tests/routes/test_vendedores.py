"""Salespeople over HTTP: three lists, adding and changing, reading the CRM anew, and whose something is."""

import asyncio
from typing import Any

import httpx
import pytest_asyncio

from app.store.accounts import Account
from app.store.database import Database
from app.wiring import House
from tests.house import customer_says, work_until_quiet
from tests.routes.calls import error_of
from tests.sandbox.player import Player

Key = dict[str, str]
RITA = {"name": "Rita", "phone": "+55 11 98765-4321", "areas": ["vendas"]}


@pytest_asyncio.fixture
async def key(house: House, shop: Account) -> Key:
    await house.accounts.add_key(shop.id, "ponte-shop", label="the shop", scopes=["admin"])
    return {"X-API-Key": "ponte-shop"}


async def ids(web: httpx.AsyncClient, key: Key, path: str) -> list[str]:
    """All of a list, three at a time."""
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query: dict[str, Any] = {"limit": 3, **({"cursor": cursor} if cursor else {})}
        page = (await web.get(path, params=query, headers=key)).json()
        found += [one["id"] for one in page["vendedores"]]
        cursor = page["cursor"]
    return found


async def test_the_three_lists_differ_in_who_is_local_and_who_may_work(web: httpx.AsyncClient, key: Key):
    added = await web.post("/vendedores/adicionar", json=RITA, headers=key)
    assert added.json()["id"] == "local-1"
    everybody = [str(number) for number in range(1, 10)]
    assert await ids(web, key, "/vendedores") == [*everybody, "local-1"]
    assert await ids(web, key, "/vendedores/reais") == everybody[:-1]
    assert await ids(web, key, "/vendedores/dinamicos") == [*everybody[:-1], "local-1"]
    left = (await web.get("/vendedores?active=false", headers=key)).json()["vendedores"]
    assert [one["id"] for one in left] == ["9"]


async def test_a_local_salesperson_has_a_phone_in_the_world_s_form_that_nobody_else_has(
    web: httpx.AsyncClient, key: Key
):
    added = (await web.post("/vendedores/adicionar", json=RITA, headers=key)).json()
    assert (added["phone"], added["origin"], added["areas"]) == ("+5511987654321", "local", ["vendas"])
    again = await web.post("/vendedores/adicionar", json={**RITA, "name": "Outra"}, headers=key)
    assert error_of(again, 409)["code"] == "phone_taken"
    wrong = await web.post("/vendedores/adicionar", json={**RITA, "phone": "nada"}, headers=key)
    assert error_of(wrong, 422)["code"] == "no_phone"


async def test_a_local_salesperson_may_bring_hours_of_their_own(web: httpx.AsyncClient, key: Key):
    hours = {"week": {"sat": ["10:00-14:00"]}}
    added = (await web.post("/vendedores/adicionar", json={**RITA, "horarios": hours}, headers=key)).json()
    shown = (await web.get(f"/vendedores/{added['id']}/disponibilidade", headers=key)).json()
    assert (shown["source"], shown["week"]) == ("own", hours["week"])
    wrong = {**RITA, "phone": "+5511987654322", "hours": {"week": {"someday": []}}}
    assert error_of(await web.post("/vendedores/adicionar", json=wrong, headers=key), 422)["code"] == "invalid_hours"


async def test_a_salesperson_is_changed_and_what_is_the_crm_s_stays_with_the_crm(
    web: httpx.AsyncClient, key: Key, database: Database
):
    await web.post("/vendedores/adicionar", json=RITA, headers=key)
    changed = await web.patch("/vendedores/local-1", json={"nome": "Rita B", "ativo": False}, headers=key)
    assert (changed.json()["name"], changed.json()["is_active"]) == ("Rita B", False)
    ana = await web.patch("/vendedores/1", json={"areas": ["suporte"], "takes_chats": False}, headers=key)
    assert (ana.json()["areas"], ana.json()["takes_chats"]) == (["suporte"], False)
    refused = await web.patch("/vendedores/1", json={"active": False}, headers=key)
    assert error_of(refused, 409)["code"] == "owned_by_crm"
    assert error_of(await web.patch("/vendedores/1", json={}, headers=key), 422)
    assert error_of(await web.patch("/vendedores/404", json={"areas": []}, headers=key), 404)
    audit = [
        row["what"] for row in await database.fetch("select what from event_log where who = 'the shop' order by id")
    ]
    assert audit == ["seller_added", "seller_changed", "seller_changed"]


async def test_fresh_asks_the_crm_before_it_answers(web: httpx.AsyncClient, key: Key, sandbox: Player):
    await sandbox.steer("accounts", {"id": sandbox.account["id"], "users": [{"id": 2, "name": "Bruna"}]})
    kept = (await web.get("/vendedores/reais", headers=key)).json()["vendedores"][1]["name"]
    fresh = (await web.get("/vendedores/reais?fresh=1", headers=key)).json()["vendedores"][1]["name"]
    assert kept != fresh == "Bruna"


async def test_both_names_of_the_sync_tell_what_it_found(web: httpx.AsyncClient, key: Key, sandbox: Player):
    await sandbox.steer("accounts", {"id": sandbox.account["id"], "users": [{"id": 8, "gone": True}]})
    first = (await web.post("/vendedores/sincronizar", headers=key)).json()
    assert (first["found"], first["gone"], first["drift"]["complete"]) == (8, ["8"], True)
    second = (await web.post("/sincronizar/vendedores", headers=key)).json()
    assert (second["found"], second["gone"]) == (8, [])


async def test_whose_a_lead_is_comes_from_the_crm_and_is_kept_until_it_is_asked_afresh(
    web: httpx.AsyncClient, key: Key, sandbox: Player
):
    lead = (await sandbox.say("maria", "Oi"))["lead_id"]
    await sandbox.api("PATCH", f"leads/{lead}", {"responsible_user_id": 2})
    first = (await web.get(f"/vendedor/lead/{lead}", headers=key)).json()
    assert (first["vendedor"]["id"], first["rule"]) == ("2", "responsible_for_lead")
    await sandbox.api("PATCH", f"leads/{lead}", {"responsible_user_id": 3})
    assert (await web.get(f"/vendedor/lead/{lead}", headers=key)).json()["vendedor"]["id"] == "2"
    fresh = (await web.get(f"/vendedor/lead/{lead}?fresh=1", headers=key)).json()
    assert (fresh["vendedor"]["id"], fresh["stale"]) == ("3", False)
    assert error_of(await web.get("/vendedor/lead/99999999", headers=key), 404)


async def test_when_the_crm_is_down_the_last_word_is_told_as_stale(web: httpx.AsyncClient, key: Key, sandbox: Player):
    lead = (await sandbox.say("maria", "Oi"))["lead_id"]
    await web.get(f"/vendedor/lead/{lead}", headers=key)
    await sandbox.steer("faults", {"faults": [{"fault": "error_before", "path": f"leads/{lead}", "times": 9}]})
    told = (await web.get(f"/vendedor/lead/{lead}?fresh=1", headers=key)).json()
    assert told["stale"]
    assert told["vendedor"] is not None


async def test_a_contact_whose_leads_have_several_owners_is_nobody_s(web: httpx.AsyncClient, key: Key, sandbox: Player):
    said = await sandbox.say("maria", "Oi")
    contact, lead = said["contact_id"], said["lead_id"]
    one = (await web.get(f"/vendedor/contato/{contact}", headers=key)).json()
    assert (one["rule"], one["lead_id"]) == ("responsible_for_only_open_lead", str(lead))
    other = (await sandbox.steer("lead", {"name": "Outro", "contact_id": contact}))["lead_id"]
    await sandbox.api("PATCH", f"leads/{other}", {"responsible_user_id": 5})
    await sandbox.api("PATCH", f"leads/{lead}", {"responsible_user_id": 2})
    several = (await web.get(f"/vendedor/contato/{contact}?fresh=1", headers=key)).json()
    assert (several["vendedor"], several["rule"]) == (None, "several_owners")
    assert {(one["lead_id"], one["vendedor_id"]) for one in several["candidates"]} == {
        (str(lead), "2"),
        (str(other), "5"),
    }
    await sandbox.api("PATCH", f"leads/{other}", {"responsible_user_id": 2})
    same = (await web.get(f"/vendedor/contato/{contact}?fresh=1", headers=key)).json()
    assert (same["vendedor"]["id"], same["rule"]) == ("2", "responsible_for_all_open_leads")


async def test_a_conversation_is_its_lead_s_owner_s_and_without_a_lead_of_who_wrote_last(
    web: httpx.AsyncClient, key: Key, house: House, shop: Account, sandbox: Player, database: Database
):
    said = await customer_says(sandbox, house, shop, "Oi")
    await work_until_quiet(house)
    await sandbox.api("PATCH", f"leads/{said['lead_id']}", {"responsible_user_id": 4})
    number = await database.fetchval("select id from conversations")
    by_lead = (await web.get(f"/vendedor/conversa/{number}?fresh=1", headers=key)).json()
    assert (by_lead["vendedor"]["id"], by_lead["rule"]) == ("4", "responsible_for_lead")
    await database.execute("update conversations set lead_id = null, contact_id = null")
    await database.execute(
        """insert into mensagens (account_id, conversation_id, author, author_id, kind, text, at)
        values ($1, $2, 'human', '6', 'text', 'Oi', now())""",
        shop.id,
        number,
    )
    by_words = (await web.get(f"/vendedor/conversa/{number}", headers=key)).json()
    assert (by_words["vendedor"]["id"], by_words["rule"]) == ("6", "wrote_last")
    assert error_of(await web.get("/vendedor/conversa/999999", headers=key), 404)


async def test_a_command_typed_on_a_local_salesperson_s_phone_counts(
    web: httpx.AsyncClient, key: Key, house: House, shop: Account, sandbox: Player, database: Database
):
    await web.post("/vendedores/adicionar", json=RITA, headers=key)
    maria = await customer_says(sandbox, house, shop, "Oi", chat="maria")
    await work_until_quiet(house)
    await customer_says(
        sandbox, house, shop, f"/assumir {maria['lead_id']}", chat="rita", phone="+5511987654321", name="Rita"
    )
    await work_until_quiet(house)
    row = await database.fetchrow(
        "select bot_on, paused_by from conversations where lead_id = $1", str(maria["lead_id"])
    )
    assert row is not None
    assert (row["bot_on"], row["paused_by"]) == (False, "Rita")


async def test_of_two_who_claim_one_phone_at_the_same_moment_one_gets_it(web: httpx.AsyncClient, key: Key):
    answers = await asyncio.gather(
        *(web.post("/vendedores/adicionar", json={**RITA, "name": f"Rita {n}"}, headers=key) for n in range(6))
    )
    assert sorted(one.status_code for one in answers) == [200, 409, 409, 409, 409, 409]


async def test_nobody_comes_back_with_a_phone_that_somebody_else_has_now(web: httpx.AsyncClient, key: Key):
    await web.post("/vendedores/adicionar", json=RITA, headers=key)
    await web.patch("/vendedores/local-1", json={"active": False}, headers=key)
    await web.post("/vendedores/adicionar", json={**RITA, "name": "Outra"}, headers=key)
    back = await web.patch("/vendedores/local-1", json={"active": True}, headers=key)
    assert error_of(back, 409)["code"] == "phone_taken"


async def test_nothing_of_another_account_is_seen(web: httpx.AsyncClient, key: Key, stranger: Key):
    assert (await web.get("/vendedores", headers=stranger)).json()["vendedores"] == []
    assert error_of(await web.patch("/vendedores/1", json={"areas": []}, headers=stranger), 404)
