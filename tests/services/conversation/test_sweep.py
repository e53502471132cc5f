"""The sweep gives a job to what waits for nobody, and leaves alone what somebody may be at; the timed return."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from app.domain.clock import FixedClock
from app.store.accounts import Account
from app.store.database import Database
from app.wiring import House, open_house
from tests.builders import a_channel_event, written_by_ana
from tests.house import ScriptedBrain, conversation_of, deliver, jobs_of, line_of, settings_for, state_of, work_off

PRICE = "A limpeza custa 200 reais."
MINUTE = timedelta(minutes=1)

# What is stranded: which jobs were lost, what ages while nobody comes, and the job that brings it back.
STRANDED = {
    "an event in the mailbox": (
        ("wake", "ask", "send", "crm"),
        "update inbox set received_at = received_at - $1::interval",
        "wake",
    ),
    "a timer that has rung": (
        ("ask", "send", "crm"),
        (
            "insert into timers (account_id, conversation_id, kind, due_at)"
            " select account_id, id, 'resume', now() - $1::interval from conversations"
        ),
        "wake",
    ),
    "a question": (("ask", "send", "crm"), "update turns set settled_at = settled_at - $1::interval", "ask"),
    "a message": (
        ("send", "crm"),
        "update outbox set created_at = created_at - $1::interval where kind = 'message'",
        "send",
    ),
    "a note": (
        ("send", "crm"),
        "update outbox set created_at = created_at - 3 * $1::interval where kind = 'note'",
        "crm",
    ),
    "a send without a word": (
        ("send", "crm"),
        "update outbox set state = 'sending', attempt = 1, claimed_at = now() - $1::interval where kind = 'message'",
        "doubt",
    ),
    "a note whose writer died": (
        ("send", "crm"),
        "update outbox set state = 'sending', attempt = 1, claimed_at = now() - 3 * $1::interval where kind = 'note'",
        "crm",
    ),
}


@pytest.mark.parametrize("what", STRANDED)
async def test_what_waits_for_nobody_gets_a_job_and_only_once_it_has_waited_for_long(
    house: House, account: Account, what: str
):
    lost, ages, job = STRANDED[what]
    await deliver(house.database, account, a_channel_event())
    await work_off(house, but=lost)
    await house.database.execute("delete from queue.pgqueuer")
    assert await house.workshop.upkeep.sweep() == 0
    await house.database.execute(ages, MINUTE)
    assert await house.workshop.upkeep.sweep() >= 1
    assert job in await jobs_of(house.database)


async def test_sweeping_at_once_and_again_does_nothing_twice(house: House, account: Account, brain: ScriptedBrain):
    """A job that finds nothing left to do ends: too many of them are harmless."""
    await deliver(house.database, account, a_channel_event())
    await house.database.execute("delete from queue.pgqueuer")
    await house.database.execute("update inbox set received_at = received_at - $1::interval", MINUTE)
    await asyncio.gather(*(house.workshop.upkeep.sweep() for _ in range(4)))
    await work_off(house, but=("send", "crm"))
    assert len(brain.asked) == 1
    assert await line_of(house.database) == [("pending", PRICE)]


async def test_however_often_is_swept_while_nobody_works_each_conversation_keeps_one_job(
    house: House, account: Account
):
    for number in range(3):
        await deliver(house.database, account, a_channel_event(chat_id=f"chat-{number}"))
    await work_off(house, but=("send", "crm"))
    await house.database.execute("update outbox set created_at = created_at - $1::interval", MINUTE)
    for _ in range(4):
        await house.workshop.upkeep.sweep()
        await work_off(house, but=("send", "crm"))
    jobs = await jobs_of(house.database)
    assert (jobs.count("send"), jobs.count("wake")) == (3, 0)


async def test_a_job_that_is_due_much_later_stands_for_nothing_now(house: House, account: Account):
    """A timer's wake-up, hours ahead, does not hide a message that lies unread."""
    await deliver(house.database, account, a_channel_event())
    await house.database.execute("update queue.pgqueuer set execute_after = now() + interval '3 hours'")
    await house.database.execute("update inbox set received_at = received_at - $1::interval", MINUTE)
    assert await house.workshop.upkeep.sweep() == 1


async def test_a_delivery_that_nobody_came_to_read_is_decoded(house: House, account: Account):
    await deliver(house.database, account, a_channel_event())
    await house.database.execute("delete from queue.pgqueuer")
    await house.database.execute(
        "update deliveries set state = 'raw', body = 'x', received_at = received_at - $1::interval", MINUTE
    )
    assert await house.workshop.upkeep.sweep() == 1
    assert await work_off(house) == ["decode"]
    assert await house.database.fetchval("select state from deliveries") != "raw"
    assert await house.workshop.upkeep.sweep() == 0


