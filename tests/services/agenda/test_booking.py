"""A booking's life: held, booked with a receipt, moved, cancelled, expired, missed; and who gets a time."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.domain.agenda import Availability, Person, Search, State
from app.domain.clock import FixedClock
from app.domain.errors import Conflict, NotFound, Rejected
from app.domain.receipts import receipt_in
from app.domain.written_hours import parse_hours
from app.services.agenda.assembly import Scheduling
from app.services.agenda.booking import Agenda
from app.services.agenda.finding import SlotGone, SlotImpossible
from app.services.agenda.wanted import Wanted
from app.store.accounts import Account
from app.store.availability import Availabilities
from app.store.database import Database
from app.store.receipts import receipts_of
from tests.services.agenda.conftest import Hire, join

TEN = datetime(2026, 11, 19, 13, 0, tzinfo=UTC)  # Thursday at ten in São Paulo
MARIA, JOAO = Person(contact_id="m"), Person(contact_id="j")
HALF_HOUR = timedelta(minutes=30)


@pytest.fixture
def agenda(scheduling: Scheduling, team: list[Availability]) -> Agenda:
    return scheduling.agenda


async def audit(database: Database) -> list[str]:
    return [row["what"] for row in await database.fetch("select what from event_log order by id")]


async def test_a_hold_becomes_a_booking_with_a_receipt_once(agenda: Agenda, account: Account, database: Database):
    held = await agenda.hold(account.id, Wanted(TEN, "1"), MARIA, who="n8n", title="Visita")
    assert (held.state, held.receipt, held.end) == (State.HELD, None, TEN + HALF_HOUR)
    booked = await agenda.confirm(account.id, held.id, who="n8n")
    assert booked.state is State.BOOKED
    assert receipt_in(booked.receipt or "") == booked.receipt
    assert (await agenda.confirm(account.id, held.id, who="n8n")).receipt == booked.receipt
    assert await audit(database) == ["agenda_held", "agenda_booked"]


async def test_a_live_receipt_is_the_contacts_own_until_the_day_after(
    agenda: Agenda, account: Account, database: Database
):
    held = await agenda.hold(account.id, Wanted(TEN, "1"), MARIA, who="n8n")
    booked = await agenda.confirm(account.id, held.id, who="n8n")

    async def live(contact: str, now: datetime) -> frozenset[str]:
        async with database.transaction() as tx:
            found = await receipts_of(tx, account.id, contact, conversation_id=None, now=now)
        assert all((one.start, one.end) == (booked.start, booked.end) for one in found)
        return frozenset(one.code for one in found)

    assert await live("m", TEN) == {booked.receipt}
    assert await live("j", TEN) == frozenset()
    assert await live("m", TEN + timedelta(days=2)) == frozenset()
    await agenda.cancel(account.id, booked.id, who="n8n")
    assert await live("m", TEN) == frozenset()


async def test_what_one_holds_another_cannot_have_and_is_told_what_is_near(agenda: Agenda, account: Account):
    await agenda.hold(account.id, Wanted(TEN, "1"), MARIA, who="n8n")
    with pytest.raises(SlotGone) as gone:
        await agenda.hold(account.id, Wanted(TEN, "1"), JOAO, who="n8n")
    starts = [slot.start - TEN for slot in gone.value.nearest]
    assert starts == [timedelta(minutes=m) for m in (-60, -30, 30, 60, 90)]


@pytest.mark.parametrize("minutes", [1, 7, 10, 29])
async def test_a_time_at_which_no_slot_begins_is_refused_with_those_that_do(
    agenda: Agenda, account: Account, minutes: int
):
    asked = TEN + timedelta(minutes=minutes)
    for seller in ("1", None):
        with pytest.raises(SlotImpossible) as refused:
            await agenda.hold(account.id, Wanted(asked, seller), JOAO, who="n8n")
        assert refused.value.code == "between_slots"
        assert {TEN, TEN + HALF_HOUR} <= {slot.start for slot in refused.value.nearest}
    held = await agenda.hold(account.id, Wanted(TEN, "1"), JOAO, who="n8n")
    with pytest.raises(SlotImpossible):
        await agenda.move(account.id, held.id, Wanted(asked), who="n8n")


async def test_who_holds_another_time_lets_go_of_the_one_before(agenda: Agenda, account: Account, database: Database):
    first = await agenda.hold(account.id, Wanted(TEN, "1"), MARIA, who="n8n", key="k")
    second = await agenda.hold(account.id, Wanted(TEN + HALF_HOUR, "2"), MARIA, who="n8n")
    assert (await agenda.get(account.id, first.id)).state is State.CANCELLED
    assert (await agenda.hold(account.id, Wanted(TEN, "1"), JOAO, who="n8n")).start == TEN
    for late in (
        agenda.confirm(account.id, first.id, who="n8n"),
        agenda.hold(account.id, Wanted(TEN, "1"), MARIA, who="n8n", key="k"),
    ):
        with pytest.raises(Conflict) as over:
            await late
        assert over.value.code == "booking_cancelled"
    assert (await agenda.confirm(account.id, second.id, who="n8n")).receipt
    assert await audit(database) == ["agenda_held", "agenda_let_go", "agenda_held", "agenda_held", "agenda_booked"]


async def test_who_cannot_have_another_time_keeps_the_one_that_they_hold(agenda: Agenda, account: Account):
    await agenda.hold(account.id, Wanted(TEN, "1"), JOAO, who="n8n")
    kept = await agenda.hold(account.id, Wanted(TEN + HALF_HOUR, "2"), MARIA, who="n8n")
    with pytest.raises(SlotGone):
        await agenda.hold(account.id, Wanted(TEN, "1"), MARIA, who="n8n")
    assert (await agenda.confirm(account.id, kept.id, who="n8n")).receipt


@pytest.mark.parametrize("person", [MARIA, Person(lead_id="7"), Person(lead_id="7", contact_id="m")])
async def test_nobody_is_with_two_salespeople_at_one_time_and_is_told_with_whom_they_are(
    agenda: Agenda, account: Account, person: Person
):
    held = await agenda.hold(account.id, Wanted(TEN, "1"), person, who="n8n")
    await agenda.confirm(account.id, held.id, who="n8n")
    with pytest.raises(SlotGone) as busy:
        await agenda.hold(account.id, Wanted(TEN, "2"), person, who="n8n")
    assert busy.value.code == "already_booked"
    assert f"booking {held.id} (booked) with Ana, 2026-11-19 10:00" in busy.value.message
    assert TEN not in {slot.start for slot in busy.value.nearest}
    later = await agenda.hold(account.id, Wanted(TEN + HALF_HOUR, "2"), person, who="n8n")
    with pytest.raises(SlotGone) as busy:
        await agenda.move(account.id, later.id, Wanted(TEN, "2"), who="n8n")
    assert busy.value.code == "already_booked"
    assert (await agenda.confirm(account.id, later.id, who="n8n")).receipt


async def test_the_same_person_who_asks_again_finds_the_same_hold(agenda: Agenda, account: Account):
    one = await agenda.hold(account.id, Wanted(TEN, "2"), MARIA, who="n8n")
    for seller in ("2", None):
        assert (await agenda.hold(account.id, Wanted(TEN, seller), MARIA, who="n8n")).id == one.id


async def test_a_hold_is_over_when_its_time_comes(agenda: Agenda, account: Account, database: Database):
    settings = '{"agenda": {"hold_minutes": 1440, "notice_minutes": 0}}'
    await database.execute("update accounts set settings = settings || $2 where id = $1", account.id, settings)
    soon = datetime(2026, 11, 18, 13, 30, tzinfo=UTC)
    assert (await agenda.hold(account.id, Wanted(soon, "1"), MARIA, who="n8n")).hold_until == soon


async def test_the_same_request_with_its_key_finds_the_same_hold(agenda: Agenda, account: Account):
    one = await agenda.hold(account.id, Wanted(TEN, "1"), MARIA, who="n8n", key="k")
    elsewhere = TEN.astimezone(timezone(timedelta(hours=-3)))
    assert (await agenda.hold(account.id, Wanted(elsewhere, "1"), MARIA, who="n8n", key="k")).id == one.id
    booked = await agenda.confirm(account.id, one.id, who="n8n")
    assert (await agenda.hold(account.id, Wanted(TEN, "1"), MARIA, who="n8n", key="k")).receipt == booked.receipt


@pytest.mark.parametrize(
    ("wanted", "person"),
    [(Wanted(TEN, "1"), JOAO), (Wanted(TEN + HALF_HOUR, "1"), MARIA), (Wanted(TEN), MARIA)],
    ids=["another person", "another time", "another salesperson"],
)
async def test_a_key_that_was_another_requests_gets_neither_its_booking_nor_a_new_one(
    agenda: Agenda, account: Account, database: Database, wanted: Wanted, person: Person
):
    await agenda.hold(account.id, Wanted(TEN, "1"), MARIA, who="n8n", key="k")
    with pytest.raises(Rejected) as refused:
        await agenda.hold(account.id, wanted, person, who="n8n", key="k")
    assert refused.value.code == "key_reused"
    assert await database.fetchval("select count(*) from agenda") == 1


async def test_two_different_requests_with_one_key_at_once_hold_one_time(
    agenda: Agenda, account: Account, database: Database
):
    asked = [agenda.hold(account.id, Wanted(TEN, "1"), person, who="n8n", key="k") for person in (MARIA, JOAO)]
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert sorted(type(one).__name__ for one in outcomes) == ["Booking", "Rejected"]
    assert await database.fetchval("select count(*) from agenda") == 1


@pytest.mark.parametrize("key", [None, "k"])
async def test_a_hold_that_is_over_is_given_out_to_nobody_not_even_to_whose_it_was(
    agenda: Agenda, account: Account, clock: FixedClock, key: str | None
):
    held = await agenda.hold(account.id, Wanted(TEN), MARIA, who="n8n", key=key)
    clock.move(timedelta(minutes=6))
    if key is None:
        anew = await agenda.hold(account.id, Wanted(TEN), MARIA, who="n8n")
        assert anew.id != held.id
        assert (await agenda.confirm(account.id, anew.id, who="n8n")).receipt
        return
    with pytest.raises(SlotGone) as gone:
        await agenda.hold(account.id, Wanted(TEN), MARIA, who="n8n", key=key)
    assert gone.value.code == "hold_expired"


async def test_a_hold_that_is_over_gives_way_before_any_chore_has_run(
    agenda: Agenda, account: Account, clock: FixedClock
):
    held = await agenda.hold(account.id, Wanted(TEN, "1"), MARIA, who="n8n")
    clock.move(timedelta(minutes=6))
    other = await agenda.hold(account.id, Wanted(TEN, "1"), JOAO, who="n8n")
    assert other.id != held.id
    with pytest.raises(SlotGone) as gone:
        await agenda.confirm(account.id, held.id, who="n8n")
    assert gone.value.code == "hold_expired"
    assert TEN not in [slot.start for slot in gone.value.nearest if slot.seller_id == "1"]
    assert len(gone.value.nearest) == 5


async def test_the_chore_ends_holds_that_are_over_and_no_other(agenda: Agenda, account: Account, clock: FixedClock):
    early = await agenda.hold(account.id, Wanted(TEN, "1"), MARIA, who="n8n")
    clock.move(timedelta(minutes=4))
    late = await agenda.hold(account.id, Wanted(TEN + HALF_HOUR, "1"), JOAO, who="n8n")
    clock.move(timedelta(minutes=2))
    await agenda.expire()
    assert (await agenda.get(account.id, early.id)).state is State.EXPIRED
    assert (await agenda.get(account.id, late.id)).state is State.HELD


async def test_who_names_nobody_gets_whoever_is_free(agenda: Agenda, account: Account):
    people = [Person(contact_id=str(number)) for number in range(3)]
    held = [await agenda.hold(account.id, Wanted(TEN), person, who="n8n") for person in people]
    assert {one.seller_id for one in held} == {"1", "2", "3"}
    with pytest.raises(SlotGone):
        await agenda.hold(account.id, Wanted(TEN), Person(contact_id="late"), who="n8n")


async def test_whose_lead_it_is_comes_first_then_who_met_the_contact(
    agenda: Agenda, account: Account, database: Database
):
    await database.execute(
        "insert into lead_owners (account_id, lead_id, seller_id, read_at) values ($1, 'l', '3', now())", account.id
    )
    owned = await agenda.hold(account.id, Wanted(TEN), Person(contact_id="m", lead_id="l"), who="n8n")
    assert owned.seller_id == "3"
    again = await agenda.hold(account.id, Wanted(TEN + HALF_HOUR), Person(contact_id="m"), who="n8n")
    assert again.seller_id == "3"
    other = await agenda.hold(account.id, Wanted(TEN + HALF_HOUR), JOAO, who="n8n")
    assert other.seller_id == "1"


@pytest.mark.parametrize(
    ("start", "code"),
    [
        (datetime(2026, 11, 18, 12, 0, tzinfo=UTC), "in_the_past"),
        (datetime(2026, 11, 18, 13, 10, tzinfo=UTC), "too_soon"),
        (datetime(2027, 6, 1, 13, 0, tzinfo=UTC), "too_far"),
        (datetime(2026, 11, 19, 3, 0, tzinfo=UTC), "outside_hours"),
    ],
)
async def test_a_time_that_nobody_could_have_is_refused_with_those_that_can_be_had(
    agenda: Agenda, account: Account, start: datetime, code: str
):
    with pytest.raises(SlotImpossible) as refused:
        await agenda.hold(account.id, Wanted(start, "1"), MARIA, who="n8n")
    assert refused.value.code == code
    assert len(refused.value.nearest) == 5


async def test_a_local_time_that_clocks_jump_over_is_refused(
    scheduling: Scheduling, account: Account, hire: Hire, clock: FixedClock
):
    clock.at = datetime(2026, 3, 6, 12, tzinfo=UTC)
    always = parse_hours({"week": {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}})
    await hire("ny", timezone="America/New_York", hours=always)
    for shown in (datetime(2026, 3, 8, 2, 30), datetime(2026, 11, 1, 1, 30)):  # noqa: DTZ001 - local
        with pytest.raises(SlotImpossible) as refused:
            await scheduling.agenda.hold(account.id, Wanted(shown, "ny"), MARIA, who="n8n", timezone="America/New_York")
        assert refused.value.code == "no_such_time"
        assert refused.value.nearest


async def test_a_move_keeps_the_receipt_and_gives_the_old_time_back(
    agenda: Agenda, account: Account, database: Database
):
    held = await agenda.hold(account.id, Wanted(TEN, "1", 2 * HALF_HOUR), MARIA, who="n8n")
    booked = await agenda.confirm(account.id, held.id, who="n8n")
    # Into its own old time, where it is in nobody's way.
    moved = await agenda.move(account.id, booked.id, Wanted(TEN + HALF_HOUR, None, HALF_HOUR), who="n8n")
    assert (moved.receipt, moved.moves, moved.start) == (booked.receipt, 1, TEN + HALF_HOUR)
    assert (await agenda.move(account.id, booked.id, Wanted(moved.start), who="n8n")).moves == 1
    gone = await agenda.move(account.id, booked.id, Wanted(TEN + timedelta(hours=4), "2"), who="n8n")
    assert (gone.seller_id, gone.moves) == ("2", 2)
    assert (await agenda.hold(account.id, Wanted(TEN, "1"), JOAO, who="n8n")).start == TEN
    assert (await audit(database)).count("agenda_moved") == 2


async def test_a_move_into_what_is_taken_changes_nothing(agenda: Agenda, account: Account):
    await agenda.hold(account.id, Wanted(TEN, "1"), JOAO, who="n8n")
    held = await agenda.hold(account.id, Wanted(TEN + HALF_HOUR, "1"), MARIA, who="n8n")
    with pytest.raises(SlotGone):
        await agenda.move(account.id, held.id, Wanted(TEN), who="n8n")
    assert (await agenda.get(account.id, held.id)).start == held.start


async def test_what_is_cancelled_is_free_again_and_stays_cancelled(agenda: Agenda, account: Account):
    held = await agenda.hold(account.id, Wanted(TEN, "1"), MARIA, who="n8n")
    await agenda.confirm(account.id, held.id, who="n8n")
    for _ in range(2):
        assert (await agenda.cancel(account.id, held.id, who="n8n", why="customer")).state is State.CANCELLED
    assert (await agenda.hold(account.id, Wanted(TEN, "1"), JOAO, who="n8n")).id != held.id
    for late in (agenda.confirm(account.id, held.id, who="x"), agenda.move(account.id, held.id, Wanted(TEN), who="x")):
        with pytest.raises(Conflict) as over:
            await late
        assert over.value.code == "booking_cancelled"


async def test_nobody_is_missed_before_the_time(agenda: Agenda, account: Account, clock: FixedClock):
    held = await agenda.hold(account.id, Wanted(TEN, "1"), MARIA, who="n8n")
    with pytest.raises(Conflict):
        await agenda.no_show(account.id, held.id, who="n8n")
    await agenda.confirm(account.id, held.id, who="n8n")
    with pytest.raises(Conflict) as early:
        await agenda.no_show(account.id, held.id, who="n8n")
    assert early.value.code == "not_yet"
    clock.at = TEN + timedelta(minutes=20)
    assert (await agenda.no_show(account.id, held.id, who="n8n")).state is State.NO_SHOW


async def test_buffers_keep_their_distance(scheduling: Scheduling, account: Account, hire: Hire):
    await hire("1", buffer_before=10, buffer_after=10)
    await scheduling.agenda.hold(account.id, Wanted(TEN, "1"), MARIA, who="n8n")
    with pytest.raises(SlotGone) as gone:
        await scheduling.agenda.hold(account.id, Wanted(TEN + HALF_HOUR, "1"), JOAO, who="n8n")
    assert min(slot.start for slot in gone.value.nearest if slot.start > TEN) == TEN + timedelta(minutes=60)


async def test_who_has_left_can_not_be_met(agenda: Agenda, account: Account, database: Database):
    await database.execute("update vendedores set is_active = false where external_id = '1'")
    with pytest.raises(NotFound):
        await agenda.hold(account.id, Wanted(TEN, "1"), MARIA, who="n8n")


async def test_who_has_no_hours_of_their_own_keeps_those_of_the_account(
    scheduling: Scheduling, account: Account, database: Database
):
    await join(database, account, "9", "Davi")
    known = await scheduling.agenda.availability(account.id, "9")
    assert (known.is_own, known.timezone, known.slot_minutes) == (False, "America/Sao_Paulo", 30)
    settings = '{"hours": {"week": {"sat": ["10:00-11:00"]}}, "agenda": {"slot_minutes": 20, "hold_minutes": 2}}'
    await database.execute("update accounts set settings = settings || $2 where id = $1", account.id, settings)
    known = await scheduling.agenda.availability(account.id, "9")
    assert (known.slot_minutes, str(known.hours.week[5][0])) == (20, "10:00-11:00")
    saturday = datetime(2026, 11, 21, 13, 0, tzinfo=UTC)
    held = await scheduling.agenda.hold(account.id, Wanted(saturday, "9"), MARIA, who="n8n")
    assert held.hold_until == datetime(2026, 11, 18, 13, 2, tzinfo=UTC)


async def test_christmas_has_no_slots_unless_holidays_are_switched_off(
    scheduling: Scheduling, account: Account, database: Database, hire: Hire, clock: FixedClock
):
    clock.at = datetime(2026, 12, 24, 15, tzinfo=UTC)
    christmas = datetime(2026, 12, 25, 14, tzinfo=UTC)
    everyday = {day: ["09:00-18:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    await join(database, account, "8", "Eva")  # with the hours of the account
    await hire("9", "Davi", hours=parse_hours({"week": everyday}))
    for seller in ("8", "9"):
        with pytest.raises(SlotImpossible) as refused:
            await scheduling.agenda.hold(account.id, Wanted(christmas, seller), MARIA, who="n8n")
        assert refused.value.code == "outside_hours"
        assert christmas.date() not in [slot.start.date() for slot in refused.value.nearest]
        assert (await scheduling.agenda.availability(account.id, seller)).hours.exceptions.holidays == "BR"
    open_always = Availability("9", "", "America/Sao_Paulo", parse_hours({"week": everyday, "holidays": ""}))
    await scheduling.agenda.set_availability(account.id, open_always)
    assert (await scheduling.agenda.hold(account.id, Wanted(christmas, "9"), MARIA, who="n8n")).start == christmas
    settings = '{"hours": {"week": {"fri": ["09:00-18:00"]}, "holidays": ""}}'
    await database.execute("update accounts set settings = settings || $2 where id = $1", account.id, settings)
    assert (await scheduling.agenda.hold(account.id, Wanted(christmas, "8"), JOAO, who="n8n")).start == christmas


async def test_pages_of_the_agenda_hold_every_booking_once(agenda: Agenda, account: Account):
    for number in range(5):
        wanted = Wanted(TEN + number // 2 * HALF_HOUR, str(1 + number % 2))
        await agenda.hold(account.id, wanted, Person(contact_id=str(number)), who="n8n")
    search, cursor, seen = Search(TEN - HALF_HOUR, TEN + timedelta(days=1)), None, []
    while True:
        page, cursor = await agenda.page(account.id, search, cursor=cursor, limit=2)
        seen += [one.id for one in page]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 5
    with pytest.raises(Rejected):
        await agenda.page(account.id, search, cursor="nonsense", limit=2)
    mine = Search(TEN - HALF_HOUR, TEN + timedelta(days=1), contact_id="3")
    assert len((await agenda.page(account.id, mine, cursor=None, limit=50))[0]) == 1


async def test_nothing_of_one_account_is_another_ones(agenda: Agenda, account: Account, database: Database):
    held = await agenda.hold(account.id, Wanted(TEN, "1"), MARIA, who="n8n")
    other = await database.fetchval(
        """insert into accounts (name, channel, external_ref, base_url, webhook_secret_hash)
        values ('Outra', 'kommo', '2', 'http://127.0.0.1:9', 'x') returning id"""
    )
    for attempt in (
        agenda.get(other, held.id),
        agenda.cancel(other, held.id, who="x"),
        agenda.confirm(other, held.id, who="x"),
    ):
        with pytest.raises(NotFound):
            await attempt
    with pytest.raises(Conflict):
        await agenda.hold(other, Wanted(TEN), MARIA, who="x")
    with pytest.raises(NotFound):
        await Availabilities(database).of(other, "1")
