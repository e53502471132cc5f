"""Kommo's bodies become events: the recorded ones exactly, the broken ones never more than Undecodable."""

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.channels.base import Undecodable
from app.channels.kommo.webhook import EPOCH, parse
from app.domain.messages import Author, ChannelEvent, EventKind, Media, MessageKind, ParsedBody

Recorded = Callable[[str], bytes]
Fields = dict[str, str]
Claims = tuple[str | None, str, str | None, str | None]
CHAT = "0a9d7c52-6f04-4b0d-8a2f-41d9b6f7c8e3"


def form(**fields: str) -> bytes:
    return urlencode(fields).encode()


def body(prefix: str, **fields: str) -> bytes:
    """One item: `_` in a name opens a bracket only where it is doubled."""
    names = {f"{prefix}[{name.replace('__', '][')}]": value for name, value in fields.items()}
    return urlencode(names).encode()


def only(raw: bytes) -> ChannelEvent:
    (event,) = parse(raw).events
    return event


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.needs_shared
def test_a_recorded_text_from_a_customer(recorded: Recorded):
    assert parse(recorded("01_message_incoming_text_waba")) == ParsedBody(
        account_ref="30100200",
        events=(
            ChannelEvent(
                kind=EventKind.MESSAGE,
                external_id="ae7243c7-0000-4aa5-ad43-ae3a95d74233",
                at=at(1789340833),
                chat_id=CHAT,
                talk_id="71302",
                contact_id="59400001",
                lead_id="41800001",
                author=Author.CUSTOMER,
                author_id="5f1c0a6e-3b0c-4d51-9a55-0a4c6d2b7e10",
                author_name="Cliente Uno",
                text="Hola. Me interesa el producto del anuncio",
                origin="waba",
                family="message[add]",
            ),
        ),
    )


@pytest.mark.needs_shared
def test_a_recorded_picture_has_no_text_and_a_link(recorded: Recorded):
    event = only(recorded("03_message_incoming_picture_waba"))
    assert (event.kind, event.message_kind, event.text) == (EventKind.MESSAGE, MessageKind.PICTURE, "")
    assert event.media == Media(
        MessageKind.PICTURE,
        "https://amojo.kommo.com/v2/b7d1f0a2-1111-4c2c-9d2d-0123456789ab"
        "/attachments/7bcb6a07-0000-48d2-ae6d-42a26fd85b58/file.jpeg",
        "file.jpeg",
    )
    assert event.lead_id == "41400002"


@pytest.mark.needs_shared
def test_an_outgoing_message_of_a_salesperson_names_the_user(recorded: Recorded):
    event = only(recorded("R1_outgoing_message_human_NOT_RECORDED"))
    assert (event.kind, event.author, event.author_id) == (EventKind.MESSAGE, Author.HUMAN, "11087001")
    assert (event.author_name, event.text, event.chat_id) == ("Vendedor Uno", "Ya le atiendo yo", CHAT)
    assert (event.lead_id, event.at, event.family) == (None, at(1789340933), "outgoing_message[add]")


@pytest.mark.needs_shared
def test_a_talk_update_links_the_chat_to_its_lead(recorded: Recorded):
    event = only(recorded("R3_talk_update_RECONSTRUCTED"))
    assert (event.kind, event.talk_id, event.chat_id) == (EventKind.LINK, "71302", CHAT)
    assert (event.contact_id, event.lead_id, event.at) == ("59400001", "41800001", at(1789340933))
    assert event.external_id.startswith("talk:71302:1789340933:")


@pytest.mark.needs_shared
def test_a_recorded_note_is_unescaped_and_names_its_author(recorded: Recorded):
    event = only(recorded("12_leads_note_2020"))
    assert (event.kind, event.external_id, event.lead_id) == (EventKind.NOTE, "note:213313359", "22000001")
    assert (event.author, event.author_id, event.at) == (Author.HUMAN, "1600001", at(1601242011))
    assert event.text == "Linea uno\nLinea dos: https://example.com/?a=1&b=2"


@pytest.mark.needs_shared
@pytest.mark.parametrize(
    ("name", "claims"),
    [
        ("06_unsorted_add_chats", ("31200300", "unsorted[add]", "28400001", None)),
        ("07_leads_update_with_old_status", ("31200300", "leads[update]", "27700001", None)),
        ("09_contacts_add", (None, "contacts[add]", None, "1112")),
        ("13_leads_add", ("30700000", "leads[add]", "1190401", None)),
    ],
)
def test_other_recorded_families_are_kept_and_named(recorded: Recorded, name: str, claims: Claims):
    parsed = parse(recorded(name))
    (event,) = parsed.events
    assert event.kind is EventKind.OTHER
    assert (parsed.account_ref, event.family, event.lead_id, event.contact_id) == claims


