"""The next free times, as they are offered when nobody has answered."""

from datetime import UTC, datetime, timedelta

from app.domain.agenda import Availability, Person
from app.domain.written_hours import parse_hours
from app.services.agenda.assembly import Scheduling
from app.services.agenda.wanted import Wanted
from app.store.accounts import Account
from app.store.database import Database
from tests.services.agenda.conftest import Hire

FIRST = datetime(2026, 11, 18, 13, 30, tzinfo=UTC)  # the clock stands at 13:00, and half an hour's notice is asked
HALF_HOUR = timedelta(minutes=30)


async def test_the_next_times_of_whom_was_named_are_offered_in_the_customers_language(
    scheduling: Scheduling, account: Account, team: list[Availability]
):
    await scheduling.agenda.hold(account.id, Wanted(FIRST, "2"), Person(contact_id="m"), who="n8n")
    found = await scheduling.offering.next_free(account.id, seller_id="2", locale="en")
    assert [one.slot.start for one in found.offers] == [FIRST + n * HALF_HOUR for n in (1, 2, 5)]
    assert found.text == (
        "These times are free with Bruno: Wednesday, Nov 18 at 11:00, 11:30, 13:00. Which do you prefer?"
    )


async def test_where_nobody_was_named_or_who_was_is_gone_whose_turn_it_is_is_offered(
    scheduling: Scheduling, account: Account, team: list[Availability], database: Database
):
    await database.execute("update vendedores set is_active = false where external_id = '2'")
    for seller_id in (None, "2", "99"):
        found = await scheduling.offering.next_free(account.id, seller_id=seller_id, person=Person(locale="es"))
        assert {one.slot.seller_id for one in found.offers} == {"1"}
        assert found.text.startswith("Tengo estos horarios con Ana: miércoles, 18/11 a las 10:30")


async def test_where_nothing_is_free_nothing_is_said(scheduling: Scheduling, account: Account, hire: Hire):
    assert not await scheduling.offering.next_free(account.id)
    await hire("1", hours=parse_hours({}))
    found = await scheduling.offering.next_free(account.id, seller_id="1")
    assert (found.text, found.offers) == ("", ())
    await hire("2")
    found = await scheduling.offering.next_free(account.id, seller_id="1")
    assert {one.slot.seller_id for one in found.offers} == {"2"}
