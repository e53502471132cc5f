"""What a form of Twilio becomes, and whose it is: its published vectors, every kind, what is forged or broken."""

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.channels.base import Undecodable
from app.channels.twilio import webhook
from app.channels.twilio.webhook.signature import MOST_FIELDS, fields_of, signature
from app.domain.knocking import Knocked
from app.domain.messages import Author, ChannelEvent, EventKind, MessageKind, Trouble

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ACCOUNT, SID = "AC" + "1" * 32, "SM" + "2" * 32
US = "whatsapp:+14155238886"
MARIA = "whatsapp:+5511987654321"

# Twilio's own vectors, from the tests of its Python package.
TOKEN, PAGE = "12345", "mycompany.com/myapp.php?foo=1&bar=2"
CALL = {
    "CallSid": "CA1234567890ABCDE",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
    "Caller": "+14158675309",
}
HASHED = "https://mycompany.com/myapp.php?foo=1&bar=2&bodySHA256="
VECTORS = [
    (f"https://{PAGE}", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
    ("http://mycompany.com:1234/myapp.php?foo=1&bar=2", "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
    ("https://mycompany.com:443/myapp.php?foo=1&bar=2", "kvajT1Ptam85bY51eRf/AJRuM3w="),
    ("http://mycompany.com:80/myapp.php?foo=1&bar=2", "0ZXoZLH/DfblKGATFgpif+LLRf4="),
]


def knock(url: str, body: bytes, claim: str | None) -> bool:
    headers = {} if claim is None else {"x-twilio-signature": claim}
    return webhook.verify(Knocked(body, headers, url), [TOKEN], now=NOW)


@pytest.mark.parametrize(("url", "right"), VECTORS)
def test_twilio_s_vectors_hold_with_and_without_the_usual_port(url: str, right: str):
    body = urlencode(CALL).encode()
    assert signature(TOKEN, url, fields_of(body)) == right
    assert knock(url, body, right)
    without = url.replace(":443", "").replace(":80/", "/")
    assert knock(without, body, right)


def test_a_signature_without_the_port_counts_where_the_address_shows_it():
    assert knock("https://mycompany.com:443/myapp.php?foo=1&bar=2", urlencode(CALL).encode(), VECTORS[0][1])


def test_a_name_that_comes_twice_is_signed_with_each_value_once_in_order():
    digits = [("Digits", "5678"), ("Digits", "1234"), ("Digits", "1234")]
    body = urlencode([("Sid", "CA123"), ("SidAccount", "AC123"), *digits]).encode()
    assert knock(f"https://{PAGE}", body, "IK+Dwps556ElfBT0I3Rgjkr1wJU=")


def test_what_is_no_form_is_signed_by_its_hash_in_the_address():
    digest = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
    right = signature(TOKEN, HASHED + digest, ())
    assert right == "a9nBmqA0ju/hNViExpshrM61xv4="
    assert not knock(HASHED + digest, b'{"another":"body"}', right)


def test_what_is_tampered_with_is_nobody_s():
    url, body = f"https://{PAGE}", urlencode(CALL).encode()
    right = VECTORS[0][1]
    assert knock(url, body, right)
    assert not knock(url, body, None)
    assert not knock(url, body, "")
    assert not knock(url, body, right.lower())
    assert not knock(url, body, "ção")
    assert not knock(url, body + b"&Extra=1", right)
    assert not knock(url, body.replace(b"1234567890", b"1234567891"), right)
    assert not knock(url.replace("bar=2", "bar=3"), body, right)
    assert not knock("https://[", body, right)
    assert not knock(url, b"&" * MOST_FIELDS, signature(TOKEN, url, ()))
    assert not webhook.verify(Knocked(body, {"x-twilio-signature": right}, url), ["", "another"], now=NOW)
    assert not webhook.verify(Knocked(body, {"x-twilio-signature": right}, url), [], now=NOW)


def test_both_tokens_count_while_one_is_rotated():
    body = urlencode(CALL).encode()
    knocked = Knocked(body, {"x-twilio-signature": VECTORS[0][1]}, f"https://{PAGE}")
    assert webhook.verify(knocked, ["the-next-one", TOKEN], now=NOW)


@given(st.binary(max_size=300), st.text(max_size=60), st.text(max_size=60))
def test_whatever_comes_is_judged_without_a_fault(body: bytes, claim: str, url: str):
    assert not knock(url, body, claim)


@given(st.lists(st.tuples(st.text(max_size=9), st.text(max_size=20)), max_size=9).map(urlencode), st.integers(0, 400))
def test_a_signature_holds_for_its_own_form_alone(text: str, at: int):
    url, body = "https://ponte.example.com/webhooks/twilio/x", text.encode()
    right = signature(TOKEN, url, fields_of(body))
    assert knock(url, body, right)
    spoilt = body[: at % (len(body) + 1)] + b"&Q=1" + body[at % (len(body) + 1) :]
    assert fields_of(spoilt) == fields_of(body) or not knock(url, spoilt, right) or _same(spoilt, body)


def _same(one: bytes, other: bytes) -> bool:
    return signature(TOKEN, "", fields_of(one)) == signature(TOKEN, "", fields_of(other))


def wrote(**more: str) -> tuple[ChannelEvent, ...]:
    said = {"MessageSid": SID, "AccountSid": ACCOUNT, "From": MARIA, "To": US, "Body": "Oi", "SmsStatus": "received"}
    return told({**said, "WaId": "5511987654321", "ProfileName": "Maria", **more})


def told(said: dict[str, str]) -> tuple[ChannelEvent, ...]:
    return webhook.parse(urlencode(said).encode()).events


def became(status: str, code: str = "", **more: str) -> ChannelEvent:
    said = {"MessageSid": SID, "AccountSid": ACCOUNT, "From": US, "To": MARIA, "MessageStatus": status}
    [event] = told({**said, **({"ErrorCode": code} if code else {}), **more})
    return event


def test_a_recorded_form_is_read_whole(shared: Path):
    body = (shared / "samples" / "twilio" / "sample_whatsapp_button_reply.form").read_bytes()
    parsed = webhook.parse(body.strip())
    assert parsed.account_ref == "AC00000000000000000000000000000000:14155238886"
    [event] = parsed.events
    assert (event.kind, event.author, event.text) == (EventKind.MESSAGE, Author.CUSTOMER, "Konfirmasi")
    assert (event.chat_id, event.author_name) == ("918888800000", "Test User")


def test_words_are_a_message_under_the_customer_s_digits():
    [event] = wrote()
    assert (event.external_id, event.chat_id, event.contact_id, event.lead_id) == (SID, *["5511987654321"] * 3)
    assert (event.text, event.message_kind, event.author_name, event.origin) == (
        *("Oi", MessageKind.TEXT),
        *("Maria", "twilio"),
    )


@pytest.mark.parametrize(
    ("more", "chat"),
    [
        ({"From": "whatsapp:IN.1000000000000000", "WaId": ""}, "IN.1000000000000000"),
        ({"From": "whatsapp:BR.ENT.x9", "WaId": "", "ExternalUserId": "whatsapp:BR.ENT.x9"}, "BR.ENT.x9"),
        ({"From": "whatsapp:IN.1000000000000000", "WaId": "918888800000"}, "918888800000"),
        ({"ExternalUserId": "whatsapp:BR.77"}, "5511987654321"),
    ],
)
def test_who_shows_no_phone_is_known_by_whatsapp_s_id(more: dict[str, str], chat: str):
    [event] = wrote(**more)
    assert (event.kind, event.chat_id) == (EventKind.MESSAGE, chat)


def test_attachments_come_each_by_itself_and_the_words_with_the_first():
    link = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages/{SID}/Media/ME{'3' * 32}"
    more = {"MediaUrl0": link, "MediaContentType0": "image/jpeg", "MediaUrl1": link, "MediaContentType1": "audio/ogg"}
    first, second = wrote(NumMedia="2", **more)
    assert (first.external_id, first.message_kind, first.text) == (SID, MessageKind.PICTURE, "Oi")
    assert (second.external_id, second.message_kind, second.text) == (f"{SID}:1", MessageKind.VOICE, "")
    assert first.media is not None
    assert first.media.link == link


@pytest.mark.parametrize(
    ("mime", "kind"),
    [
        ("video/mp4", MessageKind.VIDEO),
        ("audio/mpeg", MessageKind.AUDIO),
        ("application/pdf", MessageKind.FILE),
        ("text/vcard", MessageKind.CONTACT),
        ("", MessageKind.FILE),
    ],
)
def test_an_attachment_is_what_its_type_says(mime: str, kind: MessageKind):
    [event] = wrote(Body="", NumMedia="1", MediaUrl0="https://example.com/a", MediaContentType0=mime)
    assert event.message_kind is kind


def test_a_place_a_sticker_a_tap_and_nothing_at_all():
    [place] = wrote(Body="", Latitude="-23.5", Longitude="-46.6", Label="Loja", MessageType="location")
    assert (place.message_kind, place.text) == (MessageKind.LOCATION, "Loja\n-23.5, -46.6")
    [sticker] = wrote(Body="", MessageType="sticker", MediaUrl0="https://example.com/a", MediaContentType0="image/webp")
    assert sticker.message_kind is MessageKind.STICKER
    [tap] = wrote(Body="", ButtonText="Sim", ButtonPayload="yes", MessageType="button")
    assert (tap.message_kind, tap.text) == (MessageKind.TEXT, "Sim")
    [nothing] = wrote(Body="")
    assert (nothing.kind, nothing.message_kind) == (EventKind.MESSAGE, MessageKind.OTHER)
    [reaction] = wrote(Body="👍", MessageType="reaction")
    assert (reaction.kind, reaction.external_id) == (EventKind.GESTURE, SID)


@pytest.mark.parametrize(
    ("code", "trouble"),
    [
        ("63016", Trouble.WINDOW_CLOSED),
        ("63014", Trouble.OPTED_OUT),
        ("21610", Trouble.OPTED_OUT),
        ("63024", Trouble.UNREACHABLE),
        ("63003", Trouble.UNREACHABLE),
        ("21211", Trouble.UNREACHABLE),
        ("63013", Trouble.REFUSED),
        ("", Trouble.REFUSED),
        ("9" * 5000, Trouble.REFUSED),
    ],
)
@pytest.mark.parametrize("status", ["failed", "undelivered"])
def test_what_did_not_arrive_is_told_once_with_its_reason(status: str, code: str, trouble: Trouble):
    event = became(status, code)
    assert (event.kind, event.trouble, event.about) == (EventKind.RECEIPT, trouble, SID)
    assert (event.chat_id, event.external_id) == ("5511987654321", f"status:{SID}:failed")


@pytest.mark.parametrize("status", ["delivered", "read"])
def test_what_was_read_has_arrived(status: str):
    event = became(status)
    assert (event.kind, event.about, event.trouble) == (EventKind.ARRIVED, SID, None)


@pytest.mark.parametrize("status", ["queued", "sent", "accepted", "sending", "new-one"])
def test_what_goes_well_is_of_no_consequence(status: str):
    assert became(status).kind is EventKind.OTHER
    assert became(status, RawDlrDoneDate="2611220000").external_id == became(status).external_id


def test_a_body_names_its_account_by_our_own_number_whichever_way_it_went():
    said = {"AccountSid": ACCOUNT, "MessageSid": SID}
    inbound = webhook.parse(urlencode({**said, "From": MARIA, "To": US, "SmsStatus": "received"}).encode())
    outbound = webhook.parse(urlencode({**said, "From": US, "To": MARIA, "MessageStatus": "sent"}).encode())
    assert inbound.account_ref == outbound.account_ref == f"{ACCOUNT}:14155238886"
    assert webhook.parse(b"AccountSid=x&To=whatsapp%3A%2B1&SmsStatus=received").account_ref is None


def test_unknown_fields_and_kinds_change_nothing():
    assert wrote(Weather="fine") == wrote()
    [event] = told({"AccountSid": ACCOUNT, "Weather": "fine"})
    assert event.kind is EventKind.OTHER
    assert [event] == list(told({"AccountSid": ACCOUNT, "Weather": "fine"}))


_NAMES = [
    "MessageSid",
    "From",
    "To",
    "Body",
    "SmsStatus",
    "MessageStatus",
    "ErrorCode",
    "WaId",
    "MediaUrl0",
    "Latitude",
]
_FORMS = st.lists(st.tuples(st.sampled_from(_NAMES) | st.text(max_size=9), st.text(max_size=60)), max_size=12)


@given(st.one_of(st.binary(max_size=400), _FORMS.map(lambda pairs: urlencode(pairs).encode())), st.booleans())
def test_whatever_comes_is_read_or_undecodable(body: bytes, generous: bool):
    try:
        parsed = webhook.parse(body, generous=generous)
    except Undecodable:
        return
    assert parsed.events
    assert all(one.external_id and "\x00" not in one.text for one in parsed.events)
