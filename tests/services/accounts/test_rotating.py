"""A new address for the webhooks loses none of them: the old one counts until its time is over, or somebody says so."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from app.domain.clock import SystemClock
from app.domain.errors import Conflict, NotFound
from app.domain.ids import AccountId
from app.services.accounts.directory import Unauthorised
from app.services.accounts.rotating import Rotating
from app.store.accounts import Account, NewAccount
from app.store.rotation import Overlap
from app.wiring import House
from app.wiring.first_accounts import connect_first
from tests.house import connect
from tests.sandbox.player import Json, Player

PUBLIC = "http://127.0.0.1:9"
DAY = timedelta(days=1)


def rotating(house: House, public_url: str | None = PUBLIC) -> Rotating:
    return Rotating(house.accounts, house.channels, SystemClock(), public_url=public_url)


async def hooks(sandbox: Player) -> list[str]:
    found: list[Json] = (await sandbox.http.get("/_sandbox/accounts")).json()[0]["webhooks"]
    return [hook["destination"] for hook in found]


async def names(house: House, secret: str) -> AccountId | None:
    try:
        return (await house.doors.directory.by_secret("kommo", secret)).id
    except Unauthorised:
        return None


async def test_both_addresses_count_and_the_vendor_has_the_new_one_only(
    house: House, sandbox: Player, hook_secret: str
):
    old = f"{PUBLIC}/webhooks/kommo/{hook_secret}"
    shop = await connect(house, sandbox, hook_secret, webhook=old)
    assert await hooks(sandbox) == [old]
    done = await rotating(house).rotate(shop.id, overlap=DAY, who="Ana")
    assert await hooks(sandbox) == [done.address]
    assert ("add_message" in done.subscribed, done.warning) == (True, "")
    assert done.old_until is not None
    assert timedelta(0) < done.old_until - datetime.now(UTC) <= DAY
    new = done.address.rpartition("/")[2]
    assert await names(house, hook_secret) == await names(house, new) == shop.id
    by_old = await house.doors.directory.by_secret("kommo", hook_secret)
    assert (by_old.by_old_address, (await house.doors.directory.by_secret("kommo", new)).by_old_address) == (
        True,
        False,
    )
    await house.database.execute("update retired_secrets set retires_at = now() - interval '1 s'")
    assert await names(house, hook_secret) is None
    assert await names(house, new) == shop.id
    who = await house.database.fetchval("select who from event_log where what = 'address_rotated'")
    assert who == "Ana"


async def test_the_new_one_is_subscribed_before_the_old_one_is_taken_out(
    house: House, sandbox: Player, hook_secret: str
):
    shop = await connect(house, sandbox, hook_secret, webhook=f"{PUBLIC}/webhooks/kommo/{hook_secret}")
    before = len(await sandbox.record())
    await rotating(house).rotate(shop.id, overlap=DAY, who="Ana")
    told = [one for one in (await sandbox.record())[before:] if one["kind"] == "call" and "webhooks" in one["path"]]
    assert [one["method"] for one in told if one["method"] != "GET"] == ["POST", "DELETE"]


async def test_a_vendor_who_refuses_leaves_the_old_address_counting_without_an_end(
    house: House, sandbox: Player, hook_secret: str
):
    old = f"{PUBLIC}/webhooks/kommo/{hook_secret}"
    shop = await connect(house, sandbox, hook_secret, webhook=old)
    await sandbox.steer("faults", {"faults": [{"fault": "error_before", "path": "webhooks", "method": "POST"}]})
    done = await rotating(house).rotate(shop.id, overlap=timedelta(0), who="Ana")
    assert (done.subscribed, done.old_until) == ((), None)
    assert done.warning
    assert await hooks(sandbox) == [old]
    assert await names(house, hook_secret) == shop.id
    await sandbox.steer("faults", {"replace": True})
    again = await rotating(house).rotate(shop.id, overlap=DAY, who="Ana")
    assert await hooks(sandbox) == [again.address]
    assert await names(house, hook_secret) == shop.id


async def test_two_rotations_on_one_day_keep_every_address_and_finishing_ends_all_but_the_newest(
    house: House, shop: Account, hook_secret: str
):
    first = (await rotating(house, None).rotate(shop.id, overlap=DAY, who="Ana")).address.rpartition("/")[2]
    last = (await rotating(house, None).rotate(shop.id, overlap=2 * DAY, who="Ana")).address.rpartition("/")[2]
    assert [await names(house, one) for one in (hook_secret, first, last)] == [shop.id] * 3
    assert (await rotating(house).finish(shop.id, who="Ana", unseen=True)).ended == 2
    assert [await names(house, one) for one in (hook_secret, first, last)] == [None, None, shop.id]
    assert (await rotating(house).finish(shop.id, who="Ana")).ended == 0


async def knocks(house: House, secret: str) -> None:
    """A webhook comes by this address."""
    directory = house.doors.directory
    await directory.admit(await directory.by_secret("kommo", secret), None)


async def test_an_old_address_is_not_ended_before_something_has_come_by_the_new_one(
    house: House, shop: Account, hook_secret: str
):
    await knocks(house, hook_secret)
    new = (await rotating(house, None).rotate(shop.id, overlap=DAY, who="Ana")).address.rpartition("/")[2]
    await knocks(house, hook_secret)
    with pytest.raises(Conflict) as refused:
        await rotating(house).finish(shop.id, who="Ana")
    assert refused.value.code == "nothing_came"
    assert "the last one came by an old one at" in refused.value.message
    assert "--yes" in refused.value.hint
    assert await names(house, hook_secret) == shop.id
    await knocks(house, new)  # less than a minute after the one before, which was noted
    done = await rotating(house).finish(shop.id, who="Ana")
    assert done.ended == 1
    assert done.came_at is not None
    assert await names(house, hook_secret) is None


async def test_what_came_by_the_address_before_is_no_word_of_the_next_one(
    house: House, shop: Account, hook_secret: str
):
    first = (await rotating(house, None).rotate(shop.id, overlap=DAY, who="Ana")).address.rpartition("/")[2]
    known = await house.doors.directory.by_secret("kommo", first)
    await knocks(house, first)
    await rotating(house, None).rotate(shop.id, overlap=DAY, who="Ana")
    await house.doors.directory.admit(known, None)  # was on its way while the address was changed
    with pytest.raises(Conflict):
        await rotating(house).finish(shop.id, who="Ana")
    assert (await rotating(house).finish(shop.id, who="Ana", unseen=True)).came_at is None


async def test_a_start_of_the_sandbox_keeps_every_old_address_as_long_as_was_promised(
    house: House, sandbox: Player, hook_secret: str
):
    """`ponte run` makes an address for the simulated vendor, which has forgotten its hooks, and ends nobody's."""
    settings = house.settings.model_copy(update={"ponte_webhook_secret": SecretStr(hook_secret)})
    box = str(sandbox.http.base_url).rstrip("/")
    await connect_first(settings, api=PUBLIC, box=box)
    shop = await house.accounts.get((await house.doors.directory.by_secret("kommo", hook_secret)).id)
    first = (await rotating(house).rotate(shop.id, overlap=5 * DAY, who="Ana")).address.rpartition("/")[2]
    promised = (await house.accounts.rotation.overlap(shop.id)).until
    webhook = await connect_first(settings, api=PUBLIC, box=box)
    assert webhook is not None
    assert webhook.startswith(f"{PUBLIC}/webhooks/kommo/hook_")
    assert await hooks(sandbox) == [webhook]
    assert [await names(house, one) for one in (hook_secret, first, webhook.rpartition("/")[2])] == [shop.id] * 3
    assert await house.accounts.rotation.overlap(shop.id) == Overlap(2, promised)


