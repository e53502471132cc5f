"""What a signature must be, and what a body becomes."""

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.channels.base import Undecodable
from app.channels.chatwoot.webhook import PATH_ONLY, parse, verify
from app.channels.chatwoot.webhook.content import trouble_of
from app.domain.knocking import Knocked
from app.domain.messages import Author, ChannelEvent, EventKind, MessageKind, Trouble

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SECRET = "secret-of-the-bot"


def signed(body: bytes, *, secret: str = SECRET, at: datetime = NOW, **headers: str) -> Knocked:
    stamp = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    known = {"x-chatwoot-timestamp": stamp, "x-chatwoot-signature": f"sha256={digest}"}
    return Knocked(body, {**known, **headers})


def message(**more: Any) -> dict[str, Any]:
    conversation = {
        "id": 7,
        "inbox_id": 5,
        "status": "pending",
        "channel": "Channel::Whatsapp",
        "meta": {"sender": {"id": 31, "name": "Maria", "type": "contact"}, "assignee": None},
        "messages": [{"id": 900, "message_type": 0, "account_id": 1, "created_at": 1_795_000_000}],
        "account": {"id": 1},
    }
    known: dict[str, Any] = {
        "event": "message_created",
        "id": 900,
        "content": "Oi",
        "message_type": "incoming",
        "private": False,
        "created_at": "2026-11-22T11:59:58.120Z",
        "account": {"id": 1, "name": "Loja"},
        "inbox": {"id": 5, "name": "WhatsApp"},
        "sender": {"id": 31, "name": "Maria"},
        "conversation": conversation,
    }
    return {**known, **more}


def changed(event: str = "conversation_status_changed", **more: Any) -> dict[str, Any]:
    known: dict[str, Any] = {
        "event": event,
        "id": 7,
        "inbox_id": 5,
        "status": "open",
        "account": {"id": 1},
        "meta": {"sender": {"id": 31}},
        "updated_at": 1_795_349_000.25,
        "changed_attributes": [{"status": {"previous_value": "pending", "current_value": "open"}}],
    }
    return {**known, **more}


def the_event(told: dict[str, Any]) -> ChannelEvent:
    (event,) = parse(json.dumps(told).encode()).events
    return event


def test_a_signature_over_time_and_raw_body_is_taken_with_any_of_the_secrets():
    assert verify(signed(b"{}"), ["new", SECRET], now=NOW)
    assert verify(signed(b"{}"), [f"of-the-account {SECRET}"], now=NOW)


@pytest.mark.parametrize(
    "knocked",
    [
        Knocked(b"{}"),
        replace(signed(b"{}"), body=b"{} "),
        signed(b"{}", secret="another"),
        signed(b"{}", at=NOW - timedelta(minutes=6)),
        signed(b"{}", at=NOW + timedelta(minutes=6)),
        signed(b"{}", **{"x-chatwoot-timestamp": "1795348801"}),
        signed(b"{}", **{"x-chatwoot-timestamp": "-5"}),
        signed(b"{}", **{"x-chatwoot-timestamp": "²"}),
        signed(b"{}", **{"x-chatwoot-signature": "sha256="}),
        signed(b"{}", **{"x-chatwoot-signature": "sha256=é"}),
        signed(b"{}", **{"x-chatwoot-signature": ""}),
    ],
)
def test_what_is_not_signed_so_is_not_taken(knocked: Knocked):
    assert not verify(knocked, [SECRET], now=NOW)


def test_without_a_secret_nothing_is_taken_but_what_an_operator_said_is_unsigned():
    assert not verify(signed(b"{}"), [], now=NOW)
    assert not verify(signed(b"{}", secret=""), [""], now=NOW)
    assert verify(Knocked(b"{}", by_path=True), [PATH_ONLY], now=NOW)
    assert not verify(Knocked(b"{}"), [PATH_ONLY], now=NOW)
    assert not verify(signed(b"{}", secret=PATH_ONLY), [PATH_ONLY], now=NOW)


@given(st.binary(max_size=60), st.integers(0, 300), st.text(max_size=80))
def test_no_changed_byte_and_no_made_up_signature_passes(body: bytes, place: int, made_up: str):
    knocked = signed(body)
    broken = bytearray(body + b"x")
    broken[place % len(broken)] ^= 1
    assert not verify(replace(knocked, body=bytes(broken)), [SECRET], now=NOW)
    forged = {**knocked.headers, "x-chatwoot-signature": made_up}
    assert not verify(replace(knocked, headers=forged), [SECRET], now=NOW)


def test_a_customers_message_is_known_by_its_direction():
    event = the_event(message())

    assert event == ChannelEvent(
        EventKind.MESSAGE,
        external_id="900",
        at=datetime(2026, 11, 22, 11, 59, 58, 120_000, UTC),
        chat_id="7",
        talk_id="7",
        contact_id="31",
        lead_id="7",
        author=Author.CUSTOMER,
        author_id="31",
        author_name="Maria",
        text="Oi",
        origin="whatsapp",
        family="message_created",
    )
    assert parse(json.dumps(message()).encode()).account_ref == "1:5"


@pytest.mark.parametrize(
    ("sender", "author"),
    [
        ({"id": 2, "name": "Ana", "email": "ana@example.com", "type": "user"}, Author.HUMAN),
        ({"id": 1, "name": "Ponte", "type": "agent_bot"}, Author.BOT),
        ({"id": 3, "name": "Captain", "type": "captain_assistant"}, Author.BOT),
        (None, Author.BOT),
    ],
)
def test_who_writes_to_the_customer_is_an_agent_or_a_program(sender: Any, author: Author):
    event = the_event(message(message_type="outgoing", sender=sender))

    assert (event.kind, event.author) == (EventKind.MESSAGE, author)


