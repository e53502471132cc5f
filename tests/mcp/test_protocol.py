"""What MCP clients get: the SDK's own by both generations of the protocol, and n8n's with its own headers."""

import asyncio
from typing import Any

import httpx
import pytest

from app.services.tools.arguments import MODELS
from app.wiring import House
from tests.house import state_of
from tests.mcp.conftest import KEY, Door

# As n8n's node sends them: no event-stream, and the versions that its SDK speaks.
N8N = {"Accept": "application/json", "Content-Type": "application/json", "X-API-Key": KEY}
Json = dict[str, Any]


def asked(method: str, **params: Any) -> Json:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_the_sdks_client_lists_and_calls_the_tools(door: Door, house: House, mode: str):
    async with door.client(mode=mode) as client:
        listed = await client.list_tools()
        assert {tool.name for tool in listed.tools} == set(MODELS)
        answer = await client.call_tool("hand_over", {"summary": "Quer visita"})
    assert not answer.is_error
    assert answer.structured_content == {"ok": True}
    assert "action none" in answer.content[0].text
    assert not (await state_of(house.database, door.turn.conversation_id)).bot_on


async def test_what_is_wrong_comes_back_as_an_error_that_says_what_to_do(door: Door):
    async with door.client() as client:
        for name, arguments in (("pause_bot", {"minutes": "soon"}), ("book_flight", {})):
            answer = await client.call_tool(name, arguments)
            assert answer.is_error
            assert answer.structured_content["ok"] is False
            assert answer.content[0].text


async def test_a_bearer_is_as_good_as_the_header(door: Door):
    async with door.client(Authorization=f"Bearer {KEY}") as client:
        assert (await client.list_tools()).tools


async def test_n8ns_client_initialises_lists_and_calls_without_a_session(door: Door):
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "n8n", "version": "1"}}
    async with httpx.AsyncClient(headers=N8N, trust_env=False) as http:
        begun = await http.post(door.address(), json=asked("initialize", **hello))
        assert begun.json()["result"]["serverInfo"]["name"] == "ponte"
        assert "mcp-session-id" not in begun.headers
        noted = await http.post(door.address(), json={"jsonrpc": "2.0", "method": "notifications/initialized"})
        assert noted.status_code == 202
        assert (await http.get(door.address(), headers={"Accept": "text/event-stream"})).status_code == 405
        version = {"mcp-protocol-version": "2025-06-18"}
        listed = await http.post(door.address(), json=asked("tools/list"), headers=version)
        assert len(listed.json()["result"]["tools"]) == len(MODELS)
        called = asked("tools/call", name="lookup_knowledge", arguments={"question": "preço"})
        answer = (await http.post(door.address(), json=called, headers=version)).json()["result"]
        assert answer["isError"] is False
        assert answer["content"][0]["type"] == "text"


async def test_a_dry_turn_changes_nothing_and_says_so(door: Door, house: House):
    async with httpx.AsyncClient(headers=N8N, trust_env=False) as http:
        called = asked("tools/call", name="hand_over", arguments={})
        answer = await http.post(door.address(dry_run=True), json=called)
    assert answer.json()["result"]["structuredContent"]["dry_run"] is True
    assert (await state_of(house.database, door.turn.conversation_id)).bot_on


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"[1]", b'"x"', b"null", b'{"jsonrpc":"2.0","id":1}', b"\xff\xfe"])
async def test_a_body_that_is_no_request_is_refused_and_breaks_nothing(door: Door, body: bytes):
    async with httpx.AsyncClient(headers=N8N, trust_env=False, timeout=60) as http:
        assert (await http.post(door.address(), content=body)).status_code == 400
        assert (await http.post(door.address(), json=asked("tools/list"))).status_code == 200


async def test_a_body_that_is_too_large_is_refused(door: Door):
    async with httpx.AsyncClient(headers=N8N, trust_env=False) as http:
        body = asked("tools/call", name="add_note", arguments={"text": "x" * 300_000})
        assert (await http.post(door.address(), json=body)).status_code == 413


async def test_many_calls_at_once_are_answered_each_with_its_own(door: Door):
    async with httpx.AsyncClient(headers=N8N, trust_env=False) as http:

        async def call(number: int) -> Json:
            body = {**asked("tools/call", name="set_tags", arguments={"tags": [f"t{number}"]}), "id": number}
            return (await http.post(door.address(), json=body)).json()

        answers = await asyncio.gather(*(call(number) for number in range(30)))
    assert [answer["id"] for answer in answers] == list(range(30))
    assert not any(answer["result"]["isError"] for answer in answers)
