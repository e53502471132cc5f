"""Channels that the settings name: connected beside whatever else there is, and never with another account's keys."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from app.domain.checkup import Status
from app.jobs.schedules import connect_named, schedules
from app.logs import PRIVATE
from app.store.accounts import NewAccount
from app.store.database import Database
from app.wiring import House, open_house
from app.wiring.first_accounts import connect_first, connect_real, sandbox_key
from app.wiring.named_accounts import named
from tests.channels.twilio.conftest import ACCOUNT, NUMBER, REF
from tests.house import settings_for
from tests.sandbox.player import Player

KEY = SecretStr("ponte_of_the_environment")
API = "http://127.0.0.1:1"
CHANNELS = "select channel from accounts where state = 'live' order by id"
OWNER = "select a.channel from api_keys k join accounts a on a.id = k.account_id where k.label = 'API'"


# Whose customers are real: the keys are not for the simulated Kommo beside it.
REAL = {"b24_webhook_base": SecretStr("https://no.portal")}


async def of_twilio(sandbox: Player) -> dict[str, Any]:
    """What `.env` says of a number at the simulated Twilio."""
    made = await sandbox.steer("twilio/accounts", {"sid": ACCOUNT, "number": NUMBER})
    return {
        "twilio_account_sid": ACCOUNT,
        "twilio_auth_token": SecretStr(made["token"]),
        "twilio_whatsapp_number": f"whatsapp:+{NUMBER}",
        "twilio_api_url": f"{str(sandbox.http.base_url).rstrip('/')}/twilio",
    }


def kommo_of(sandbox: Player, hook_secret: str) -> NewAccount:
    known = sandbox.account
    base = str(sandbox.http.base_url)
    return NewAccount(known["subdomain"], "kommo", str(known["id"]), base, known["token"], hook_secret)


@asynccontextmanager
async def opened(database: Database, secret_key: str, **more: Any) -> AsyncIterator[House]:
    known = {"ponte_api_key": KEY, "ponte_webhook_secret": SecretStr("hook_of_the_environment"), **more}
    async with open_house(settings_for(database.dsn, secret_key, **known)) as house:
        yield house


async def channels(database: Database) -> list[str]:
    return [row["channel"] for row in await database.fetch(CHANNELS)]


async def test_a_named_channel_is_connected_beside_the_simulated_kommo_and_has_the_keys(
    database: Database, secret_key: str, sandbox: Player
):
    async with opened(database, secret_key, **await of_twilio(sandbox), **REAL) as house:
        await connect_first(house.settings, api=API, box=str(sandbox.http.base_url).rstrip("/"))
        assert sorted(await channels(database)) == ["kommo", "twilio"]
        assert await database.fetchval(OWNER) == "twilio"
        caller = await house.accounts.caller(sandbox_key(house.settings))
        assert caller is not None
        assert (await house.accounts.get(caller.account_id)).channel == "kommo"


async def test_who_played_first_and_named_a_channel_later_has_the_keys_there(
    database: Database, secret_key: str, sandbox: Player
):
    box = str(sandbox.http.base_url).rstrip("/")
    async with opened(database, secret_key) as house:
        await connect_first(house.settings, api=API, box=box)
        assert await database.fetchval(OWNER) == "kommo"
    async with opened(database, secret_key, **await of_twilio(sandbox), **REAL) as house:
        await connect_first(house.settings, api=API, box=box)
        assert await database.fetchval(OWNER) == "twilio"


async def test_a_key_that_was_revoked_in_the_sandbox_opens_nothing_afterwards(
    database: Database, secret_key: str, sandbox: Player
):
    box = str(sandbox.http.base_url).rstrip("/")
    async with opened(database, secret_key) as house:
        await connect_first(house.settings, api=API, box=box)
        caller = await house.accounts.caller(KEY.get_secret_value())
        assert caller is not None
        [key] = [one for one in await house.accounts.keys(caller.account_id) if one.label == "API"]
        await house.accounts.revoke_key(caller.account_id, key.id)
    async with opened(database, secret_key, **await of_twilio(sandbox), **REAL) as house:
        await connect_first(house.settings, api=API, box=box)
        assert await house.accounts.caller(KEY.get_secret_value()) is None


async def test_kommo_is_connected_first_so_the_keys_open_its_account(
    database: Database, secret_key: str, sandbox: Player, hook_secret: str
):
    named_ones = await of_twilio(sandbox)
    async with opened(database, secret_key, kommo_token=SecretStr("a token"), **named_ones) as house:
        await connect_real(house, kommo_of(sandbox, hook_secret), webhook_url=None)
        assert await channels(database) == ["kommo", "twilio"]
        assert await database.fetchval(OWNER) == "kommo"


async def test_the_keys_are_kept_for_a_kommo_that_is_granted_later(
    database: Database, secret_key: str, sandbox: Player, hook_secret: str
):
    named_ones = await of_twilio(sandbox)
    async with opened(database, secret_key, kommo_client_id="an integration", **named_ones) as house:
        await connect_named(house.workshop)
        assert await channels(database) == ["twilio"]
        assert await database.fetchval(OWNER) is None
        await house.connecting.connect(kommo_of(sandbox, hook_secret), webhook_url=None)
        assert await database.fetchval(OWNER) == "kommo"


async def test_a_worker_connects_what_is_named_once_and_another_token_anew(
    database: Database, secret_key: str, sandbox: Player
):
    assert "* * * * *" in [one.cron for one in schedules() if one.chore is connect_named]
    known = await of_twilio(sandbox)
    async with opened(database, secret_key, **known) as house:
        await connect_named(house.workshop)
        asked = len((await sandbox.http.get("/_sandbox/twilio/calls")).json())
        assert await channels(database) == ["twilio"]
        await connect_named(house.workshop)
        assert len((await sandbox.http.get("/_sandbox/twilio/calls")).json()) == asked
    async with opened(database, secret_key, **{**known, "twilio_auth_token": SecretStr("another")}) as house:
        await connect_named(house.workshop)
        await connect_named(house.workshop)  # refused: it rests, and the vendor is not asked again at once
        assert len((await sandbox.http.get("/_sandbox/twilio/calls")).json()) <= asked + 1
        [line] = await house.workshop.named.look()
        assert (line.status, "not connected" in line.message) == ("failed", True)
        assert "ponte channels connect twilio" in line.todo


async def test_an_address_that_is_none_is_told_in_a_line_and_stops_no_other(
    database: Database, secret_key: str, sandbox: Player, capsys: pytest.CaptureFixture[str]
):
    wrong = {"b24_webhook_base": SecretStr("https://portal.example.com/secret-of-mine")}
    async with opened(database, secret_key, **await of_twilio(sandbox), **wrong) as house:
        await house.workshop.named.connect_all()
        assert await channels(database) == ["twilio"]
        lines = {line.status: line for line in await house.workshop.named.look()}
        assert "B24_WEBHOOK_BASE" in lines[Status.FAILED].message
        assert "/rest/1/secret/" in lines[Status.FAILED].todo
        assert "Twilio" in lines[Status.OK].message
    assert "secret-of-mine" not in capsys.readouterr().out


@pytest.mark.parametrize("base", ["http://[", "portal.example.com/rest/1/x", "https://portal.example.com/rest/1"])
def test_what_is_no_webhook_of_a_portal_is_told_as_such(secret_key: str, base: str):
    [found] = named(settings_for("", secret_key, b24_webhook_base=SecretStr(base)))
    assert found.problem is not None
    assert found.problem.hint


def test_half_of_what_a_channel_needs_is_told_by_name(secret_key: str):
    [found] = named(settings_for("", secret_key, twilio_account_sid=ACCOUNT, twilio_whatsapp_number="1"))
    assert found.problem is not None
    assert "TWILIO_AUTH_TOKEN" in found.problem.message


def test_an_account_that_is_named_is_known_by_the_reference_that_connecting_finds(secret_key: str):
    base = SecretStr("https://Portal.bitrix24.com/rest/1/secret/")
    twilio = {"twilio_account_sid": ACCOUNT, "twilio_auth_token": SecretStr("t"), "twilio_whatsapp_number": NUMBER}
    found = named(settings_for("", secret_key, b24_webhook_base=base, **twilio))
    assert [one.account.external_ref for one in found if one.account] == ["portal.bitrix24.com", REF]


async def test_why_one_is_not_connected_is_told_in_the_log_in_words_that_no_mask_hides(
    database: Database, secret_key: str, sandbox: Player
):
    known = {**await of_twilio(sandbox), "twilio_auth_token": SecretStr("another")}
    async with opened(database, secret_key, **known) as house:
        with capture_logs() as said:
            await connect_named(house.workshop)
    [line] = [one for one in said if one["event"] == "account.not_connected"]
    assert "auth token" in line["why"]
    assert not PRIVATE & line.keys()
