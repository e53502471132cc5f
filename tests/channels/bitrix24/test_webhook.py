"""What a portal tells, in all its spellings; and whose it is."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.channels.base import Undecodable
from app.channels.bitrix24.webhook import parse, verify
from app.domain.knocking import Knocked
from app.domain.messages import Author, ChannelEvent, EventKind, MessageKind
from app.sandbox.bitrix24.hooks import Hooks

NOW = datetime(2026, 11, 22, tzinfo=UTC)
TOKEN = "831c76b092f9f135d9b6b36c3a720757"
CHAT = {
    "id": 5,
    "dialogId": "chat5",
    "type": "lines",
    "entityType": "LINES",
    "entityId": "livechat|22|1761|587",
    "entityData1": "Y|LEAD|1205|N|N|321|1773223732|0|0|0",
    "entityData2": "LEAD|1205|COMPANY|0|CONTACT|55|DEAL|0",
}
MESSAGE = {"id": 789, "chatId": 5, "authorId": 587, "date": "2026-01-15T10:30:00+03:00", "text": "[b]Oi[/b][br]tudo?"}
CUSTOMER = {"id": 587, "name": "Maria", "bot": False, "connector": True}


def event(kind: str = "ONIMBOTV2MESSAGEADD", **data: Any) -> dict[str, Any]:
    known = {"bot": {"id": 456}, "message": MESSAGE, "chat": CHAT, "user": CUSTOMER, "language": "en"}
    return {"eventId": 1001, "type": kind, "date": "2026-01-15T10:30:00+03:00", "data": {**known, **data}}


def fetched(*events: dict[str, Any]) -> tuple[ChannelEvent, ...]:
    return parse(json.dumps({"fetched": list(events)}).encode()).events


def pushed(told: dict[str, Any]) -> bytes:
    return Hooks(domain="portal.bitrix24.com").form(told)


def only(*events: dict[str, Any]) -> ChannelEvent:
    (found,) = fetched(*events)
    return found


def test_a_customer_s_message_is_read_with_its_session_and_its_cards():
    found = only(event())
    assert found.kind is EventKind.MESSAGE
    assert found.author is Author.CUSTOMER
    assert (found.external_id, found.chat_id, found.talk_id) == ("789", "chat5", "321")
    assert (found.lead_id, found.contact_id, found.origin) == ("lead:1205", "contact:55", "livechat")
    assert found.text == "Oi\ntudo?"
    assert found.at == datetime(2026, 1, 15, 7, 30, tzinfo=UTC)


def test_the_same_event_means_the_same_whether_it_is_fetched_or_pushed():
    told = event(message={**MESSAGE, "isSystem": False, "forward": None})
    parsed = parse(pushed(told))
    assert parsed.account_ref == "portal.bitrix24.com"
    assert parsed.events == (only(told),)


@pytest.mark.parametrize(
    ("user", "author"),
    [
        (CUSTOMER, Author.CUSTOMER),
        ({"id": 456, "bot": True, "connector": False}, Author.BOT),
        ({"id": 1, "bot": False, "connector": False, "name": "Rita"}, Author.HUMAN),
        ({"id": 1, "bot": "0", "connector": "0"}, Author.HUMAN),
        ({"id": 1, "bot": "0", "connector": "1", "extranet": "1"}, Author.CUSTOMER),
    ],
)
def test_who_wrote_is_told_by_what_the_user_is(user: dict[str, Any], author: Author):
    assert only(event(user=user)).author is author


def test_what_the_system_wrote_is_of_no_consequence():
    assert only(event(message={**MESSAGE, "authorId": 0})).kind is EventKind.OTHER
    assert only(event(message={**MESSAGE, "isSystem": True})).kind is EventKind.OTHER


def test_a_chat_of_no_line_is_of_no_consequence():
    assert only(event(chat={**CHAT, "entityType": ""})).kind is EventKind.OTHER


def test_a_deal_goes_before_a_lead_and_a_chat_without_cards_is_its_own():
    both = {**CHAT, "entityData2": "LEAD|1205|COMPANY|0|CONTACT|0|DEAL|34"}
    assert (only(event(chat=both)).lead_id, only(event(chat=both)).contact_id) == ("deal:34", "lead:1205")
    none = {**CHAT, "entityData1": "N|NONE|0|N|N|321|0|0|0|0", "entityData2": "LEAD|0|COMPANY|0|CONTACT|0|DEAL|0"}
    assert (only(event(chat=none)).lead_id, only(event(chat=none)).contact_id) == ("chat:5", "livechat:587")


def test_a_bot_that_joins_a_line_s_chat_has_it_again():
    found = only(event("ONIMBOTV2JOINCHAT", dialogId="chat5"))
    assert (found.kind, found.author, found.chat_id) == (EventKind.OWNER, Author.BOT, "chat5")
    assert found.external_id == "joined:event:1001"


def test_a_file_is_named_by_its_number():
    found = only(event(message={**MESSAGE, "text": "", "params": {"FILE_ID": [5437]}}))
    assert found.media is not None
    assert (found.media.link, found.message_kind) == ("disk:5437", MessageKind.FILE)


def test_one_event_that_cannot_be_read_hides_no_other():
    events = fetched(event(message={"id": {"x": 1}}), event("ONIMBOTV2NEWS"), event())
    assert [one.kind for one in events] == [EventKind.OTHER, EventKind.OTHER, EventKind.MESSAGE]


def test_the_older_api_s_message_is_read():
    form = {
        "event": "ONIMBOTMESSAGEADD",
        "data[PARAMS][MESSAGE]": "Oi",
        "data[PARAMS][MESSAGE_ID]": "789",
        "data[PARAMS][DIALOG_ID]": "chat5",
        "data[PARAMS][CHAT_ID]": "5",
        "data[PARAMS][FROM_USER_ID]": "587",
        "data[PARAMS][CHAT_ENTITY_TYPE]": "LINES",
        "data[PARAMS][CHAT_ENTITY_ID]": CHAT["entityId"],
        "data[PARAMS][CHAT_ENTITY_DATA_1]": CHAT["entityData1"],
        "data[USER][IS_CONNECTOR]": "Y",
        "data[USER][IS_BOT]": "N",
        "data[USER][NAME]": "Maria",
        "auth[domain]": "portal.bitrix24.com",
    }
    (found,) = parse(urlencode(form).encode()).events
    assert (found.external_id, found.author, found.text, found.talk_id) == ("789", Author.CUSTOMER, "Oi", "321")


def test_a_crm_event_of_a_plain_webhook_is_kept_and_means_nothing():
    (found,) = parse(b"event=ONCRMLEADUPDATE&data[FIELDS][ID]=12&auth[domain]=p.bitrix24.com").events
    assert found.kind is EventKind.OTHER
    assert found.external_id.startswith("hash:")


def knocked(body: bytes) -> Knocked:
    return Knocked(body)


def signed(token: str, field: str = "auth[application_token]") -> Knocked:
    return knocked(f"event=X&data[a]=1&{quote(field, safe='[]')}={quote(token)}".encode())


def test_the_token_at_the_top_counts_and_any_of_two_during_a_rotation():
    assert verify(signed(TOKEN), [TOKEN], now=NOW)
    assert verify(signed(TOKEN), ["another", TOKEN], now=NOW)


@pytest.mark.parametrize(
    "forged",
    [
        signed("another"),
        signed(""),
        signed(TOKEN, "data[bot][auth][application_token]"),
        signed(TOKEN, "AUTH[application_token]"),
        signed(TOKEN, "auth[application_token][x]"),
        signed(TOKEN + "ção"),
        knocked(signed(TOKEN).body + b"&auth[application_token]=another"),
        knocked(json.dumps({"auth": {"application_token": TOKEN}}).encode()),
        knocked(b""),
    ],
)
def test_anything_else_is_not_theirs(forged: Knocked):
    assert not verify(forged, [TOKEN], now=NOW)


def test_nobody_is_let_in_where_no_token_is_known():
    assert not verify(signed(TOKEN), [], now=NOW)
    assert not verify(signed(""), [""], now=NOW)


@given(st.text(max_size=60))
def test_no_text_but_the_token_itself_is_taken(text: str):
    knock = knocked(urlencode({"auth[application_token]": text}, errors="replace").encode())
    assert verify(knock, [TOKEN], now=NOW) is (text.replace("\x00", "") == TOKEN)


@given(st.binary(max_size=300))
def test_no_body_raises_anything_but_undecodable(body: bytes):
    verify(knocked(body), [TOKEN], now=NOW)
    with suppress(Undecodable):
        parse(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)
NAMES = st.sampled_from(["message", "chat", "user", "PARAMS", "DATA", "dialogId", "id", "entityType", "params", "date"])
KINDS = st.sampled_from(["ONIMBOTV2MESSAGEADD", "ONIMBOTV2JOINCHAT", "ONIMBOTMESSAGEADD", "ONOPENLINEMESSAGEADD", "X"])


@given(KINDS, st.dictionaries(NAMES, JSON | st.dictionaries(NAMES, JSON, max_size=4), max_size=5), JSON)
def test_no_fetched_body_raises_and_every_event_can_be_stored(kind: str, data: dict[str, Any], more: Any):
    body = json.dumps({"fetched": [{"eventId": more, "type": kind, "data": data}], "polled": [data]}).encode()
    for found in parse(body).events:
        assert 0 < len(found.external_id) <= 128
        told = [found.external_id, found.text, found.author_name, found.author_id, str(found.chat_id), found.origin]
        for text in [*told, str(found.lead_id), str(found.contact_id), found.media.link if found.media else ""]:
            assert "\x00" not in text
            text.encode()
