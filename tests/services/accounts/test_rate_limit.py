"""The bucket of an address: shared by all processes, filled evenly, and one subscriber's network is one address."""

import asyncio

import pytest

from app.services.accounts.rate_limit import Knocking, TooMany, network_of
from app.store.database import Database
from app.store.grants import Buckets


async def admitted(knocking: Knocking, address: str, times: int, *, door: str = "oauth") -> int:
    """How many of so many calls at once may come in."""

    async def one() -> bool:
        try:
            await knocking.admit(door, address)
        except TooMany:
            return False
        return True

    return sum(await asyncio.gather(*(one() for _ in range(times))))


async def test_of_many_at_once_as_many_come_in_as_the_bucket_holds(database: Database):
    first, second = (Knocking(Buckets(database), burst=10, a_second=0.001) for _ in range(2))
    found = await asyncio.gather(admitted(first, "203.0.113.7", 20), admitted(second, "203.0.113.7", 20))
    assert sum(found) == 10


async def test_addresses_and_doors_have_buckets_of_their_own(database: Database):
    knocking = Knocking(Buckets(database), burst=1, a_second=0.001)
    assert await admitted(knocking, "203.0.113.7", 2) == 1
    assert await admitted(knocking, "203.0.113.8", 2) == 1
    assert await admitted(knocking, "203.0.113.7", 2, door="login") == 1


async def test_who_keeps_knocking_waits_no_longer_than_one_who_waits(database: Database):
    knocking = Knocking(Buckets(database), burst=1, a_second=1)
    await admitted(knocking, "203.0.113.7", 50)
    with pytest.raises(TooMany) as refused:
        await knocking.admit("oauth", "203.0.113.7")
    assert 0 < refused.value.after.total_seconds() <= 1


async def test_no_address_is_kept_in_plain(database: Database):
    await Knocking(Buckets(database)).admit("oauth", "203.0.113.7")
    assert "203.0.113" not in await database.fetchval("select json_agg(b)::text from rate_buckets b")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
    ],
)
def test_whom_an_address_stands_for(address: str, network: str):
    assert network_of(address) == network
