"""Asking: never silence (promise 8), and one answer to a turn however often it was asked for."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio

from app.channels.http import CALL_BUDGET
from app.domain.brain import Proposal, ReplyAction, ReplyRequest, Usage
from app.domain.conversation import PauseReason, TimerKind
from app.settings import Settings
from app.store.accounts import Account
from app.store.database import Database
from app.wiring import House, open_house
from tests.builders import a_channel_event, a_reply, written_by_ana
from tests.house import (
    Answer,
    ScriptedBrain,
    conversation_of,
    deliver,
    jobs_of,
    line_of,
    settings_for,
    state_of,
    work_off,
)

SECOND = "Quem responde agora é a reserva."
PATIENCE = 1.0
TIMED = (
    "received_at <= settled_at and settled_at <= asked_at and asked_at <= answered_at and answered_at <= admitted_at"
)


async def raises(_: ReplyRequest) -> Proposal:
    raise RuntimeError


async def misreads(_: ReplyRequest) -> Proposal:
    raise ValueError("the customer said: xpto")


async def hangs(_: ReplyRequest) -> Proposal:
    await asyncio.Event().wait()
    raise AssertionError


def saying(*balloons: str) -> Answer:
    async def answer(_: ReplyRequest) -> Proposal:
        return Proposal(ReplyAction.REPLY, balloons)

    return answer


# The ways in which a brain may not answer, and what is kept of each.
TROUBLES = {
    "raises": (raises, "RuntimeError"),
    "misreads": (misreads, "ValueError"),
    "hangs": (hangs, "too_late"),
    "says_nothing": (saying(), "empty"),
    "says_blanks": (saying(" \n", "\t"), "empty"),
    "says_what_nobody_sees": (saying("\u200b", "\ufeff \u2060", "\u3164"), "empty"),
    "floods": (saying("a" * 20_000), "too_long"),
}


@pytest.fixture
def reserve() -> ScriptedBrain:
    """The brain on the next rung."""
    return ScriptedBrain("reserve", [a_reply(SECOND)])


@pytest_asyncio.fixture
async def house(
    database: Database, secret_key: str, brain: ScriptedBrain, reserve: ScriptedBrain
) -> AsyncIterator[House]:
    """Two brains, and little patience with either."""
    settings = settings_for(database.dsn, secret_key, brain_timeout=PATIENCE)
    async with open_house(settings, brains=[brain, reserve]) as made:
        yield made


@pytest_asyncio.fixture
async def two_rungs(account: Account, database: Database) -> None:
    await database.execute("""update accounts set settings = settings || '{"rungs": 2}'""")


async def asks(house: House, account: Account, text: str = "Qual o preço?") -> None:
    """The customer writes, and everything but the sending is done."""
    await deliver(house.database, account, a_channel_event(text))
    await work_off(house, but=("send", "crm"))


@pytest.mark.parametrize("name", TROUBLES)
async def test_where_the_first_brain_does_not_answer_the_next_one_does(
    house: House, account: Account, two_rungs: None, brain: ScriptedBrain, reserve: ScriptedBrain, name: str
):
    """Promise 8, the ladder."""
    brain.answer, reason = TROUBLES[name]
    await asks(house, account)
    assert (len(brain.asked), len(reserve.asked)) == (1, 1)
    assert await line_of(house.database) == [("pending", SECOND)]
    row = await house.database.fetchrow("select state, rung, brain from turns")
    assert tuple(row or ()) == ("admitted", 1, "reserve")
    said = await house.database.fetchval("select body ->> 'reason' from inbox where kind = 'failed'")
    assert said == reason


@pytest.mark.parametrize("name", ["raises", "hangs", "says_blanks"])
async def test_where_no_brain_answers_the_customer_hears_of_a_person_and_a_person_hears_of_the_customer(
    house: House, account: Account, two_rungs: None, brain: ScriptedBrain, reserve: ScriptedBrain, name: str
):
    """Promise 8, the end of the ladder: a text and a person."""
    brain.answer = reserve.answer = TROUBLES[name][0]
    await asks(house, account)
    [(state, text)] = await line_of(house.database)
    assert state == "pending"
    assert text
    pause = (await state_of(house.database, await conversation_of(house.database))).pause
    assert pause is not None
    assert pause.reason is PauseReason.BRAIN_FAILED
    assert len(await line_of(house.database, kind="note")) == 1
    assert len(await line_of(house.database, kind="assign")) == 1
    alerts = await house.database.fetch("select why from event_log where what = 'alert'")
    assert [row["why"] for row in alerts] == ["handoff_brain_failed"]


@pytest.mark.parametrize("mark", ["\x00", "\ud83d"])
async def test_what_no_database_can_store_is_taken_out_of_an_answer_wherever_it_stands(
    house: House, account: Account, brain: ScriptedBrain, mark: str
):
    usage = Usage(f"m-1{mark}", 10, 4)
    words = {"note": f"Ligar{mark}", "tags": (f"quente{mark}", mark), "reason": f"price{mark}", "usage": usage}
    brain.says = [Proposal(ReplyAction.REPLY, (f"Custa{mark} 200", mark), receipt=mark, locale=f"es{mark}", **words)]
    await asks(house, account)
    assert await line_of(house.database) == [("pending", "Custa 200")]
    assert ("pending", "[Ponte] Ligar") in await line_of(house.database, kind="note")
    assert await house.database.fetchval("select model from turns") == "m-1"


async def test_an_answer_that_cannot_be_stored_is_none_and_the_next_brain_is_asked_at_once(
    house: House, account: Account, two_rungs: None, brain: ScriptedBrain, reserve: ScriptedBrain
):
    brain.says = [replace(a_reply(), usage=Usage("m-1", 2**70))]
    await asks(house, account)
    assert await line_of(house.database) == [("pending", SECOND)]
    stages = await house.database.fetch("select s ->> 'outcome' as o from turns, jsonb_array_elements(stages) as s")
    assert [row["o"] for row in stages] == ["unstorable", "answered"]
    assert len(reserve.asked) == 1


async def test_the_stages_of_a_turn_are_stamped_in_their_order(house: House, account: Account):
    await asks(house, account)
    assert await house.database.fetchval(f"select {TIMED} and brain = 'scripted' from turns")


async def test_a_brain_is_told_its_deadline_the_burst_and_what_was_said_before(
    house: House, account: Account, brain: ScriptedBrain
):
    brain.says = [Proposal(ReplyAction.NONE), a_reply()]
    await asks(house, account, "Oi")
    await deliver(house.database, account, a_channel_event("Qual o preço?"), a_channel_event("da limpeza"))
    await work_off(house, but=("send", "crm"))
    asked = brain.asked[-1]
    assert [line.text for line in asked.burst] == ["Qual o preço?", "da limpeza"]
    assert [line.text for line in asked.history] == ["Oi"]
    assert (asked.deadline - asked.now).total_seconds() == PATIENCE
    assert (asked.account_id, asked.contact_id, asked.lead_id) == (account.id, "501", "901")


# --- crashes ----------------------------------------------------------------------------------------------------------


async def to_the_question(house: House, account: Account) -> None:
    """The customer has written; the job that asks waits."""
    await deliver(house.database, account, a_channel_event())
    await work_off(house, but=("ask", "send", "crm"))
    assert "ask" in await jobs_of(house.database)


async def test_a_question_that_two_workers_ask_gets_one_answer(house: House, account: Account, brain: ScriptedBrain):
    """The job of a worker that is only slow was taken up by another one."""
    both = asyncio.Barrier(2)

    async def answer(_: ReplyRequest) -> Proposal:
        await both.wait()
        return a_reply(f"resposta {len(brain.asked)}")

    brain.answer = answer
    await to_the_question(house, account)
    number = await conversation_of(house.database)
    await asyncio.gather(*(house.workshop.asking.ask(number, 1, 0) for _ in range(2)))
    assert len(brain.asked) == 2
    assert len(await line_of(house.database)) == 1
    assert await house.database.fetchval("select count(*) from inbox where kind = 'reply'") == 1


async def test_an_answer_after_the_others_failure_is_not_heard_for_the_next_rung_was_asked(
    house: House, account: Account, two_rungs: None, brain: ScriptedBrain, reserve: ScriptedBrain
):
    failed = asyncio.Event()

    async def answer(_: ReplyRequest) -> Proposal:
        if len(brain.asked) == 1:
            raise RuntimeError
        await failed.wait()
        return a_reply("zu spät")

    brain.answer = answer
    await to_the_question(house, account)
    number = await conversation_of(house.database)
    first, second = (house.workshop.asking.ask(number, 1, 0) for _ in range(2))
    slow = asyncio.gather(first, second, return_exceptions=True)
    while not await house.database.fetchval("select count(*) from inbox where kind = 'failed'"):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    failed.set()
    await slow
    await work_off(house, but=("send", "crm"))
    assert await line_of(house.database) == [("pending", SECOND)]


async def test_a_question_that_got_lost_with_its_worker_is_asked_again_by_the_sweep(
    house: House, account: Account, brain: ScriptedBrain
):
    await to_the_question(house, account)
    await house.database.execute("delete from queue.pgqueuer")
    await house.workshop.upkeep.sweep()
    assert "ask" not in await jobs_of(house.database)  # it may be under way
    await house.database.execute("update turns set settled_at = settled_at - interval '1 minute'")
    await house.workshop.upkeep.sweep()
    await house.workshop.upkeep.sweep()
    await work_off(house, but=("send", "crm"))
    assert len(brain.asked) == 1
    assert len(await line_of(house.database)) == 1


async def test_a_turn_that_is_over_is_not_asked(house: House, account: Account, brain: ScriptedBrain):
    await to_the_question(house, account)
    await deliver(house.database, account, written_by_ana())
    await work_off(house, but=("ask", "send", "crm"))
    await work_off(house, but=("send", "crm"))
    await house.workshop.asking.ask(await conversation_of(house.database), 1, 0)
    await house.workshop.asking.ask(await conversation_of(house.database), 99, 0)
    assert brain.asked == []


async def test_a_reply_that_was_being_written_when_a_person_took_over_is_dropped(
    house: House, account: Account, brain: ScriptedBrain
):
    """Promise 3, the first half of the fence."""

    async def answer(_: ReplyRequest) -> Proposal:
        await deliver(house.database, account, written_by_ana())
        return a_reply()

    brain.answer = answer
    await asks(house, account)
    assert await line_of(house.database) == []
    state = await state_of(house.database, await conversation_of(house.database))
    assert (state.bot_on, state.epoch, state.turn) == (False, 1, None)
    assert TimerKind.BURST not in state.timers


# --- budgets ----------------------------------------------------------------------------------------------------------


def test_budgets_nest_a_call_in_its_lease_and_a_brain_in_the_patience_of_the_sweep(house: House):
    """Promise 8, model < turn < job: what is given up on from outside has given up on itself long before."""
    known = Settings()
    assert timedelta(seconds=known.send_lease_seconds) > CALL_BUDGET
    patience = house.workshop.upkeep._patience
    assert patience.asking > timedelta(seconds=PATIENCE)
    assert patience.asking > timedelta(seconds=house.settings.heartbeat_seconds)
