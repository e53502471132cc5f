"""WhatsApp's client and channel against the simulated vendor, which refuses what Meta's pages do not allow."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.channels.guard import Bounds, Refused
from app.channels.whatsapp.adapter import WhatsAppChannel
from app.channels.whatsapp.client import WhatsAppClient, home_of
from app.channels.whatsapp.client.messages import Button, File, Row, Section
from app.domain.account import Connection, Lane
from app.domain.errors import AppError, NeedsHuman, NotStarted, NotTaken, OutcomeUnknown, Rejected, Retryable
from app.domain.ids import ChatId
from app.domain.messages import Address
from app.domain.ports import Slot
from app.domain.templates import Approved
from tests.channels.whatsapp.conftest import MARIA, GrantingGovernor, Phone

TO = Address(ChatId(MARIA))
BOUNDS = Bounds(largest=1 << 20, types=("image/",))
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def fresh() -> Slot:
    return Slot(time.monotonic(), 5.0)


async def send(channel: WhatsAppChannel, line: Connection, text: str = "Oi", to: Address = TO) -> str:
    sent = await channel.send(line, to, text, way="session", slot=fresh())
    assert (sent.way, sent.talk_id) == ("session", None)
    return str(sent.external_id)


async def test_a_text_goes_to_the_number_with_its_plus_without_a_preview(
    channel: WhatsAppChannel, line: Connection, phone: Phone
):
    await phone.order("people", phone=MARIA, wrote_seconds_ago=10)
    sent = await send(channel, line, "Veja https://example.com")
    [taken] = await phone.sent()
    assert taken["id"] == sent
    assert taken["body"] == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": f"+{MARIA}",
        "type": "text",
        "text": {"body": "Veja https://example.com", "preview_url": False},
    }


async def test_somebody_without_a_phone_is_written_to_by_their_id(
    channel: WhatsAppChannel, line: Connection, phone: Phone
):
    await send(channel, line, to=Address(ChatId("CO.88000111222333444")))
    [taken] = await phone.sent()
    assert taken["body"]["recipient"] == "CO.88000111222333444"
    assert "to" not in taken["body"]


async def test_buttons_lists_templates_and_media_are_as_meta_wants_them(
    client: WhatsAppClient, line: Connection, phone: Phone
):
    await phone.order("people", phone=MARIA, wrote_seconds_ago=10)
    await phone.order("templates", name="boas_vindas", places=2)
    three = [Button(str(n), f"Opção {n}") for n in range(3)]
    await client.send_buttons(line, MARIA, "Qual?", buttons=three, footer="Loja")
    rows = tuple(Row(str(n), f"Linha {n}", "mais") for n in range(10))
    parts = [Section("A", rows[:5]), Section("B", rows[5:])]
    await client.send_list(line, MARIA, "Qual?", button="Ver", sections=parts)
    await client.send_template(line, MARIA, "boas_vindas", language="pt_BR", values=["Maria", "Ana"])
    file = await client.upload(line, b"%PDF", mime="application/pdf", name="conta.pdf")
    await client.send_media(line, MARIA, "document", File(id=file, caption="A conta", name="conta.pdf"))
    await client.send_media(line, MARIA, "image", File(link="https://example.com/a.jpg"))
    assert [one["type"] for one in await phone.sent()] == [
        "interactive",
        "interactive",
        "template",
        "document",
        "image",
    ]
    await client.mark_read(line, "wamid.IN1", typing=True)


TOO_MUCH: list[Any] = [
    lambda client, line: client.send_text(line, MARIA, "x" * 4097),
    lambda client, line: client.send_text(line, MARIA, " "),
    lambda client, line: client.send_buttons(line, MARIA, "x" * 1025, buttons=[Button("1", "a")]),
    lambda client, line: client.send_buttons(line, MARIA, "?", buttons=[Button(str(n), "a") for n in range(4)]),
    lambda client, line: client.send_buttons(line, MARIA, "?", buttons=[Button("1", "a" * 21)]),
    lambda client, line: client.send_list(
        line, MARIA, "?", button="b", sections=[Section("A", tuple(Row(str(n), "r") for n in range(11)))]
    ),
    lambda client, line: client.send_list(
        line, MARIA, "?", button="b", sections=[Section("", (Row("1", "r"),)), Section("", (Row("2", "r"),))]
    ),
    lambda client, line: client.send_media(line, MARIA, "image", File()),
    lambda client, line: client.send_media(line, MARIA, "audio", File(id="7", caption="x")),
    lambda client, line: client.send_media(line, MARIA, "image", File(id="7", caption="x" * 1025)),
]


@pytest.mark.parametrize("too_much", TOO_MUCH)
async def test_what_whatsapp_would_not_take_is_refused_before_it_leaves(
    client: WhatsAppClient, phone: Phone, too_much: Any
):
    with pytest.raises(Rejected):
        await too_much(client, phone.connection)
    assert await phone.calls() == []


CODES = [
    (400, 131056, NotStarted, "pair_rate"),
    (400, 130429, NotStarted, "not_started"),
    (400, 80007, NotStarted, "not_started"),
    (503, 2, NotStarted, "not_started"),
    (500, 131016, NotStarted, "not_started"),
    (500, 131000, NotTaken, "not_taken"),
    (400, 1, NotTaken, "not_taken"),
    (500, 131999, OutcomeUnknown, "outcome_unknown"),
    (400, 131047, Rejected, "window_closed"),
    (400, 131026, Rejected, "unreachable"),
    (400, 131050, Rejected, "opted_out"),
    (400, 131049, Rejected, "held_back"),
    (400, 131062, Rejected, "needs_phone"),
    (404, 132001, Rejected, "template"),
    (400, 100, Rejected, "rejected"),
    (401, 190, NeedsHuman, "needs_human"),
    (403, 200, NeedsHuman, "needs_human"),
    (403, 368, NeedsHuman, "whatsapp_368"),
    (400, 131042, NeedsHuman, "whatsapp_131042"),
    (429, 7, NotStarted, "not_started"),
]


@pytest.mark.parametrize(("status", "code", "kind", "name"), CODES)
async def test_codes_are_classed(
    channel: WhatsAppChannel, phone: Phone, status: int, code: int, kind: type[AppError], name: str
):
    await phone.order("trouble", fault="refuse", status=status, code=code)
    with pytest.raises(AppError) as raised:
        await send(channel, phone.connection)
    assert (type(raised.value), raised.value.code) == (kind, name)
    assert MARIA not in raised.value.message + raised.value.hint
    assert await phone.sent() == []


async def test_the_pace_to_one_person_slows_nobody_else_down(
    channel: WhatsAppChannel, phone: Phone, governor: GrantingGovernor
):
    await phone.order("trouble", fault="refuse", code=131056)
    with pytest.raises(NotStarted) as raised:
        await send(channel, phone.connection)
    assert (raised.value.after, governor.slowed) == (timedelta(seconds=6), [])
    await phone.order("trouble", fault="refuse", code=130429, retry_after=7)
    with pytest.raises(NotStarted) as raised:
        await send(channel, phone.connection)
    assert (raised.value.after, governor.slowed) == (timedelta(seconds=7), [timedelta(seconds=7)])


async def test_a_burst_to_one_person_ends_at_the_pair_rate(channel: WhatsAppChannel, phone: Phone):
    for _ in range(45):
        await send(channel, phone.connection)
    with pytest.raises(NotStarted) as raised:
        await send(channel, phone.connection)
    assert raised.value.code == "pair_rate"


@pytest.mark.parametrize(("fault", "said"), [("error_500", 0), ("error_after", 1), ("lost", 1)])
async def test_a_send_without_a_clear_answer_is_unknown(
    channel: WhatsAppChannel, line: Connection, phone: Phone, fault: str, said: int
):
    await phone.order("trouble", fault=fault)
    with pytest.raises(OutcomeUnknown):
        await send(channel, line)
    assert len(await phone.sent()) == said
    assert not (await channel.read_back(line, TO, since=NOW)).complete


async def test_a_stale_slot_or_another_way_sends_nothing(channel: WhatsAppChannel, phone: Phone):
    with pytest.raises(NotStarted):
        await channel.send(phone.connection, TO, "Oi", way="session", slot=Slot(time.monotonic() - 9, 1.0))
    with pytest.raises(Rejected):
        await channel.send(phone.connection, TO, "Oi", way="talks", slot=fresh())
    assert await phone.calls() == []


async def test_an_attachment_is_fetched_by_its_id_under_our_key(
    channel: WhatsAppChannel, client: WhatsAppClient, line: Connection
):
    body = b"\x89PNG" + b"\x00" * 90
    media_id = await client.upload(line, body, mime="image/png", name="a.png")
    answer = await channel.download(line, f"media:{media_id}", bounds=BOUNDS)
    assert answer is not None
    assert (answer.content_type, answer.body) == ("image/png", body)
    assert await channel.download(line, "https://example.com/a.png", bounds=BOUNDS) is None
    with pytest.raises(AppError):
        await channel.download(line, f"media:{media_id}", bounds=replace(BOUNDS, largest=10))
    with pytest.raises(Refused):
        await channel.download(line, f"media:{media_id}", bounds=replace(BOUNDS, types=("audio/",)))
    with pytest.raises(AppError):
        await channel.download(line, "media:nothing", bounds=BOUNDS)


async def test_a_torn_attachment_is_fetched_again_another_time(
    channel: WhatsAppChannel, client: WhatsAppClient, phone: Phone
):
    media_id = await client.upload(phone.connection, b"\x89PNG1234", mime="image/png", name="a.png")
    await phone.order("trouble", fault="torn", what="media")
    with pytest.raises(Retryable):
        await channel.download(phone.connection, f"media:{media_id}", bounds=BOUNDS)
    assert await channel.download(phone.connection, f"media:{media_id}", bounds=BOUNDS) is not None


@pytest.mark.parametrize(
    "url", ["https://evil.example/a", "http://lookaside.fbsbx.com/a", "https://fbsbx.com.evil.example/a", "nonsense"]
)
def test_our_key_travels_to_whatsapps_hosts_only(url: str):
    home = home_of(Connection(1, "whatsapp", "1", "https://graph.facebook.com/v25.0", "t"))
    with pytest.raises(Refused):
        home.media(url)
    assert home.media("https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1").startswith(
        "https://lookaside"
    )
    other = home_of(Connection(1, "whatsapp", "1", "https://waba-v2.360dialog.io", "t"))
    assert other.media("https://lookaside.fbsbx.com/a/?mid=1") == "https://waba-v2.360dialog.io/a/?mid=1"
    assert (other.headers("key"), other.of_number("1", "messages")) == ({"D360-API-KEY": "key"}, "messages")


def test_no_address_of_an_attachment_moves_the_host_that_360dialogs_key_travels_to():
    home = home_of(Connection(1, "whatsapp", "1", "https://waba-v2.360dialog.io", "t"))
    for there in ("https://evil.example/a", "/a", "//evil.example/a"):
        assert home.media(there) == "https://waba-v2.360dialog.io/a"
    for there in ("https://evil.example", ""):
        assert home.media(there) == "https://waba-v2.360dialog.io/"
    for there in ("evil", ".evil.example/a", "@evil.example/a", ":8443/a", "mailto:a", "https:a", "-evil.example"):
        with pytest.raises(Refused):
            home.media(there)


@pytest.mark.parametrize(
    "base",
    [
        "https://graph.facebook.com",
        "https://graph.facebook.com.evil.example/v25.0",
        "http://graph.facebook.com/v25.0",
        "https://user@graph.facebook.com/v25.0",
        "https://graph.facebook.com/v25.0?x=1",
        "https://360dialog.io.evil.example",
        "https://waba-v2.360dialog.io/v1",
        "https://evil.example/v25.0",
        "https://[broken",
        "",
    ],
)
def test_an_address_that_is_not_whatsapps_gets_no_key(base: str):
    with pytest.raises(NeedsHuman):
        home_of(Connection(1, "whatsapp", "1", base, "t"))


async def test_a_number_is_known_by_its_id_and_a_wrong_key_is_told(channel: WhatsAppChannel, line: Connection):
    assert await channel.ping(line) == "900100200300"
    found = await channel.capabilities(line)
    assert (found.ways, found.sees_humans, found.reads_back) == (("session",), True, False)
    assert (await channel.look(line)).external_ref == "900100200300"
    with pytest.raises(NeedsHuman):
        await channel.ping(replace(line, token="wrong"))
    with pytest.raises(Rejected):
        await channel.ping(replace(line, external_ref=""))


async def test_approved_templates_are_named_once_and_sent_by_name(
    channel: WhatsAppChannel, line: Connection, phone: Phone
):
    for one in ({"language": "pt_BR"}, {"language": "es"}, {"name": "novo", "status": "PENDING"}):
        await phone.order("templates", **{"name": "boas_vindas", "places": 1, **one})
    knows = replace(line, token='{"token": "simulated-token", "waba_id": "100200300400500"}')
    assert await channel.approved_templates(knows) == ["boas_vindas"]
    await channel.run_template(line, TO, Approved("boas_vindas", "pt_BR", ("Maria",)), lane=Lane.PROACTIVE)
    [taken] = await phone.sent()
    assert (taken["body"]["to"], taken["failed"]) == (f"+{MARIA}", 0)
    for wrong in (Approved("boas_vindas", "en", ("Maria",)), Approved("boas_vindas", "pt_BR"), Approved(bot_id=1)):
        with pytest.raises(Rejected):
            await channel.run_template(line, TO, wrong)


async def test_whoever_gave_no_business_account_is_told_so(channel: WhatsAppChannel, phone: Phone):
    with pytest.raises(NeedsHuman) as raised:
        await channel.approved_templates(phone.connection)
    assert raised.value.code == "no_waba_id"


async def test_a_business_account_that_whatsapp_does_not_know_is_told_with_where_to_mend_it(
    channel: WhatsAppChannel, phone: Phone
):
    wrong = replace(phone.connection, token='{"token": "simulated-token", "waba_id": "999"}')
    with pytest.raises(Rejected) as raised:
        await channel.approved_templates(wrong)
    assert "WHATSAPP_WABA_ID" in raised.value.hint
    assert "simulated-token" not in raised.value.hint


async def test_two_hundred_and_fifty_templates_are_read_page_by_page(channel: WhatsAppChannel, phone: Phone):
    for n in range(250):
        await phone.order("templates", name=f"t{n}")
    knows = replace(phone.connection, token='{"token": "simulated-token", "waba_id": "100200300400500"}')
    assert len(await channel.approved_templates(knows)) == 250


async def test_360dialogs_webhook_is_set_at_once_and_shown_without_its_secret(channel: WhatsAppChannel, phone: Phone):
    assert await channel.subscribe(phone.dialog, "https://ponte.example.com/webhooks/whatsapp/hook_secret")
    for line in (phone.dialog, phone.connection):
        [hook] = await channel.hooks(line)
        assert (hook.is_ours, "hook_secret" in hook.destination) == (True, False)
