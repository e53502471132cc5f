"""Kommo's token endpoint over real HTTP: what is sent there, what its answers mean, and where nothing is ever sent."""

import json
from datetime import timedelta
from typing import Any

import pytest

from app.channels.kommo.auth import KommoConsent
from app.channels.kommo.client.refusals import BAN
from app.domain.clock import FixedClock
from app.domain.errors import AppError, GrantLost, NeedsHuman, NotStarted, OutcomeUnknown, Untrusted
from app.domain.ids import AccountId
from tests.channels.conftest import HANG, LOST, Vendor, said
from tests.channels.kommo.conftest import NOON, GrantingGovernor

PAIR = json.dumps({"token_type": "Bearer", "expires_in": 86400, "access_token": "made-up-1", "refresh_token": "r-1"})
REVOKED = json.dumps({"hint": "Token has been revoked", "title": "Unauthorized", "status": 401, "detail": "x"})
ACCOUNT = AccountId(1)


@pytest.fixture
def consent(vendor: Vendor, governor: GrantingGovernor) -> KommoConsent:
    where = {"redirect_uri": "https://p.example.com/oauth/kommo/callback", "consent_url": f"{vendor.url}/oauth"}
    return KommoConsent("our-id", "our-secret", governor=governor, clock=FixedClock(NOON), **where)


def heard(vendor: Vendor) -> Any:
    head, _, body = vendor.heard[-1].partition("\r\n\r\n")
    assert head.startswith("POST /oauth2/access_token ")
    assert "content-type: application/json" in head.lower()
    assert "our-secret" not in head
    return json.loads(body)


async def test_a_code_travels_as_json_with_all_that_kommo_compares(consent: KommoConsent, vendor: Vendor):
    vendor.says(said(200, PAIR))
    pair = await consent.exchange(vendor.url, "the-code+/=")
    assert heard(vendor) == {
        "client_id": "our-id",
        "client_secret": "our-secret",
        "grant_type": "authorization_code",
        "code": "the-code+/=",
        "redirect_uri": "https://p.example.com/oauth/kommo/callback",
    }
    assert (pair.access, pair.refresh, pair.expires_at) == ("made-up-1", "r-1", NOON + timedelta(days=1))
    assert "made-up-1" not in repr(pair)


async def test_a_refresh_names_the_old_token_and_the_same_address(consent: KommoConsent, vendor: Vendor):
    vendor.says(said(200, PAIR))
    await consent.refresh(ACCOUNT, vendor.url, "r-0")
    told = heard(vendor)
    assert (told["grant_type"], told["refresh_token"]) == ("refresh_token", "r-0")
    assert told["redirect_uri"] == "https://p.example.com/oauth/kommo/callback"


ANSWERS: dict[str, tuple[bytes, type[AppError]]] = {
    "revoked": (said(401, REVOKED, "application/problem+json"), GrantLost),
    "wrong settings": (said(400, "{}", "application/problem+json"), NeedsHuman),
    "too many": (said(429, "{}", "application/json", "retry-after: 7"), NotStarted),
    "banned": (said(403, "<html>403</html>", "text/html"), NotStarted),
    "broken": (said(500, "oops"), OutcomeUnknown),
    "a redirect": (said(302, "", "text/html", "location: https://evil.example.com/"), OutcomeUnknown),
    "no JSON": (said(200, "<html>"), OutcomeUnknown),
    "an error that says 200": (said(200, '{"error": "invalid_grant"}'), OutcomeUnknown),
    "half a pair": (said(200, '{"access_token": "a", "expires_in": 86400}'), OutcomeUnknown),
    "an empty token": (said(200, '{"access_token": "", "refresh_token": "r", "expires_in": 86400}'), OutcomeUnknown),
    "no time": (said(200, '{"access_token": "a", "refresh_token": "r", "expires_in": 0}'), OutcomeUnknown),
    "hung up": (LOST, OutcomeUnknown),
}


