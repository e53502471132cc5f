"""The channel beside the simulated Chatwoot: send, read back, notes, labels, attributes, agents, hand-over, files."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.channels.chatwoot.adapter import ChatwootChannel
from app.channels.chatwoot.client.transport import base_of, reference_of
from app.channels.guard import Bounds
from app.domain.account import Connection, Lane
from app.domain.content import Choice, Content, Form, Section
from app.domain.errors import Conflict, NeedsHuman, NotFound, NotStarted, OutcomeUnknown, Rejected
from app.domain.ids import ChatId, ContactId, LeadId
from app.domain.messages import Address, Author, EventKind
from app.domain.phones import understand
from tests.channels.chatwoot.conftest import TOKEN, World, connection_to

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


async def send(channel: ChatwootChannel, world: World, number: int, text: str) -> Any:
    slot = await channel.slot(world.connection, Lane.REPLY)
    return await channel.send(world.connection, Address(ChatId(str(number))), text, way="session", slot=slot)


async def test_what_we_say_is_the_bots_and_is_read_back_under_the_id_that_the_send_returned(
    chatwoot: World, live: ChatwootChannel
):
    said = await chatwoot.say("Oi")
    sent = await send(live, chatwoot, said["conversation"], "Bom dia!")

    last = (await chatwoot.talk(said["conversation"]))["all"][-1]
    assert (str(last["id"]), last["sender"]["type"], last["content"]) == (sent.external_id, "agent_bot", "Bom dia!")
    seen = await live.read_back(chatwoot.connection, Address(ChatId(str(said["conversation"]))), since=LONG_AGO)
    assert seen.complete
    assert [(one.author, one.text) for one in seen.messages] == [(Author.CUSTOMER, "Oi"), (Author.BOT, "Bom dia!")]


async def test_a_long_conversation_is_read_back_to_its_beginning(chatwoot: World, live: ChatwootChannel):
    for number in range(45):
        said = await chatwoot.say(f"mensagem {number}")

    seen = await live.read_back(chatwoot.connection, Address(ChatId(str(said["conversation"]))), since=LONG_AGO)

    assert seen.complete
    assert [one.text for one in seen.messages] == [f"mensagem {number}" for number in range(45)]


async def test_a_conversation_that_is_gone_is_read_back_as_nothing_certain(chatwoot: World, live: ChatwootChannel):
    assert not (await live.read_back(chatwoot.connection, Address(ChatId("77")), since=LONG_AGO)).complete


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("rate_429", NotStarted),
        ("error_500", OutcomeUnknown),
        ("error_after", OutcomeUnknown),
        ("lost", OutcomeUnknown),
        ("refused", Conflict),
    ],
)
async def test_what_a_send_runs_into_is_told_by_whether_the_customer_may_have_heard_it(
    chatwoot: World, live: ChatwootChannel, governor: Any, fault: str, error: type[Exception]
):
    said = await chatwoot.say("Oi")
    await chatwoot.order("trouble", fault=fault, path="/messages")

    with pytest.raises(error):
        await send(live, chatwoot, said["conversation"], "Bom dia!")

    assert bool(governor.slowed) is (fault == "rate_429")
    assert len([one for one in await chatwoot.calls() if one["path"].endswith("/messages")]) == 1


async def test_a_text_that_is_too_long_is_refused_for_good(chatwoot: World, live: ChatwootChannel):
    said = await chatwoot.say("Oi")
    with pytest.raises(Rejected) as refused:
        await send(live, chatwoot, said["conversation"], "x" * 150_001)
    assert refused.value.code == "too_long"


async def test_another_way_of_sending_does_not_exist(chatwoot: World, live: ChatwootChannel):
    slot = await live.slot(chatwoot.connection, Lane.REPLY)
    with pytest.raises(Rejected):
        await live.send(chatwoot.connection, Address(ChatId("1")), "Oi", way="talks", slot=slot)


async def test_a_note_is_private_the_bots_own_and_found_again_by_its_words(chatwoot: World, live: ChatwootChannel):
    said = await chatwoot.say("Oi")
    lead = LeadId(str(said["conversation"]))

    written = await live.note(chatwoot.connection, lead, "[Ponte] IA pausada.\n")

    last = (await chatwoot.talk(said["conversation"]))["all"][-1]
    assert (last["private"], last["sender"]["type"]) == (True, "agent_bot")
    assert await live.find_notes(chatwoot.connection, lead, "[Ponte] IA pausada.\n") == [written]


async def test_labels_are_added_and_removed_and_the_others_stay(chatwoot: World, live: ChatwootChannel):
    said = await chatwoot.say("Oi")
    lead = LeadId(str(said["conversation"]))
    await live.tag(chatwoot.connection, lead, add=["VIP", "urgente"], remove=[])
    await _labels(chatwoot, said, ["vip", "urgente"])

    await live.tag(chatwoot.connection, lead, add=["journey:first-contact", "Orçamento"], remove=["VIP"])

    await _labels(chatwoot, said, ["urgente", "journey-first-contact", "orcamento"])


async def _labels(world: World, said: Any, wanted: list[str]) -> None:
    """The server does it a moment later; labels that never come end by the test's timeout."""
    while (await world.talk(said["conversation"]))["labels"] != wanted:
        pass


