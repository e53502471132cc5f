"""What the doctor tells of the model: against a real HTTP server on loopback."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from app.agents.models import Model
from app.agents.probe import ModelLines
from app.domain.checkup import Line, Status
from app.store.database import Database
from app.wiring import open_house
from tests.house import settings_for

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


async def look(*models: Model) -> list[Line]:
    async with httpx.AsyncClient(trust_env=False) as http:
        lines = list(await ModelLines(models, http).look())
    assert not any(KEY in line.message + line.todo for line in lines)
    return lines


async def test_without_a_model_it_says_what_answers_and_what_to_set():
    (line,) = await look()
    assert line.status is Status.NOT_CONFIGURED
    assert "OPENAI_API_KEY" in line.todo


@pytest.mark.parametrize(
    ("path", "key", "model", "status", "todo"),
    [
        ("/v1", KEY, "small", Status.OK, ""),
        ("/v1/", KEY, "large", Status.OK, ""),
        ("/v1", KEY, "huge", Status.FAILED, "PONTE_MODEL"),
        ("/v1", "wrong", "small", Status.FAILED, "OPENAI_API_KEY"),
        ("/v1", None, "small", Status.FAILED, "OPENAI_API_KEY"),
        ("", KEY, "small", Status.FAILED, "/v1"),
    ],
)
async def test_key_address_and_model_are_looked_at(
    address: str, path: str, key: str | None, model: str, status: Status, todo: str
):
    (line,) = await look(Model(model, address + path, key))
    assert (line.name, line.status) == ("model", status), line
    assert todo in line.todo


async def test_the_model_behind_the_first_has_a_line_of_its_own_with_its_own_settings(address: str):
    small = Model("small", f"{address}/v1", KEY)
    cases = [
        (Model("large", f"{address}/v1", KEY), Status.OK, ""),
        (Model("huge", f"{address}/v1", KEY), Status.FAILED, "PONTE_MODEL_FALLBACK"),
        (Model("large", f"{address}/v1", "wrong"), Status.FAILED, "OPENAI_FALLBACK_API_KEY"),
        (Model("large", "http://127.0.0.1:1/v1", KEY), Status.FAILED, "OPENAI_FALLBACK_BASE_URL"),
    ]
    for second, status, todo in cases:
        first, line = await look(small, second)
        assert (first.name, first.status) == ("model", Status.OK)
        assert (line.name, line.status) == ("model_fallback", status), line
        assert todo in line.todo
        assert second.name in line.message or "key" in line.message


@pytest.mark.parametrize("base", ["http://127.0.0.1:1/v1", "no address", "http://[::1/v1"])
async def test_nobody_at_the_address_is_a_line(base: str):
    (line,) = await look(Model("small", base, KEY))
    assert line.status is Status.FAILED
    assert "OPENAI_BASE_URL" in line.todo


async def test_the_doctor_looks_at_every_model_that_the_settings_name(
    database: Database, secret_key: str, address: str, tmp_path: Path
):
    named = {"ponte_model": "small", "ponte_model_fallback": "huge", "openai_api_key": SecretStr(KEY)}
    settings = settings_for(database.dsn, secret_key, openai_base_url=f"{address}/v1", ponte_data=tmp_path, **named)
    async with open_house(settings) as house:
        lines = {line.name: line for line in (await house.doors.doctor.report()).lines}
    assert (lines["model"].status, lines["model_fallback"].status) == (Status.OK, Status.FAILED)
    assert "huge" in lines["model_fallback"].message
