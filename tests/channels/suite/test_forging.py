"""Signatures of every channel that signs, by property: only the very bytes that were signed, by whom it may, pass."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import ModuleType
from urllib.parse import urlencode

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.channels.bitrix24 import webhook as bitrix24
from app.channels.chatwoot import webhook as chatwoot
from app.channels.twilio import webhook as twilio
from app.channels.twilio.webhook.signature import fields_of, signature
from app.channels.whatsapp import webhook as whatsapp
from app.domain.knocking import Knocked

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
URL = "https://ponte.example/webhooks/x/hook"
SECRET, OTHER = "the-secret-of-the-account", "the-secret-of-another"


def _digest(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _meta(body: bytes, secret: str) -> Knocked:
    return Knocked(body, {"x-hub-signature-256": f"sha256={_digest(secret, body)}"}, URL)


def _dialog(body: bytes, secret: str) -> Knocked:
    return Knocked(body, {"x-360dialog-signature": _digest(secret, body)}, URL)


def _chatwoot(body: bytes, secret: str) -> Knocked:
    at = str(int(NOW.timestamp()))
    digest = _digest(secret, at.encode() + b"." + body)
    return Knocked(body, {"x-chatwoot-timestamp": at, "x-chatwoot-signature": f"sha256={digest}"}, URL)


def _twilio(body: bytes, secret: str) -> Knocked:
    return Knocked(body, {"x-twilio-signature": signature(secret, URL, fields_of(body))}, URL)


def _bitrix24(body: bytes, secret: str) -> Knocked:
    return Knocked(body + b"&" + urlencode({"auth[application_token]": secret}).encode(), {}, URL)


@dataclass(frozen=True)
class Signing:
    """Who signs how. `of_form`: over the fields of a form, in whatever order they come."""

    vendor: ModuleType
    sign: Callable[[bytes, str], Knocked]
    of_form: bool = False
    in_body: bool = False  # the secret itself is a field of the body: what it stands beside is not covered

    def passes(self, knocked: Knocked, *secrets: str) -> bool:
        return self.vendor.verify(knocked, secrets or (SECRET,), now=NOW)


SIGNINGS = {
    "whatsapp": Signing(whatsapp, _meta),
    "360dialog": Signing(whatsapp, _dialog),
    "chatwoot": Signing(chatwoot, _chatwoot),
    "twilio": Signing(twilio, _twilio, of_form=True),
    "bitrix24": Signing(bitrix24, _bitrix24, of_form=True, in_body=True),
}
every = pytest.mark.parametrize("signing", SIGNINGS.values(), ids=SIGNINGS)
covering = [(name, one) for name, one in SIGNINGS.items() if not one.in_body]
every_that_covers = pytest.mark.parametrize("signing", [one for _, one in covering], ids=[name for name, _ in covering])

_words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
forms = st.lists(st.tuples(_words.filter(bool), _words), min_size=1, max_size=8).map(
    lambda pairs: urlencode(pairs).encode()
)


def meaning(body: bytes) -> str:
    """What Twilio signs of a form, whatever its order: each name with its values, and no mark between them.

    So where a name ends is not covered; what such a form could say instead has no name that anybody reads.
    """
    fields = fields_of(body)
    return "".join(name + "".join(sorted(set(fields[name]))) for name in sorted(fields))


@every
@given(body=forms)
def test_what_is_signed_passes_with_any_of_two_secrets_and_with_no_other(signing: Signing, body: bytes):
    knocked = signing.sign(body, SECRET)
    assert signing.passes(knocked)
    assert signing.passes(knocked, OTHER, SECRET)
    assert not signing.passes(knocked, OTHER)
    assert not signing.vendor.verify(knocked, (), now=NOW)
    assert not signing.vendor.verify(knocked, ("",), now=NOW)


@every_that_covers
@given(body=forms, place=st.integers(0, 400), byte=st.integers(0, 255), how=st.sampled_from(("swap", "add", "drop")))
def test_no_tampered_body_passes(signing: Signing, body: bytes, place: int, byte: int, how: str):
    place %= len(body)
    middle = {"swap": bytes([byte]), "add": bytes([byte, body[place]]), "drop": b""}[how]
    tampered = body[:place] + middle + body[place + 1 :]
    assume(meaning(tampered) != meaning(body) if signing.of_form else tampered != body)
    assert not signing.passes(replace(signing.sign(body, SECRET), body=tampered))


@every_that_covers
@given(body=forms, made_up=st.text(max_size=90))
def test_no_missing_empty_or_made_up_header_passes(signing: Signing, body: bytes, made_up: str):
    knocked = signing.sign(body, SECRET)
    for name, value in knocked.headers.items():
        assume(made_up.strip() != value)
        bare = {key: one for key, one in knocked.headers.items() if key != name}
        for headers in (bare, {**bare, name: ""}, {**bare, name: made_up}, {**bare, name: value[:-1]}):
            assert not signing.passes(replace(knocked, headers=headers))


@every_that_covers
@given(body=forms)
def test_a_signature_that_comes_twice_in_a_header_is_none(signing: Signing, body: bytes):
    knocked, another = signing.sign(body, SECRET), signing.sign(body, OTHER)
    for name, value in knocked.headers.items():
        if "signature" in name:
            for both in (f"{value}, {value}", f"{value},{another.headers[name]}", f"{another.headers[name]} {value}"):
                assert not signing.passes(replace(knocked, headers={**knocked.headers, name: both}))


@given(body=forms, extra=st.tuples(_words.filter(bool), _words))
def test_a_field_that_is_doubled_with_another_value_is_another_form(body: bytes, extra: tuple[str, str]):
    signing, doubled = SIGNINGS["twilio"], body + b"&" + urlencode([extra]).encode()
    assume(meaning(doubled) != meaning(body))
    assert not signing.passes(replace(signing.sign(body, SECRET), body=doubled))


@given(body=forms, second=st.sampled_from((SECRET, OTHER, "")), first=st.booleans())
def test_a_token_that_comes_twice_in_a_body_counts_for_nothing(body: bytes, second: str, first: bool):
    signing = SIGNINGS["bitrix24"]
    signed, more = signing.sign(body, SECRET).body, urlencode({"auth[application_token]": second}).encode()
    assert not signing.passes(Knocked(more + b"&" + signed if first else signed + b"&" + more, {}, URL))


@given(pairs=st.lists(st.tuples(_words.filter(bool), _words), min_size=2, max_size=8, unique=True), data=st.data())
def test_fields_may_come_in_any_order_where_the_vendor_sorts_them_and_in_none_other_elsewhere(
    pairs: list[tuple[str, str]], data: st.DataObject
):
    turned = data.draw(st.permutations(pairs))
    body, other = (urlencode(one).encode() for one in (pairs, turned))
    assume(body != other)
    for name, signing in SIGNINGS.items():
        if not signing.in_body:
            assert signing.passes(replace(signing.sign(body, SECRET), body=other)) is signing.of_form, name


@every
@given(body=st.binary(max_size=200), claim=st.text(max_size=90), secret=st.text(min_size=1, max_size=20))
def test_whatever_comes_is_judged_without_a_fault(signing: Signing, body: bytes, claim: str, secret: str):
    names = ("x-hub-signature-256", "x-360dialog-signature", "x-twilio-signature", "x-chatwoot-signature")
    headers = {**dict.fromkeys(names, claim), "x-chatwoot-timestamp": claim}
    assert signing.passes(Knocked(body, headers, URL), SECRET) is False or SECRET.encode() in body
    assert signing.passes(Knocked(body, dict.fromkeys(headers, secret), claim), SECRET) is False


@pytest.mark.parametrize("apart", [-301, 301, -86_400, 86_400])
def test_a_chatwoot_signature_of_another_time_is_none(apart: int):
    at = str(int(NOW.timestamp()) + apart)
    digest = _digest(SECRET, f"{at}.".encode() + b"{}")
    knocked = Knocked(b"{}", {"x-chatwoot-timestamp": at, "x-chatwoot-signature": f"sha256={digest}"}, URL)
    assert not SIGNINGS["chatwoot"].passes(knocked)
    moved = {**knocked.headers, "x-chatwoot-timestamp": str(int(NOW.timestamp()))}
    assert not SIGNINGS["chatwoot"].passes(replace(knocked, headers=moved))
