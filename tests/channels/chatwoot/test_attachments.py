"""A file beside what is said: fetched by its link, posted with its words, and said in words where it cannot be had."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from app.channels.chatwoot.adapter import ChatwootChannel
from app.channels.chatwoot.adapter.attaching import name_of
from app.channels.guard import Bounds
from app.domain.account import Lane
from app.domain.content import Content, Form
from app.domain.errors import NotShown, NotStarted, OutcomeUnknown
from app.domain.ids import ChatId
from app.domain.messages import Address, Author
from app.domain.ports import Slot
from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_reply
from tests.channels.chatwoot.conftest import World, connection_to
from tests.channels.chatwoot.test_channel import LONG_AGO
from tests.channels.conftest import HANG, Vendor, said
from tests.channels.suite.catching import catching
from tests.channels.suite.chatwoot import ChatwootWorld
from tests.channels.suite.world import LOST
from tests.house import ScriptedBrain, conversation_of, let_leases_end, line_of, state_of, work_until_quiet
from tests.sandbox.player import Player


def link_in(world: World, name: str) -> str:
    return f"{world.http.base_url}".rstrip("/") + f"/{name}"


async def send(channel: ChatwootChannel, world: World, number: int, content: Content) -> Any:
    slot = await channel.slot(world.connection, Lane.REPLY)
    to = Address(ChatId(str(number)))
    return await channel.send(world.connection, to, content.written, way="session", slot=slot, content=content)


async def posts(world: World) -> list[dict[str, Any]]:
    return [one for one in await world.calls() if one["method"] == "POST" and one["path"].endswith("/messages")]


async def test_a_picture_is_posted_with_its_words_as_the_bots_and_read_back_by_them(
    chatwoot: World, live: ChatwootChannel
):
    asked = await chatwoot.say("Oi")
    sent = await send(
        live, chatwoot, asked["conversation"], Content(Form.IMAGE, "A loja.", link=link_in(chatwoot, "shop.png"))
    )

    last = (await chatwoot.talk(asked["conversation"]))["all"][-1]
    assert (str(last["id"]), last["sender"]["type"], last["content"]) == (sent.external_id, "agent_bot", "A loja.")
    [file] = last["attachments"]
    assert (file["file_type"], file["data_url"].rpartition("/")[2]) == ("image", "shop.png")
    kept = await live.download(chatwoot.connection, file["data_url"], bounds=Bounds())
    there = await chatwoot.http.get("/shop.png")
    assert kept is not None
    assert kept.body == there.content
    [post] = await posts(chatwoot)
    assert (post["token"], post["body"]["private"], post["body"]["message_type"]) == ("token-bot", "false", "outgoing")
    seen = await live.read_back(chatwoot.connection, Address(ChatId(str(asked["conversation"]))), since=LONG_AGO)
    assert [(one.author, one.text) for one in seen.messages][-1] == (Author.BOT, "A loja.")


@pytest.mark.parametrize(
    ("form", "name", "kind", "called"),
    [
        (Form.AUDIO, "shop.ogg", "audio", "shop.ogg"),
        (Form.VIDEO, "shop.mp4", "video", "shop.mp4"),
        (Form.DOCUMENT, "shop.pdf", "file", "Tabela de preços.pdf"),
    ],
)
async def test_each_kind_of_file_is_shown_as_what_it_is(
    chatwoot: World, live: ChatwootChannel, form: Form, name: str, kind: str, called: str
):
    asked = await chatwoot.say("Oi")
    own = called if form is Form.DOCUMENT else ""
    await send(live, chatwoot, asked["conversation"], Content(form, link=link_in(chatwoot, name), file_name=own))

    last = (await chatwoot.talk(asked["conversation"]))["all"][-1]
    assert last["content"] is None
    assert [one["file_type"] for one in last["attachments"]] == [kind]
    [post] = await posts(chatwoot)
    assert [one["name"] for one in post["body"]["attachments[]"]] == [called]


@pytest.mark.parametrize(
    "link",
    ["/shop.exe", "/shop.pdf", "http://10.0.0.1/a.png", "https://127.0.0.1/a.png", "/_sandbox/chatwoot/state"],
    ids=["gone", "another kind", "no https", "a private address", "no picture"],
)
async def test_a_file_that_cannot_be_had_is_said_so_before_anything_was_posted(
    chatwoot: World, live: ChatwootChannel, link: str
):
    asked = await chatwoot.say("Oi")
    link = link_in(chatwoot, link[1:]) if link.startswith("/") else link
    with pytest.raises(NotShown):
        await send(live, chatwoot, asked["conversation"], Content(Form.IMAGE, "A loja.", link=link))
    assert await posts(chatwoot) == []


async def test_a_file_that_the_server_does_not_take_was_not_said(chatwoot: World, live: ChatwootChannel):
    asked = await chatwoot.say("Oi")
    await chatwoot.order("trouble", fault="refused", path="/messages")
    with pytest.raises(NotShown):
        await send(
            live, chatwoot, asked["conversation"], Content(Form.IMAGE, "A loja.", link=link_in(chatwoot, "shop.png"))
        )


async def test_a_file_whose_answer_is_lost_is_in_doubt_and_was_posted_once(chatwoot: World, live: ChatwootChannel):
    asked = await chatwoot.say("Oi")
    await chatwoot.order("trouble", fault="lost", path="/messages")
    with pytest.raises(OutcomeUnknown):
        await send(
            live, chatwoot, asked["conversation"], Content(Form.IMAGE, "A loja.", link=link_in(chatwoot, "shop.png"))
        )
    assert len(await posts(chatwoot)) == 1


async def test_with_a_slot_gone_stale_nothing_is_even_fetched(vendor: Vendor, live: ChatwootChannel):
    stale = Slot(time.monotonic() - 60, 5.0)
    with pytest.raises(NotStarted) as told:
        await _send_to(vendor, live, stale)
    assert not isinstance(told.value, NotShown)
    assert vendor.heard == []


async def test_a_file_that_takes_too_long_is_not_waited_for(vendor: Vendor, live: ChatwootChannel):
    vendor.says(HANG)
    began = time.monotonic()
    with pytest.raises(NotShown):
        await _send_to(vendor, live, Slot(time.monotonic(), 5.0))
    assert time.monotonic() - began < 10
    assert [line.partition(" ")[0] for line in vendor.lines] == ["GET"]


class SlowVendor(Vendor):
    """Takes its time with files."""

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.5)
        await super()._answer(reader, writer)


@pytest_asyncio.fixture
async def slow() -> AsyncIterator[Vendor]:
    one = SlowVendor()
    server = await asyncio.start_server(one.meet, "127.0.0.1", 0)
    one.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield one


async def test_a_slot_that_went_stale_over_the_fetch_is_changed_for_a_fresh_one(
    slow: Vendor, live: ChatwootChannel, governor: Any
):
    slow.says(said(200, "%PDF-1.4", "application/pdf"), said(200, '{"id": 7}', "application/json"))
    sent = await _send_to(slow, live, Slot(time.monotonic(), 0.4), Form.DOCUMENT)
    assert sent.external_id == "7"
    assert governor.lanes == [Lane.REPLY]


async def _send_to(vendor: Vendor, live: ChatwootChannel, slot: Slot, form: Form = Form.IMAGE) -> Any:
    there = connection_to(vendor.url)
    content = Content(form, "A loja.", link=f"{vendor.url}/a.bin")
    return await live.send(there, Address(ChatId("1")), content.written, way="session", slot=slot, content=content)


@pytest.mark.parametrize(
    ("link", "named", "name"),
    [
        ("https://a.example/b/c%20d.png?x=1", "", "c d.png"),
        ("https://a.example/", "", "file.png"),
        ("https://a.example/..", "", "file.png"),
        ("https://a.example/a%2F..%2Fb%22%0A.png", "", "b_.png"),
        ("https://a.example/x", "Tabela", "Tabela.png"),
    ],
)
def test_a_file_has_a_name_and_never_a_path(link: str, named: str, name: str):
    assert name_of(Content(Form.IMAGE, link=link, file_name=named), "image/png") == name


@pytest_asyncio.fixture
async def world(sandbox: Player) -> AsyncIterator[ChatwootWorld]:
    async with catching() as catcher:
        yield ChatwootWorld(sandbox, catcher)


@pytest_asyncio.fixture
async def account(house: House, world: ChatwootWorld, hook_secret: str) -> Account:
    return await world.connected(house, hook_secret)


@pytest.mark.parametrize("trouble", ["", LOST])
async def test_a_file_that_is_gone_goes_out_as_its_link_once_and_its_echo_is_ours(
    house: House, world: ChatwootWorld, account: Account, hook_secret: str, brain: ScriptedBrain, trouble: str
):
    base = (await house.accounts.connection(account.id)).base_url.removesuffix("/chatwoot")
    content = Content(Form.IMAGE, "A loja.", link=f"{base}/shop.exe")
    brain.says = [replace(a_reply(content.written), contents=(content,))]
    await house.doors.webhooks.receive("chatwoot", hook_secret, await world.customer("Oi"))
    if trouble:
        await world.trouble(trouble)
    for _ in range(3 if trouble else 1):
        await work_until_quiet(house)
        await let_leases_end(house.database)
        await house.workshop.upkeep.sweep()
    await house.doors.webhooks.receive("chatwoot", hook_secret, await world.echo())
    await work_until_quiet(house)

    assert await world.shown() == [("text", content.written)]
    assert await line_of(house.database) == [("sent", content.written)]
    assert (await state_of(house.database, await conversation_of(house.database))).bot_on
    assert await house.database.fetchval("select count(*) from mensagens where author <> 'customer'") == 0
