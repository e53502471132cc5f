"""A thousand at once want one time: of one salesperson exactly one gets it, of N exactly N do."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from app.domain.agenda import Booking, Person, State
from app.domain.clock import FixedClock
from app.domain.errors import Conflict
from app.services.agenda.assembly import Scheduling
from app.services.agenda.finding import SlotGone
from app.services.agenda.wanted import Wanted
from app.store.accounts import Account
from app.store.database import Database
from tests.services.agenda.conftest import Hire

TEN = datetime(2026, 11, 19, 13, 0, tzinfo=UTC)
MANY = 1000
AT_ONCE = 100  # as many calls as a busy API has under way; the rest queue at its door


async def all_want(scheduling: Scheduling, account: Account, seller_id: str | None) -> list[Booking]:
    door = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> Booking | None:
        async with door:
            try:
                person = Person(contact_id=f"contact-{number}")
                return await scheduling.agenda.hold(account.id, Wanted(TEN, seller_id), person, who="n8n")
            except SlotGone:
                return None

    found = await asyncio.gather(*(one(number) for number in range(MANY)))
    return [booking for booking in found if booking is not None]


async def test_of_a_thousand_who_want_one_time_exactly_one_gets_it(
    scheduling: Scheduling, account: Account, hire: Hire, database: Database
):
    await hire("1")
    winners = await all_want(scheduling, account, "1")
    assert len(winners) == 1
    assert await database.fetchval("select count(*) from agenda where state in ('held', 'booked')") == 1


async def test_of_a_thousand_who_want_anybody_at_one_time_as_many_get_it_as_there_are(
    scheduling: Scheduling, account: Account, hire: Hire, database: Database
):
    for number in range(7):
        await hire(str(number))
    winners = await all_want(scheduling, account, None)
    assert sorted(one.seller_id for one in winners) == [str(number) for number in range(7)]
    assert await database.fetchval("select count(*) from agenda where state in ('held', 'booked')") == 7


async def test_holds_confirmations_moves_and_cancels_at_once_never_overlap(
    scheduling: Scheduling, account: Account, hire: Hire, database: Database, clock: FixedClock
):
    for number in range(3):
        await hire(str(number))
    agenda = scheduling.agenda

    async def one(number: int) -> None:
        start = TEN + timedelta(minutes=30 * (number % 4 - 1))
        try:
            held = await agenda.hold(account.id, Wanted(start), Person(contact_id=str(number)), who="n8n")
            await agenda.confirm(account.id, held.id, who="n8n")
            await agenda.move(account.id, held.id, Wanted(start + timedelta(minutes=30), str(number % 3)), who="n8n")
            if number % 4 == 0:
                await agenda.cancel(account.id, held.id, who="n8n")
        except SlotGone:
            return

    await asyncio.gather(*(one(number) for number in range(60)))
    clashes = await database.fetchval(
        """select count(*) from agenda a join agenda b on a.id < b.id and a.seller_id = b.seller_id
        and a.taken && b.taken and a.state in ('held', 'booked') and b.state in ('held', 'booked')"""
    )
    assert clashes == 0
    assert await database.fetchval("select count(*) from agenda where state = 'booked'") > 0
    bare = "select count(*) from agenda where state in ('held', 'booked') and (receipt is null) = (state = 'booked')"
    assert await database.fetchval(bare) == 0  # what was cancelled keeps the receipt that it had


async def test_one_person_who_asks_everybody_at_once_holds_one_time_and_is_never_in_two_places(
    scheduling: Scheduling, account: Account, hire: Hire, database: Database, clock: FixedClock
):
    for number in range(4):
        await hire(str(number))
    agenda, people = scheduling.agenda, [Person(contact_id=name) for name in ("m", "j")]

    async def one(number: int) -> None:
        if number == 60:
            clock.move(timedelta(minutes=6))  # all that is held is over
        start = TEN + timedelta(minutes=30 * (number % 3))
        try:
            held = await agenda.hold(account.id, Wanted(start, str(number % 4)), people[number % 2], who="n8n")
            if number % 5 == 0:
                await agenda.confirm(account.id, held.id, who="n8n")
        except Conflict:
            return

    await asyncio.gather(*(one(number) for number in range(120)))
    doubles = await database.fetchval(
        """select count(*) from agenda a join agenda b on a.id < b.id and a.contact_id = b.contact_id
        and tstzrange(a.starts_at, a.ends_at) && tstzrange(b.starts_at, b.ends_at)
        and a.state in ('held', 'booked') and b.state in ('held', 'booked')"""
    )
    assert doubles == 0
    holds = await database.fetch("select count(*) as held from agenda where state = 'held' group by contact_id")
    assert all(row["held"] == 1 for row in holds)
    for person in people:  # in the storm any hold may be let go of before it is confirmed
        held = await agenda.hold(account.id, Wanted(TEN + timedelta(days=1)), person, who="n8n")
        await agenda.confirm(account.id, held.id, who="n8n")
    booked = await database.fetchval("select count(distinct contact_id) from agenda where state = 'booked'")
    assert booked == len(people)


async def test_the_database_itself_keeps_two_live_bookings_apart(
    scheduling: Scheduling, account: Account, hire: Hire, database: Database
):
    await hire("1")
    held = await scheduling.agenda.hold(account.id, Wanted(TEN, "1"), Person(contact_id="m"), who="n8n")
    with pytest.raises(asyncpg.ExclusionViolationError):
        await database.execute(
            """insert into agenda (account_id, seller_id, state, starts_at, ends_at, taken, timezone, hold_until)
            select account_id, seller_id, 'held', starts_at, ends_at, taken, timezone, hold_until from agenda"""
        )
    await hire("2")
    with pytest.raises(asyncpg.ExclusionViolationError):
        await database.execute(
            """insert into agenda (account_id, seller_id, contact_id, state, starts_at, ends_at, taken, timezone,
                hold_until)
            select account_id, '2', contact_id, 'held', starts_at, ends_at, taken, timezone, hold_until from agenda"""
        )
    assert (await scheduling.agenda.get(account.id, held.id)).state is State.HELD
