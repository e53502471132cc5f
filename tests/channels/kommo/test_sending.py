"""The three ways of sending, against the simulated Kommo over real HTTP."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.channels.kommo.adapter import KommoChannel
from app.domain.account import Lane
from app.domain.errors import AppError, NeedsHuman, NotStarted, OutcomeUnknown, Rejected, WayLost
from app.domain.messages import Address, Author
from app.domain.ports import Slot

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


async def test_a_reply_goes_into_the_talk_and_brings_its_id(kommo: Any, live: KommoChannel, slot: Slot):
    said = await kommo.say("Oi, quanto custa?")
    sent = await live.send(kommo.connection, kommo.where(said), "Custa R$ 10.", way="talks", slot=slot)
    assert (sent.way, sent.talk_id) == ("talks", None)
    seen = await live.read_back(kommo.connection, kommo.where(said), since=LONG_AGO)
    assert seen.complete
    assert [(one.author, one.text) for one in seen.messages] == [
        (Author.CUSTOMER, "Oi, quanto custa?"),
        (Author.BOT, "Custa R$ 10."),
    ]
    assert seen.messages[1].external_id == sent.external_id


async def test_a_reply_into_a_closed_talk_goes_into_the_open_one_of_the_same_chat(
    kommo: Any, live: KommoChannel, slot: Slot
):
    closed = await kommo.say("oi", talk_closed=True)
    await kommo.say("de novo")
    sent = await live.send(kommo.connection, kommo.where(closed), "Olá!", way="talks", slot=slot)
    assert sent.talk_id not in {None, str(closed["talk_id"])}
    assert await kommo.words(closed["chat_id"]) == ["Olá!"]


@pytest.mark.parametrize("forgotten", [{"contact_id": None}, {"talk_id": None}, {"talk_id": "999999"}])
async def test_the_open_talk_is_found_with_whatever_is_known(
    kommo: Any, live: KommoChannel, slot: Slot, forgotten: dict[str, Any]
):
    closed = await kommo.say("oi", talk_closed=True)
    await kommo.say("de novo")
    sent = await live.send(kommo.connection, kommo.where(closed, **forgotten), "Olá!", way="talks", slot=slot)
    assert sent.external_id
    assert await kommo.words(closed["chat_id"]) == ["Olá!"]


async def test_a_chat_without_open_talk_needs_a_person(kommo: Any, live: KommoChannel, slot: Slot):
    closed = await kommo.say("oi", talk_closed=True)
    with pytest.raises(NeedsHuman) as told:
        await live.send(kommo.connection, kommo.where(closed), "Olá!", way="talks", slot=slot)
    assert told.value.code == "no_open_talk"
    assert not isinstance(told.value, WayLost)


@pytest.mark.parametrize("change", [{"plan": "advanced"}, {"quota": 0}, {"capabilities": {"talks_send": False}}])
async def test_plan_quota_and_scope_lose_the_way(kommo: Any, live: KommoChannel, slot: Slot, change: dict[str, Any]):
    said = await kommo.say()
    await kommo.account(**change)
    with pytest.raises(WayLost) as lost:
        await live.send(kommo.connection, kommo.where(said), "Olá!", way="talks", slot=slot)
    assert lost.value.way == "talks"


async def test_a_stale_slot_sends_nothing(kommo: Any, live: KommoChannel, stale: Slot):
    said = await kommo.say()
    for way in ("talks", "salesbot", "note"):
        with pytest.raises(NotStarted):
            await live.send(kommo.connection, kommo.where(said), "Olá!", way=way, slot=stale)
    assert await kommo.words(said["chat_id"]) == []
    assert await kommo.calls() == []


async def test_the_slot_that_was_handed_in_is_the_first_one_used(
    kommo: Any, live: KommoChannel, slot: Slot, governor: Any
):
    said = await kommo.say()
    await live.send(kommo.connection, kommo.where(said), "Olá!", way="talks", slot=slot)
    assert governor.lanes == []
    await live.send(kommo.connection, kommo.where(said), "Olá!", way="salesbot", slot=slot)
    assert governor.lanes == [Lane.REPLY]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("error_after", OutcomeUnknown),
        ("error_before", OutcomeUnknown),
        ("error_500", OutcomeUnknown),
        ("hang", OutcomeUnknown),
        ("lost", OutcomeUnknown),
        ("rate_429", NotStarted),
        ("html_403", Rejected),
    ],
)
async def test_trouble_while_sending_is_told_as_what_it_is(
    kommo: Any, channel: KommoChannel, slot: Slot, fault: str, error: type[AppError]
):
    said = await kommo.say()
    await kommo.fault(fault, path="send_message", times=1)
    with pytest.raises(error) as told:
        await channel.send(kommo.connection, kommo.where(said), "Olá!", way="talks", slot=slot)
    assert type(told.value) is error
    sends = [call for call in await kommo.calls() if call["path"].endswith("send_message")]
    assert len(sends) == 1  # never repeated here


async def test_a_429_slows_all_lanes_down_and_the_ban_holds_them(
    kommo: Any, channel: KommoChannel, slot: Slot, governor: Any
):
    said = await kommo.say()
    await kommo.fault("rate_429", path="send_message", times=1, retry_after=17)
    with pytest.raises(NotStarted) as slowed:
        await channel.send(kommo.connection, kommo.where(said), "Olá!", way="talks", slot=slot)
    assert governor.slowed == [slowed.value.after] == [timedelta(seconds=17)]
    await kommo.fault("html_403", path="/api/v4/", times=2)
    with pytest.raises(NotStarted):
        await channel.send(kommo.connection, kommo.where(said), "Olá!", way="talks", slot=slot)
    assert [until.isoformat() for until in governor.held] == ["2026-10-05T12:05:00+00:00"]


async def test_no_connection_while_sending_means_that_nothing_started(kommo: Any, channel: KommoChannel, slot: Slot):
    nowhere = replace(kommo.connection, base_url="http://127.0.0.1:1")
    with pytest.raises(NotStarted):
        await channel.send(nowhere, Address(chat_id="c", talk_id="1"), "Olá!", way="talks", slot=slot)


async def test_a_bad_token_needs_a_person(kommo: Any, live: KommoChannel, slot: Slot):
    said = await kommo.say()
    stranger = replace(kommo.connection, token="another")
    with pytest.raises(NeedsHuman):
        await live.send(stranger, kommo.where(said), "Olá!", way="talks", slot=slot)
    with pytest.raises(NeedsHuman):
        await live.ping(stranger)
    with pytest.raises(NeedsHuman):
        await live.capabilities(stranger)
    with pytest.raises(NeedsHuman):
        await live.read_back(stranger, kommo.where(said), since=LONG_AGO)


async def test_a_salesbot_says_what_its_field_holds(kommo: Any, live: KommoChannel, slot: Slot):
    said = await kommo.say()
    sent = await live.send(kommo.connection, kommo.where(said), "Pelo robô.", way="salesbot", slot=slot)
    assert (sent.way, sent.external_id) == ("salesbot", None)
    async with asyncio.timeout(10):
        while await kommo.words(said["chat_id"]) != ["Pelo robô."]:  # noqa: ASYNC110  # the bot speaks when it will
            await asyncio.sleep(0.05)
    seen = await live.read_back(kommo.connection, kommo.where(said), since=LONG_AGO)
    assert (seen.messages[-1].author, seen.messages[-1].text) == (Author.BOT, "Pelo robô.")


@pytest.mark.parametrize(
    "settings",
    [
        {"salesbot_id": None},
        {"salesbot_field_id": None},
        {"salesbot_id": 999_999},
        {"salesbot_field_id": 999_999},
    ],
)
async def test_a_salesbot_that_is_not_there_is_a_lost_way(
    kommo: Any, live: KommoChannel, slot: Slot, settings: dict[str, Any]
):
    said = await kommo.say()
    with pytest.raises(WayLost) as lost:
        await live.send(replace(kommo.connection, **settings), kommo.where(said), "Olá!", way="salesbot", slot=slot)
    assert lost.value.way == "salesbot"


async def test_a_plan_without_salesbots_loses_that_way(kommo: Any, live: KommoChannel, slot: Slot):
    said = await kommo.say()
    await kommo.account(plan="base")
    with pytest.raises(WayLost):
        await live.send(kommo.connection, kommo.where(said), "Olá!", way="salesbot", slot=slot)


async def test_a_salesbot_needs_a_lead(kommo: Any, live: KommoChannel, slot: Slot):
    said = await kommo.say(lead=False)
    with pytest.raises(NeedsHuman) as told:
        await live.send(kommo.connection, kommo.where(said), "Olá!", way="salesbot", slot=slot)
    assert not isinstance(told.value, WayLost)


@pytest.mark.parametrize(("path", "error"), [("leads/", NotStarted), ("/run", OutcomeUnknown)])
async def test_a_salesbot_has_spoken_only_once_it_was_run(
    kommo: Any, channel: KommoChannel, slot: Slot, path: str, error: type[AppError]
):
    said = await kommo.say()
    await kommo.fault("error_after", path=path, times=1)
    with pytest.raises(error) as told:
        await channel.send(kommo.connection, kommo.where(said), "Olá!", way="salesbot", slot=slot)
    assert type(told.value) is error


async def test_what_cannot_be_sent_is_told_to_the_salesperson_in_a_note(kommo: Any, live: KommoChannel, slot: Slot):
    said = await kommo.say()
    sent = await live.send(kommo.connection, kommo.where(said), "Custa R$ 10.", way="note", slot=slot)
    assert sent.way == "note"
    assert await kommo.words(said["chat_id"]) == []
    text = "Não enviada / No enviada / Not sent:\nCusta R$ 10."
    assert await live.find_notes(kommo.connection, str(said["lead_id"]), text) == [sent.external_id]


async def test_a_note_goes_to_the_contact_where_there_is_no_lead(kommo: Any, live: KommoChannel, slot: Slot):
    said = await kommo.say(lead=False)
    sent = await live.send(kommo.connection, kommo.where(said), "Olá!", way="note", slot=slot)
    assert sent.external_id
    with pytest.raises(NeedsHuman):
        await live.send(kommo.connection, Address(chat_id=said["chat_id"]), "Olá!", way="note", slot=slot)


async def test_an_unknown_way_is_refused(kommo: Any, live: KommoChannel, slot: Slot):
    with pytest.raises(Rejected):
        await live.send(kommo.connection, Address(chat_id="c"), "Olá!", way="pigeon", slot=slot)
