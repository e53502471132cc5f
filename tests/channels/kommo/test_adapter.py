"""The channel against the simulated Kommo over real HTTP: what it sends, reads and finds out."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.channels.kommo.adapter import KommoChannel
from app.channels.kommo.webhook import parse
from app.domain.account import Capabilities, Lane
from app.domain.errors import AppError, NeedsHuman, NotFound, NotStarted, OutcomeUnknown, Rejected, WayLost
from app.domain.messages import Address, Author, EventKind, MessageKind
from app.domain.people import Seller
from app.domain.ports import Slot

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
HOOK = "http://127.0.0.1:9/webhooks/kommo/a-secret"


async def words(kommo: Any, chat_id: str):
    """All that the company said, as the account shows it."""
    state = (await kommo.http.get("/_sandbox/state")).json()
    messages = next(chat["messages"] for chat in state["chats"] if chat["chat_id"] == chat_id)
    return [one["text"] for one in messages if one["author"]["type"] != "external"]


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
    assert await words(kommo, closed["chat_id"]) == ["Olá!"]


@pytest.mark.parametrize("forgotten", [{"contact_id": None}, {"talk_id": None}, {"talk_id": "999999"}])
async def test_the_open_talk_is_found_with_whatever_is_known(
    kommo: Any, live: KommoChannel, slot: Slot, forgotten: dict[str, Any]
):
    closed = await kommo.say("oi", talk_closed=True)
    await kommo.say("de novo")
    sent = await live.send(kommo.connection, kommo.where(closed, **forgotten), "Olá!", way="talks", slot=slot)
    assert sent.external_id
    assert await words(kommo, closed["chat_id"]) == ["Olá!"]


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
    assert await words(kommo, said["chat_id"]) == []
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
        ("html_403", NotStarted),
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
    await kommo.fault("html_403", path="send_message", times=1)
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
        while await words(kommo, said["chat_id"]) != ["Pelo robô."]:  # noqa: ASYNC110  # the bot speaks when it will
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
    assert await words(kommo, said["chat_id"]) == []
    text = "Não enviada / No enviada / Not sent:\nCusta R$ 10."
    assert await live.find_note(kommo.connection, str(said["lead_id"]), text) == sent.external_id


async def test_a_note_goes_to_the_contact_where_there_is_no_lead(kommo: Any, live: KommoChannel, slot: Slot):
    said = await kommo.say(lead=False)
    sent = await live.send(kommo.connection, kommo.where(said), "Olá!", way="note", slot=slot)
    assert sent.external_id
    with pytest.raises(NeedsHuman):
        await live.send(kommo.connection, Address(chat_id=said["chat_id"]), "Olá!", way="note", slot=slot)


async def test_an_unknown_way_is_refused(kommo: Any, live: KommoChannel, slot: Slot):
    with pytest.raises(Rejected):
        await live.send(kommo.connection, Address(chat_id="c"), "Olá!", way="pigeon", slot=slot)


async def test_a_note_is_marked_as_ours_and_found_again_by_its_words(kommo: Any, live: KommoChannel):
    lead_id = str((await kommo.say())["lead_id"])
    assert await live.find_note(kommo.connection, lead_id, "IA pausada por <Ana> & cia") is None
    written = await live.note(kommo.connection, lead_id, "IA pausada por <Ana> & cia")
    assert await live.find_note(kommo.connection, lead_id, "IA pausada por <Ana> & cia") == written
    assert written.startswith("note:")
    state = (await kommo.http.get("/_sandbox/state")).json()
    assert [note["text"] for note in state["chats"][0]["notes"]] == ["[Ponte] IA pausada por <Ana> & cia"]


async def test_a_note_on_a_lead_that_is_gone_is_not_found(kommo: Any, live: KommoChannel):
    with pytest.raises(NotFound):
        await live.note(kommo.connection, "999999", "oi")


async def test_tags_are_added_and_removed_and_the_others_stay(kommo: Any, live: KommoChannel):
    lead_id = str((await kommo.say())["lead_id"])
    await live.tag(kommo.connection, lead_id, add=["vip", "bot-ativo"], remove=[])
    await live.tag(kommo.connection, lead_id, add=["bot-pausado"], remove=["bot-ativo"])
    await live.tag(kommo.connection, lead_id, add=[], remove=[])
    headers = {"Authorization": f"Bearer {kommo.connection.token}"}
    lead = (await kommo.http.get(f"/api/v4/leads/{lead_id}", headers=headers)).json()
    assert {tag["name"] for tag in lead["_embedded"]["tags"]} == {"vip", "bot-pausado"}


async def test_a_salesperson_is_made_responsible(kommo: Any, live: KommoChannel):
    lead_id = str((await kommo.say())["lead_id"])
    await live.assign(kommo.connection, lead_id, "2")
    assert await live.responsible(kommo.connection, lead_id) == "2"
    with pytest.raises(Rejected):
        await live.assign(kommo.connection, lead_id, "9")  # inactive
    with pytest.raises(Rejected):
        await live.assign(kommo.connection, lead_id, "ana")
    with pytest.raises(NotFound):
        await live.responsible(kommo.connection, "999999")


async def test_a_contact_has_phones_and_the_leads_that_are_neither_won_nor_lost(kommo: Any, live: KommoChannel):
    said = await kommo.say(phone="+55 (11) 90001-0001")
    second = await kommo.order("lead", name="Segundo", contact_id=said["contact_id"])
    contact = await live.contact(kommo.connection, str(said["contact_id"]))
    assert contact.phones == ("+5511900010001",)
    assert set(contact.open_leads) == {str(said["lead_id"]), str(second["lead_id"])}
    headers = {"Authorization": f"Bearer {kommo.connection.token}"}
    won = await kommo.http.patch(f"/api/v4/leads/{second['lead_id']}", json={"status_id": 142}, headers=headers)
    assert won.status_code == 200
    assert (await live.contact(kommo.connection, str(said["contact_id"]))).open_leads == (str(said["lead_id"]),)
    with pytest.raises(NotFound):
        await live.contact(kommo.connection, "999999")


async def test_sellers_come_with_their_phones_and_whether_they_are_active(kommo: Any, live: KommoChannel):
    sellers = {seller.external_id: seller async for seller in live.sellers(kommo.connection)}
    assert len(sellers) == 9
    assert isinstance(sellers["1"], Seller)
    assert (sellers["1"].is_admin, sellers["1"].is_active, sellers["9"].is_active) == (True, True, False)
    assert all(seller.phone.startswith("+") and seller.messenger_id for seller in sellers.values())


async def test_the_account_is_named_by_its_id(kommo: Any, live: KommoChannel):
    assert await live.ping(kommo.connection) == kommo.connection.external_ref


async def test_what_the_channel_missed_comes_under_the_ids_of_the_hooks(kommo: Any, live: KommoChannel, slot: Slot):
    first = await kommo.say("um")
    await live.send(kommo.connection, kommo.where(first), "dois", way="talks", slot=slot)
    human = await kommo.say("três", role="user:1")
    picture = await kommo.say(None, chat="joana", media="picture")
    events = await live.missed(kommo.connection, since=LONG_AGO)
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
    missed = await live.missed(kommo.connection, since=LONG_AGO)
    assert {event.external_id for event in missed} == set(told)
    for event in missed:
        # The hook of an outgoing message names no lead; its talk does.
        hook = replace(told[event.external_id], family=event.family, lead_id=event.lead_id)
        assert event == hook


async def test_what_was_missed_in_many_chats_takes_few_calls_besides_their_messages(kommo: Any, live: KommoChannel):
    for number in range(12):
        await kommo.say("oi", chat=f"chat-{number}")
    assert len(await live.missed(kommo.connection, since=LONG_AGO)) == 12
    others = [call for call in await kommo.calls() if not call["path"].endswith("/messages")]
    assert [call["path"] for call in others] == ["/api/v4/events", "/api/v4/talks"]


async def test_nothing_missed_is_nothing(kommo: Any, live: KommoChannel):
    assert await live.missed(kommo.connection, since=LONG_AGO) == []
    await kommo.say("um")
    assert await live.missed(kommo.connection, since=datetime.now(UTC) + timedelta(hours=1)) == []


async def test_the_poll_shows_what_the_company_wrote_and_nothing_else(kommo: Any, live: KommoChannel, slot: Slot):
    said = await kommo.say("um")
    human = await kommo.say("dois", role="user:1")
    await live.send(kommo.connection, kommo.where(said), "três", way="talks", slot=slot)
    for address in (kommo.where(said), kommo.where(said, talk_id=None)):
        events = await live.outgoing_since(kommo.connection, address, since=LONG_AGO)
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


async def test_capabilities_are_found_out_without_sending(kommo: Any, live: KommoChannel):
    said = await kommo.say("um")
    assert await live.capabilities(kommo.connection) == Capabilities(("talks", "salesbot", "note"), False, True)
    await live.subscribe(kommo.connection, HOOK)
    assert (await live.capabilities(kommo.connection)).sees_humans
    assert await words(kommo, said["chat_id"]) == []


async def test_a_lost_way_stays_lost_until_the_account_starts_anew(kommo: Any, live: KommoChannel):
    lost = replace(kommo.connection, capabilities=Capabilities(("salesbot", "note")))
    assert (await live.capabilities(lost)).ways == ("salesbot", "note")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"plan": "base"}, Capabilities(("talks", "note"), sees_humans=False, reads_back=True)),
        ({"capabilities": {"salesbot": False}}, Capabilities(("talks", "note"), sees_humans=False, reads_back=True)),
        (
            {"capabilities": {"talks_history": False}},
            Capabilities(("talks", "salesbot", "note"), sees_humans=False, reads_back=False),
        ),
    ],
)
async def test_what_the_plan_and_the_scopes_do_not_open_is_not_claimed(
    kommo: Any, live: KommoChannel, change: dict[str, Any], expected: Capabilities
):
    await kommo.say("um")
    await kommo.account(**change)
    assert await live.capabilities(kommo.connection) == expected


async def test_the_subscription_says_which_codes_were_accepted(kommo: Any, live: KommoChannel):
    accepted = await live.subscribe(kommo.connection, HOOK)
    assert {"add_message", "add_outgoing_message", "note_lead", "add_talk", "update_talk"} <= set(accepted)


async def test_a_refused_code_is_left_out_and_the_rest_subscribed(kommo: Any, live: KommoChannel):
    await kommo.account(capabilities={"outgoing_hook": False})
    accepted = await live.subscribe(kommo.connection, HOOK)
    assert "add_message" in accepted
    assert "add_outgoing_message" not in accepted
    assert not (await live.capabilities(kommo.connection)).sees_humans


async def test_a_bad_destination_is_refused_and_not_tried_again(kommo: Any, live: KommoChannel):
    with pytest.raises(Rejected):
        await live.subscribe(kommo.connection, "http://bücher.example/webhooks/kommo/x")
    assert len([call for call in await kommo.calls() if call["method"] == "POST"]) == 1
