"""POST /contacts/profile and PATCH /admin/contacts/profile: who may look, who may put right, and what is refused."""

from typing import Any

import httpx
import pytest
import pytest_asyncio

from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_channel_event
from tests.house import deliver, work_off
from tests.routes.calls import error_of

Key = dict[str, str]


@pytest_asyncio.fixture(autouse=True)
async def maria(house: House, account: Account) -> None:
    """Maria has written."""
    await deliver(house.database, account, a_channel_event("Quanto custa?", author_name="Maria"))
    await work_off(house, but=("send", "crm"))


async def profile(web: httpx.AsyncClient, key: Key, **whom: Any) -> httpx.Response:
    return await web.post("/contacts/profile", json=whom or {"contact_id": "501"}, headers=key)


async def test_a_node_sees_what_is_known_and_where_it_is_from(web: httpx.AsyncClient, node: Key):
    body = (await profile(web, node)).json()
    assert (body["contact_ids"], body["name"]["value"], body["name"]["source"]) == (["501"], "Maria", "channel")
    assert body["place"] is None
    assert [one["topic"] for one in body["topics"]] == ["price"]
    assert body["consent"] == {"consent": "unknown", "source": "", "at": None}


async def test_an_administrator_puts_right_and_others_may_not(
    web: httpx.AsyncClient, admin: Key, node: Key, reader: Key
):
    change = {"contact_id": "501", "name": "Maria Souza", "language": "es"}
    for key in (node, reader):
        error_of(await web.patch("/admin/contacts/profile", json=change, headers=key), 403)
    error_of(await profile(web, reader), 403)
    changed = (await web.patch("/admin/contacts/profile", json=change, headers=admin)).json()
    assert (changed["name"]["source"], changed["language"]["value"]) == ("corrected", "es")
    gone = {"contact_id": "501", "name": None}
    assert (await web.patch("/admin/contacts/profile", json=gone, headers=admin)).json()["name"] is None
    assert (await profile(web, node)).json()["language"]["value"] == "es"


async def test_who_is_not_known_and_what_is_no_fact_are_said(web: httpx.AsyncClient, admin: Key, stranger: Key):
    error_of(await profile(web, admin, contact_id="999"), 404)
    error_of(await profile(web, admin, phone="+5511955554444"), 404)
    error_of(await profile(web, stranger), 404)
    for wrong in ({"phone": "Maria"}, {"contact_id": "501", "phone": "+5511955554444"}):
        error_of(await profile(web, admin, **wrong), 422)
    for wrong in ({"name": "+55 11 98765-4321"}, {"language": "fr"}, {}):
        body = {"contact_id": "501", **wrong}
        error_of(await web.patch("/admin/contacts/profile", json=body, headers=admin), 422)


@pytest.mark.parametrize("how", ["none", "by_contact", "by_phone"])
async def test_how_profiles_are_kept_is_a_setting(web: httpx.AsyncClient, admin: Key, how: str):
    changed = await web.patch("/admin/account", json={"profiles": how}, headers=admin)
    assert changed.json()["profiles"] == how
    assert (await profile(web, admin)).status_code == (404 if how == "none" else 200)
    error_of(await web.patch("/admin/account", json={"profiles": "all"}, headers=admin), 422)
