"""Reminders: each once, through the fence, in the customer's language; none that comes too late or was never due."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest_asyncio

from app.domain.agenda import Booking, Person, State
from app.domain.clock import FixedClock
from app.domain.errors import Retryable
from app.domain.ids import AccountId
from app.services.accounts.notifying import Notifying
from app.services.agenda.assembly import Scheduling, scheduling_of
from app.services.agenda.knowing import Knowing
from app.services.agenda.reminders import due
from app.services.agenda.wanted import Wanted
from app.services.bot_control.address import Named
from app.store.accounts import Account, Accounts
from app.store.database import Database
from app.wiring import House
from tests.builders import a_channel_event
from tests.house import conversation_of, deliver, line_of, work_off
from tests.services.agenda.conftest import Hire

TEN = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)
LEADS = (1440, 60)


def a_booking(**changes: object) -> Booking:
    booked = TEN - timedelta(days=2)
    made = Booking(
        *(1, AccountId(1), "1", "Ana", Person(contact_id="m"), "", State.BOOKED, TEN, TEN + timedelta(minutes=30)),
        *("America/Sao_Paulo", None, "AG-7KM2Q9XD", 0, booked, booked, booked),
    )
    return replace(made, **changes)


def test_each_reminder_is_due_from_its_time_until_the_booking_begins():
    booking = a_booking()
    assert due(booking, LEADS, TEN - timedelta(minutes=1441)) == []
    assert due(booking, LEADS, TEN - timedelta(minutes=1440)) == [1440]
    assert due(booking, LEADS, TEN - timedelta(minutes=60)) == [1440, 60]
    assert due(booking, LEADS, TEN) == []


def test_what_was_dealt_with_is_not_due_again():
    assert due(a_booking(reminded=(1440,)), LEADS, TEN - timedelta(minutes=30)) == [60]
    assert due(a_booking(reminded=(1440, 60)), LEADS, TEN - timedelta(minutes=30)) == []


def test_who_has_just_booked_or_moved_needs_no_reminder():
    late = TEN - timedelta(hours=3)
    assert due(a_booking(booked_at=late), LEADS, TEN - timedelta(hours=2)) == []
    assert due(a_booking(booked_at=late), LEADS, TEN - timedelta(minutes=59)) == [60]
    assert due(a_booking(moves=1, updated_at=late), LEADS, TEN - timedelta(hours=2)) == []


@pytest_asyncio.fixture
async def talking(house: House, account: Account, database: Database) -> Person:
    """A customer who has written in English, and whose conversation has nothing waiting."""
    await deliver(database, account, a_channel_event("Hello, how much is it?", at=datetime.now(UTC)))
    await work_off(house, but=("send", "crm"))
    number = await conversation_of(database)
    await database.execute("update conversations set locale = 'en' where id = $1", number)
    await database.execute("delete from outbox")
    row = await database.fetchrow("select contact_id, lead_id from conversations where id = $1", number)
    assert row
    return Person(int(number), row["contact_id"], row["lead_id"], "en")


@pytest_asyncio.fixture
async def booked(house: House, account: Account, hire: Hire, talking: Person) -> Booking:
    """A booking of the customer's in three days, made with the clock of the machine."""
    await hire("1")
    agenda = house.doors.scheduling.agenda
    found = await house.doors.scheduling.requesting._finding.desk(account.id, talking, seller_id="1")
    (slot, *_) = await house.doors.scheduling.requesting._finding.nearest(found, found.now + timedelta(days=3))
    held = await agenda.hold(account.id, Wanted(slot.start, "1"), talking, who="n8n")
    return await agenda.confirm(account.id, held.id, who="n8n")


async def pass_time(database: Database, booking: Booking, before: timedelta) -> None:
    """As if the booking were so soon, and had been made long ago."""
    start = datetime.now(UTC) + before
    await database.execute(
        """update agenda set starts_at = $2, ends_at = $3, taken = tstzrange($2, $3),
        booked_at = booked_at - interval '10 days', updated_at = updated_at - interval '10 days' where id = $1""",
        *(booking.id, start, start + timedelta(minutes=30)),
    )


async def said(database: Database) -> list[str]:
    return [text for _, text in await line_of(database)]


