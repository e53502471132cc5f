"""A brain that takes its time, over a whole installation: the customer is told once, and workers share a breaker."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest_asyncio

from app.agents.base import Brain
from app.domain.brain import AnswersLater, BrainFailed, Proposal, ReplyRequest
from app.domain.breaker import Gate
from app.domain.clock import SystemClock
from app.domain.turn_tokens import TurnTokens
from app.services.conversation.asking import Asking, Ladder, with_token
from app.store.accounts import Account
from app.store.breakers import Breakers
from app.store.database import Database
from app.wiring import House
from tests.builders import a_channel_event, a_reply
from tests.house import ScriptedBrain, conversation_of, deliver, line_of, work_off

SOON = timedelta(milliseconds=20)
MINUTE = timedelta(minutes=1)


def asking(house: House, secret_key: str, *brains: Brain) -> Asking:
    ladder = Ladder([(brain, MINUTE) for brain in brains])
    return Asking(house.database, SystemClock(), ladder, tokens=TurnTokens([secret_key]), notice_after=SOON)


@pytest_asyncio.fixture
async def question(house: House, account: Account) -> AsyncIterator[None]:
    """The customer has written; nobody has been asked yet."""
    await deliver(house.database, account, a_channel_event("Qual o preço?"))
    await work_off(house, but=("ask", "send", "crm"))
    yield


async def test_who_waits_long_is_told_once_however_often_the_brain_is_asked(
    house: House, account: Account, question: None, brain: ScriptedBrain, secret_key: str
):
    told = asyncio.Event()

    async def answer(_: ReplyRequest) -> Proposal:
        await told.wait()
        return a_reply()

    brain.answer = answer
    number = await conversation_of(house.database)
    both = [asyncio.create_task(asking(house, secret_key, brain).ask(number, 1, 0)) for _ in range(2)]
    while not await line_of(house.database):
        await house.workshop.waking.wake(number)
        await asyncio.sleep(0.01)
    told.set()
    await asyncio.gather(*both)
    [(first, sorry), (second, price)] = await line_of(house.database)
    assert (first, second, price) == ("cancelled", "pending", a_reply().balloons[0])
    assert sorry
    assert await house.database.fetchval("select told_at is not null from turns")


async def test_a_promised_callback_is_a_timer_and_the_customer_is_told_by_another(
    house: House, account: Account, question: None, brain: ScriptedBrain, secret_key: str
):
    async def answer(_: ReplyRequest) -> Proposal:
        raise AnswersLater

    brain.answer = answer
    number = await conversation_of(house.database)
    await asking(house, secret_key, brain).ask(number, 1, 0)
    rows = await house.database.fetch("select kind from timers order by kind")
    assert [row["kind"] for row in rows] == ["notice", "reply"]
    assert await house.database.fetchval("select stages -> 0 ->> 'outcome' from turns") == "later"


async def test_a_brain_is_told_what_it_must_not_guess(
    house: House, account: Account, question: None, brain: ScriptedBrain, secret_key: str
):
    tokens = TurnTokens([secret_key])
    number = await conversation_of(house.database)
    await asking(house, secret_key, brain).ask(number, 1, 0)
    [asked] = brain.asked
    turn = tokens.read(asked.token, datetime.now(UTC))
    assert (turn.account_id, turn.conversation_id, turn.turn, turn.dry_run) == (account.id, number, 1, False)
    assert turn.expires_at >= asked.deadline.replace(microsecond=0)
    assert (asked.channel, asked.seller) == ("kommo", None)
    assert {"mon", "fri"} <= asked.hours.keys()
    assert asked.window_until is not None
    assert asked.window_until - asked.now > timedelta(hours=23)
    assert with_token(asked, None) is asked


async def test_the_reason_of_a_brain_and_its_detail_are_on_the_turn(
    house: House, account: Account, question: None, brain: ScriptedBrain, secret_key: str
):
    async def answer(_: ReplyRequest) -> Proposal:
        raise BrainFailed("model_429", "the model is busy")

    brain.answer = answer
    reserve = ScriptedBrain("reserve")
    number = await conversation_of(house.database)
    await asking(house, secret_key, brain, reserve).ask(number, 1, 0)
    stage = "select stages -> 0 ->> 'outcome' || ': ' || (stages -> 0 ->> 'detail') from turns"
    assert await house.database.fetchval(stage) == "model_429: the model is busy"
    await asking(house, secret_key, brain, reserve).ask(number, 1, 1)
    assert [text for _, text in await line_of(house.database)] == list(a_reply().balloons)


async def test_of_all_workers_one_probes_a_brain_whose_breaker_is_open(database: Database, account: Account):
    breakers, start = Breakers(database), datetime(2026, 10, 5, 12, tzinfo=UTC)
    opened = [await breakers.failed(account.id, "n8n", start) for _ in range(5)]
    assert opened == [False] * 4 + [True]
    resting = await breakers.pass_gate(account.id, "n8n", start, patience=MINUTE)
    later = start + timedelta(seconds=30)
    gates = await asyncio.gather(
        *(Breakers(database).pass_gate(account.id, "n8n", later, patience=MINUTE) for _ in range(8))
    )
    assert resting is Gate.SKIP
    assert sorted(gates) == [Gate.PROBE, *[Gate.SKIP] * 7]
    await breakers.succeeded(account.id, "n8n", later)
    assert await breakers.pass_gate(account.id, "n8n", later, patience=MINUTE) is Gate.ASK


async def test_who_waited_long_for_the_first_brain_hears_so_while_the_second_is_asked(
    house: House, account: Account, question: None, brain: ScriptedBrain, secret_key: str
):
    """The wait counts from the turn's beginning, not anew on each rung."""
    asked, told = asyncio.Event(), asyncio.Event()

    async def answer(_: ReplyRequest) -> Proposal:
        asked.set()
        await told.wait()
        return a_reply()

    brain.answer = answer
    number = await conversation_of(house.database)
    await house.database.execute("update turns set settled_at = settled_at - interval '1 minute'")
    patient = Asking(house.database, SystemClock(), Ladder([(brain, MINUTE)]), notice_after=timedelta(seconds=59))
    asking_it = asyncio.create_task(patient.ask(number, 1, 0))
    await asked.wait()
    while not await line_of(house.database):
        await house.workshop.waking.wake(number)
        await asyncio.sleep(0.01)
    told.set()
    await asking_it
    assert len(await line_of(house.database)) == 2


async def test_who_waits_in_line_and_is_asked_by_nobody_yet_hears_it_once(
    house: House, account: Account, question: None
):
    asking_nobody = house.workshop.asking
    for _ in range(2):
        await asking_nobody.tell_the_waiting()
        await work_off(house, but=("ask", "send", "crm"))
    assert await line_of(house.database) == []
    await house.database.execute("update turns set settled_at = settled_at - interval '11 seconds'")
    for _ in range(2):
        await asking_nobody.tell_the_waiting()
        await work_off(house, but=("ask", "send", "crm"))
    assert len(await line_of(house.database)) == 1