def test_a_private_note_is_a_note_on_the_conversation():
    event = the_event(
        message(message_type="outgoing", private=True, sender={"id": 2, "type": "user"}, content="/assumir")
    )

    assert (event.kind, event.author, event.text) == (EventKind.NOTE, Author.HUMAN, "/assumir")
    assert (event.lead_id, event.chat_id, event.external_id) == ("7", None, "note:900")


def test_greetings_and_surveys_of_the_server_are_nobodys_words():
    assert the_event(message(message_type="template")).kind is EventKind.OTHER


def test_every_attachment_is_an_event_and_the_first_has_the_words():
    files = [
        {"file_type": "image", "data_url": "https://chat.example.com/rails/a.png"},
        {"file_type": "audio", "data_url": "https://chat.example.com/rails/b.ogg"},
    ]
    first, second = parse(json.dumps(message(attachments=files)).encode()).events

    assert (first.external_id, first.message_kind, first.text) == ("900", MessageKind.PICTURE, "Oi")
    assert (second.external_id, second.message_kind, second.text) == ("900:2", MessageKind.AUDIO, "")


@pytest.mark.parametrize(
    ("told", "owner"),
    [
        (changed(), Author.HUMAN),
        (changed(changed_attributes=[{"status": {"current_value": "pending"}}]), Author.BOT),
        (changed(changed_attributes=[{"status": {"current_value": "snoozed"}}]), Author.HUMAN),
        (changed("conversation_opened"), Author.HUMAN),
        (changed("conversation_updated", changed_attributes=[{"priority": {"current_value": "high"}}]), None),
        (changed(changed_attributes=[{"status": {"current_value": "resolved"}}]), None),
        (changed("conversation_resolved"), None),
    ],
)
def test_open_is_peoples_and_pending_is_the_bots(told: Any, owner: Author | None):
    event = the_event(told)

    assert (event.kind, event.author) == ((EventKind.OWNER, owner) if owner else (EventKind.OTHER, Author.CUSTOMER))


def test_an_agent_who_is_given_the_conversation_has_it_and_a_bot_does_not():
    given_to = [{"assignee_id": {"previous_value": None, "current_value": 2}}]
    meta = {"sender": {"id": 31}, "assignee": {"id": 2, "name": "Ana"}, "assignee_type": "User"}
    event = the_event(changed("conversation_updated", changed_attributes=given_to, meta=meta))
    assert (event.kind, event.author, event.author_name) == (EventKind.OWNER, Author.HUMAN, "Ana")

    meta |= {"assignee_type": "AgentBot"}
    assert the_event(changed("conversation_updated", changed_attributes=given_to, meta=meta)).kind is EventKind.OTHER


def test_a_message_that_the_messenger_refused_is_told_with_its_reason():
    body = message(
        event="message_updated",
        message_type="outgoing",
        status="failed",
        content_attributes={"external_error": "131047: Re-engagement message"},
    )
    event = the_event(body)

    assert (event.kind, event.about, event.trouble) == (EventKind.RECEIPT, "900", Trouble.WINDOW_CLOSED)
    assert trouble_of("") is Trouble.REFUSED


def test_an_answer_that_was_tapped_on_a_website_is_the_customers_word_with_its_id():
    tapped = [{"title": "15h", "value": "slot-15"}]
    body = message(
        event="message_updated",
        message_type="outgoing",
        content_attributes={"submitted_values": tapped},
        sender={"id": 1},
    )
    event = the_event(body)
    assert (event.kind, event.author, event.text, event.choice) == (
        EventKind.MESSAGE,
        Author.CUSTOMER,
        "15h",
        "slot-15",
    )
    assert (event.external_id, event.chat_id, event.contact_id) == ("900:tapped", "7", "31")
    assert the_event({**body, "private": True}).kind is EventKind.OTHER
    for nothing in ([], [{}], [{"title": ["15h"]}], "15h", {"title": "15h"}, [{"title": "\x00"}]):
        odd = {**body, "content_attributes": {"submitted_values": nothing}}
        assert the_event(odd).kind is EventKind.OTHER


def test_the_bots_and_the_accounts_webhook_tell_of_a_message_under_one_id():
    older = message()
    del older["account"]
    assert the_event(older).external_id == the_event(message()).external_id
    assert parse(json.dumps(older).encode()).account_ref == "1:5"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
EVENTS = ["message_created", "message_updated", "conversation_updated", "conversation_status_changed", "x"]


@given(st.binary(max_size=200))
def test_whatever_bytes_come_nothing_else_is_raised(body: bytes):
    try:
        parse(body)
    except Undecodable:
        return


@given(st.sampled_from(EVENTS), st.sampled_from(sorted(message())), json_values)
def test_a_body_with_anything_in_any_place_is_read_the_same_twice(event: str, name: str, value: Any):
    for base in (message(), changed()):
        told = {**base, name: value, "event": event} if name != "event" else {**base, name: value}
        body = json.dumps(told).encode()
        assert parse(body) == parse(body)
        assert all("\x00" not in one.text + one.author_name + one.origin + one.family for one in parse(body).events)


@given(json_values)
def test_a_conversation_may_be_anything(value: Any):
    told = message(conversation=value)
    assert parse(json.dumps(told).encode()).events


@pytest.mark.parametrize("body", [b"", b"[]", b"a=b", b"{", b"[" * 200_000, b'{"id": 1' + b" " * 600_000 + b"}"])
def test_what_is_no_object_within_the_bounds_is_undecodable(body: bytes):
    with pytest.raises(Undecodable):
        parse(body)