async def test_an_attribute_is_filled_and_the_others_stay(chatwoot: World, live: ChatwootChannel):
    said = await chatwoot.say("Oi")
    lead = LeadId(str(said["conversation"]))
    await live.fill(chatwoot.connection, lead, "Username", "maria2026")
    await live.fill(chatwoot.connection, lead, "Telefone da Mãe", "5511999990001")

    attributes = (await chatwoot.talk(said["conversation"]))["custom_attributes"]
    assert attributes == {"username": "maria2026", "telefone_da_mae": "5511999990001"}


async def test_an_agent_is_given_the_conversation_and_one_that_is_unknown_is_refused(
    chatwoot: World, live: ChatwootChannel
):
    said = await chatwoot.say("Oi")
    lead = LeadId(str(said["conversation"]))
    await live.assign(chatwoot.connection, lead, "2")
    assert await live.responsible(chatwoot.connection, lead) == "2"
    with pytest.raises(Rejected):
        await live.assign(chatwoot.connection, lead, "99")


async def test_a_hand_over_opens_the_conversation_although_the_server_calls_it_no_success(
    chatwoot: World, live: ChatwootChannel
):
    await live.subscribe(chatwoot.connection, "http://127.0.0.1:1/webhooks/chatwoot/x")
    await chatwoot.order("ways", keeps_pending=True)
    said = await chatwoot.say("Oi")
    assert (await chatwoot.talk(said["conversation"]))["status"] == "pending"

    await live.hand_over(chatwoot.connection, Address(ChatId(str(said["conversation"]))))
    await live.hand_over(chatwoot.connection, Address(ChatId(str(said["conversation"]))))

    assert (await chatwoot.talk(said["conversation"]))["status"] == "open"


async def test_a_task_is_a_note_that_mentions_the_agent(chatwoot: World, live: ChatwootChannel):
    said = await chatwoot.say("Oi")
    lead = LeadId(str(said["conversation"]))
    due = datetime(2026, 11, 22, 12, tzinfo=UTC).astimezone(ZoneInfo("America/Sao_Paulo"))
    made = await live.add_task(chatwoot.connection, "Responda a Maria", due=due, lead_id=lead, seller_id="2")

    last = (await chatwoot.talk(said["conversation"]))["all"][-1]
    assert last["private"]
    assert last["content"] == "[@Ana](mention://user/2/Ana) Responda a Maria (2026-11-22 09:00)"
    assert await live.find_tasks(chatwoot.connection, "Responda a Maria", lead_id=lead) == [made]


