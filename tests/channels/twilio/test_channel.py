"""Twilio's channel against the simulated vendor, and each of its requests against the vendor's contract."""

import base64
import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.channels.guard import Bounds, Guard, Refused
from app.channels.twilio.adapter import TwilioChannel
from app.channels.twilio.client import TwilioClient, home_of, status_callback
from app.domain.account import Connection
from app.domain.content import Content, Form
from app.domain.errors import AppError, NeedsHuman, NotStarted, OutcomeUnknown, Rejected
from app.domain.ids import ChatId, ExternalId
from app.domain.messages import Address, MessageKind
from app.domain.ports import Slot
from app.domain.templates import Approved
from tests.channels.twilio.conftest import ACCOUNT, MARIA, NUMBER, REF, TEMPLATE, GrantingGovernor, Phone

TO = Address(ChatId(MARIA))
PIXEL = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
PICTURE = {"base64": base64.b64encode(PIXEL).decode(), "mime": "image/png"}
HOOK = "https://ponte.example.com/webhooks/twilio/hook_x"


def lately() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=5)


async def send(channel: TwilioChannel, line: Connection, text: str = "Oi", to: Address = TO) -> str:
    sent = await channel.send(line, to, text, way="session", slot=Slot(time.monotonic(), 5.0))
    return str(sent.external_id)


async def test_words_go_to_the_customer_s_address_and_are_read_back(channel: TwilioChannel, phone: Phone):
    await phone.order("people", sender=f"+{MARIA}", wrote_seconds_ago=10)
    sid = await send(channel, phone.connection)
    await send(channel, phone.connection, "Outra", to=Address(ChatId("BR.77")))
    [first, second] = await phone.sent()
    assert (first["sid"], first["to"], first["from"]) == (sid, f"whatsapp:+{MARIA}", f"whatsapp:+{NUMBER}")
    assert second["to"] == "whatsapp:BR.77"
    seen = await channel.read_back(phone.connection, TO, since=lately())
    assert seen.complete
    assert [(one.external_id, one.text, one.has_failed) for one in seen.messages] == [(sid, "Oi", False)]
    assert not (await channel.read_back(phone.connection, TO, since=lately() + timedelta(hours=1))).messages


async def test_a_picture_goes_by_its_link_with_its_words_and_is_read_back_by_them(channel: TwilioChannel, phone: Phone):
    await phone.order("people", sender=f"+{MARIA}", wrote_seconds_ago=10)
    link = f"{phone.connection.base_url.removesuffix('/twilio')}/a.png"
    picture = Content(Form.IMAGE, "A loja.", link=link)
    slot = Slot(time.monotonic(), 5.0)
    sent = await channel.send(phone.connection, TO, picture.written, way="session", slot=slot, content=picture)
    [one] = await phone.sent()
    assert (one["body"], one["media_url"], one["num_media"]) == ("A loja.", link, "1")
    seen = await channel.read_back(phone.connection, TO, since=lately())
    assert [(one.external_id, one.text) for one in seen.messages] == [(sent.external_id, "A loja.")]


@pytest.mark.parametrize("link", ["https://10.0.0.1/a.png", "http://8.8.8.8/a.png", "https://127.0.0.1:1/a.png"])
async def test_a_link_that_we_would_not_call_is_not_given_to_the_vendor(
    channel: TwilioChannel, phone: Phone, link: str
):
    picture = Content(Form.IMAGE, "A loja.", link=link)
    slot = Slot(time.monotonic(), 5.0)
    with pytest.raises(Refused):
        await channel.send(phone.connection, TO, picture.written, way="session", slot=slot, content=picture)
    assert await phone.sent() == []


async def test_somebody_types_while_an_answer_is_on_its_way(channel: TwilioChannel, phone: Phone):
    heard = await phone.order("say", sender=f"+{MARIA}", text="Oi")
    for seen in (ExternalId(heard["sid"]), ExternalId(f"{heard['sid']}:1"), ExternalId("hash:1"), None):
        await channel.typing(phone.connection, TO, seen=seen)
    typed = (await phone.sandbox.http.get(f"/_sandbox/twilio/accounts/{ACCOUNT}/typing")).json()
    assert typed == [heard["sid"]] * 2


