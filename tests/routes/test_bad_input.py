"""What bad input gets: an answer that fits, never a 500, and nothing lost that came with the right secret."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import quote

import httpx
import pytest

from app.store.accounts import Account
from app.store.database import Database
from app.wiring import House
from tests.builders import a_kommo_body
from tests.house import conversation_of, jobs_of, line_of, state_of, work_off
from tests.routes.calls import OUTSIDE, counted, error_of, knock, talk

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


def text_of(value: str) -> bytes:
    """A good body whose text is this, escaped or broken as it stands."""
    return a_kommo_body("WORDS").replace(b"WORDS", value.encode())


UNREADABLE = {
    "60,000 fields": b"account[id]=30100200&" + b"&".join(b"f%d=1" % number for number in range(60_000)),
    "20,000 levels": b"account[id]=30100200&a" + b"[a]" * 20_000 + b"=1",
    "JSON": b'{"account": {"id": 30100200}, "text": "a=b"}',
    "XML": b"<account id='30100200'/>",
    "nothing": b"",
    "binary": bytes(range(256)) * 16,
    "a broken escape": text_of("100%zz"),
    "an escape cut off": text_of("ol%C3%A") + b"%",
    "Latin-1": text_of(quote("olá, qual o preço?", encoding="latin-1")),
    "raw Latin-1": a_kommo_body("WORDS").replace(b"WORDS", "preço".encode("latin-1")),
    "UTF-16": a_kommo_body().decode().encode("utf-16"),
    "a value that is a group too": b"account[id]=30100200&message[add]=1&message[add][0][id]=2",
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE.keys())
async def test_what_cannot_be_read_is_kept_as_it_came_acknowledged_and_quarantined(
    web: httpx.AsyncClient, house: House, account: Account, admin: Key, hook_secret: str, *, body: bytes
):
    answer = await knock(web, f"kommo/{hook_secret}", body)
    assert answer.status_code == 200, answer.text
    assert await house.database.fetchval("select body from deliveries") == body
    await work_off(house, but=OUTSIDE)
    row = await house.database.fetchrow("select state, body, reason from deliveries")
    assert row
    assert (row["state"], row["body"]) == ("quarantined", body)
    assert row["reason"]
    assert (await web.get("/stats", headers=admin)).json()["quarantined"] == 1


READABLE = {
    "an index of a million millions": a_kommo_body("Oi, qual o preço?").replace(b"%5B0%5D", b"%5B1000000000000%5D"),
    "an index of a thousand digits": a_kommo_body("Oi, qual o preço?").replace(b"%5B0%5D", b"[%s]" % (b"9" * 400)),
    "NUL, escaped": text_of("Oi,%00+qual+o+pre%C3%A7o?%00"),
    "NUL, raw": text_of("Oi,\x00+qual+o+pre%C3%A7o?"),
    "another charset announced": a_kommo_body("Oi, qual o preço?"),
}


@pytest.mark.parametrize("body", READABLE.values(), ids=READABLE.keys())
async def test_what_is_odd_but_can_be_read_is_answered(
    web: httpx.AsyncClient, house: House, account: Account, hook_secret: str, *, body: bytes
):
    kind = "application/x-www-form-urlencoded; charset=iso-8859-1"
    answer = await knock(web, f"kommo/{hook_secret}", body, **{"content-type": kind})
    assert (answer.status_code, answer.json()["status"]) == (200, "decoded")
    await work_off(house, but=OUTSIDE)
    assert await house.database.fetchval("select text from mensagens where author = 'customer'") == "Oi, qual o preço?"
    assert len(await line_of(house.database)) == 1


ODD_MESSAGES: dict[str, dict[str, str]] = {
    "no lead": {"entity_id": "", "entity_type": ""},
    "a lead that is none": {"entity_id": "abc", "entity_type": "lead"},
    "no text": {"text": ""},
    "no text and a voice message": {"text": "", "message_type": "voice"},
    "an unknown message_type": {"message_type": "hologram"},
    "64 KB of text": {"text": "preço? " * 9_362},
    "64 KB in one word": {"text": "ç" * 32_768},
    "no time": {"created_at": ""},
    "an absurd time": {"created_at": "9" * 400},
    "no contact": {"contact_id": ""},
    "no id": {"id": ""},
    "an id of 20 KB": {"id": "x" * 20_000},
    "no type": {"type": ""},
}


@pytest.mark.parametrize("fields", ODD_MESSAGES.values(), ids=ODD_MESSAGES.keys())
async def test_an_odd_message_is_taken_and_gets_one_turn(
    web: httpx.AsyncClient, house: House, account: Account, admin: Key, hook_secret: str, *, fields: dict[str, str]
):
    number = await talk(web, house, hook_secret, a_kommo_body(**{"text": "Oi, qual o preço?", **fields}))
    turns = await house.database.fetch("select state from turns")
    assert len(turns) == 1
    assert (await state_of(house.database, number)).messages
    for path in ("/stats", "/conversations/active", f"/debug/conversations?id={number}", "/metrics"):
        assert (await web.get(path, headers=admin)).status_code == 200
    assert await jobs_of(house.database) in ([], ["send"], ["send", "crm"], ["crm", "send"])


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
