"""The account's settings and keys over HTTP: what is changed holds, what cannot be is refused whole, all is audited."""

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.domain.written_hours import parse_hours
from app.store.accounts import Account
from app.store.database import Database
from app.wiring import House
from tests.routes.calls import error_of

Key = dict[str, str]
WEEK = {"week": {"mon": ["09:00-12:00", "13:00-18:00"]}, "exceptions": {"2026-12-24": []}, "holidays": "BR-SP"}


async def test_what_is_changed_holds_and_what_is_not_named_stays(
    web: httpx.AsyncClient, admin: Key, reader: Key, house: House, account: Account
):
    before = (await web.get("/admin/account", headers=reader)).json()
    change: dict[str, Any] = {
        "fuso": "America/Recife",
        "idioma": "es",
        "hours": WEEK,
        "areas": ["vendas"],
        "sla_minutes": 25,
        "auto_return_minutes": 90,
        "agenda": {"slot_minutes": 45},
        "country": "AR",
        "business_name": "Padaria",
    }
    changed = (await web.patch("/admin/account", json=change, headers=admin)).json()
    assert changed == (await web.get("/admin/account", headers=reader)).json()
    assert (changed["timezone"], changed["locale"], changed["country"]) == ("America/Recife", "es", "AR")
    assert (changed["sla_minutes"], changed["auto_return_minutes"]) == (25, 90)
    assert (changed["hours"], changed["areas"], changed["agenda"]["slot_minutes"]) == (WEEK, ["vendas"], 45)
    assert changed["escalations"] == before["escalations"]
    kept = (await house.accounts.get(account.id)).policy
    assert kept.hours == parse_hours(WEEK)
    assert (kept.handoff_sla, kept.auto_return) == (timedelta(minutes=25), timedelta(minutes=90))


async def test_null_takes_a_setting_back_and_a_time_to_never(web: httpx.AsyncClient, admin: Key):
    first = (await web.get("/admin/account", headers=admin)).json()
    await web.patch(
        "/admin/account", json={"hours": WEEK, "country": "MX", "agenda": {"hold_minutes": 9}}, headers=admin
    )
    back: dict[str, Any] = {"hours": None, "country": None, "agenda": None, "sla_minutes": None}
    last = (await web.patch("/admin/account", json=back, headers=admin)).json()
    assert last == {**first, "sla_minutes": None}


async def test_a_flow_and_its_words_are_settings_and_hold(
    web: httpx.AsyncClient, admin: Key, house: House, account: Account
):
    own = {"onboarding.ask_name.pt-BR": ["Como você se chama?", "Seu nome, por favor?"]}
    changed = (await web.patch("/admin/account", json={"flow": "onboarding", "flow_words": own}, headers=admin)).json()
    assert (changed["flow"], changed["flow_words"]) == ("onboarding", own)
    kept = (await house.accounts.get(account.id)).policy
    assert (kept.flow, kept.flow_words) == ("onboarding", {key: tuple(ways) for key, ways in own.items()})
    back = (await web.patch("/admin/account", json={"flow": None, "flow_words": {}}, headers=admin)).json()
    assert (back["flow"], back["flow_words"]) == (None, {})


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"flow": "no_such"}, "onboarding"),
        ({"flow_words": {"no_such.greeting": ["Oi"]}}, "no flow no_such"),
        ({"flow_words": {"onboarding.no_such": ["Oi"]}}, "no sentence no_such"),
        ({"flow_words": {"onboarding.greeting.fr": ["Salut"]}}, "languages are"),
        ({"flow_words": {"onboarding.greeting": ["Oi {nome}"]}}, "{nome}"),
        ({"flow_words": {"onboarding.greeting": "Oi"}}, ""),
    ],
)
async def test_words_that_a_flow_cannot_say_are_refused_and_nothing_changes(
    web: httpx.AsyncClient, admin: Key, change: dict[str, Any], named: str
):
    before = (await web.get("/admin/account", headers=admin)).json()
    refused = await web.patch("/admin/account", json=change, headers=admin)
    assert refused.status_code == 422
    assert named in json.dumps(refused.json(), ensure_ascii=False)
    assert (await web.get("/admin/account", headers=admin)).json() == before


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, "rejected"),
        ({"timezone": "Mars/Olympus"}, "bad_setting"),
        ({"country": "XX"}, "bad_setting"),
        ({"timezone": None}, "bad_setting"),
        ({"burst_scale": None}, "bad_setting"),
        ({"salesbot_id": 5}, "bad_setting"),
        ({"hours": {"week": {"someday": []}}}, "invalid_hours"),
        ({"hours": {"holidays": "ZZ"}}, "invalid_hours"),
        ({"agenda": {"slot_minutes": 1}}, "invalid_agenda"),
        ({"agenda": {"other": 1}}, "invalid_agenda"),
        ({"locale": "fr"}, "invalid_request"),
        ({"sla_minutes": 0}, "invalid_request"),
        ({"window": 99}, "invalid_request"),
        ({"escalations": 99}, "invalid_request"),
    ],
)
async def test_what_cannot_be_is_refused_whole(web: httpx.AsyncClient, admin: Key, change: dict[str, Any], code: str):
    before = (await web.get("/admin/account", headers=admin)).json()
    together = {**change, "business_name": "Nova"} if change else change
    answer = await web.patch("/admin/account", json=together, headers=admin)
    assert error_of(answer, 422)["code"] == code
    assert (await web.get("/admin/account", headers=admin)).json() == before


