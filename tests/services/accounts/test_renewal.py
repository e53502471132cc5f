"""A refresh token works once: whoever needs a new pair, one process gets it and all use it."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from app.domain.errors import GrantLost, NeedsHuman, NotStarted
from app.domain.grants import Pair
from app.domain.ids import LeadId
from app.jobs.schedules import renew_tokens, schedules
from app.store.accounts import Account
from app.store.database import Database
from app.store.secrets import new_token
from app.wiring import House
from tests.channels.conftest import LOST, Vendor
from tests.granting import (
    CLIENT_ID,
    CLIENT_SECRET,
    PUBLIC_URL,
    granted,
    granting_house,
    integration,
    register,
    token_calls,
)
from tests.house import jobs_of
from tests.sandbox.player import Player

ROOT = Path(__file__).parents[3]


@pytest_asyncio.fixture
async def house(database: Database, secret_key: str, sandbox: Player) -> AsyncIterator[House]:
    async with granting_house(database, secret_key, sandbox) as made:
        yield made


@pytest_asyncio.fixture
async def shop(house: House, sandbox: Player) -> Account:
    return await granted(house, sandbox)


async def refreshes(sandbox: Player) -> list[int]:
    """The calls at the token endpoint after the first one, which redeemed the code."""
    return (await token_calls(sandbox))[1:]


async def ping(house: House, account: Account) -> str:
    return await house.channels["kommo"].ping(await house.accounts.connection(account.id))


async def alerts(house: House) -> list[str]:
    rows = await house.database.fetch("select why from event_log where what = 'alert' order by id")
    return [row["why"] for row in rows]


@asynccontextmanager
async def caller(told: str) -> AsyncIterator[Process]:
    """A process that is ready to call."""
    command = [sys.executable, "-m", "tests.services.accounts.renewing", told]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=PIPE, stdout=PIPE)
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_twenty_refused_calls_in_three_processes_make_one_refresh(
    house: House, shop: Account, sandbox: Player, database: Database, secret_key: str
):
    plain = {name: value for name, value in integration(sandbox).items() if name != "kommo_client_secret"}
    settings = {**plain, "kommo_rate": 0}
    secrets = {"database_url": database.dsn, "ponte_secret_keys": secret_key, "kommo_client_secret": CLIENT_SECRET}
    told = [
        json.dumps({"settings": settings, "secrets": secrets, "account": int(shop.id), "calls": calls})
        for calls in (7, 7, 6)
    ]
    async with AsyncExitStack() as stack:
        processes = [await stack.enter_async_context(caller(one)) for one in told]
        assert (await sandbox.steer("expire", {}))["tokens"] == 1
        said = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    assert [int(out) for out, _ in said] == [7, 7, 6]
    assert await refreshes(sandbox) == [200]
    refused = [one for one in await sandbox.record() if one["status"] == 401]
    assert len(refused) == 20
    assert await ping(house, shop) == shop.external_ref


async def test_a_call_that_acts_is_made_again_after_a_refusal_and_acts_once(
    house: House, shop: Account, sandbox: Player
):
    said = await sandbox.say("maria", "Oi")
    connection = await house.accounts.connection(shop.id)
    await sandbox.steer("expire", {})
    await house.channels["kommo"].note(connection, LeadId(str(said["lead_id"])), "uma nota")
    notes = (await sandbox.api("GET", f"leads/{said['lead_id']}/notes")).json()["_embedded"]["notes"]
    assert len([one for one in notes if "uma nota" in one["params"].get("text", "")]) == 1
    assert await refreshes(sandbox) == [200]


async def test_the_new_pair_is_stored_before_anybody_has_it(house: House, shop: Account, sandbox: Player):
    before = await house.granting.grants.held(shop.id)
    await sandbox.steer("expire", {})
    await ping(house, shop)
    after = await house.granting.grants.held(shop.id)
    assert before is not None
    assert after is not None
    assert (after.version, after.access != before.access, after.refresh != before.refresh) == (
        before.version + 1,
        True,
        True,
    )
    await sandbox.steer("expire", {})
    assert await ping(house, shop) == shop.external_ref


@pytest.mark.parametrize(
    "due",
    [
        "update credentials set expires_at = now() + interval '9 minutes'",
        "update grants set refreshed_at = now() - interval '8 days'",
    ],
    ids=["ten minutes before its end", "after a week"],
)
async def test_a_pair_is_renewed_early(house: House, shop: Account, sandbox: Player, due: str):
    await renew_tokens(house.workshop)
    assert await refreshes(sandbox) == []
    await house.database.execute(due)
    await renew_tokens(house.workshop)
    await renew_tokens(house.workshop)
    assert await refreshes(sandbox) == [200]


def test_it_is_on_the_schedule():
    assert [one.cron for one in schedules() if one.chore is renew_tokens] == ["* * * * *"]


async def test_a_lost_grant_is_one_alert_and_a_state_that_asks_for_an_administrator(
    house: House, shop: Account, sandbox: Player
):
    await sandbox.steer("uninstall", {"client_id": CLIENT_ID})
    for _ in range(3):
        with pytest.raises(GrantLost) as lost:
            await ping(house, shop)
    assert "/oauth/kommo/start" in lost.value.hint
    assert (await house.accounts.get(shop.id)).state == "reconnect"
    assert await alerts(house) == ["grant_lost"]
    assert (await house.doors.health.report()).components["kommo"].status == "degraded"
    assert [one.state for one in await house.accounts.all_open()] == ["reconnect"]
    assert await house.database.fetchval("select count(*) from notices where cause = 'grant_lost'") == 1
    assert (await jobs_of(house.database)).count("notify") == 1
    assert await refreshes(sandbox) == [401]


async def test_a_new_grant_brings_the_account_back_and_says_so(house: House, shop: Account, sandbox: Player):
    await sandbox.steer("uninstall", {"client_id": CLIENT_ID})
    with pytest.raises(GrantLost):
        await ping(house, shop)
    again = await granted(house, sandbox)
    assert (again.id, again.state) == (shop.id, "live")
    assert await ping(house, shop) == shop.external_ref


async def test_a_lost_grant_is_tried_again_after_an_hour_for_what_was_wrong_may_be_mended(
    house: House, shop: Account, sandbox: Player
):
    held = await house.granting.grants.held(shop.id)
    assert held is not None
    await house.granting.grants.lose(shop.id, held.version)
    await sandbox.steer("expire", {})
    with pytest.raises(GrantLost):
        await ping(house, shop)
    await house.database.execute("update grants set lost_at = lost_at - interval '2 hours'")
    assert await ping(house, shop) == shop.external_ref
    assert (await house.accounts.get(shop.id)).state == "live"


async def test_while_another_process_is_at_it_nobody_else_goes_there(house: House, shop: Account, sandbox: Player):
    held = await house.granting.grants.held(shop.id)
    assert held is not None
    args = {"process": uuid4(), "within": timedelta(seconds=30), "again": timedelta(hours=1)}
    assert await house.granting.grants.lease(shop.id, held.version, **args)
    assert not await house.granting.grants.lease(shop.id, held.version, **{**args, "process": uuid4()})
    waiting = asyncio.create_task(house.granting.renewal.renewed(shop.id, held.access))
    fresh = replace(Pair("another-token", "another-refresh", held.expires_at), access=new_token("kommo"))
    assert await house.granting.grants.renew(shop.id, held.version, fresh)
    assert await waiting == fresh.access
    assert await refreshes(sandbox) == []


async def test_a_lease_whose_process_died_ends(house: House, shop: Account, sandbox: Player):
    held = await house.granting.grants.held(shop.id)
    assert held is not None
    gone = {"process": uuid4(), "within": timedelta(seconds=-1), "again": timedelta(hours=1)}
    assert await house.granting.grants.lease(shop.id, held.version, **gone)
    assert await house.granting.renewal.renewed(shop.id, held.access)
    assert await refreshes(sandbox) == [200]


async def test_a_pair_that_comes_too_late_takes_no_newer_ones_place(house: House, shop: Account):
    held = await house.granting.grants.held(shop.id)
    assert held is not None
    pair = Pair("a", "b", held.expires_at)
    assert await house.granting.grants.renew(shop.id, held.version, pair)
    assert not await house.granting.grants.renew(shop.id, held.version, Pair("c", "d", held.expires_at))
    kept = await house.granting.grants.held(shop.id)
    assert kept is not None
    assert (kept.access, kept.refresh) == ("a", "b")


async def test_where_the_vendor_asks_for_patience_nothing_is_lost(house: House, shop: Account, sandbox: Player):
    held = await house.granting.grants.held(shop.id)
    assert held is not None
    await house.database.execute("update accounts set base_url = 'http://127.0.0.1:9'")
    with pytest.raises(NotStarted):
        await house.granting.renewal.renewed(shop.id, held.access)
    await house.database.execute("update accounts set base_url = $1", str(sandbox.http.base_url).rstrip("/"))
    assert await house.granting.renewal.renewed(shop.id, held.access)
    assert (await house.accounts.get(shop.id)).state == "live"


async def test_another_integration_than_the_one_it_was_granted_to_is_not_tried(
    house: House, shop: Account, sandbox: Player
):
    await house.database.execute("update grants set client_id = 'another'")
    held = await house.granting.grants.held(shop.id)
    assert held is not None
    with pytest.raises(NeedsHuman) as refused:
        await house.granting.renewal.renewed(shop.id, held.access)
    assert refused.value.code == "other_integration"
    assert await refreshes(sandbox) == []


async def test_a_long_lived_token_that_is_refused_is_not_renewed(house: House, shop: Account, sandbox: Player):
    await house.database.execute("update credentials set kind = 'long_lived'")
    await sandbox.steer("expire", {})
    with pytest.raises(NeedsHuman) as refused:
        await ping(house, shop)
    assert "401" in refused.value.message
    assert await refreshes(sandbox) == []


async def test_an_answer_that_was_lost_keeps_everybody_away_until_the_call_is_certainly_over(
    house: House, shop: Account, vendor: Vendor
):
    held = await house.granting.grants.held(shop.id)
    assert held is not None
    vendor.says(LOST)
    await house.database.execute("update accounts set base_url = $1", vendor.url)
    with pytest.raises(NotStarted):
        await house.granting.renewal.renewed(shop.id, held.access)
    other = {"process": uuid4(), "within": timedelta(seconds=30), "again": timedelta(hours=1)}
    assert not await house.granting.grants.lease(shop.id, held.version, **other)
    assert len(vendor.heard) == 1
    assert (await house.accounts.get(shop.id)).state == "live"


async def test_what_is_wrong_with_our_own_integration_is_told_to_the_operators_and_loses_no_grant(
    house: House, shop: Account, sandbox: Player
):
    await register(sandbox, "http://127.0.0.1:10")  # its redirect address is no longer the one that we name
    await sandbox.steer("expire", {})
    with pytest.raises(NeedsHuman) as refused:
        await ping(house, shop)
    assert refused.value.code == "integration_refused"
    assert await house.database.fetchval("select count(*) from notices where cause = 'integration_refused'") == 1
    await register(sandbox, PUBLIC_URL)
    assert await ping(house, shop) == shop.external_ref


@pytest_asyncio.fixture
async def vendor() -> AsyncIterator[Vendor]:
    one = Vendor()
    server = await asyncio.start_server(one.meet, "127.0.0.1", 0)
    one.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield one