@pytest.mark.parametrize(("answer", "kind"), ANSWERS.values(), ids=ANSWERS.keys())
async def test_every_other_answer_to_a_refresh_has_a_meaning_and_shows_no_secret(
    consent: KommoConsent, vendor: Vendor, *, answer: bytes, kind: type[AppError]
):
    vendor.says(answer)
    with pytest.raises(AppError) as refused:
        await consent.refresh(ACCOUNT, vendor.url, "r-0")
    assert type(refused.value) is kind
    assert len(vendor.heard) == 1
    shown = f"{refused.value.message} {refused.value.hint}"
    assert not [word for word in ("our-secret", "r-0", "made-up") if word in shown]


async def test_all_lanes_hear_of_what_is_about_all_calls(
    consent: KommoConsent, vendor: Vendor, governor: GrantingGovernor
):
    vendor.says(ANSWERS["too many"][0], ANSWERS["banned"][0])
    for _ in range(2):
        with pytest.raises(NotStarted):
            await consent.refresh(ACCOUNT, vendor.url, "r-0")
    assert governor.slowed == [timedelta(seconds=7)]
    assert governor.held == [NOON + BAN]


async def test_a_code_that_kommo_refuses_is_the_callers_mistake(consent: KommoConsent, vendor: Vendor):
    vendor.says(said(400, REVOKED, "application/problem+json"))
    with pytest.raises(Untrusted) as refused:
        await consent.exchange(vendor.url, "old-code")
    assert refused.value.code == "code_refused"


async def test_a_wrong_secret_of_ours_is_told_to_the_operator(consent: KommoConsent, vendor: Vendor):
    vendor.says(said(401, "{}", "application/problem+json"))
    with pytest.raises(NeedsHuman) as refused:
        await consent.exchange(vendor.url, "a-code")
    assert refused.value.code == "integration_refused"
    assert "KOMMO_CLIENT_SECRET" in refused.value.hint


async def test_an_address_that_nobody_answers_is_not_started(consent: KommoConsent):
    with pytest.raises(NotStarted):
        await consent.refresh(ACCOUNT, "http://127.0.0.1:9", "r-0")


async def test_silence_leaves_the_outcome_open(consent: KommoConsent, vendor: Vendor):
    vendor.says(HANG)
    with pytest.raises(OutcomeUnknown):
        await consent.refresh(ACCOUNT, vendor.url, "r-0")


# --- where secrets may go ---------------------------------------------------------------------------------------------


@pytest.fixture
def real(governor: GrantingGovernor) -> KommoConsent:
    """As with a real Kommo."""
    where = {"redirect_uri": "https://p.example.com/oauth/kommo/callback"}
    return KommoConsent("our-id", "our-secret", governor=governor, clock=FixedClock(NOON), **where)


@pytest.mark.parametrize("referer", ["shop.kommo.com", "https://shop.kommo.com/", "SHOP.kommo.com", "old.amocrm.com"])
def test_an_account_of_kommo_is_its_own_home(real: KommoConsent, referer: str):
    host = referer.lower().removeprefix("https://").removesuffix("/")
    assert real.home(referer) == f"https://{host}"


STRANGERS = [
    "",
    "kommo.com",
    "www.kommo.com",
    "api-c.kommo.com",
    "evil.example.com",
    "shop.kommo.com.evil.example.com",
    "evil-kommo.com",
    "shop.kommo.com:443",
    "shop.kommo.com/x",
    "shop.kommo.com?x",
    "shop.kommo.com#x",
    "x@shop.kommo.com",
    "shop.kommo.com\n.evil.example.com",
    "shop.kommo.com\\.evil.example.com",
    "shop.kommo.com\x00",
    "http://shop.kommo.com",
    "a.b.kommo.com",
    "-.kommo.com",
    "\u0455hop.kommo.com",
    "127.0.0.1:8100",
    "localhost",
    "[::1]",
    "10.0.0.1",
    "x" * 5_000,
]


@pytest.mark.parametrize("referer", STRANGERS)
def test_every_other_host_is_foreign_beside_a_real_kommo(real: KommoConsent, referer: str):
    with pytest.raises(Untrusted) as refused:
        real.home(referer)
    assert refused.value.code == "foreign_referer"
    assert len(refused.value.message) < 100


def test_the_consent_page_is_kommos_with_our_id_and_the_state(real: KommoConsent):
    assert real.page("a+b/c=") == "https://www.kommo.com/oauth?client_id=our-id&state=a%2Bb%2Fc%3D&mode=popup"
