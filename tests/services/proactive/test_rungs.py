"""A rung is sent once and the caps hold, however many workers are at it: on a real Postgres, all at once."""

import asyncio
from datetime import timedelta

from app.domain.outreach import Outreach, OutreachState
from app.domain.volume import Ceiling
from app.store.ladders import DueFollowUp
from app.store.volume import Volumes
from tests.services.proactive.conftest import PHONE, Stage

FIRST = "conseguiu ver a minha mensagem"


def ceiling(stage: Stage, *, per_contact: int = 100, per_day: int = 1000, of_breaker: float = 1000) -> Ceiling:
    since = stage.clock.now() - timedelta(days=1)
    return Ceiling(since, since, per_contact, per_day, of_breaker)


async def many(stage: Stage, count: int) -> list[tuple[Outreach, DueFollowUp]]:
    """So many people whose first rung is due, and claimed."""
    await stage.house.database.execute(
        """with made as (
            insert into outreaches (account_id, trigger, subject, day, due_at, state, sent_at, contact_id, contact_ids)
            select $1::bigint, 'formulario', 'n:' || n, current_date, $2::timestamptz, 'sent',
                   $2::timestamptz - interval '2 days', 'c' || n, array['c' || n]
            from generate_series(1, $3::int) n
            returning id, contact_id)
        insert into follow_ups (account_id, outreach_id, step, contact_id, due_at)
        select $1, id, 1, contact_id, $2 from made""",
        *(stage.shop.id, stage.clock.now(), count),
    )
    due = await stage.desk._ladders.claim_due(stage.shop.id, stage.clock.now(), limit=count)
    return [(await stage.desk._one(stage.shop.id, one.outreach_id), one) for one in due]


async def test_the_cap_of_the_day_holds_for_thirty_workers_at_once(stage: Stage):
    people, ladders = await many(stage, 30), stage.desk._ladders
    begun = await asyncio.gather(
        *(ladders.begin(due, one, "template", under=ceiling(stage, per_day=7)) for one, due in people)
    )
    assert sum(begun) == 7


async def test_the_breaker_holds_for_thirty_workers_at_once(stage: Stage):
    people, ladders = await many(stage, 30), stage.desk._ladders
    begun = await asyncio.gather(
        *(ladders.begin(due, one, "text", under=ceiling(stage, of_breaker=5)) for one, due in people)
    )
    assert sum(begun) == 5


async def test_a_tripped_breaker_lets_no_rung_begin_that_was_claimed_before(stage: Stage):
    [(one, due)], ladders = await many(stage, 1), stage.desk._ladders
    await Volumes(stage.house.database).trip(stage.shop.id, stage.clock.now(), count=9, usual=1)
    assert not await ladders.begin(due, one, "text", under=ceiling(stage))


async def test_one_rung_is_begun_once_and_a_latecomer_changes_nothing(stage: Stage):
    [(one, slow)], ladders = await many(stage, 1), stage.desk._ladders
    stage.clock.move(timedelta(seconds=91))  # its lease is over
    [quick] = await ladders.claim_due(stage.shop.id, stage.clock.now(), limit=1)
    assert not await ladders.begin(slow, one, "template", under=ceiling(stage))
    begun = await asyncio.gather(*(ladders.begin(quick, one, "template", under=ceiling(stage)) for _ in range(10)))
    assert sum(begun) == 1
    await ladders.take_back(slow)
    await ladders.put_off(slow, stage.clock.now(), reason="late")
    assert not await ladders.end(slow, "cancelled", reason="late")
    assert [step.state for step in await ladders.of(one.id)] == ["sending"]
    assert await ladders.end(quick, "sent", sent_at=stage.clock.now())


async def test_five_workers_run_an_approved_template_once(stage: Stage):
    await stage.set_bot(step=1)
    said = await stage.talked()
    one = await stage.start()
    assert one.state is OutreachState.SENT
    database = stage.house.database  # as if the customer's last word was long ago
    await database.execute("update conversations set last_customer_at = last_customer_at - interval '30 hours'")
    stage.clock.move(timedelta(minutes=61))
    await asyncio.gather(*(stage.desk.work() for _ in range(5)))
    runs = [call for call in await stage.sandbox.record() if call["path"].endswith("/run")]
    assert len(runs) == 1
    assert (await stage.ladder(one))[0].state == "sent"
    assert not any(FIRST in text for text in await stage.read_by(said))


async def test_a_rung_that_the_fence_takes_back_is_not_called_sent(stage: Stage):
    said = await stage.talked()
    one = await stage.start(phone=PHONE)
    stage.clock.move(timedelta(minutes=61))
    await stage.desk.work()
    assert (await stage.ladder(one))[0].state == "sending"
    await stage.house.database.execute(
        "update outbox set state = 'cancelled', reason = 'fence' where state = 'pending'"
    )
    await stage.later(seconds=5)
    assert {(step.state, step.reason) for step in await stage.ladder(one)} == {("cancelled", "taken_over")}
    assert not any(FIRST in text for text in await stage.read_by(said))
