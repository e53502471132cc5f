"""What a person sees who checks a connection: no secret, and nothing that the token did not tell."""

import base64
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from app.channels.kommo.adapter import KommoChannel
from app.channels.kommo.adapter.inspecting import claims_of
from app.domain.errors import NotFound
from app.domain.ids import LeadId
from tests.channels.kommo.conftest import World


def a_jwt(**claims: object) -> str:
    middle = base64.urlsafe_b64encode(orjson.dumps(claims)).decode().rstrip("=")
    return f"head.{middle}.signature"


def test_a_token_tells_its_scopes_and_its_end():
    found = claims_of(a_jwt(exp=1_800_000_000, scopes=["crm", "files"]))
    assert (found.exp, found.scopes) == (1_800_000_000, ("crm", "files"))


@pytest.mark.parametrize(
    "token", ["", "opaque", "a.b", "a.!!.c", "a.bm90IGpzb24.c", a_jwt(scopes="crm"), a_jwt(exp="x")]
)
def test_a_token_that_tells_nothing_is_no_error(token: str):
    assert claims_of(token).scopes is None


async def test_an_account_is_seen_with_the_vendors_own_clock(live: KommoChannel, kommo: World):
    seen = await live.look(kommo.connection)
    assert seen.external_ref == kommo.connection.external_ref
    assert (seen.country, seen.currency, seen.timezone) == ("BR", "BRL", "America/Sao_Paulo")
    assert seen.vendor_time is not None
    assert abs(seen.vendor_time - datetime.now(UTC)) < timedelta(minutes=1)


async def test_webhooks_are_told_apart_without_their_secrets(live: KommoChannel, kommo: World):
    await live.subscribe(kommo.connection, "http://127.0.0.1:9/webhooks/kommo/a-secret")
    await live.subscribe(kommo.connection, "http://127.0.0.1:9/elsewhere?token=a-secret")
    ours, other = sorted(await live.hooks(kommo.connection), key=lambda hook: not hook.is_ours)
    assert (ours.is_ours, ours.tells_of_humans, other.is_ours) == (True, True, False)
    assert "a-secret" not in f"{ours}{other}"


async def test_a_lead_is_seen_with_its_contacts(live: KommoChannel, kommo: World):
    said = await kommo.say()
    seen = await live.lead_card(kommo.connection, LeadId(str(said["lead_id"])))
    assert (seen.id, seen.contact_ids) == (str(said["lead_id"]), (str(said["contact_id"]),))


async def test_a_lead_that_is_not_there_is_not_found(live: KommoChannel, kommo: World):
    with pytest.raises(NotFound):
        await live.lead_card(kommo.connection, LeadId("99999999"))