async def test_a_change_is_audited_with_who_made_it(web: httpx.AsyncClient, admin: Key, database: Database):
    await web.patch("/admin/account", json={"areas": ["vendas"]}, headers=admin)
    row = await database.fetchrow("select who, details from event_log where what = 'account_changed'")
    assert row is not None
    assert (row["who"], json.loads(row["details"])) == ("the admin", {"settings": {"areas": ["vendas"]}})


async def test_a_key_is_made_shown_once_used_listed_and_revoked(web: httpx.AsyncClient, admin: Key, database: Database):
    made = (await web.post("/admin/keys", json={"label": "n8n", "scopes": ["node"]}, headers=admin)).json()
    mine = {"X-API-Key": made["key"]}
    assert (await web.get("/vendedores", headers=mine)).status_code == httpx.codes.OK
    assert error_of(await web.get("/admin/keys", headers=mine), 403)
    listed = (await web.get("/admin/keys", headers=admin)).json()["keys"]
    assert [(one["id"], one["label"], one["scopes"]) for one in listed][-1] == (made["id"], "n8n", ["node"])
    assert made["key"] not in json.dumps(listed)
    assert (await web.delete(f"/admin/keys/{made['id']}", headers=admin)).status_code == httpx.codes.NO_CONTENT
    assert error_of(await web.get("/vendedores", headers=mine), 401)
    assert error_of(await web.delete(f"/admin/keys/{made['id']}", headers=admin), 404)
    audit = await database.fetch("select who, what from event_log where what like 'key_%' order by id")
    assert [tuple(row) for row in audit][-2:] == [("the admin", "key_added"), ("the admin", "key_revoked")]


async def test_the_last_key_with_the_scope_admin_stays(web: httpx.AsyncClient, admin: Key, reader: Key):
    keys = (await web.get("/admin/keys", headers=admin)).json()["keys"]
    last = next(one["id"] for one in keys if "admin" in one["scopes"])
    assert error_of(await web.delete(f"/admin/keys/{last}", headers=admin), 409)["code"] == "last_admin_key"
    made = (await web.post("/admin/keys", json={"label": "next", "scopes": ["admin"]}, headers=admin)).json()
    assert (await web.delete(f"/admin/keys/{last}", headers={"X-API-Key": made["key"]})).is_success


async def test_keys_come_page_by_page(web: httpx.AsyncClient, admin: Key):
    for number in range(4):
        await web.post("/admin/keys", json={"label": f"k{number}", "scopes": ["read"]}, headers=admin)
    found: list[str] = []
    cursor: int | None = 0
    while cursor is not None:
        page = (await web.get("/admin/keys", params={"limit": 2, "cursor": cursor}, headers=admin)).json()
        found += [one["label"] for one in page["keys"]]
        cursor = page["cursor"]
    assert found == ["the admin", "k0", "k1", "k2", "k3"]


async def test_nothing_of_another_account_is_seen_or_changed(
    web: httpx.AsyncClient, admin: Key, stranger: Key, account: Account
):
    await web.patch("/admin/account", json={"business_name": "Deles"}, headers=stranger)
    assert (await web.get("/admin/account", headers=admin)).json()["business_name"] is None
    mine = (await web.get("/admin/keys", headers=admin)).json()["keys"][0]["id"]
    assert error_of(await web.delete(f"/admin/keys/{mine}", headers=stranger), 404)