async def test_a_reminder_is_sent_once_with_the_receipt_in_the_customers_language(
    house: House, database: Database, booked: Booking
):
    remind = house.doors.scheduling.reminders.remind
    assert await remind() == 0
    await pass_time(database, booked, timedelta(hours=20))
    assert await remind() == 1
    assert await remind() == 0
    (text,) = await said(database)
    assert text.startswith("A reminder: your appointment with Ana is on ")
    assert text.endswith(f"Code {booked.receipt}.")
    assert await database.fetchval("select reminded from agenda") == [1440]


async def test_after_an_outage_two_that_are_due_are_one_message(house: House, database: Database, booked: Booking):
    await pass_time(database, booked, timedelta(minutes=30))
    await house.workshop.scheduling.tick()
    assert len(await said(database)) == 1
    assert await database.fetchval("select reminded from agenda") == [1440, 60]


async def test_a_chore_that_dies_before_it_notes_what_it_sent_sends_nothing_twice(
    house: House, database: Database, booked: Booking
):
    await pass_time(database, booked, timedelta(hours=20))
    await house.doors.scheduling.reminders.remind()
    await database.execute("update agenda set reminded = '{}'")
    await house.doors.scheduling.reminders.remind()
    assert len(await said(database)) == 1


async def test_over_a_salespersons_head_nothing_is_sent_and_the_audit_says_why(
    house: House, database: Database, booked: Booking
):
    await database.execute("update conversations set bot_on = false, pause_reason = 'human', epoch = epoch + 1")
    await pass_time(database, booked, timedelta(hours=20))
    await house.doors.scheduling.reminders.remind()
    assert await said(database) == []
    why = await database.fetchval("select why from event_log where what = 'agenda_reminded'")
    assert why not in ("", "sent")
    assert await house.doors.scheduling.reminders.remind() == 0
    told = await database.fetchrow("select cause, seller_id from notices")
    assert tuple(told or ()) == ("remind_customer", "1")  # the one who will be met


async def test_after_the_window_the_salesperson_is_asked_to_remind(house: House, database: Database, booked: Booking):
    await database.execute("update conversations set last_customer_at = now() - interval '25 hours'")
    await pass_time(database, booked, timedelta(hours=20))
    await house.doors.scheduling.reminders.remind()
    assert await said(database) == []
    assert await database.fetchval("select why from event_log where what = 'agenda_reminded'") == "window_closed"
    assert await database.fetchval("select cause from notices") == "remind_customer"


async def test_an_account_may_want_no_reminders_or_others(house: House, database: Database, booked: Booking):
    await pass_time(database, booked, timedelta(minutes=100))
    for minutes, sent in (("[]", 0), ("[90]", 0), ("[120]", 1)):
        settings = f'{{"agenda": {{"reminders": {minutes}}}}}'
        await database.execute("update accounts set settings = settings || $1", settings)
        assert await house.doors.scheduling.reminders.remind() == sent
    assert await database.fetchval("select reminded from agenda") == [120]


async def test_a_cancelled_booking_reminds_nobody(house: House, database: Database, booked: Booking, account: Account):
    await pass_time(database, booked, timedelta(hours=20))
    await house.doors.scheduling.agenda.cancel(account.id, booked.id, who="n8n")
    assert await house.doors.scheduling.reminders.remind() == 0


class Away:
    """A door that is shut for the moment."""

    async def send(self, account_id: AccountId, named: Named, text: str, *, key: str | None) -> dict[str, object]:
        raise Retryable(f"Not now: {account_id} {named} {len(text)} {key}.")


async def test_what_could_not_be_sent_for_the_moment_waits_for_the_next_minute(
    database: Database, clock: FixedClock, accounts: Accounts, account: Account, hire: Hire
):
    await hire("1")
    notifying = Notifying(database, clock, accounts, {})
    shut: Scheduling = scheduling_of(
        database, clock, knowing=Knowing(database, clock, accounts, {}), messenger=Away(), notifier=notifying
    )
    held = await shut.agenda.hold(account.id, Wanted(TEN, "1"), Person(contact_id="m"), who="n8n")
    await shut.agenda.confirm(account.id, held.id, who="n8n")
    clock.at = TEN - timedelta(hours=20)
    assert await shut.reminders.remind() == 1
    assert await shut.reminders.remind() == 1
    assert await database.fetchval("select reminded from agenda") == []