async def test_what_still_waits_is_read_back_too_and_a_long_chat_page_by_page(channel: TwilioChannel, phone: Phone):
    await phone.order("accounts", sid=ACCOUNT, number=NUMBER, stays_queued=True)
    for number in range(101):
        await send(channel, phone.connection, f"Linha {number}")
    seen = await channel.read_back(phone.connection, TO, since=lately())
    assert seen.complete
    assert {one.text for one in seen.messages} == {f"Linha {number}" for number in range(101)}


async def test_what_the_messenger_refused_afterwards_is_read_back_as_failed(channel: TwilioChannel, phone: Phone):
    await send(channel, phone.connection)  # the customer has never written
    [seen] = (await channel.read_back(phone.connection, TO, since=lately())).messages
    assert seen.has_failed


async def test_a_template_goes_by_its_content_sid_with_its_values(channel: TwilioChannel, phone: Phone):
    await phone.order("templates", sid=TEMPLATE, places=2)
    await channel.run_template(phone.connection, TO, Approved(TEMPLATE, "pt_BR", ("Maria", "dez")))
    [sent] = await phone.sent()
    assert (sent["content_sid"], sent["status"]) == (TEMPLATE, "delivered")
    for wrong in (Approved(TEMPLATE, "", ("Maria",)), Approved("boas_vindas"), Approved("HX" + "b" * 32)):
        with pytest.raises(Rejected) as told:
            await channel.run_template(phone.connection, TO, wrong)
        assert told.value.code == "template"


@pytest.mark.parametrize(
    ("status", "code", "error", "reason"),
    [
        (400, 63016, Rejected, "window_closed"),
        (400, 21610, Rejected, "opted_out"),
        (400, 63014, Rejected, "opted_out"),
        (400, 21211, Rejected, "unreachable"),
        (400, 63024, Rejected, "unreachable"),
        (400, 21617, Rejected, "too_long"),
        (400, 63013, Rejected, "rejected"),
        (400, 63018, NotStarted, ""),
        (503, 63012, NotStarted, ""),
        (400, 21611, NotStarted, ""),
        (400, 63007, NeedsHuman, "twilio_63007"),
        (401, 20003, NeedsHuman, ""),
        (500, 20500, OutcomeUnknown, ""),
    ],
)
async def test_a_refusal_is_told_in_our_words(
    channel: TwilioChannel, phone: Phone, *, status: int, code: int, error: type[AppError], reason: str
):
    await phone.order("trouble", fault="refuse", status=status, code=code)
    with pytest.raises(error) as told:
        await send(channel, phone.connection)
    assert type(told.value) is error
    assert not reason or told.value.code == reason
    assert MARIA not in str(told.value)


@pytest.mark.parametrize(("status", "code"), [(429, 20429), (429, 0), (400, 20429)])
async def test_too_many_calls_slow_everybody_down(
    channel: TwilioChannel, phone: Phone, governor: GrantingGovernor, status: int, code: int
):
    await phone.order("trouble", fault="refuse", status=status, code=code, retry_after=7)
    with pytest.raises(NotStarted):
        await send(channel, phone.connection)
    assert governor.slowed == [timedelta(seconds=7)]


@pytest.mark.parametrize("fault", ["error_500", "error_after", "lost", "torn"])
async def test_an_answer_that_is_lost_leaves_the_outcome_unknown(channel: TwilioChannel, phone: Phone, fault: str):
    await phone.order("trouble", fault=fault)
    with pytest.raises(OutcomeUnknown):
        await send(channel, phone.connection)
    seen = await channel.read_back(phone.connection, TO, since=lately())
    assert (len(seen.messages), seen.complete) == (0 if fault == "error_500" else 1, True)


async def test_too_long_or_empty_leaves_nothing(channel: TwilioChannel, phone: Phone):
    for text in ("x" * 1601, "  "):
        with pytest.raises(Rejected):
            await send(channel, phone.connection, text)
    with pytest.raises(NotStarted):
        await channel.send(phone.connection, TO, "Oi", way="session", slot=Slot(time.monotonic() - 9, 1.0))
    with pytest.raises(Rejected):
        await channel.send(phone.connection, TO, "Oi", way="other", slot=Slot(time.monotonic(), 5.0))
    assert await phone.sent() == []


