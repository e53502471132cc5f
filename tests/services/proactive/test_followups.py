"""The ladder: sent into silence, in its hours, and never after anybody's word."""

import asyncio
from datetime import timedelta

import pytest

from app.domain.conversation import Command, Verb
from app.domain.messages import Author
from app.domain.outreach import Outreach
from app.services.bot_control.address import Named
from tests.house import deliver, heard, work_until_quiet
from tests.services.proactive.conftest import ALWAYS, Stage

FIRST, SECOND = "conseguiu ver a minha mensagem", "passando para saber"


async def states(stage: Stage, one: Outreach) -> list[tuple[str, str]]:
    return [(step.state, step.reason) for step in await stage.ladder(one)]


async def started(stage: Stage):
    """The customer wrote and was answered, a form came in, and our first message is out."""
    said = await stage.talked()
    one = await stage.start()
    await work_until_quiet(stage.house)
    return said, one


async def test_into_silence_the_ladder_is_sent_step_by_step(stage: Stage):
    said, one = await started(stage)
    assert one.sent_at
    assert [step.due_at for step in await stage.ladder(one)] == [
        one.sent_at + timedelta(minutes=minutes) for minutes in (60, 1440, 4320)
    ]
    await stage.later(minutes=59)
    assert not any(FIRST in text for text in await stage.read_by(said))
    await stage.later(minutes=2)
    await stage.later(minutes=1)
    assert sum(FIRST in text for text in await stage.read_by(said)) == 1
    assert (await states(stage, one))[0] == ("sent", "")


async def test_outside_the_24_hours_only_an_approved_template_follows(stage: Stage):
    await stage.set_bot(step=2, text="Ainda posso ajudar?")
    said, one = await started(stage)
    await stage.later(minutes=61)
    await stage.later(days=1)
    await stage.later(days=2)
    assert await states(stage, one) == [("sent", ""), ("sent", ""), ("cancelled", "window")]
    heard_of = await stage.read_by(said)
    assert not any(SECOND in text for text in heard_of)


async def test_a_word_of_the_customer_ends_it(stage: Stage):
    _, one = await started(stage)
    stage.clock.move(timedelta(minutes=30))
    at = stage.clock.now()
    said = await stage.sandbox.say("maria", "Quero saber o preço")
    await deliver(stage.house.database, stage.shop, heard(said, "Quero saber o preço", at=at))
    await work_until_quiet(stage.house)
    await stage.later(minutes=31)
    assert await states(stage, one) == [("cancelled", "customer_wrote")] * 3


async def test_a_word_of_a_salesperson_ends_it(stage: Stage):
    _, one = await started(stage)
    stage.clock.move(timedelta(minutes=30))
    said = await stage.sandbox.say("maria", "Oi Maria", **{"as": "user:1"})
    event = heard(said, "Oi Maria", at=stage.clock.now(), author=Author.HUMAN, author_id="1")
    await deliver(stage.house.database, stage.shop, event)
    await work_until_quiet(stage.house)
    await stage.later(minutes=31)
    assert await states(stage, one) == [("cancelled", "human_wrote")] * 3


@pytest.mark.parametrize("released", [False, True])
async def test_a_take_over_ends_it_even_when_the_bot_is_back_before(stage: Stage, *, released: bool):
    said, one = await started(stage)
    named = Named(lead_id=str(said["lead_id"]))
    for verb in (Verb.TAKE, Verb.RELEASE)[: 1 + released]:
        stage.clock.move(timedelta(minutes=5))
        command = Command(verb, "Ana", stage.clock.now(), exact=True)
        await stage.house.doors.steering.command(stage.shop.id, named, command)
    await stage.later(minutes=55)
    assert {state for state, _ in await states(stage, one)} == {"cancelled"}
    assert not any(FIRST in text for text in await stage.read_by(said))


async def test_an_opt_out_ends_it(stage: Stage):
    said, one = await started(stage)
    stage.clock.move(timedelta(minutes=30))
    text = "não quero mais receber mensagens"
    again = await stage.sandbox.say("maria", text)
    await deliver(stage.house.database, stage.shop, heard(again, text, at=stage.clock.now()))
    await work_until_quiet(stage.house)
    assert await states(stage, one) == [("cancelled", "opted_out")] * 3  # with the word itself, not when they are due
    await stage.later(minutes=31)
    assert not any(FIRST in text for text in await stage.read_by(said))


async def test_a_booking_ends_it(stage: Stage):
    said, one = await started(stage)
    await stage.house.database.execute(
        """insert into agenda (account_id, seller_id, contact_id, state, starts_at, ends_at, taken, timezone, receipt,
                               booked_at)
        values ($1, '1', $2, 'booked', $3::timestamptz, $3::timestamptz + interval '1 hour',
                tstzrange($3::timestamptz, $3::timestamptz + interval '1 hour'), 'UTC', 'R1', $4)""",
        *(stage.shop.id, str(said["contact_id"]), stage.clock.now() + timedelta(days=1)),
        stage.clock.now() + timedelta(minutes=1),
    )
    await stage.later(minutes=61)
    assert await states(stage, one) == [("cancelled", "booked")] * 3


async def test_outside_its_hours_a_follow_up_waits_for_the_next_opening(stage: Stage):
    opens = (stage.clock.now() + timedelta(hours=5)).replace(minute=0, second=0, microsecond=0)
    shown = opens - timedelta(hours=3)  # in São Paulo
    await stage.set_trigger(hours={"week": {day: [f"{shown:%H}:00-{shown:%H}:59"] for day in ALWAYS["week"]}})
    said, one = await started(stage)
    (first, *_) = await stage.ladder(one)
    assert first.due_at == opens
    await stage.later(hours=3)
    assert not any(FIRST in text for text in await stage.read_by(said))


async def test_a_tripped_breaker_leaves_the_ladder_waiting(stage: Stage):
    said, one = await started(stage)
    breakers = stage.house.doors.proactive.breakers
    await breakers.reset(stage.shop.id, who="test", floor=1)
    await stage.start(phone="+5511911112222")
    await stage.house.database.execute(
        "insert into outreaches (account_id, trigger, subject, day, due_at, state, sent_at) "
        "select $1, 'x', n::text, current_date, $2, 'sent', $2 from generate_series(1, 3) n",
        *(stage.shop.id, stage.clock.now() + timedelta(seconds=1)),
    )
    await stage.later(minutes=61)
    assert (await states(stage, one))[0] == ("pending", "")
    await breakers.reset(stage.shop.id, who="test", floor=100)
    await stage.later(minutes=1)
    assert (await states(stage, one))[0] == ("sent", "")
    assert sum(FIRST in text for text in await stage.read_by(said)) == 1


async def test_two_processes_send_a_follow_up_once(stage: Stage):
    said, _ = await started(stage)
    stage.clock.move(timedelta(minutes=61))
    await asyncio.gather(*(stage.desk.work() for _ in range(5)))
    assert sum(FIRST in text for text in await stage.read_by(said)) == 1