async def test_what_is_held_is_tried_again_until_the_contact_could_be_read_once(house: House, account: Account):
    """Promise 10: then it waits for a person, however many leads the contact has."""
    await deliver(house.database, account, a_channel_event(lead_id=None))
    await work_off(house, but=("send", "crm"))
    await house.database.execute("delete from queue.pgqueuer")
    await house.database.execute(
        "update outbox set created_at = created_at - 3 * $1::interval where kind <> 'message'", MINUTE
    )
    assert await house.database.fetchval("select count(*) from outbox where state = 'held'") > 0
    assert await house.workshop.upkeep.sweep() == 1
    assert await jobs_of(house.database) == ["crm"]
    await house.database.execute("delete from queue.pgqueuer")
    await house.database.execute(
        "insert into contacts (account_id, external_id, open_leads, read_at)"
        " select account_id, contact_id, '{901,902}', now() from conversations"
        " on conflict (account_id, external_id) do update set read_at = now()"
    )
    assert await house.workshop.upkeep.sweep() == 0


async def test_a_question_is_left_alone_for_as_long_as_its_brain_may_take(house: House, account: Account):
    await deliver(house.database, account, a_channel_event())
    await work_off(house, but=("ask", "send", "crm"))
    await house.database.execute("delete from queue.pgqueuer")
    patience = timedelta(seconds=house.settings.brain_timeout)
    await house.database.execute("update turns set settled_at = now() - $1::interval", patience)
    await house.workshop.upkeep.sweep()
    assert "ask" not in await jobs_of(house.database)


# --- the timed return -------------------------------------------------------------------------------------------------


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime.now(UTC))


@pytest_asyncio.fixture
async def timed(
    database: Database, secret_key: str, brain: ScriptedBrain, account: Account, clock: FixedClock
) -> AsyncIterator[House]:
    """The same house by a clock of the test's own, on an account where the bot returns after ten minutes."""
    await database.execute("""update accounts set settings = settings || '{"auto_return": 600}'""")
    settings = settings_for(database.dsn, secret_key)
    async with open_house(settings, brains=[brain], clock=clock) as made:
        yield made


async def wake(house: House) -> bool:
    """The job that a timer leaves, when it comes; returns whether the bot is on after it."""
    number = await conversation_of(house.database)
    await house.workshop.waking.wake(number)
    return (await state_of(house.database, number)).bot_on


async def test_the_bot_comes_back_by_itself_so_long_after_the_last_human_sign(
    timed: House, account: Account, brain: ScriptedBrain, clock: FixedClock
):
    await deliver(timed.database, account, a_channel_event("Oi"), written_by_ana("Oi, sou a Ana"))
    assert not await wake(timed)
    clock.move(9 * MINUTE)
    assert not await wake(timed)
    await deliver(timed.database, account, written_by_ana("Ainda estou aqui", at=clock.now()))
    assert not await wake(timed)
    clock.move(9 * MINUTE)
    assert not await wake(timed)
    clock.move(2 * MINUTE)
    assert await wake(timed)
    assert await timed.database.fetchval(
        "select (who, what) = ('clock', 'released') from event_log order by id desc limit 1"
    )
    await work_off(timed, but=("send", "crm"))
    assert brain.asked == []  # what the customer wrote before was Ana's to answer, and she did


async def test_what_came_while_a_person_had_the_chat_is_answered_once_after_the_return(
    timed: House, account: Account, brain: ScriptedBrain, clock: FixedClock
):
    await deliver(timed.database, account, written_by_ana("Oi, sou a Ana"))
    await wake(timed)
    clock.move(8 * MINUTE)
    await deliver(timed.database, account, a_channel_event("E o preço?", at=clock.now()))
    assert not await wake(timed)
    clock.move(3 * MINUTE)
    assert await wake(timed)
    await work_off(timed, but=("send", "crm"))
    await wake(timed)
    await work_off(timed, but=("send", "crm"))
    assert [[line.text for line in asked.burst] for asked in brain.asked] == [["E o preço?"]]
    assert await line_of(timed.database) == [("pending", PRICE)]


async def test_without_the_setting_only_a_person_brings_the_bot_back(
    house: House, account: Account, database: Database, secret_key: str, clock: FixedClock
):
    """Promise 4: only a person or the stated clock lifts it."""
    await deliver(database, account, written_by_ana())
    async with open_house(settings_for(database.dsn, secret_key), brains=[ScriptedBrain()], clock=clock) as later:
        assert not await wake(later)
        clock.move(timedelta(days=30))
        assert not await wake(later)
    assert await database.fetchval("select count(*) from timers") == 0
