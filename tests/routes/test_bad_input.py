"""What bad input gets: an answer that fits, never a 500, and nothing lost that came with the right secret."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from app.store.accounts import Account
from app.store.database import Database
from app.wiring import House
from tests.builders import a_kommo_body
from tests.house import conversation_of, line_of, work_off
from tests.routes.calls import OUTSIDE, counted, error_of, knock

MIB = 1 << 20
Key = dict[str, str]


async def in_pieces(size: int) -> AsyncIterator[bytes]:
    """A body without a Content-Length."""
    for _ in range(size // 4096):
        yield b"a" * 4096


@pytest.mark.parametrize("size", [MIB + 4096, 8 * MIB])
@pytest.mark.parametrize("is_chunked", [False, True], ids=["declared", "chunked"])
async def test_a_body_over_one_mebibyte_is_refused_and_not_stored(
    web: httpx.AsyncClient, account: Account, database: Database, hook_secret: str, *, size: int, is_chunked: bool
):
    content = in_pieces(size) if is_chunked else b"a" * size
    for _ in range(5):
        answer = await web.post(f"/webhooks/kommo/{hook_secret}", content=content)
        assert error_of(answer, 413)["code"] == "too_large"
        content = in_pieces(size) if is_chunked else content
    assert await database.fetchval("select count(*) from deliveries") == 0


@pytest.mark.parametrize("path", ["/send-response", "/bot-control", "/vendedor/comandos"])
@pytest.mark.parametrize("is_chunked", [False, True], ids=["declared", "chunked"])
async def test_no_other_door_takes_a_larger_body_either(
    web: httpx.AsyncClient, node: Key, path: str, *, is_chunked: bool
):
    content = in_pieces(8 * MIB) if is_chunked else b" " * (8 * MIB)
    answer = await web.post(path, content=content, headers={**node, "content-type": "application/json"})
    assert error_of(answer, 413)["code"] == "too_large"


async def test_a_body_of_exactly_one_mebibyte_is_taken(web: httpx.AsyncClient, account: Account, hook_secret: str):
    assert (await knock(web, f"kommo/{hook_secret}", b"a=" + b"a" * (MIB - 2))).status_code == 200


async def test_a_message_without_a_chat_is_kept_and_starts_nothing(
    web: httpx.AsyncClient, house: House, account: Account, hook_secret: str
):
    assert (await knock(web, f"kommo/{hook_secret}", a_kommo_body(chat_id=""))).status_code == 200
    assert await work_off(house) == []
    assert await house.database.fetchval("select state from deliveries") == "decoded"
    assert await house.database.fetchval("select count(*) from conversations") == 0


async def test_the_same_body_fifty_times_at_once_is_fifty_successes_and_one_turn(
    web: httpx.AsyncClient, house: House, account: Account, hook_secret: str
):
    body = a_kommo_body()
    answers = await asyncio.gather(*(knock(web, f"kommo/{hook_secret}", body) for _ in range(50)))
    assert {answer.status_code for answer in answers} == {200}
    await work_off(house, but=OUTSIDE)
    assert await house.database.fetchval("select count(*) from deliveries") == 1
    assert await house.database.fetchval("select count(*) from turns") == 1
    assert len(await line_of(house.database)) == 1


async def test_what_does_not_come_from_this_account_is_quarantined_and_counted(
    web: httpx.AsyncClient, house: House, account: Account, admin: Key, hook_secret: str
):
    before = await counted(web, admin, "ponte_webhooks_total", channel="kommo", outcome="quarantined")
    body = a_kommo_body().replace(b"30100200", b"30100999")
    answer = await knock(web, f"kommo/{hook_secret}", body)
    assert answer.json() == {"status": "quarantined", "reason": "foreign_account"}
    assert await work_off(house) == []
    assert await house.database.fetchval("select body from deliveries where state = 'quarantined'") == body
    assert await house.database.fetchval("select count(*) from conversations") == 0
    assert (await web.get("/stats", headers=admin)).json()["quarantined"] == 1
    assert await counted(web, admin, "ponte_webhooks_total", channel="kommo", outcome="quarantined") == before + 1


async def test_a_large_body_that_the_door_left_to_the_worker_is_read_there(
    web: httpx.AsyncClient, house: House, account: Account, hook_secret: str
):
    body = a_kommo_body() + b"&" + b"&".join(b"leads[update][%d][id]=%d" % (n, n + 1) for n in range(5_000))
    answer = await knock(web, f"kommo/{hook_secret}", body)
    assert answer.json() == {"status": "raw", "reason": "too many fields"}
    await work_off(house, but=OUTSIDE)
    assert await house.database.fetchval("select state from deliveries") == "decoded"
    assert len(await line_of(house.database)) == 1
    assert await conversation_of(house.database)
