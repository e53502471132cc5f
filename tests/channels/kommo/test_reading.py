"""What is read back, polled and reconciled, against the simulated Kommo over real HTTP."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from app.channels.kommo.adapter import KommoChannel
from app.channels.kommo.webhook import parse
from app.domain.account import Connection
from app.domain.messages import Address, Author, ChannelEvent, EventKind, MessageKind
from app.domain.ports import Slot

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


async def missed_by(channel: KommoChannel, connection: Connection, *, since: datetime) -> list[ChannelEvent]:
    return [event async for talk in channel.missed(connection, since=since) for event in talk.events]


async def test_what_the_channel_missed_comes_under_the_ids_of_the_hooks(kommo: Any, live: KommoChannel, slot: Slot):
    first = await kommo.say("um")
    await live.send(kommo.connection, kommo.where(first), "dois", way="talks", slot=slot)
    human = await kommo.say("três", role="user:1")
    picture = await kommo.say(None, chat="joana", media="picture")
    events = await missed_by(live, kommo.connection, since=LONG_AGO)
    assert {event.family for event in events} == {"reconcile"}
    assert {event.kind for event in events} == {EventKind.MESSAGE}
    by_id = {event.external_id: event for event in events}
    assert len(events) == len(by_id) == 4
    assert by_id[first["message_id"]].author is Author.CUSTOMER
    assert (by_id[human["message_id"]].author, by_id[human["message_id"]].author_id) == (Author.HUMAN, "1")
    seen = by_id[picture["message_id"]]
    assert (seen.message_kind, seen.media is not None) == (MessageKind.PICTURE, True)
    assert seen.chat_id == picture["chat_id"]
    assert (seen.lead_id, seen.contact_id) == (str(picture["lead_id"]), str(picture["contact_id"]))


async def test_a_missed_message_is_the_very_event_that_its_hook_told(kommo: Any, live: KommoChannel, vendor: Any):
    codes = ["add_message", "add_outgoing_message"]
    await kommo.account(webhooks={f"{vendor.url}/webhooks/kommo/x": codes})
    await kommo.say("um")
    await kommo.say(None, media="voice")
    await kommo.say("dois", role="user:1")
    async with asyncio.timeout(10):
        while len(vendor.heard) < 3:  # noqa: ASYNC110  # the sandbox tells when it will
            await asyncio.sleep(0.02)
    bodies = [heard.partition("\r\n\r\n")[2].encode() for heard in vendor.heard]
    told = {event.external_id: event for body in bodies for event in parse(body).events}
    missed = await missed_by(live, kommo.connection, since=LONG_AGO)
    assert {event.external_id for event in missed} == set(told)
    for event in missed:
        # The hook of an outgoing message names no lead; its talk does.
        hook = replace(told[event.external_id], family=event.family, lead_id=event.lead_id)
        assert event == hook


async def test_what_was_missed_in_many_chats_takes_few_calls_besides_their_messages(kommo: Any, live: KommoChannel):
    for number in range(12):
        await kommo.say("oi", chat=f"chat-{number}")
    assert len(await missed_by(live, kommo.connection, since=LONG_AGO)) == 12
    others = [call for call in await kommo.calls() if not call["path"].endswith("/messages")]
    assert [call["path"] for call in others] == ["/api/v4/events", "/api/v4/talks", "/api/v4/leads/notes"]


async def test_nothing_missed_is_nothing(kommo: Any, live: KommoChannel):
    assert await missed_by(live, kommo.connection, since=LONG_AGO) == []
    await kommo.say("um")
    assert await missed_by(live, kommo.connection, since=datetime.now(UTC) + timedelta(hours=1)) == []


async def test_the_poll_shows_what_the_company_wrote_and_nothing_else(kommo: Any, live: KommoChannel, slot: Slot):
    said = await kommo.say("um")
    human = await kommo.say("dois", role="user:1")
    await live.send(kommo.connection, kommo.where(said), "três", way="talks", slot=slot)
    for address in (kommo.where(said), kommo.where(said, talk_id=None)):
        (looked,) = [one async for one in live.outgoing_since(kommo.connection, [(address, LONG_AGO)])]
        events = looked.events
        assert [(event.author, event.text) for event in events] == [(Author.HUMAN, "dois"), (Author.BOT, "três")]
        assert events[0].external_id == human["message_id"]


async def test_a_read_back_covers_all_talks_of_the_chat(kommo: Any, live: KommoChannel):
    first = await kommo.say("um", talk_closed=True)
    await kommo.say("dois")
    await kommo.say("de outra", chat="joana")
    for address in (kommo.where(first), kommo.where(first, contact_id=None), kommo.where(first, talk_id=None)):
        seen = await live.read_back(kommo.connection, address, since=LONG_AGO)
        assert seen.complete
        assert {one.text for one in seen.messages} == {"um", "dois"}


async def test_a_read_back_of_many_messages_reads_every_page(kommo: Any, live: KommoChannel):
    said = await kommo.say("0")
    for number in range(1, 260):
        await kommo.say(str(number))
    seen = await live.read_back(kommo.connection, kommo.where(said), since=LONG_AGO)
    assert seen.complete
    assert {one.text for one in seen.messages} == {str(number) for number in range(260)}


async def test_a_read_back_that_may_lack_something_says_so(kommo: Any, live: KommoChannel):
    said = await kommo.say("um")
    for address in (Address(chat_id=said["chat_id"]), kommo.where(said, talk_id="999999")):
        assert not (await live.read_back(kommo.connection, address, since=LONG_AGO)).complete
    await kommo.account(capabilities={"talks_history": False})
    assert not (await live.read_back(kommo.connection, kommo.where(said), since=LONG_AGO)).complete
