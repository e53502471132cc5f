"""PUT /admin/conversations/{id}/lead: a person says which lead is meant, and what was held for it is written."""

import httpx
import pytest
import pytest_asyncio

from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_kommo_body
from tests.house import jobs_of
from tests.routes.calls import error_of, talk

Key = dict[str, str]


@pytest_asyncio.fixture
async def number(web: httpx.AsyncClient, house: House, account: Account, hook_secret: str) -> int:
    """A conversation whose lead nobody knows."""
    return await talk(web, house, hook_secret, a_kommo_body(entity_id="", entity_type=""))


async def test_the_lead_is_kept_written_to_and_in_the_audit(
    web: httpx.AsyncClient, house: House, admin: Key, number: int
):
    await house.database.execute("delete from queue.pgqueuer")
    answer = await web.put(f"/admin/conversations/{number}/lead", json={"lead_id": 41800001}, headers=admin)
    assert (answer.status_code, answer.content) == (204, b"")
    assert await house.database.fetchval("select lead_id from conversations") == "41800001"
    assert await jobs_of(house.database) == ["crm"]
    audit = await house.database.fetchrow("select who, why from event_log where what = 'named_lead'")
    assert tuple(audit or ()) == ("the admin", "41800001")


@pytest.mark.parametrize("lead", ["", "two words 1", "none", "1\x00", None, ["1"]])
async def test_what_is_no_id_is_refused(web: httpx.AsyncClient, house: House, admin: Key, number: int, *, lead: object):
    answer = await web.put(f"/admin/conversations/{number}/lead", json={"lead_id": lead}, headers=admin)
    assert error_of(answer, 422)
    assert await house.database.fetchval("select lead_id from conversations") is None


async def test_a_conversation_of_nobody_or_of_others_is_not_found(
    web: httpx.AsyncClient, admin: Key, stranger: Key, number: int
):
    for key, wrong in ((admin, number + 1), (stranger, number)):
        answer = await web.put(f"/admin/conversations/{wrong}/lead", json={"lead_id": "1"}, headers=key)
        assert error_of(answer, 404)