async def test_a_contact_has_its_phone_and_the_conversations_that_are_not_resolved(
    chatwoot: World, live: ChatwootChannel
):
    said = await chatwoot.say("Oi")
    contact = ContactId(str(said["contact"]))
    found = await live.contact(chatwoot.connection, contact)
    assert (found.phones, found.open_leads) == (("+5511999990001",), (str(said["conversation"]),))

    await chatwoot.order("status", conversation=said["conversation"], status="resolved")
    assert (await live.contact(chatwoot.connection, contact)).open_leads == ()


async def test_people_are_found_by_their_phone_and_made_where_there_is_nobody(chatwoot: World, live: ChatwootChannel):
    phone = understand("+55 11 98888-7777", None)
    assert await live.find_contacts_by_phone(chatwoot.connection, phone) == []

    contact = await live.create_contact(chatwoot.connection, phone, name="João")
    lead = await live.create_lead(chatwoot.connection, contact, name="", seller_id="2")

    found = await live.find_contacts_by_phone(chatwoot.connection, phone)
    assert [(one.external_id, one.name, one.open_leads) for one in found] == [(contact, "João", (lead,))]


async def test_agents_are_sellers_and_their_open_conversations_are_theirs(chatwoot: World, live: ChatwootChannel):
    said = await chatwoot.say("Oi")
    await chatwoot.order("assign", conversation=said["conversation"], user=2)

    sellers = [(one.external_id, one.name, one.is_admin) async for one in live.sellers(chatwoot.connection)]

    assert sellers == [("1", "Dona Rita", True), ("2", "Ana", False)]
    assert await live.open_leads_of(chatwoot.connection, ["2"]) == [(LeadId(str(said["conversation"])), "2")]


async def test_what_was_missed_comes_with_the_hooks_own_ids_notes_too(chatwoot: World, live: ChatwootChannel):
    said = await chatwoot.say("Oi")
    await chatwoot.order("write", conversation=said["conversation"], text="/assumir", private=True)
    old = await chatwoot.say("Olá", phone="+5511999990002")

    since = datetime.now(UTC) - timedelta(minutes=1)
    found = [one async for one in live.missed(chatwoot.connection, since=since)]

    assert [one.talk_id for one in found] == [str(said["conversation"]), str(old["conversation"])]
    kinds = [(one.kind, one.author, one.text) for one in found[0].events]
    assert kinds == [(EventKind.MESSAGE, Author.CUSTOMER, "Oi"), (EventKind.NOTE, Author.HUMAN, "/assumir")]
    assert found[0].events[0].external_id == str(said["message"])
    later = [one async for one in live.missed(chatwoot.connection, since=datetime.now(UTC) + timedelta(minutes=1))]
    assert later == []


async def test_an_answer_whose_tap_no_hook_told_is_found_under_the_hooks_own_id(chatwoot: World, live: ChatwootChannel):
    there, said = chatwoot.connection, await chatwoot.say("Oi")
    to = Address(ChatId(str(said["conversation"])))
    asking = Content(Form.BUTTONS, "Qual?", (Section("", (Choice("10h"), Choice("15h", "slot-15"))),))
    slot = await live.slot(there, Lane.REPLY)
    sent = await live.send(there, to, asking.written, way="session", slot=slot, content=asking)
    await chatwoot.order("tap", conversation=said["conversation"], message=int(str(sent.external_id)), value="slot-15")
    [found] = [one async for one in live.missed(there, since=datetime.now(UTC) - timedelta(minutes=1))]
    tap = found.events[-1]
    assert (tap.author, tap.text, tap.choice) == (Author.CUSTOMER, "15h", "slot-15")
    assert tap.external_id == f"{sent.external_id}:tapped"


