"""What the doctor tells of the model: against a real HTTP server on loopback."""

import asyncio
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
import pytest_asyncio

from app.agents.probe import ModelLines
from app.domain.checkup import Line, Status

KEY = "sk-in-the-clear"
Answers = Callable[[str], tuple[int, str]]


def a_provider(head: str) -> tuple[int, str]:
    """One that lists its models to whoever has the key."""
    if f"Bearer {KEY}" not in head:
        return 401, '{"error": "sk-in-the-clear"}'
    if not head.startswith("GET /v1/models "):
        return 404, "{}"
    return 200, '{"data": [{"id": "small"}, {"id": "large"}]}'


@pytest_asyncio.fixture
async def address() -> AsyncIterator[str]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        status, body = a_provider((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n{body}".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def look(base: str | None, key: str | None, model: str | None) -> Line:
    async with httpx.AsyncClient(trust_env=False) as http:
        (line,) = await ModelLines(base, key, model, http).look()
    assert KEY not in line.message + line.todo
    return line


async def test_without_a_model_it_says_what_answers_and_what_to_set():
    line = await look(None, None, None)
    assert line.status is Status.NOT_CONFIGURED
    assert "OPENAI_API_KEY" in line.todo


@pytest.mark.parametrize(
    ("path", "key", "model", "status", "todo"),
    [
        ("/v1", KEY, "small", Status.OK, ""),
        ("/v1/", KEY, None, Status.OK, ""),
        ("/v1", KEY, "huge", Status.FAILED, "PONTE_MODEL"),
        ("/v1", "wrong", "small", Status.FAILED, "OPENAI_API_KEY"),
        ("/v1", None, "small", Status.FAILED, "OPENAI_API_KEY"),
        ("", KEY, "small", Status.FAILED, "/v1"),
    ],
)
async def test_key_address_and_model_are_looked_at(
    address: str, path: str, key: str | None, model: str | None, status: Status, todo: str
):
    line = await look(address + path, key, model)
    assert line.status is status, line
    assert todo in line.todo


async def test_nobody_at_the_address_is_a_line():
    assert (await look("http://127.0.0.1:1/v1", KEY, "small")).status is Status.FAILED
