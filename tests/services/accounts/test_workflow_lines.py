"""The doctor knocks at the address that is asked for replies, and reads how old n8n's key is."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from app.channels.knock import HttpKnock
from app.domain.checkup import Line, Status
from app.domain.clock import FixedClock
from app.services.accounts.workflow_lines import WorkflowLines, key_line

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def key_of(**claims: object) -> str:
    middle = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"head.{middle}.signature"


@asynccontextmanager
async def answering(status: int, heard: list[str]) -> AsyncIterator[str]:
    """A server that answers everything so."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append((await reader.readline()).decode().split()[0])
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/webhook/ponte"


async def looked(url: str) -> Line:
    async with httpx.AsyncClient(verify=False, trust_env=False) as http:
        (line,) = await WorkflowLines(HttpKnock(http), FixedClock(NOW), reply_url=url, api_key=None).look()
    return line


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (204, Status.OK),  # n8n, of a workflow that is active
        (404, Status.OK),
        (405, Status.OK),
        (501, Status.OK),
        (502, Status.FAILED),
        (500, Status.FAILED),
    ],
)
async def test_any_answer_but_its_own_fault_is_somebody_and_no_workflow_runs(status: int, expected: Status):
    heard: list[str] = []
    async with answering(status, heard) as url:
        line = await looked(url)
    assert (line.name, line.status) == ("reply", expected), line
    assert heard == ["OPTIONS"]
    assert expected is Status.OK or line.todo


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/webhook/x", "http://nobody.invalid/webhook/x"])
async def test_nobody_there_is_told_with_what_to_do(url: str):
    line = await looked(url)
    assert line.status is Status.FAILED
    assert "N8N_REPLY_URL" in line.todo


async def test_what_is_not_set_is_no_line():
    async with httpx.AsyncClient(verify=False, trust_env=False) as http:
        assert await WorkflowLines(HttpKnock(http), FixedClock(NOW), reply_url=None, api_key=None).look() == []


@pytest.mark.parametrize(
    ("claims", "status", "words"),
    [
        ({"iat": (NOW - timedelta(days=9)).timestamp()}, Status.OK, "9 days old"),
        ({"iat": 1, "exp": (NOW + timedelta(days=90)).timestamp()}, Status.OK, "ends on 2027-02-20"),
        ({"exp": (NOW + timedelta(days=3)).timestamp()}, Status.FAILED, "ends on 2026-11-25"),
        ({"exp": (NOW - timedelta(days=3)).timestamp()}, Status.FAILED, "has ended"),
    ],
)
def test_the_age_of_n8ns_key_is_read_from_the_key(claims: dict[str, float], status: Status, words: str):
    line = key_line(key_of(**claims), NOW)
    assert line is not None
    assert (line.name, line.status) == ("n8n_key", status)
    assert words in line.message
    assert key_of(**claims) not in line.message + line.todo


@pytest.mark.parametrize(
    "key", ["", "n8n_api_xyz", "a.b.c", "a.é.c", key_of(iat="x", exp=True), key_of(exp=1e300), "a.W10.c"]
)
def test_a_key_that_does_not_tell_is_no_line(key: str):
    assert key_line(key, NOW) is None
