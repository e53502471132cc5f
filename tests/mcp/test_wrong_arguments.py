"""Whatever a model sends to a tool over HTTP is answered with a sentence it can act on, and never breaks the door."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from app.services.tools.arguments import MODELS
from tests.mcp.conftest import Door
from tests.mcp.test_protocol import N8N

REQUIRED: Mapping[str, Mapping[str, Any]] = {
    "hold_slot": {"slot": "2030-01-10T15:00"},
    "add_note": {"text": "Quer visita"},
    "set_tags": {"tags": ["quente"]},
    "lookup_knowledge": {"question": "preço"},
}
ODD: list[Any] = [None, True, 10**30, "x" * 5000, "\x00", "日本語😀é", [["x"]], {"a": 1}, "x@9999-12-31T23:59"]
# Without a word on what to do, or with what is none of a model's business.
POINTLESS = ("Traceback", "pydantic", "asyncpg", "http", "nobody knows whether")


def is_an_instruction(text: str) -> bool:
    told = (
        "Call ",
        "call ",
        "Correct them",
        "Ask ",
        "Say so",
        "Go on",
        "Write nothing",
        "answer with",
        "Answer",
        "Take",
    )
    told = (*told, "name no salesperson", "Do not invent", "is responsible for", "Offer these")
    return any(one in text for one in told) and not any(one in text for one in POINTLESS)


@pytest.mark.parametrize("tool", MODELS)
async def test_odd_arguments_of_every_kind_are_answered_with_what_to_do(door: Door, tool: str):
    async with door.client() as client:
        needed = REQUIRED.get(tool, {})
        named = [{**needed, name: odd} for name in MODELS[tool].model_fields for odd in ODD]
        for arguments in [{}, None, {**needed, "conversation_id": [7]}, *named]:
            answer = await client.call_tool(tool, arguments)
            assert is_an_instruction(answer.content[0].text), (arguments, answer.content[0].text)
            assert (answer.structured_content or {}).get("code") != "internal", arguments


BODIES = [
    b'{"name":"add_note","arguments":{"text":"\\ud83d oi","a\\u0000":1e999}}',
    b'{"name":"pause_bot","arguments":{"minutes":NaN}}',
    b'{"name":"pause_bot","arguments":{"minutes":1e400}}',
    b'{"name":"pause_bot","arguments":{"minutes":' + b"9" * 10_000 + b"}}",
    b'{"name":"add_note","arguments":{"text":' + b"[" * 5_000 + b"]" * 5_000 + b"}}",
    b'{"name":"add_note","arguments":{"text":"\xff\xfe"}}',
    b'{"name":"\\u0000","arguments":{}}',
    b"{}",
    b"[]",
    b"7",
]


@pytest.mark.parametrize("params", BODIES, ids=range(len(BODIES)))
async def test_a_call_that_is_hardly_one_is_refused_in_words_and_the_door_stays_open(door: Door, params: bytes):
    # A busy machine may take its time; the test itself has a limit.
    async with httpx.AsyncClient(headers=N8N, trust_env=False, timeout=None) as http:
        body = b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":' + params + b"}"
        answer = await http.post(door.address(), content=body)
        assert answer.status_code in (200, 400), answer.text
        said = answer.json()
        assert "result" in said or said["error"]["message"], said
        again = await http.post(door.address(), json={"jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {}})
        assert again.status_code == 200


CALLS: list[tuple[dict[str, Any], str]] = [
    ({"name": "cancel_booking", "arguments": [1]}, "one JSON object"),
    ({"name": "cancel_booking", "arguments": "12"}, "one JSON object"),
    ({"name": "cancel_booking", "arguments": "número 12"}, "schema of cancel_booking, correct them and call it again"),
    ({"name": "pause_bot", "arguments": True}, "one JSON object"),
    ({"name": 7, "arguments": {}}, "Call one of: seller_of, free_slots"),
    ({"arguments": {}}, "Call one of: seller_of, free_slots"),
    ({"name": "add_note", "arguments": '{"text": "Quer visita"}'}, "The note will be on the lead"),
    ({"name": "seller_of", "arguments": ""}, "responsible for this customer"),
]


@pytest.mark.parametrize(("params", "said"), CALLS)
async def test_arguments_that_are_no_object_are_read_as_the_one_they_spell_or_sent_back_with_what_to_do(
    door: Door, params: dict[str, Any], said: str
):
    async with httpx.AsyncClient(headers=N8N, trust_env=False, timeout=None) as http:
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        result = (await http.post(door.address(), json=body)).json()["result"]
    assert said in result["content"][0]["text"]
    assert result["isError"] is (said.startswith(("one", "schema", "Call")))
