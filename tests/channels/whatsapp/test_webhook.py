"""What a webhook of WhatsApp becomes: both shapes, every type, several numbers at once; what is forged or broken."""

import hashlib
import hmac
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.channels.base import Undecodable
from app.channels.whatsapp import webhook
from app.domain.knocking import Greeting, Knocked
from app.domain.messages import Author, ChannelEvent, EventKind, MessageKind, ParsedBody, Trouble

NUMBER = "900100200300"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
RITA = {"profile": {"name": "Rita"}, "wa_id": "5491155550123", "user_id": "AR.70011223344556677"}


def change(value: dict[str, Any], *, field: str = "messages", number: str | None = NUMBER) -> dict[str, Any]:
    head = {"metadata": {"phone_number_id": number}} if number else {}
    return {"field": field, "value": {"messaging_product": "whatsapp", **head, **value}}


def body_of(*changes: dict[str, Any]) -> bytes:
    entry = [{"id": "1", "changes": [one]} for one in changes]
    return json.dumps({"object": "whatsapp_business_account", "entry": entry}).encode()


def wrote(kind: str, content: Any = None, **more: Any) -> dict[str, Any]:
    said = {"from": "5491155550123", "id": "wamid.1", "timestamp": "1795257000", "type": kind, **more}
    return said if content is None else {**said, kind: content}


def told(*messages: dict[str, Any]) -> tuple[ChannelEvent, ...]:
    return webhook.parse(body_of(change({"contacts": [RITA], "messages": list(messages)}))).events


TYPES = [
    (wrote("text", {"body": "Oi"}), MessageKind.TEXT, "Oi", None),
    (wrote("image", {"id": "7", "caption": "Olha"}), MessageKind.PICTURE, "Olha", "media:7"),
    (wrote("video", {"id": "7"}), MessageKind.VIDEO, "", "media:7"),
    (wrote("audio", {"id": "7", "voice": True}), MessageKind.VOICE, "", "media:7"),
    (wrote("audio", {"id": "7", "voice": False}), MessageKind.AUDIO, "", "media:7"),
    (wrote("voice", {"id": "7"}), MessageKind.VOICE, "", "media:7"),
    (wrote("document", {"id": "7", "filename": "conta.pdf"}), MessageKind.FILE, "", "media:7"),
    (wrote("sticker", {"id": "7", "animated": True}), MessageKind.STICKER, "", "media:7"),
    (wrote("image", {"id": "../7"}), MessageKind.PICTURE, "", None),
    (
        wrote("location", {"latitude": -23.5, "longitude": -46.6, "name": "Loja"}),
        *(MessageKind.LOCATION, "Loja\n-23.5, -46.6", None),
    ),
    (
        wrote("contacts", [{"name": {"formatted_name": "Ana"}, "phones": [{"phone": "+55 11 3000-0000"}]}]),
        *(MessageKind.CONTACT, "Ana: +55 11 3000-0000", None),
    ),
    (wrote("button", {"text": "Sim", "payload": "yes"}), MessageKind.TEXT, "Sim", None),
    (
        wrote("interactive", {"type": "button_reply", "button_reply": {"id": "x", "title": "Falar com alguém"}}),
        *(MessageKind.TEXT, "Falar com alguém", None),
    ),
    (
        wrote("interactive", {"type": "list_reply", "list_reply": {"id": "x", "title": "Plano B"}}),
        *(MessageKind.TEXT, "Plano B", None),
    ),
    (
        wrote("interactive", {"type": "nfm_reply", "nfm_reply": {"body": "Enviado", "response_json": '{"cep":"01"}'}}),
        *(MessageKind.TEXT, 'Enviado\n{"cep":"01"}', None),
    ),
    (
        wrote("order", {"product_items": [{"product_retailer_id": "sku", "quantity": 2, "item_price": 9.5}]}),
        *(MessageKind.TEXT, "2 x sku (9.5)", None),
    ),
    (wrote("unsupported", errors=[{"code": 131051}]), MessageKind.OTHER, "", None),
    (wrote("interactive", errors=[{"code": 131051}]), MessageKind.OTHER, "", None),
]


@pytest.mark.parametrize(("message", "kind", "text", "link"), TYPES)
def test_every_type_of_message_is_one(message: dict[str, Any], kind: MessageKind, text: str, link: str | None):
    [event] = told(message)
    assert (event.kind, event.author, event.message_kind, event.text) == (
        *(EventKind.MESSAGE, Author.CUSTOMER),
        kind,
        text,
    )
    assert (event.media.link if event.media else None) == link
    assert (event.chat_id, event.contact_id, event.author_name) == ("5491155550123", "5491155550123", "Rita")