def test_a_bare_message_body_is_read_like_a_wrapped_one():
    fields = {"id": "m-1", "chat_id": "c-1", "text": "oi", "type": "incoming", "created_at": "1789340833"}
    assert only(body("add[0]", **fields)) == only(body("message[add][0]", **fields))


def test_a_bare_add_without_a_chat_is_not_taken_for_a_message():
    assert only(body("add[0]", id="5")).kind is EventKind.OTHER


def test_several_items_come_in_numeric_order_and_several_families_share_a_body():
    raw = b"&".join(
        [
            body("message[add][10]", id="m-10", chat_id="c"),
            body("message[add][9]", id="m-9", chat_id="c"),
            body("message[add][40326593000000]", id="m-last", chat_id="c"),
            body("talk[add][0]", talk_id="7", chat_id="c", updated_at="1789340833"),
            body("leads[status][0]", id="5", status_id="142"),
        ]
    )
    events = parse(raw).events
    assert [event.external_id for event in events[:3]] == ["m-9", "m-10", "m-last"]
    assert [event.family for event in events[3:]] == ["talk[add]", "leads[status]"]


@pytest.mark.parametrize(
    ("family", "fields", "author"),
    [
        ("message", {"author__type": "external"}, Author.CUSTOMER),
        ("message", {"type": "incoming"}, Author.CUSTOMER),
        ("message", {}, Author.CUSTOMER),
        ("message", {"author__type": "internal"}, Author.HUMAN),
        ("message", {"author__type": "bot"}, Author.BOT),
        ("message", {"type": "outgoing"}, Author.HUMAN),
        ("outgoing_message", {"author__type": "internal"}, Author.HUMAN),
        ("outgoing_message", {"author__type": "bot"}, Author.BOT),
        ("outgoing_message", {"author__type": "new kind"}, Author.HUMAN),
        ("outgoing_message", {"author__type": "external"}, Author.HUMAN),
        ("outgoing_message", {}, Author.HUMAN),
    ],
)
def test_who_wrote_a_message(family: str, fields: Fields, author: Author):
    assert only(body(f"{family}[add][0]", id="m", chat_id="c", **fields)).author is author


def test_a_salesperson_without_user_id_is_known_by_the_chat_id():
    event = only(body("outgoing_message[add][0]", id="m", chat_id="c", author__type="internal", author__id="amojo-1"))
    assert event.author_id == "amojo-1"


@pytest.mark.parametrize(
    ("fields", "lead"),
    [
        ({"entity_type": "lead", "entity_id": "5"}, "5"),
        ({"element_type": "2", "element_id": "5"}, "5"),
        ({"entity_type": "lead", "element_type": "2", "entity_id": "5", "element_id": "5"}, "5"),
        ({"entity_type": "contact", "entity_id": "5"}, None),
        ({"element_type": "1", "element_id": "5"}, None),
        ({"entity_type": "lead", "element_type": "1", "entity_id": "5"}, None),
        ({"entity_type": "lead", "entity_id": "5", "element_id": "6"}, None),
        ({"entity_type": "lead", "entity_id": "0"}, None),
        ({"entity_type": "lead", "entity_id": "5; drop"}, None),
        ({"entity_id": "5"}, None),
    ],
)
def test_the_lead_is_named_only_where_the_body_says_so_without_contradiction(fields: Fields, lead: str | None):
    assert only(body("message[add][0]", id="m", chat_id="c", **fields)).lead_id == lead


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({}, MessageKind.TEXT),
        ({"message_type": "voice"}, MessageKind.VOICE),
        ({"message_type": "hologram"}, MessageKind.OTHER),
        ({"attachment__type": "sticker"}, MessageKind.STICKER),
        ({"attachment__type": "scent"}, MessageKind.OTHER),
    ],
)
def test_what_a_message_carries(fields: Fields, kind: MessageKind):
    assert only(body("message[add][0]", id="m", chat_id="c", **fields)).message_kind is kind


def test_a_message_without_id_gets_the_same_one_each_time_and_another_for_other_words():
    first, again, other = (
        only(body("message[add][0]", chat_id="c", text=text)).external_id for text in ("oi", "oi", "olá")
    )
    assert first == again != other
    assert first.startswith("hash:")


def test_a_message_without_chat_leaves_its_id_free_for_reconciliation():
    event = only(body("message[add][0]", id="m-1", text="oi"))
    assert event.kind is EventKind.OTHER
    assert event.external_id != "m-1"


def test_an_absurdly_long_id_is_made_short_enough_for_an_index():
    event = only(body("message[add][0]", id="m" * 60_000, chat_id="c" * 60_000))
    assert len(event.external_id) < 100
    assert len(event.chat_id or "") < 100


@pytest.mark.parametrize("when", ["", "yesterday", "0", "-5", "nan", "inf", "9" * 400])
def test_a_time_that_is_missing_or_absurd_is_the_epoch(when: str):
    assert only(body("message[add][0]", id="m", chat_id="c", created_at=when)).at == EPOCH


