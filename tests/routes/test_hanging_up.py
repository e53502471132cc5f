"""A caller that hangs up in the middle of its body is an everyday thing, and no failure of ours."""

import asyncio
import logging
from urllib.parse import urlsplit

import httpx
import pytest

from app.store.accounts import Account
from app.store.database import Database


async def hang_up(url: str, path: str) -> None:
    """Promise a body of a hundred bytes, send nine, and go."""
    parts = urlsplit(url)
    _, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(f"POST {path} HTTP/1.1\r\nHost: ponte\r\nContent-Length: 100\r\n\r\nhalf=body".encode())
    await writer.drain()
    await asyncio.sleep(0.1)
    writer.close()
    await writer.wait_closed()


async def test_a_caller_who_hangs_up_stores_nothing_and_alarms_nobody(
    web: httpx.AsyncClient, account: Account, database: Database, hook_secret: str, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.ERROR):
        await hang_up(str(web.base_url), f"/webhooks/kommo/{hook_secret}")
        await web.get("/version")
    assert [record.name for record in caplog.records] == []
    assert await database.fetchval("select count(*) from deliveries") == 0