@pytest.mark.parametrize(
    ("message", "choice"),
    [
        (wrote("interactive", {"type": "button_reply", "button_reply": {"id": "slot-15", "title": "15h"}}), "slot-15"),
        (wrote("interactive", {"type": "list_reply", "list_reply": {"id": "b" * 300, "title": "15h"}}), "b" * 256),
        (wrote("button", {"text": "Sim", "payload": "yes"}), "yes"),
        (wrote("text", {"body": "15h"}), ""),
    ],
)
def test_what_was_tapped_keeps_the_id_that_we_gave_it(message: dict[str, Any], choice: str):
    [event] = told(message)
    assert event.choice == choice


@pytest.mark.parametrize(
    "message",
    [
        wrote("reaction", {"message_id": "wamid.0", "emoji": "👍"}, group_id="g"),
        wrote("reaction", {"emoji": "👍"}),
        wrote("edit", {"original_message_id": "wamid.0", "message": {"type": "text", "text": {"body": "x"}}}),
        wrote("revoke", {"original_message_id": "wamid.0"}),
        wrote("unsupported", {"type": "edit"}),
        wrote("system", {"type": "customer_identity_changed", "body": "...", "wa_id": "5491155550124"}),
        wrote("system", {"type": "user_changed_number", "body": "..."}),
        wrote("request_welcome"),
        wrote("hologram", {"id": "7"}),
        wrote("text"),
        wrote("text", {"body": "Oi"}, group_id="g"),
        {"id": "wamid.1", "type": "text", "text": {"body": "Oi"}},
        wrote("interactive", {"type": "call_permission_reply"}),
    ],
)
def test_what_is_no_word_of_a_customer_to_us_is_kept_and_answered_by_nobody(message: dict[str, Any]):
    first, second = told(message, wrote("text", {"body": "Oi"}))
    assert (first.kind, second.kind) == (EventKind.OTHER, EventKind.MESSAGE)


@pytest.mark.parametrize(
    ("changed", "names", "address"),
    [
        (
            {"type": "user_changed_number", "wa_id": "5511987654321"},
            ("5491155550123", "5511987654321"),
            "5511987654321",
        ),
        ({"type": "user_changed_user_id", "user_id": "AR.7"}, ("5491155550123", "AR.7"), "AR.7"),
    ],
)
def test_who_has_another_phone_or_id_is_told_under_all_names(
    changed: dict[str, str], names: tuple[str, ...], address: str
):
    [event] = told(wrote("system", changed))
    assert (event.kind, event.names, event.talk_id) == (EventKind.LINK, names, address)


def test_the_card_beside_a_message_tells_the_other_name():
    [event] = told(wrote("text", {"body": "Oi"}))
    assert event.names == (RITA["wa_id"], RITA["user_id"])


def test_somebody_without_a_phone_is_known_by_their_id_also_where_a_phone_belongs():
    for sender in ({"from_user_id": "CO.88000111222333444"}, {"from": "CO.88000111222333444"}):
        message = {"id": "wamid.6", "timestamp": "1795257180", "type": "text", "text": {"body": "Oi"}, **sender}
        noa = {"profile": {"name": "Noa"}, "user_id": "CO.88000111222333444"}
        [event] = webhook.parse(body_of(change({"contacts": [noa], "messages": [message]}))).events
        assert (event.chat_id, event.author_name) == ("CO.88000111222333444", "Noa")


def test_the_flat_shape_of_older_hosts_names_no_account():
    flat = json.dumps({"contacts": [RITA], "messages": [wrote("text", {"body": "Oi"})]}).encode()
    parsed = webhook.parse(flat)
    assert parsed.account_ref is None
    assert [one.text for one in parsed.events] == ["Oi"]


def test_one_body_may_tell_of_several_messages_statuses_and_numbers():
    here = change({"messages": [wrote("text", {"body": "um"}), wrote("text", {"body": "dois"}, id="wamid.2")]})
    there = change({"messages": [wrote("text", {"body": "três"}, id="wamid.3")]}, number="900100200399")
    also = change({"statuses": [{"id": "wamid.9", "status": "read", "timestamp": "1795257000"}]})
    nobodys = change({"event": "APPROVED"}, field="message_template_status_update", number=None)
    parsed = webhook.parse(body_of(nobodys, here, there, also))
    assert parsed.accounts == (NUMBER, "900100200399")
    assert [one.text for one in parsed.events if one.kind is EventKind.MESSAGE] == ["um", "dois"]
    assert [one.text for one in parsed.of("900100200399").events] == ["três"]
    assert sum(one.kind is EventKind.OTHER for one in parsed.events) == 2
    assert parsed.of("nobody") is parsed