async def test_our_bot_is_made_the_inboxs_and_told_where_to_knock_and_taken_out_again(
    chatwoot: World, live: ChatwootChannel
):
    there = "http://127.0.0.1:1/webhooks/chatwoot/hook_secret"
    codes = await live.subscribe(chatwoot.connection, there)

    assert "message_created" in codes
    (hook,) = await live.hooks(chatwoot.connection)
    assert (hook.destination, hook.is_ours) == ("http://127.0.0.1:1/webhooks/chatwoot/...", True)
    assert [one.destination for one in await live.subscriptions(chatwoot.connection, "http://127.0.0.1:1")] == [there]
    await live.unsubscribe(chatwoot.connection, there)
    assert await live.subscriptions(chatwoot.connection, "http://127.0.0.1:1") == []


async def test_a_file_of_the_installation_is_streamed_and_another_hosts_is_a_strangers(
    chatwoot: World, live: ChatwootChannel
):
    await chatwoot.say(None, attachment="image")
    (talk,) = (await chatwoot.state())["conversations"]
    link = talk["all"][0]["attachments"][0]["data_url"]

    found = await live.download(chatwoot.connection, link, bounds=Bounds(types=("image/",)))

    assert found is not None
    assert found.content_type == "image/png"
    assert await live.download(chatwoot.connection, "https://files.example.com/a.png", bounds=Bounds()) is None


async def test_the_account_is_named_by_account_and_inbox_and_needs_a_bot(chatwoot: World, live: ChatwootChannel):
    reference = f"{chatwoot.http.base_url.netloc.decode()}/chatwoot/1:1"
    assert await live.ping(chatwoot.connection) == reference
    assert (await live.look(chatwoot.connection)).external_ref == reference
    assert await live.ping(connection_to(chatwoot.connection.base_url, ref=reference)) == reference
    assert (await live.capabilities(chatwoot.connection)).ways == ("session",)
    without = connection_to(chatwoot.connection.base_url, token="token-rita")
    with pytest.raises(NeedsHuman):
        await live.capabilities(without)
    with pytest.raises(NotFound):
        await live.ping(connection_to(chatwoot.connection.base_url, ref="1:99"))


@pytest.mark.parametrize("token", ["wrong", json.dumps({"user": "wrong"}), "{", json.dumps({"bot": "x"})])
async def test_a_token_that_is_none_needs_a_person(chatwoot: World, live: ChatwootChannel, token: str):
    with pytest.raises(NeedsHuman):
        await live.ping(connection_to(chatwoot.connection.base_url, token=token))


@pytest.mark.parametrize("ref", ["", "1", "1:x", "1:5/../../2", "0:1", "1:1:1"])
async def test_a_reference_that_is_none_needs_a_person(chatwoot: World, live: ChatwootChannel, ref: str):
    with pytest.raises(NeedsHuman):
        await live.ping(connection_to(chatwoot.connection.base_url, ref=ref))


@pytest.mark.parametrize(
    "url",
    [
        "http://chat.example.com",
        "https://user@chat.example.com",
        "https://chat.example.com?x=1",
        "ftp://a",
        "",
        "https://[",
    ],
)
def test_a_token_travels_over_https_or_to_the_sandbox_only(url: str):
    with pytest.raises(NeedsHuman):
        base_of(Connection(1, "chatwoot", "1:1", url, TOKEN))


@pytest.mark.parametrize(
    ("url", "home"),
    [
        ("https://Chat.Example.com/", "chat.example.com"),
        ("https://chat.example.com:443", "chat.example.com"),
        ("https://chat.example.com:8443/b/", "chat.example.com:8443/b"),
    ],
)
def test_an_account_is_named_below_its_installation_however_the_address_is_spelt(url: str, home: str):
    assert reference_of(Connection(1, "chatwoot", "1:5", url, TOKEN)) == f"{home}/1:5"


def test_an_installation_may_lie_below_a_path():
    assert base_of(Connection(1, "chatwoot", "1:1", "https://example.com/chat/", TOKEN)) == "https://example.com/chat"
