"""What is kept for how long: bodies fourteen days, what tells a repeat for at least eight, the queue's log two."""

import hashlib
import re

import pytest

from app.domain.knocking import Knocked
from app.jobs.schedules import prune, schedules
from app.store.accounts import Account
from app.store.database import Database
from app.wiring import House
from tests.builders import a_kommo_body
from tests.house import ScriptedBrain, work_off

AGED = "update {table} set {column} = {column} - make_interval(days => $1)"


async def age(database: Database, table: str, column: str, *, days: int) -> None:
    await database.execute(AGED.format(table=table, column=column), days)


def test_pruning_is_on_the_schedule_and_runs_every_hour():
    [found] = [schedule for schedule in schedules() if schedule.chore is prune]
    assert re.fullmatch(r"\d{1,2} \* \* \* \*", found.cron)


@pytest.mark.parametrize(("days", "kept"), [(13, True), (15, False)])
async def test_a_raw_body_is_kept_fourteen_days_and_no_longer(
    house: House, account: Account, database: Database, hook_secret: str, days: int, kept: bool
):
    await house.doors.webhooks.receive("kommo", hook_secret, Knocked(a_kommo_body()))
    await age(database, "deliveries", "received_at", days=days)
    await prune(house.workshop)
    assert await database.fetchval("select body is not null from deliveries") is kept


@pytest.mark.parametrize("days", [9, 20, 29])
async def test_a_repeat_is_known_long_after_its_body_may_be_gone(
    house: House, account: Account, brain: ScriptedBrain, database: Database, hook_secret: str, days: int
):
    body = a_kommo_body()
    await house.doors.webhooks.receive("kommo", hook_secret, Knocked(body))
    await work_off(house, but=("send", "crm"))
    for column in ("received_at", "folded_at"):
        await age(database, "inbox", column, days=days)
    await age(database, "deliveries", "received_at", days=days)
    await prune(house.workshop)
    await house.doors.webhooks.receive("kommo", hook_secret, Knocked(body))
    await work_off(house, but=("send", "crm"))
    assert await database.fetchval("select array_agg(hash) from deliveries") == [hashlib.sha256(body).digest()]
    assert len(brain.asked) == 1


async def test_after_a_month_nothing_of_a_delivery_is_left_but_what_was_said(
    house: House, account: Account, database: Database, hook_secret: str
):
    await house.doors.webhooks.receive("kommo", hook_secret, Knocked(a_kommo_body()))
    await work_off(house, but=("send", "crm"))
    await age(database, "deliveries", "received_at", days=31)
    await age(database, "inbox", "folded_at", days=31)
    await prune(house.workshop)
    assert await database.fetchval("select count(*) from deliveries") == 0
    assert await database.fetchval("select count(*) from inbox where kind = 'customer'") == 0
    assert await database.fetchval("select count(*) from mensagens where author = 'customer'") == 1


async def test_what_nobody_has_read_yet_is_never_pruned(
    house: House, account: Account, database: Database, hook_secret: str
):
    await house.doors.webhooks.receive("kommo", hook_secret, Knocked(a_kommo_body()))
    await age(database, "inbox", "received_at", days=365)
    await prune(house.workshop)
    assert await database.fetchval("select count(*) from inbox where folded_at is null") == 1


async def test_the_log_of_the_queue_is_pruned_once_its_figures_are_kept(house: House, database: Database):
    await database.execute(
        """insert into queue.pgqueuer_log (job_id, status, priority, entrypoint, aggregated, created)
        select n, 'successful', 0, 'wake', n <> 3, now() - make_interval(days => n) from generate_series(1, 4) n"""
    )
    await prune(house.workshop)
    assert await database.fetchval("select array_agg(job_id order by job_id) from queue.pgqueuer_log") == [1, 3]


async def test_a_pause_whose_time_is_over_is_forgotten_and_others_stay(house: House, account: Account):
    await house.database.execute(
        """insert into pauses (account_id, scope, external_id, paused, paused_by, paused_until, control_at)
        select $1, 'contact', n::text, true, 'Ana', case n when 1 then now() - interval '1 hour'
               when 2 then now() + interval '1 hour' end, now() from generate_series(1, 3) n""",
        account.id,
    )
    await prune(house.workshop)
    assert await house.database.fetchval("select array_agg(external_id order by 1) from pauses") == ["2", "3"]