CODES = [
    (131047, Trouble.WINDOW_CLOSED),
    (131026, Trouble.UNREACHABLE),
    (131050, Trouble.OPTED_OUT),
    (131049, Trouble.REFUSED),
    (470, Trouble.WINDOW_CLOSED),
    ("131047", Trouble.WINDOW_CLOSED),
    ("x", Trouble.REFUSED),
    (True, Trouble.REFUSED),
]


@pytest.mark.parametrize(("code", "trouble"), CODES)
def test_what_did_not_arrive_is_told_with_why(code: object, trouble: Trouble):
    failed = {"id": "wamid.OUT", "status": "failed", "recipient_id": "5491155550123", "errors": [{"code": code}]}
    [event] = webhook.parse(body_of(change({"statuses": [failed]}))).events
    assert (event.kind, event.about, event.trouble) == (EventKind.RECEIPT, "wamid.OUT", trouble)
    assert (event.chat_id, event.external_id) == ("5491155550123", "status:wamid.OUT:failed")


@pytest.mark.parametrize("status", ["sent", "", "warped"])
def test_other_statuses_have_no_consequence(status: str):
    told = {"id": "wamid.OUT", "status": status, "recipient_id": "5491155550123"}
    assert [one.kind for one in webhook.parse(body_of(change({"statuses": [told]}))).events] == [EventKind.OTHER]


@pytest.mark.parametrize("status", ["delivered", "read", "played"])
def test_what_was_read_or_played_has_arrived(status: str):
    told = {"id": "wamid.OUT", "status": status, "recipient_id": "5491155550123"}
    [event] = webhook.parse(body_of(change({"statuses": [told]}))).events
    assert (event.kind, event.about, event.trouble) == (EventKind.ARRIVED, "wamid.OUT", None)


def test_who_stops_our_marketing_by_whatsapps_button_has_opted_out():
    stop = {"wa_id": "5491155550123", "category": "marketing_messages", "value": "stop", "timestamp": 1795257000}
    [event] = webhook.parse(body_of(change({"user_preferences": [stop]}, field="user_preferences"))).events
    assert (event.kind, event.trouble, event.chat_id) == (EventKind.RECEIPT, Trouble.OPTED_OUT, "5491155550123")
    resume = {**stop, "value": "resume"}
    [event] = webhook.parse(body_of(change({"user_preferences": [resume]}, field="user_preferences"))).events
    assert event.kind is EventKind.OTHER


@pytest.mark.parametrize(("field", "author"), [("smb_message_echoes", Author.HUMAN), ("message_echoes", Author.BOT)])
def test_an_echo_is_of_a_person_on_the_phone_or_of_another_program(field: str, author: Author):
    echo = {"from": "1555", "to": "5491155550123", "id": "wamid.E", "type": "text", "text": {"body": "Sou o Luis"}}
    edit = {"to": "5491155550123", "id": "wamid.F", "type": "edit", "edit": {"original_message_id": "wamid.E"}}
    said, edited = webhook.parse(body_of(change({"message_echoes": [echo, edit]}, field=field))).events
    assert (said.kind, said.author, said.chat_id, said.text) == (
        *(EventKind.MESSAGE, author),
        "5491155550123",
        "Sou o Luis",
    )
    assert edited.kind is EventKind.OTHER


@pytest.mark.parametrize("field", ["standby", "history", "calls", "smb_app_state_sync", "never_heard_of"])
def test_what_is_told_beside_the_chat_is_never_answered(field: str):
    message = wrote("text", {"body": "Oi"})
    value = {"messages": [message], "standby": {"messages": [message]}, "history": [{"threads": [message]}]}
    assert {one.kind for one in webhook.parse(body_of(change(value, field=field))).events} == {EventKind.OTHER}


def test_the_samples_of_the_fact_sheet_are_read(shared: Path):
    text = (shared / "reference" / "whatsapp.md").read_text(encoding="utf-8")
    lines = re.findall(r'^\{"_\d.*$', text, re.MULTILINE)
    assert len(lines) == 6
    for line in lines:
        [value] = json.loads(line).values()
        whole = value if "entry" in value else {"entry": [{"changes": [{"field": "messages", "value": value}]}]}
        parsed = webhook.parse(json.dumps(whole).encode())
        assert parsed.account_ref == NUMBER
        assert all(event.kind is not EventKind.OTHER for event in parsed.events)