async def test_what_no_webhook_told_is_found_with_its_attachments_under_the_same_ids(
    channel: TwilioChannel, phone: Phone
):
    first = await phone.order("say", sender=f"+{MARIA}", text="Olha", files=[PICTURE, PICTURE])
    second = await phone.order("say", sender="BR.77", text="Oi")
    await send(channel, phone.connection)
    found = {one.talk_id: one async for one in channel.missed(phone.connection, since=lately())}
    assert found.keys() == {MARIA, "BR.77"}
    assert [one.external_id for one in found["BR.77"].events] == [second["sid"]]
    pictures = found[MARIA].events
    assert [one.external_id for one in pictures] == [first["sid"], f"{first['sid']}:1"]
    assert [(one.message_kind, one.text) for one in pictures] == [
        *((MessageKind.PICTURE, "Olha"), (MessageKind.PICTURE, "")),
    ]
    later = datetime.now(UTC) + timedelta(hours=1)
    assert [one async for one in channel.missed(phone.connection, since=later)] == []
    earlier = lately() - timedelta(hours=1)
    assert [one async for one in channel.missed(phone.connection, since=earlier, until=lately())] == []


async def test_an_attachment_is_fetched_with_the_key_and_the_store_sees_none(channel: TwilioChannel, phone: Phone):
    await phone.order("say", sender=f"+{MARIA}", files=[PICTURE])
    [talk] = [one async for one in channel.missed(phone.connection, since=lately())]
    media = talk.events[0].media
    assert media is not None
    answer = await channel.download(phone.connection, media.link, bounds=Bounds(types=("image/",)))
    assert answer is not None
    assert (answer.body, answer.content_type) == (PIXEL, "image/png")
    with pytest.raises(Refused):
        await channel.download(phone.connection, media.link, bounds=Bounds(largest=10))
    for other in ("https://example.com/a.jpg", media.link + "?x=1", media.link.replace("/Media/", "/Other/")):
        assert await channel.download(phone.connection, other, bounds=Bounds()) is None


async def test_our_address_is_set_at_the_sender_and_shown_without_its_secret(channel: TwilioChannel, phone: Phone):
    assert await channel.hooks(phone.connection) == []
    assert await channel.subscribe(phone.connection, HOOK) == ["message", "status"]
    [hook] = await channel.hooks(phone.connection)
    assert (hook.is_ours, hook.destination) == (True, "https://ponte.example.com/webhooks/twilio/...")
    await channel.subscribe(phone.connection, "https://ponte.example.com/webhook")
    assert (await channel.hooks(phone.connection))[0].is_ours
    await channel.subscribe(phone.connection, "https://other.example.com/webhook/orders")
    assert not (await channel.hooks(phone.connection))[0].is_ours


async def test_the_shared_sandbox_number_is_told_to_be_set_by_hand(channel: TwilioChannel, phone: Phone):
    await phone.order("accounts", sid=ACCOUNT, number=NUMBER, is_shared=True)
    with pytest.raises(NeedsHuman) as told:
        await channel.subscribe(phone.connection, HOOK)
    assert told.value.code == "no_sender"


async def test_an_api_key_opens_what_the_auth_token_opens_and_another_nothing(channel: TwilioChannel, phone: Phone):
    await phone.order("accounts", sid=ACCOUNT, number=NUMBER, api_key="SK1", api_secret="secret-of-the-key")
    key = json.dumps({"key": "SK1", "secret": "secret-of-the-key"})
    assert await channel.ping(replace(phone.connection, token=key)) == REF
    found = await channel.capabilities(phone.connection)
    assert (found.ways, found.sees_humans, found.reads_back) == (("session",), False, True)
    for wrong in ("another", json.dumps({"key": "SK1", "secret": "x"}), "{}", ""):
        with pytest.raises(NeedsHuman):
            await channel.ping(replace(phone.connection, token=wrong))


@pytest.mark.parametrize(
    "address",
    [
        "https://api.twilio.com.example.com",
        "https://twilio.example.com",
        "http://api.twilio.com",
        "https://user@api.twilio.com",
        "https://api.twilio.com/other",
        "https://[",
        "",
    ],
)
async def test_the_key_goes_to_twilio_alone(channel: TwilioChannel, phone: Phone, address: str):
    with pytest.raises(NeedsHuman):
        await channel.ping(replace(phone.connection, base_url=address))
    for ref in ("", ACCOUNT, f"{ACCOUNT}:x", "AC1:123", f"{ACCOUNT}/../x:123"):
        with pytest.raises(NeedsHuman):
            await channel.ping(replace(phone.connection, external_ref=ref))


