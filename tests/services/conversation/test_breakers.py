"""Operators hear of a brain that is left alone: once, then hourly while it stays so, and once when it is well again."""

from datetime import UTC, datetime, timedelta

import pytest

from app.channels.kommo.adapter import KommoChannel
from app.domain.brain import BrainFailed, Proposal, ReplyRequest
from app.domain.breaker import Gate
from app.domain.clock import SystemClock
from app.services.accounts.alert_texts import alarm
from app.services.conversation.ladder import ANSWERED, Asker, Ladder, Outcome
from app.store.accounts import Account
from app.store.breakers import Breakers
from app.store.database import Database
from app.wiring import House
from tests.builders import a_channel_event, a_reply, written_by_ana
from tests.house import ScriptedBrain, conversation_of, deliver, work_off

START = datetime(2026, 10, 5, 12, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


async def told(database: Database) -> list[tuple[str, bool, int]]:
    """Causes, whether they are open, and how often operators were told of them."""
    rows = await database.fetch("select cause, is_open, round from notices order by id")
    return [(row["cause"], row["is_open"], row["round"]) for row in rows]


async def jobs(database: Database) -> int:
    return await database.fetchval("select count(*) from queue.pgqueuer where entrypoint = 'notify'")


async def fails(database: Database, account: Account, *, times: int, at: datetime = START) -> None:
    for _ in range(times):
        await Breakers(database).failed(account.id, "n8n", at)


async def test_nobody_is_told_of_failures_that_open_no_breaker(database: Database, account: Account):
    await fails(database, account, times=4)
    await Breakers(database).succeeded(account.id, "n8n", START)
    assert await told(database) == []


async def test_a_breaker_that_opens_is_told_once_and_so_is_its_end(database: Database, account: Account):
    await fails(database, account, times=9)
    assert await told(database) == [("brain_n8n_down", True, 1)]
    assert await jobs(database) == 1
    for _ in range(2):
        await Breakers(database).succeeded(account.id, "n8n", START + MINUTE)
    assert await told(database) == [("brain_n8n_down", False, 2)]
    assert await jobs(database) == 2


async def test_while_it_stays_open_operators_are_reminded_every_hour(database: Database, account: Account):
    await fails(database, account, times=5)
    for minutes in (10, 50, 61, 70, 110):
        await fails(database, account, times=1, at=START + minutes * MINUTE)
    assert await told(database) == [("brain_n8n_down", True, 2)]


async def test_one_that_opens_and_closes_all_the_time_is_told_once_an_hour(database: Database, account: Account):
    for minute in (0, 5, 10):
        await fails(database, account, times=5, at=START + minute * MINUTE)
        await Breakers(database).succeeded(account.id, "n8n", START + minute * MINUTE + 30 * SECOND)
    assert await told(database) == [("brain_n8n_down", False, 2)]


async def test_the_last_brain_is_asked_in_any_case_and_its_answer_closes_its_breaker(
    database: Database, account: Account, brain: ScriptedBrain
):
    asker = Asker(Ladder([(brain, MINUTE)]), Breakers(database), SystemClock())
    now = datetime.now(UTC)
    for _ in range(5):
        await Breakers(database).failed(account.id, brain.name, now)
    assert await asker.gate(account.id, 0) is Gate.ASK
    await database.execute("update brain_breakers set opened_at = opened_at - interval '1 minute'")
    gate = await asker.gate(account.id, 0)
    assert gate is Gate.PROBE
    await asker.learn(account.id, brain.name, Outcome(ANSWERED, proposal=a_reply()), gate)
    assert await told(database) == [(f"brain_{brain.name}_down", False, 2)]


@pytest.mark.parametrize("code", ["unproven_booking", "vetoed:promise"])
async def test_a_veto_is_neither_a_failure_nor_proof_that_a_brain_is_well(
    database: Database, account: Account, brain: ScriptedBrain, code: str
):
    asker = Asker(Ladder([(brain, MINUTE)]), Breakers(database), SystemClock())
    answered = Outcome(code, proposal=a_reply() if code == "unproven_booking" else None)
    for _ in range(9):
        await asker.learn(account.id, brain.name, answered, Gate.ASK)
    assert await told(database) == []
    for _ in range(5):
        await Breakers(database).failed(account.id, brain.name, datetime.now(UTC) - MINUTE / 2)
    gates = list[Gate]()
    for _ in range(2):
        gates.append(await asker.gate(account.id, 0))
        await asker.learn(account.id, brain.name, answered, gates[-1])
    assert gates == [Gate.PROBE, Gate.PROBE]
    assert [(is_open, times) for _, is_open, times in await told(database)] == [(True, 1)]


async def five_failures(database: Database, account: Account, brain: ScriptedBrain) -> None:
    for _ in range(5):
        await Breakers(database).failed(account.id, brain.name, datetime.now(UTC) - MINUTE / 2)


async def test_a_probe_whose_answer_was_vetoed_by_the_mailbox_leaves_its_breaker_open(
    house: House, account: Account, brain: ScriptedBrain
):
    await five_failures(house.database, account, brain)
    brain.says = [a_reply("Pronto, sua consulta está agendada para amanhã às 15h.")]
    await deliver(house.database, account, a_channel_event("Pode marcar?"))
    await work_off(house, but=("send", "crm"))
    row = await house.database.fetchrow("select opened_at is not null as is_open, probe_until from brain_breakers")
    assert row is not None
    assert (row["is_open"], row["probe_until"]) == (True, None)


async def test_a_brain_that_hangs_on_a_turn_that_is_over_is_on_the_turn_and_known_to_its_breaker(
    house: House, account: Account, brain: ScriptedBrain
):
    async def hangs(_: ReplyRequest) -> Proposal:
        await deliver(house.database, account, written_by_ana())
        await house.workshop.waking.wake(await conversation_of(house.database))
        raise BrainFailed("too_late", "no answer within 9 seconds")

    brain.answer = hangs
    await deliver(house.database, account, a_channel_event("Qual o preço?"))
    await work_off(house, but=("send", "crm"))
    row = await house.database.fetchrow(
        "select state, asked_at, stages -> 0 ->> 'outcome' as outcome, jsonb_array_length(stages) as n from turns"
    )
    assert tuple(row or ()) == ("closed", None, "too_late", 1)
    assert await house.database.fetchval("select cardinality(failures) from brain_breakers") == 1


@pytest.mark.parametrize(("locale", "word"), [("pt-BR", "cérebro"), ("es", "cerebro"), ("en", "brain")])
def test_it_is_told_in_three_languages(locale: str, word: str):
    said = {alarm(f"brain_{name}_down", locale, KommoChannel.guide) for name in ("n8n", "agent", "other")}
    assert len(said) == 3
    assert word in alarm("brain_n8n_down", locale, KommoChannel.guide)
    assert "n8n" in alarm("brain_n8n_down", locale, KommoChannel.guide)


async def test_operators_read_it_where_they_are_told(house: House, database: Database, account: Account):
    await fails(database, account, times=5, at=datetime.now(UTC))
    number = await database.fetchval("select id from notices")
    assert await house.workshop.notifying.carry(number, 1)
    assert await database.fetchval("select delivered_at is not null from notices")


async def test_a_question_from_before_it_opened_that_fails_late_lets_no_second_probe_in(
    database: Database, account: Account
):
    breakers, start = Breakers(database), datetime.now(UTC)
    for _ in range(5):
        await breakers.failed(account.id, "n8n", start)
    rested = start + timedelta(seconds=11)
    assert await breakers.pass_gate(account.id, "n8n", rested, patience=MINUTE) is Gate.PROBE
    await breakers.failed(account.id, "n8n", rested + timedelta(seconds=1), was_probe=False)
    assert await breakers.pass_gate(account.id, "n8n", rested + timedelta(seconds=12), patience=MINUTE) is Gate.SKIP
    await breakers.failed(account.id, "n8n", rested + timedelta(seconds=13))
    assert await breakers.pass_gate(account.id, "n8n", rested + timedelta(seconds=24), patience=MINUTE) is Gate.PROBE