@pytest.mark.parametrize("body", [b"", b"  ", b"{", b"[]", b'"x"', b"1", b"{}", b"\xff\xfe", b"a=b", b"[" * 5000])
def test_what_is_no_body_says_so(body: bytes):
    with pytest.raises(Undecodable):
        webhook.parse(body)


def test_a_body_of_too_many_things_waits_for_the_worker():
    body = body_of(change({"statuses": [{"id": str(n), "status": "sent"} for n in range(3_001)]}))
    with pytest.raises(Undecodable):
        webhook.parse(body)
    assert len(webhook.parse(body, generous=True).events) == 3_001


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["entry", "changes", "field", "value", "messages", "statuses", "errors", "id", "from", "type"]
            )
            | st.sampled_from(
                ["metadata", "phone_number_id", "contacts", "text", "body", "audio", "timestamp", "status"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


def _safely(body: bytes) -> ParsedBody | None:
    try:
        return webhook.parse(body)
    except Undecodable:
        return None


@given(_JSON)
def test_no_json_breaks_the_reader_and_the_same_is_always_read_the_same(value: Any):
    body = json.dumps(value).encode()
    parsed = _safely(body)
    assert parsed == _safely(body)
    for event in parsed.events if parsed else ():
        assert event.external_id
        assert "\x00" not in event.text


@given(st.lists(_JSON, max_size=3))
def test_an_odd_item_hides_no_other(odd: list[Any]):
    value = {"metadata": {"phone_number_id": NUMBER}, "messages": [*odd, wrote("text", {"body": "Oi"})]}
    body = json.dumps({"entry": [*odd, {"changes": [*odd, {"field": "messages", "value": value}]}]}).encode()
    parsed = webhook.parse(body)
    assert "Oi" in [one.text for part in (parsed, *parsed.others) for one in part.events]


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(body: bytes):
    _safely(body)


def test_a_very_deep_item_has_an_id_too():
    deep: Any = "x"
    for _ in range(400):
        deep = [deep]
    assert webhook.parse(b'{"entry":' + b"[" * 900 + b"]" * 900 + b"}").events == ()
    [event] = webhook.parse(body_of(change({"deep": deep}, field="odd"))).events
    assert event.external_id.startswith("hash:")


def sign(body: bytes, secret: str) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def test_metas_published_vector_is_accepted():
    digest = "0329a06b62cd16b33eb6792be8c60b158d89a2ee3a876fce9a881ebb488c0914"
    for name, value in [
        ("x-hub-signature-256", f"sha256={digest}"),
        ("x-360dialog-signature", digest),
        ("x-360dialog-signature", f"sha256={digest}"),
    ]:
        assert webhook.verify(Knocked(b"test", {name: value}), ["secret"], now=NOW)


@given(st.binary(max_size=100), st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20), st.booleans())
def test_a_body_counts_with_either_secret_and_no_other(body: bytes, new: str, old: str, is_new: bool):
    secrets = [one.encode("utf-8", "ignore").decode() or "x" for one in (new, old)]
    right = {"x-hub-signature-256": sign(body, secrets[0 if is_new else 1])}
    assert webhook.verify(Knocked(body, right), secrets, now=NOW)
    assert not webhook.verify(Knocked(body + b" ", right), secrets, now=NOW)
    assert not webhook.verify(Knocked(body, right), ["someone else's " + secrets[0] + secrets[1]], now=NOW)
    assert not webhook.verify(Knocked(body, right), [], now=NOW)


@given(st.text(max_size=100) | st.just("sha256="))
def test_no_header_breaks_the_check_and_none_is_guessed(value: str):
    for name in ("x-hub-signature-256", "x-360dialog-signature", "x-hub-signature"):
        assert not webhook.verify(Knocked(b"{}", {name: value}), ["secret", ""], now=NOW)
    assert not webhook.verify(Knocked(b"{}", {}), ["secret"], now=NOW)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"hub.mode": "subscribe", "hub.challenge": "1158201444"}, Greeting("1158201444")),
        (
            {"hub.mode": "subscribe", "hub.challenge": "7", "hub.verify_token": "t"},
            Greeting("7", "t"),
        ),
        ({"hub.mode": "unsubscribe", "hub.challenge": "1"}, None),
        ({"hub.mode": "subscribe"}, None),
        ({"hub.mode": "subscribe", "hub.challenge": "x" * 300}, None),
        ({}, None),
    ],
)
def test_only_a_check_is_greeted(query: dict[str, str], wanted: Greeting | None):
    assert webhook.greet(query) == wanted