def test_senders_live_at_another_host_of_twilio_s(phone: Phone):
    home = home_of(replace(phone.connection, base_url="https://api.twilio.com"))
    assert home.senders() == "https://messaging.twilio.com/v2/Channels/Senders"
    assert home.of_account("Messages.json") == f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages.json"


async def everything(channel: TwilioChannel, phone: Phone) -> None:
    """Every call that the channel can make."""
    there = phone.connection
    await phone.order("templates", sid=TEMPLATE, places=1)
    heard = await phone.order("say", sender=f"+{MARIA}", text="Oi", files=[PICTURE])
    await channel.subscribe(there, HOOK)
    await channel.look(there)
    await send(channel, there)
    await channel.run_template(there, TO, Approved(TEMPLATE, "", ("Maria",)))
    picture = Content(Form.IMAGE, "A loja.", link="https://8.8.8.8/a.png")
    await channel.send(there, TO, picture.written, way="session", slot=Slot(time.monotonic(), 5.0), content=picture)
    await channel.typing(there, TO, seen=ExternalId(heard["sid"]))
    await channel.read_back(there, TO, since=lately())
    assert [one async for one in channel.missed(there, since=lately(), until=datetime.now(UTC))]


async def test_the_approved_templates_are_listed_page_by_page(channel: TwilioChannel, phone: Phone):
    sids = [f"HX{number:032x}" for number in range(101)]
    for sid in sids:
        await phone.order("templates", sid=sid)
    await phone.order("templates", sid=TEMPLATE, approved=False)
    assert await channel.approved_templates(phone.connection) == sids


async def test_each_send_names_where_its_status_goes(phone: Phone, governor: GrantingGovernor, channel: TwilioChannel):
    kept: list[httpx.Request] = []
    async with httpx.AsyncClient(transport=Recorder(kept)) as http:
        told = status_callback("https://ponte.example.com/")
        client = TwilioClient(http, governor, guard=Guard(http), status_callback=told)
        await send(TwilioChannel(client), phone.connection)
    assert "StatusCallback=https%3A%2F%2Fponte.example.com%2Fwebhook" in kept[0].content.decode()
    await send(channel, phone.connection)  # without an address of ours: as the sender is set


@pytest.mark.parametrize("url", [None, "", "http://ponte.example.com", "https://localhost", "https://[", "ponte"])
def test_an_address_that_twilio_would_refuse_is_not_named(url: str | None):
    assert status_callback(url) is None


class Recorder(httpx.AsyncHTTPTransport):
    """Passes every request on, and keeps it."""

    def __init__(self, kept: list[httpx.Request]) -> None:
        super().__init__()
        self._kept = kept

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self._kept.append(request)
        return await super().handle_async_request(request)


async def test_every_request_is_valid_by_the_vendor_s_contract(
    phone: Phone, shared: Path, recording: Callable[[httpx.AsyncHTTPTransport], TwilioChannel]
):
    openapi_core = pytest.importorskip("openapi_core", reason="openapi-core is not installed")
    kept: list[httpx.Request] = []
    await everything(recording(Recorder(kept)), phone)
    specs = {
        name: openapi_core.OpenAPI.from_dict(json.loads((shared / "contracts/twilio" / name).read_text("utf-8")))
        for name in ("twilio_api_v2010.json", "twilio_messaging_v2.json")
    }
    for one in kept:
        path = one.url.path.removeprefix("/twilio")
        spec = specs["twilio_messaging_v2.json" if path.startswith("/v2/") else "twilio_api_v2010.json"]
        host = "https://messaging.twilio.com" if path.startswith("/v2/") else "https://api.twilio.com"
        spec.validate_request(_as_openapi_core_says(one, host, path))
    assert len({(one.method, one.url.path) for one in kept}) >= 5


def _as_openapi_core_says(one: httpx.Request, host: str, path: str) -> Any:
    from openapi_core.datatypes import RequestParameters  # noqa: PLC0415 - only where the contract is looked at
    from openapi_core.testing import MockRequest  # noqa: PLC0415 - the same
    from werkzeug.datastructures import Headers, ImmutableMultiDict  # noqa: PLC0415 - comes with it

    request = MockRequest(host, one.method.lower(), path, data=one.content or None)
    request.content_type = one.headers.get("content-type", "")
    request.parameters = RequestParameters(
        query=ImmutableMultiDict(one.url.params.multi_items()),
        header=Headers(one.headers.multi_items()),
        cookie=ImmutableMultiDict({}),
    )
    return request
