"""Who may call tools: a key and the token of an open turn of the same account, by a name that is ours."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from app.domain.ids import AccountId
from app.domain.turn_tokens import TurnTokens
from app.mcp.hosts import Hosts
from app.store.accounts import NewAccount
from app.wiring import House
from tests.mcp.conftest import KEY, Door

LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
HEADERS = {"Accept": "application/json, text/event-stream", "X-API-Key": KEY}
OLD = datetime(2026, 1, 1, tzinfo=UTC)


async def post(address: str, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False, headers={"Accept": HEADERS["Accept"], **headers}) as http:
        return await http.post(address, json=LIST)


async def test_without_key_or_token_and_with_a_stale_foreign_or_forged_one_it_is_the_same_401(door: Door, house: House):
    other = NewAccount("Outra Loja", "kommo", "30100999", "http://127.0.0.1:9", "token", "hook-of-another")
    await house.accounts.add_key(await house.accounts.connect(other), "ponte-other", label="other", scopes=["admin"])
    good, key = door.address(), {"X-API-Key": KEY}
    forged = TurnTokens(["another installation's key"]).mint(door.turn)
    refused = [
        await post(good),
        await post(good, **{"X-API-Key": "wrong"}),
        await post(good, Authorization=f"Basic {KEY}"),
        await post(good, **{"X-API-Key": "ponte-other"}),
        await post(door.address(expires_at=OLD), **key),
        await post(door.address(account_id=AccountId(999)), **key),
        await post(f"{door.url}/mcp/{forged}", **key),
        await post(good[:-1] + ("A" if good[-1] != "A" else "B"), **key),
        await post(f"{door.url}/mcp/x", **key),
        await post(f"{door.url}/mcp", **key),
        await post(f"{door.url}/mcp/", **key),
        await post(f"{door.url}/mcp"),
    ]
    assert {answer.status_code for answer in refused} == {401}
    assert len({answer.content for answer in refused}) == 1
    error = refused[0].json()["error"]
    assert error["code"] == "unauthorised"
    assert "mcp_url" in error["hint"]
    assert (await post(good, **key)).status_code == 200


async def test_a_key_that_may_only_read_may_not_use_tools(door: Door, house: House):
    await house.accounts.add_key(door.turn.account_id, "ponte-reader", label="reader", scopes=["read"])
    assert (await post(door.address(), **{"X-API-Key": "ponte-reader"})).status_code == 403


async def test_a_token_is_good_until_its_very_deadline(door: Door):
    soon = datetime.now(UTC) + timedelta(seconds=30)
    assert (await post(door.address(expires_at=soon), **{"X-API-Key": KEY})).status_code == 200


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}])
async def test_a_page_that_calls_us_by_its_own_name_is_refused(door: Door, headers: dict[str, str]):
    answer = await post(door.address(), **{"X-API-Key": KEY, **headers})
    assert answer.status_code == 421
    assert answer.json()["error"]["code"] == "wrong_host"
    assert "PUBLIC_URL" in answer.json()["error"]["hint"]


def test_our_own_address_and_loopback_are_ours_on_any_port():
    hosts = Hosts(["https://bot.example.com/base"])
    known = ("bot.example.com", "Bot.Example.com:443", "localhost:8000", "127.0.0.1:9", "[::1]:8000", "localhost")
    assert all(hosts.has(host) for host in known)
    strange = ("", "example.com", "bot.example.com.evil.example", "evil.example:8000", "user@evil.example", "[::1")
    assert not any(hosts.has(host) for host in strange)
    assert hosts.is_origin("")
    assert hosts.is_origin("http://localhost:5678")
    assert not hosts.is_origin("null")
