"""What the doctor says of a portal, and when people are told that its webhook is old."""

from datetime import timedelta

from app.domain.clock import FixedClock, SystemClock
from app.jobs.schedules import refresh_accounts
from app.services.accounts.notifying import Notifying
from app.services.accounts.upkeep import OLD, Ages
from app.store.accounts import Account
from app.wiring import House
from tests.channels.bitrix24.conftest import Portal


async def lines(house: House, account: Account) -> dict[str, tuple[str, str]]:
    report = await house.doors.doctor.report(account.id)
    return {one.name: (one.status, one.message) for one in report.lines}


async def grow_old(house: House, by: timedelta) -> None:
    await house.database.execute("update credentials set updated_at = now() - $1::interval", by)


async def test_an_account_that_is_fetched_needs_no_webhook(house: House, portal: Portal, shop: Account):
    await portal.say("oi")
    await house.workshop.fetchers.fetch(shop)
    found = await lines(house, shop)
    assert found["fetch"][0] == "ok"
    assert "webhook" not in found
    assert found["secret"][0] == "ok"


async def test_an_old_secret_is_told_of_and_connecting_with_the_same_makes_it_no_younger(
    house: House, portal: Portal, shop: Account, hook_secret: str
):
    await grow_old(house, timedelta(days=91))
    await portal.connected(house, hook_secret)
    assert (await lines(house, shop))["secret"][0] == "failed"
    await portal.connected(house, hook_secret, token={"bot_name": "Another"})
    assert (await lines(house, shop))["secret"][0] == "ok"


async def test_people_hear_of_an_old_secret_once_a_week_and_when_it_is_new(house: House, shop: Account):
    since = await house.database.fetchval("select updated_at from credentials")

    async def told_after(age: timedelta) -> int:
        clock = FixedClock(since + age)
        notifying = Notifying(house.database, clock, house.accounts, house.channels)
        ages = Ages(house.database, clock, channels=house.channels, notifier=notifying)
        await ages.tell(shop)
        return await house.database.fetchval("select coalesce(max(round), 0) from notices where cause = $1", OLD)

    assert await told_after(timedelta(days=89)) == 0
    assert await told_after(timedelta(days=90, minutes=20)) == 1
    assert await told_after(timedelta(days=96)) == 1
    assert await told_after(timedelta(days=97, hours=1)) == 2
    await grow_old(house, timedelta(0))
    await Ages(house.database, SystemClock(), channels=house.channels, notifier=house.workshop.notifying).tell(shop)
    assert not await house.database.fetchval("select is_open from notices where cause = $1", OLD)


async def test_people_hear_of_it_though_the_portal_answers_nothing(house: House, portal: Portal, shop: Account):
    await grow_old(house, timedelta(days=91))
    await house.database.execute("update accounts set base_url = 'http://127.0.0.1:9' where id = $1", shop.id)
    await refresh_accounts(house.workshop)
    assert await house.database.fetchval("select count(*) from notices where cause = $1", OLD) == 1


async def test_a_portal_whose_first_look_failed_is_told_what_stands_in_the_way(
    house: House, portal: Portal, shop: Account
):
    await house.database.execute("delete from fetch_positions")
    await portal.order("trouble", fault="error_500", method="imbot.v2.Event.get", times=50)
    await house.workshop.fetchers.fetch(shop)
    found = await lines(house, shop)
    assert found["fetch"][0] == "failed"
    assert "webhook" not in found


async def test_a_portal_that_is_to_call_and_has_no_bot_is_told_what_an_outgoing_webhook_lacks(
    house: House, portal: Portal, hook_secret: str
):
    shop = await portal.connected(house, hook_secret, mode="push")

    status, said = (await lines(house, shop))["webhook"]

    assert status == "failed"
    assert "has no bot of ours" in said
    assert "outgoing webhook alone" in said


async def test_a_bot_that_is_fetched_from_calls_nobody_whatever_the_account_says(
    house: House, portal: Portal, shop: Account, hook_secret: str
):
    await house.workshop.fetchers.fetch(shop)
    told = await portal.connected(house, hook_secret, mode="push")
    await house.workshop.fetchers.fetch(told)
    assert "calls nobody" in (await lines(house, shop))["webhook"][1]

    await portal.connected(house, hook_secret, mode="push", webhook_url="http://127.0.0.1:9/webhooks/bitrix24/x")
    assert (await lines(house, shop))["webhook"][0] == "ok"
