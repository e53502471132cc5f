"""Operators hear of a cause once an hour and once when it is well; a salesperson gets one task for a lead."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import orjson
import pytest
import pytest_asyncio

from app.alerts.webhook import AlertWebhook
from app.channels.kommo.adapter import KommoChannel
from app.channels.kommo.client import KommoClient
from app.domain.clock import FixedClock
from app.domain.ids import LeadId
from app.services.accounts.alert_texts import alarm, task
from app.services.accounts.notifying import GIVE_UP_AFTER, Notifying
from app.store.accounts import Account, Accounts
from app.store.database import Database
from app.store.governor import PostgresGovernor
from app.store.queue import ids_of
from app.wiring import House
from tests.builders import a_handoff
from tests.channels.conftest import Vendor, said, vendor
from tests.house import ScriptedBrain, customer_says, work_until_quiet
from tests.sandbox.player import Json, Player

__all__ = ["vendor"]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime.now(UTC))


@pytest_asyncio.fixture
async def notifying(
    database: Database, accounts: Accounts, clock: FixedClock, vendor: Vendor
) -> AsyncIterator[Notifying]:
    async with httpx.AsyncClient(verify=False, trust_env=False) as http:
        kommo = KommoChannel(KommoClient(http, PostgresGovernor(database)))
        yield Notifying(database, clock, accounts, {"kommo": kommo}, ways=[AlertWebhook(http, vendor.url)])


async def carry(notifying: Notifying, database: Database) -> list[bool]:
    """Do the jobs that wait."""
    rows = await database.fetch("delete from queue.pgqueuer where entrypoint = 'notify' returning payload")
    carried: list[bool] = []
    for row in rows:
        ids = ids_of(row["payload"])
        carried.append(await notifying.carry(ids["notice"], ids["round"]))
    return carried


def told(vendor: Vendor) -> list[Json]:
    return [orjson.loads(one.partition("\r\n\r\n")[2]) for one in vendor.heard]


async def test_a_cause_is_told_once_an_hour(
    notifying: Notifying, account: Account, database: Database, vendor: Vendor, clock: FixedClock
):
    assert await notifying.tell(account.id, "other_bot")
    for _ in range(5):
        clock.move(timedelta(minutes=10))
        assert not await notifying.tell(account.id, "other_bot")
    assert await notifying.tell(account.id, "breaker")  # another cause has an hour of its own
    assert await carry(notifying, database) == [True, True]
    clock.move(timedelta(minutes=10))
    assert await notifying.tell(account.id, "other_bot")
    assert await carry(notifying, database) == [True]
    assert [one["cause"] for one in told(vendor)] == ["other_bot", "breaker", "other_bot"]
    assert len({one["id"] for one in told(vendor)}) == 3


async def test_of_many_who_notice_the_same_at_once_one_tells(
    notifying: Notifying, account: Account, database: Database, vendor: Vendor
):
    news = await asyncio.gather(*(notifying.tell(account.id, "breaker") for _ in range(20)))
    assert news.count(True) == 1
    await carry(notifying, database)
    over = await asyncio.gather(*(notifying.well(account.id, "breaker") for _ in range(20)))
    assert over.count(True) == 1
    await carry(notifying, database)
    assert [one["state"] for one in told(vendor)] == ["broken", "well"]


async def test_that_it_is_well_again_is_told_once_and_only_of_what_was_told(
    notifying: Notifying, account: Account, database: Database, vendor: Vendor, clock: FixedClock
):
    assert not await notifying.well(account.id, "grant_lost")
    await notifying.tell(account.id, "grant_lost")
    await carry(notifying, database)
    clock.move(timedelta(minutes=3))
    assert await notifying.well(account.id, "grant_lost")
    assert not await notifying.well(account.id, "grant_lost")
    assert await carry(notifying, database) == [True]
    assert [one["state"] for one in told(vendor)] == ["broken", "well"]
    assert told(vendor)[1]["text"] == alarm("grant_lost", "pt-BR", KommoChannel.guide, is_well=True)


async def test_what_ended_before_it_was_carried_is_told_as_what_it_is_now(
    notifying: Notifying, account: Account, database: Database, vendor: Vendor
):
    await notifying.tell(account.id, "grant_lost")
    await notifying.well(account.id, "grant_lost")
    await carry(notifying, database)
    assert [one["state"] for one in told(vendor)] == ["well"]


async def test_a_way_that_is_down_is_tried_again_until_it_is_given_up(
    notifying: Notifying, account: Account, database: Database, vendor: Vendor, clock: FixedClock
):
    vendor.says(said(503))
    await notifying.tell(account.id, "breaker")
    assert await carry(notifying, database) == [False]
    assert await carry(notifying, database) == []
    clock.move(timedelta(minutes=1))
    await notifying.retell()
    await notifying.retell()  # nobody gets a second job
    assert await carry(notifying, database) == [False]
    clock.move(GIVE_UP_AFTER)
    await notifying.retell()
    assert await carry(notifying, database) == [True]
    await notifying.retell()
    assert await carry(notifying, database) == []
    why = await database.fetch("select why from event_log where what = 'alert_undeliverable'")
    assert [row["why"] for row in why] == ["webhook:try_again"]


async def test_a_way_that_refuses_is_left_to_the_audit(
    notifying: Notifying, account: Account, database: Database, vendor: Vendor
):
    vendor.says(said(404))
    await notifying.tell(account.id, "breaker")
    assert await carry(notifying, database) == [True]
    assert await database.fetchval("select why from event_log where what = 'alert_undeliverable'") == (
        "webhook:needs_human"
    )


async def tasks_on(sandbox: Player) -> list[Json]:
    answer = await sandbox.api("GET", "tasks")
    found: list[Json] = answer.json()["_embedded"]["tasks"] if answer.content else []
    return found


async def test_a_salesperson_gets_one_task_on_the_lead_with_no_word_of_the_customer(
    house: House, shop: Account, sandbox: Player
):
    wrote = await sandbox.say("maria", "Meu CPF é secreto")
    lead = LeadId(str(wrote["lead_id"]))
    notifier = house.workshop.notifying
    assert await notifier.tell_seller(shop.id, "1", "handoff_unknown", lead_id=lead)
    assert not await notifier.tell_seller(shop.id, "1", "handoff_unknown", lead_id=lead)
    await work_until_quiet(house)
    found = await tasks_on(sandbox)
    assert [(one["entity_id"], one["responsible_user_id"]) for one in found] == [(wrote["lead_id"], 1)]
    assert task("handoff_unknown", "pt-BR") in found[0]["text"]
    assert "CPF" not in found[0]["text"]


async def test_what_the_engine_notifies_of_reaches_the_operators_by_a_job(
    house: House, shop: Account, sandbox: Player, database: Database, brain: ScriptedBrain
):
    brain.says = [a_handoff()]
    await customer_says(sandbox, house, shop, "Vocês entregam na Lua?")
    done = await work_until_quiet(house)
    assert "notify" in done
    row = await database.fetchrow("select cause, conversation_id, delivered_at from notices where seller_id is null")
    assert row is not None
    assert (row["cause"], row["conversation_id"] is None) == ("handoff_unknown", False)
    assert row["delivered_at"] is not None


@pytest.mark.parametrize("locale", ["pt-BR", "es", "en", "xx"])
@pytest.mark.parametrize(
    "cause", ["handoff_unknown", "handoff_asked_for_person", "handoff_doubt", "way_lost_talks", "new_cause"]
)
def test_every_cause_has_words_in_every_language(cause: str, locale: str):
    said = alarm(cause, locale, KommoChannel.guide)
    assert said not in alarm(cause, "es" if locale != "es" else "en", KommoChannel.guide)
    assert said.removesuffix(".")[:20] in alarm(cause, locale, KommoChannel.guide, is_well=True)
    assert task(cause, locale)
