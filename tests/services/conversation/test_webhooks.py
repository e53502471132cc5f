"""At the door: whose webhook it is, by its secret or by what it says of itself; strangers leave no trace."""

import pytest

from app.domain.knocking import Knocked
from app.services.accounts.directory import Unauthorised
from app.store.accounts import Account
from app.store.database import Database
from app.wiring import House
from tests.builders import a_kommo_body
from tests.house import jobs_of

FOREIGN = a_kommo_body().replace(b"30100200", b"30100299")


async def traces(database: Database) -> int:
    return await database.fetchval("select (select count(*) from deliveries) + (select count(*) from inbox)")


@pytest.fixture
async def bare(account: Account, database: Database) -> None:
    """The operator allows webhooks without a secret."""
    await database.execute("update accounts set accepts_bare_webhook = true")


async def test_a_webhook_with_its_secret_is_in_the_mailbox(house: House, account: Account, hook_secret: str):
    receipt = await house.doors.webhooks.receive("kommo", hook_secret, Knocked(a_kommo_body()))
    assert (receipt.state, receipt.reason) == ("decoded", "")
    assert await traces(house.database) == 2


@pytest.mark.parametrize("body", [a_kommo_body(), b"%ZZ&&[[[=" + b"\x00\xff" * 50])
async def test_a_repeat_is_a_success_that_changes_nothing(
    house: House, account: Account, hook_secret: str, body: bytes
):
    """Promise 1, for what was read and for what waits to be."""
    first = await house.doors.webhooks.receive("kommo", hook_secret, Knocked(body))
    before = await traces(house.database), await jobs_of(house.database)
    assert before[1]
    for _ in range(3):
        assert await house.doors.webhooks.receive("kommo", hook_secret, Knocked(body)) == first
    assert (await traces(house.database), await jobs_of(house.database)) == before


async def test_a_webhook_without_a_secret_counts_where_the_operator_allows_it(house: House, bare: None):
    assert (await house.doors.webhooks.receive_bare("kommo", Knocked(a_kommo_body()))).state == "decoded"
    assert await traces(house.database) == 2


@pytest.mark.parametrize("ends", [True, False])
async def test_a_large_body_names_its_account_where_it_begins_or_ends(house: House, bare: None, ends: bool):
    """A stranger's megabyte is not read to its middle, and a cut is no place to begin a field."""
    much = b"&".join(b"leads[update][0][%d]=account%%5Bid%%5D%%3D1" % n for n in range(5_000))
    parts = [much, b"account%5Bid%5D=30100200"]
    assert (
        await house.doors.webhooks.receive_bare("kommo", Knocked(b"&".join(parts if ends else parts[::-1])))
    ).state == "raw"


async def test_what_a_large_body_says_in_its_middle_is_not_looked_for(house: House, bare: None):
    much = b"&".join(b"a[%d]=b" % n for n in range(5_000))
    with pytest.raises(Unauthorised):
        await house.doors.webhooks.receive_bare("kommo", Knocked(b"&".join((much, b"account[id]=30100200", much))))
    assert await traces(house.database) == 0


@pytest.mark.parametrize("body", [a_kommo_body(), FOREIGN, b"", b"{}", b"a" * 1000, b"account[id]=30100200"])
async def test_without_the_operators_word_a_webhook_without_a_secret_leaves_no_trace(
    house: House, account: Account, body: bytes
):
    with pytest.raises(Unauthorised):
        await house.doors.webhooks.receive_bare("kommo", Knocked(body))
    assert await traces(house.database) == 0


@pytest.mark.parametrize("body", [FOREIGN, b"", b"{}", b"%ZZ", b"account[id]="])
async def test_a_webhook_that_does_not_say_whose_it_is_leaves_no_trace(house: House, bare: None, body: bytes):
    with pytest.raises(Unauthorised):
        await house.doors.webhooks.receive_bare("kommo", Knocked(body))
    assert await traces(house.database) == 0


async def test_a_body_of_another_account_is_kept_apart_and_fills_no_mailbox(
    house: House, account: Account, hook_secret: str
):
    receipt = await house.doors.webhooks.receive("kommo", hook_secret, Knocked(FOREIGN))
    assert (receipt.state, receipt.reason) == ("quarantined", "foreign_account")
    assert await traces(house.database) == 1


async def test_an_unknown_channel_is_no_door(house: House, account: Account, hook_secret: str):
    with pytest.raises(Unauthorised):
        await house.doors.webhooks.receive("telex", hook_secret, Knocked(a_kommo_body()))
    assert await traces(house.database) == 0
