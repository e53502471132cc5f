"""What follows a grant, the watch over webhooks, and an account that takes the integration out."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from app.channels.kommo.auth import uninstall_signature
from app.jobs.schedules import schedules, watch_hooks
from app.sandbox.api_v4.webhooks import MOST_WEBHOOKS
from app.store.accounts import Account
from app.store.database import Database
from app.wiring import House
from tests.granting import CLIENT_ID, CLIENT_SECRET, PUBLIC_URL, granted, granting_house, register, token_calls
from tests.house import serving, until, work_until_quiet
from tests.routes.calls import error_of
from tests.sandbox.player import Json, Player


@pytest_asyncio.fixture
async def house(database: Database, secret_key: str, sandbox: Player) -> AsyncIterator[House]:
    async with granting_house(database, secret_key, sandbox) as made:
        yield made


@pytest_asyncio.fixture
async def shop(house: House, sandbox: Player) -> Account:
    return await granted(house, sandbox)


@pytest_asyncio.fixture
async def web(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        serving(house) as url,
        httpx.AsyncClient(verify=False, base_url=url, trust_env=False, timeout=60) as client,
    ):
        yield client


async def hooks(sandbox: Player) -> list[Json]:
    return (await sandbox.http.get("/_sandbox/accounts")).json()[0]["webhooks"]


async def audit(house: House) -> list[tuple[str, str]]:
    return [
        (row["what"], row["why"]) for row in await house.database.fetch("select what, why from event_log order by id")
    ]


async def test_settling_twice_leaves_one_webhook(house: House, shop: Account, sandbox: Player):
    before = await hooks(sandbox)
    await house.workshop.admission.settling.settle(shop.id)
    after = await hooks(sandbox)
    assert [hook["destination"] for hook in after] == [hook["destination"] for hook in before]
    assert len(after) == 1


async def test_webhooks_of_secrets_that_name_nobody_any_more_are_taken_out_and_foreign_ones_stay(
    house: House, shop: Account, sandbox: Player
):
    stale, foreign = "http://127.0.0.1:9/webhooks/kommo/hook_old", "http://127.0.0.1:9/elsewhere/hook"
    await sandbox.subscribe(stale, "add_message")
    await sandbox.subscribe(foreign, "add_message")
    await house.workshop.admission.settling.settle(shop.id)
    left = {hook["destination"] for hook in await hooks(sandbox)}
    assert stale not in left
    assert foreign in left
    assert len(left) == 2


async def test_the_webhook_names_the_account(house: House, shop: Account, sandbox: Player):
    (hook,) = await hooks(sandbox)
    secret = hook["destination"].rpartition("/")[2]
    assert (await house.doors.directory.by_secret("kommo", secret)).id == shop.id


async def test_codes_that_the_account_does_not_take_are_left_out_and_the_report_says_so(house: House, sandbox: Player):
    order = {"id": sandbox.account["id"], "capabilities": {"outgoing_hook": False}}
    await sandbox.steer("accounts", order)
    account = await granted(house, sandbox)
    codes = await house.database.fetchval("select about ->> 'hook_codes' from accounts where id = $1", account.id)
    assert "add_message" in codes
    assert "add_outgoing_message" not in codes


async def disable(sandbox: Player) -> None:
    """As Kommo does after a hundred bad answers: nobody listens at our address in these tests."""
    for _ in range(101):
        await sandbox.say("maria", "Oi")

    async def is_off() -> bool:
        return (await hooks(sandbox))[0]["disabled"]

    await until(is_off)


async def test_a_webhook_that_kommo_has_switched_off_is_switched_on_again_with_one_alert(
    house: House, shop: Account, sandbox: Player
):
    await watch_hooks(house.workshop)
    assert ("alert", "hook_disabled") not in await audit(house)
    await disable(sandbox)
    await watch_hooks(house.workshop)
    assert not (await hooks(sandbox))[0]["disabled"]
    await watch_hooks(house.workshop)
    assert [line for line in await audit(house) if line[0] == "alert"] == [("alert", "hook_disabled")]
    assert await house.database.fetchval("select count(*) from notices where cause = 'hook_disabled'") == 1


async def test_a_webhook_that_somebody_took_out_is_told_and_left_to_them(house: House, shop: Account, sandbox: Player):
    (hook,) = await hooks(sandbox)
    await sandbox.api("DELETE", "webhooks", {"destination": hook["destination"]})
    await watch_hooks(house.workshop)
    assert await hooks(sandbox) == []
    assert (await audit(house))[-1] == ("alert", "hook_missing")


async def test_an_alert_about_a_missing_webhook_stands_until_there_is_one(house: House, shop: Account, sandbox: Player):
    (hook,) = await hooks(sandbox)
    await sandbox.api("DELETE", "webhooks", {"destination": hook["destination"]})
    await watch_hooks(house.workshop)
    still = "select count(*) from notices where cause = 'hook_missing' and is_open"
    for number in range(MOST_WEBHOOKS):
        await sandbox.subscribe(f"http://127.0.0.1:9/elsewhere/{number}", "add_message")
    refused = await house.workshop.admission.settling.settle(shop.id)
    assert (refused.subscribed, bool(refused.warning)) == ((), True)
    assert await house.database.fetchval(still) == 1
    await sandbox.api("DELETE", "webhooks", {"destination": "http://127.0.0.1:9/elsewhere/0"})
    await house.workshop.admission.settling.settle(shop.id)
    assert await house.database.fetchval(still) == 0


def test_the_watch_is_daily():
    assert [one.cron for one in schedules() if one.chore is watch_hooks] == ["41 4 * * *"]


# --- an account takes the integration out -----------------------------------------------------------------------------


def test_the_signature_is_the_one_that_kommo_documents():
    made = uninstall_signature("secret-key", CLIENT_ID, "30100200")
    assert made == b"9d6e9d1b353616ab47b36b55892dcb20d041302cd986277cac9f69d0bf7390b5"


async def test_who_takes_the_integration_out_is_closed_and_its_tokens_are_forgotten(
    house: House, shop: Account, sandbox: Player
):
    (hook,) = await hooks(sandbox)
    async with serving(house) as url:
        await register(sandbox, url)
        assert (await sandbox.steer("uninstall", {"client_id": CLIENT_ID}))["status"] == 200
    await register(sandbox, PUBLIC_URL)
    await work_until_quiet(house)
    assert (await house.accounts.get(shop.id)).state == "closed"
    assert await house.database.fetchval("select count(*) from credentials") == 0
    assert await house.database.fetchval("select count(*) from grants") == 0
    async with serving(house) as url, httpx.AsyncClient(verify=False, base_url=url, trust_env=False) as web:
        secret = hook["destination"].rpartition("/")[2]
        assert (await web.post(f"/webhooks/kommo/{secret}", content=b"a=b")).status_code == 401


def signed(account: str, **changes: str) -> dict[str, str]:
    signature = uninstall_signature(CLIENT_SECRET, CLIENT_ID, account).decode()
    return {"account_id": account, "client_uuid": CLIENT_ID, "signature": signature, **changes}


FORGED = {
    "a wrong signature": {"signature": "0" * 64},
    "no signature": {"signature": ""},
    "no hex": {"signature": "ção"},
    "another account's": {"account_id": "30100999"},
    "another integration's": {"client_uuid": "22222222-aaaa-bbbb-cccc-222222222222"},
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED.keys())
async def test_a_forged_word_gets_401_calls_nobody_and_is_written_down(
    web: httpx.AsyncClient, house: House, shop: Account, sandbox: Player, *, forged: dict[str, str]
):
    before = len(await sandbox.record())
    answer = await web.get("/oauth/kommo/uninstall", params=signed(shop.external_ref, **forged))
    assert error_of(answer, 401)["code"] == "unauthorised"
    assert await work_until_quiet(house) == []
    assert len(await sandbox.record()) == before
    assert (await audit(house))[-1] == ("oauth_refused", "foreign_signature")
    assert (await house.accounts.get(shop.id)).state == "live"


async def test_an_old_word_that_comes_again_does_not_close_an_account_that_still_lets_us_in(
    web: httpx.AsyncClient, house: House, shop: Account, sandbox: Player
):
    answer = await web.get("/oauth/kommo/uninstall", params=signed(shop.external_ref))
    assert answer.json() == {"status": "ok"}
    await work_until_quiet(house)
    assert (await house.accounts.get(shop.id)).state == "live"
    assert (await audit(house))[-1] == ("uninstall_ignored", "token_still_works")
    assert await token_calls(sandbox) == [200]


async def test_a_good_word_about_an_account_that_is_not_ours_changes_nothing(
    web: httpx.AsyncClient, house: House, shop: Account
):
    assert (await web.get("/oauth/kommo/uninstall", params=signed("4711"))).json() == {"status": "ok"}
    assert await work_until_quiet(house) == []