def test_a_talk_that_is_opened_and_linked_within_one_second_is_two_events():
    fields = {"talk_id": "7", "chat_id": "c", "updated_at": "1789340833"}
    opened = only(body("talk[update][0]", **fields))
    linked = only(body("talk[update][0]", **fields, entity_type="lead", entity_id="5"))
    assert opened.external_id != linked.external_id


def test_64_kilobytes_of_text_come_through_whole_and_without_nul():
    text = "ã" * 32_000 + "\x00" + "x" * 32_000
    assert only(body("message[add][0]", id="m", chat_id="c", text=text)).text == "ã" * 32_000 + "x" * 32_000


@pytest.mark.parametrize(
    ("fields", "kind", "author"),
    [
        ({"note_type": "4", "element_type": "2", "created_by": "3"}, EventKind.NOTE, Author.HUMAN),
        ({"note_type": "4", "element_type": "1", "created_by": "3"}, EventKind.NOTE, Author.HUMAN),
        ({"note_type": "4", "element_type": "3", "created_by": "3"}, EventKind.OTHER, None),
        ({"note_type": "5", "element_type": "2", "created_by": "3"}, EventKind.OTHER, None),
        ({"note_type": "4", "element_type": "2", "created_by": "0"}, EventKind.NOTE, Author.BOT),
        ({"note_type": "4", "text": "[Ponte] IA pausada", "created_by": "3"}, EventKind.NOTE, Author.BOT),
    ],
)
def test_notes_by_type_entity_and_author(fields: Fields, kind: EventKind, author: Author | None):
    event = only(body("leads[note][0][note]", id="9", element_id="5", **fields))
    assert event.kind is kind
    assert author is None or event.author is author


def test_a_note_on_a_contact_has_no_lead():
    event = only(
        body("contacts[note][0][note]", id="9", element_id="5", element_type="1", note_type="4", text="/status")
    )
    assert (event.kind, event.contact_id, event.lead_id) == (EventKind.NOTE, "5", None)


@pytest.mark.parametrize("text", ["&#" + "9" * 5_000 + ";", "&#xD800;", "&" * 10_000])
def test_hostile_entities_in_a_note_do_not_break_it(text: str):
    event = only(body("leads[note][0][note]", id="9", element_id="5", element_type="2", note_type="4", text=text))
    event.text.encode()


@pytest.mark.parametrize(
    ("metadata", "name"),
    [
        ('{"event_source":{"id":3,"author_name":"Ana","type":1}}', "Ana"),
        ('{"event_source":{"author_name":"A\\ud800\\u0000na"}}', "Ana"),
        ('{"event_source":[]}', ""),
        ("[" * 2_000, ""),
        ("not json", ""),
    ],
)
def test_the_author_of_a_note_is_named_by_its_metadata(metadata: str, name: str):
    raw = body("leads[note][0][note]", id="9", element_id="5", element_type="2", note_type="4", metadata=metadata)
    assert only(raw).author_name == name


def test_an_unknown_family_is_one_event_whatever_it_holds():
    event = only(body("catalogs[add][0]", id="9") + b"&" + body("catalogs[add][1]", id="10"))
    assert (event.kind, event.family) == (EventKind.OTHER, "catalogs")


def test_a_known_family_with_a_value_where_items_should_be_is_kept():
    assert [event.family for event in parse(form(message="x", leads="y")).events] == ["message", "leads"]
    assert only(b"message[add]=x").family == "message[add]"


@given(st.binary(max_size=2_000))
def test_any_bytes_are_read_or_undecodable(raw: bytes):
    try:
        parse(raw)
    except Undecodable as error:
        assert len(str(error)) < 60  # noqa: PT017  a short reason, whatever the body holds


names = st.sampled_from(
    ["message", "outgoing_message", "talk", "leads", "contacts", "unsorted", "task", "add", "novel"]
)
steps = st.lists(
    st.sampled_from(["add", "update", "note", "0", "1", "10", "", "id", "chat_id", "text", "note_type", "author"]),
    max_size=5,
)
pairs = st.lists(st.tuples(names, steps, st.text(max_size=20)), min_size=1, max_size=12)


@given(pairs)
def test_no_family_of_a_readable_body_is_lost(fields: list[tuple[str, list[str], str]]):
    keys = [(name + "".join(f"[{step}]" for step in path), value) for name, path, value in fields]
    raw = "&".join(f"{quote(key)}={quote(value)}" for key, value in keys if value.isprintable())
    try:
        events = parse(raw.encode()).events
    except Undecodable:
        return
    told = {event.family.partition("[")[0] for event in events}
    sent = {key.partition("[")[0] for key, value in keys if value.isprintable()}
    assert told >= sent - {"add"}
    assert "add" not in sent or told & {"add", "message"}