async def test_settings_that_still_name_the_old_secret_do_not_bring_it_back(
    house: House, sandbox: Player, hook_secret: str
):
    """Every start of `ponte run` connects the account of the .env again."""
    shop = await connect(house, sandbox, hook_secret)
    new = (await rotating(house).rotate(shop.id, overlap=timedelta(0), who="Ana")).address.rpartition("/")[2]
    known = sandbox.account
    fresh = NewAccount("Loja", "kommo", str(known["id"]), str(sandbox.http.base_url), known["token"], hook_secret)
    done = await house.connecting.connect(fresh, webhook_url=f"{PUBLIC}/webhooks/kommo/{hook_secret}")
    assert done.keeps_address
    assert (await names(house, hook_secret), await names(house, new)) == (None, shop.id)
    assert await hooks(sandbox) == [f"{PUBLIC}/webhooks/kommo/{new}"]


async def test_the_same_holds_for_what_signs_and_a_known_one_stays_as_old_as_it_is(house: House, shop: Account):
    new = NewAccount("W", "whatsapp", "1", "https://graph.facebook.com/v25.0", "t", "hook-w", signing="of-the-env")
    account = await house.accounts.connect(new)
    ages = "select extract(epoch from now() - created_at)::int from signing_secrets order by id desc limit 1"
    await house.database.execute("update signing_secrets set created_at = now() - interval '9 days'")
    await house.accounts.connect(new)
    assert await house.database.fetchval(ages) >= 9 * 86_400 - 5
    await rotating(house).sign(account, "newer", overlap=timedelta(0))
    await house.accounts.connect(new)
    known = await house.accounts.by_secret("whatsapp", "hook-w")
    assert known is not None
    assert known.signing == ("newer",)
    await rotating(house).sign(account, "of-the-env", overlap=DAY)
    known = await house.accounts.by_secret("whatsapp", "hook-w")
    assert known is not None
    assert known.signing == ("of-the-env", "newer")


async def test_settings_that_name_another_signing_secret_lose_no_webhook_that_is_signed_with_the_one_of_before(
    house: House, shop: Account
):
    new = NewAccount("W", "whatsapp", "1", "https://graph.facebook.com/v25.0", "t", "hook-w", signing="first")
    account = await house.accounts.connect(new)

    async def signs() -> tuple[str, ...]:
        known = await house.accounts.by_secret("whatsapp", "hook-w")
        assert known is not None
        return known.signing

    await house.accounts.connect(replace(new, signing="second"))
    assert await signs() == ("second", "first")
    await house.accounts.connect(replace(new, signing="second"))
    assert await signs() == ("second", "first")
    await house.database.execute("update signing_secrets set retires_at = now() where retires_at is not null")
    assert await signs() == ("second",)

    await rotating(house).sign(account, "third", overlap=DAY)
    await house.accounts.connect(replace(new, signing="second"))  # a restart, and the settings are as they were
    assert await signs() == ("third", "second")


async def test_an_account_that_is_not_there_has_no_address(house: House):
    with pytest.raises(NotFound):
        await rotating(house).rotate(AccountId(999), overlap=DAY, who="Ana")
