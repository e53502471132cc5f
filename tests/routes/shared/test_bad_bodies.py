"""Bodies that are broken, huge or odd, with the right secret: kept, acknowledged, read where that is possible."""

from urllib.parse import quote

import httpx
import pytest

from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_kommo_body, an_id
from tests.house import conversation_of, work_off
from tests.routes.calls import OUTSIDE, knock, talk

Key = dict[str, str]


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
    before = (await web.get("/stats", headers=admin)).json()["quarantined"]
    answer = await knock(web, f"kommo/{hook_secret}", body)
    assert answer.status_code == 200, answer.text
    assert await house.database.fetchval("select count(*) from deliveries where body = $1", body) == 1
    await work_off(house, but=OUTSIDE)
    row = await house.database.fetchrow("select state, reason from deliveries where body = $1", body)
    assert row
    assert row["state"] == "quarantined"
    assert row["reason"]
    assert (await web.get("/stats", headers=admin)).json()["quarantined"] == before + 1


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
    kind, chat = "application/x-www-form-urlencoded; charset=iso-8859-1", str(an_id("chat"))
    body = body.replace(b"=chat-1&", f"={chat}&".encode())
    answer = await knock(web, f"kommo/{hook_secret}", body, **{"content-type": kind})
    assert (answer.status_code, answer.json()["status"]) == (200, "decoded")
    await work_off(house, but=OUTSIDE)
    number = await conversation_of(house.database, chat)
    written = await house.database.fetch("select author, text from mensagens where conversation_id = $1", number)
    assert [tuple(row) for row in written if row["author"] == "customer"] == [("customer", "Oi, qual o preço?")]
    assert await house.database.fetchval("select count(*) from turns where conversation_id = $1", number) == 1


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
    chat = str(an_id("chat"))
    body = a_kommo_body(**{"text": "Oi, qual o preço?", "chat_id": chat, **fields})
    number = await talk(web, house, hook_secret, body, chat=chat)
    assert await house.database.fetchval("select count(*) from turns where conversation_id = $1", number) == 1
    for path in ("/stats", "/conversations/active", f"/debug/conversations?id={number}", "/metrics"):
        assert (await web.get(path, headers=admin)).status_code == 200
    assert await work_off(house, but=OUTSIDE) == []
