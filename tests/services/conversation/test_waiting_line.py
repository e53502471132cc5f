"""The line before the first brain: so many at once, accounts by turns, and nobody waits in it for ever."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import pytest_asyncio

from app.agents.base import Brain
from app.domain.brain import Proposal, ReplyRequest
from app.domain.clock import SystemClock
from app.domain.turn_tokens import TurnTokens
from app.jobs.registry import HANDLERS
from app.services.conversation.asking import CROWDED, Asking, Ladder, WaitingLine
from app.store.accounts import Account, Accounts, NewAccount
from app.store.database import Database
from app.store.queue import Job, JobName, ask_job, enqueue, line_up, payload_of, place_in_line
from app.store.secrets import new_token
from app.wiring import House, open_house
from app.worker import ASKED_ON_AT_ONCE, OTHER_JOBS, at_once
from tests.builders import a_channel_event, a_reply
from tests.house import ScriptedBrain, conversation_of, deliver, line_of, settings_for, until, work_off, working

MINUTE = timedelta(minutes=1)
AT_ONCE = 2
LATE = "update turns set settled_at = settled_at - interval '2 minutes'"
OUTCOME = "select stages -> 0 ->> 'outcome' from turns"


@dataclass
class Counted:
    """Answers a moment later, and knows how many it was asked at once."""

    now: int = 0
    most: int = 0
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, _: ReplyRequest) -> Proposal:
        self.now += 1
        self.most = max(self.most, self.now)
        await self.let_go.wait()
        self.now -= 1
        return a_reply()


def asking(house: House, secret_key: str, *brains: Brain) -> Asking:
    ladder = Ladder([(brain, MINUTE) for brain in brains])
    line = WaitingLine(AT_ONCE, MINUTE)
    return Asking(house.database, SystemClock(), ladder, tokens=TurnTokens([secret_key]), line=line)


@pytest_asyncio.fixture
async def other_account(accounts: Accounts) -> Account:
    new = NewAccount(
        *("Outra Loja", "kommo", "30100201", "http://127.0.0.1:9", new_token("kommo"), new_token("hook")),
        settings={"burst_scale": 0, "balloon_spacing": 0},
    )
    return await accounts.get(await accounts.connect(new))


@pytest_asyncio.fixture
async def crowded_house(database: Database, secret_key: str, brain: ScriptedBrain) -> AsyncIterator[House]:
    async with open_house(settings_for(database.dsn, secret_key, asks_at_once=AT_ONCE), brains=[brain]) as made:
        yield made


async def to_the_question(house: House, account: Account) -> None:
    await deliver(house.database, account, a_channel_event("Qual o preço?"))
    await work_off(house, but=("ask", "send", "crm"))


async def under_way(database: Database, *, turns: int) -> None:
    """So many other brains are being asked now."""
    others = [ask_job(0, turn, 0) for turn in range(turns)]
    async with database.transaction() as tx:
        await enqueue(tx, others)
    jobs = [payload_of(job) for job in others]
    await database.execute("update queue.pgqueuer set status = 'picked' where payload = any ($1::bytea[])", jobs)


# --- places -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "own", "place"), [(None, None, 1), (1, None, 1), (1, 1, 0), (1, -8, -9), (-3, -8, -9), (-8, None, -8)]
)
def test_an_account_stands_behind_its_own_and_beside_the_first_of_the_others(
    first: int | None, own: int | None, place: int
):
    assert place_in_line(first, own) == place


async def test_the_one_question_of_an_account_does_not_wait_for_the_hundred_of_another(
    house: House, account: Account, other_account: Account
):
    database = house.database
    for number in range(6):
        await deliver(database, account, a_channel_event("Qual o preço?", chat_id=f"many-{number}"))
    await work_off(house, but=("ask", "send", "crm"))
    await deliver(database, other_account, a_channel_event("Qual o preço?", chat_id="the-one"))
    await work_off(house, but=("ask", "send", "crm"))
    lined = "select payload from queue.pgqueuer where entrypoint = 'ask' order by priority desc, id"
    one = f'"conversation":{await conversation_of(database, "the-one")},'
    assert [one in row["payload"].decode() for row in await database.fetch(lined)].index(True) == 1


async def test_the_later_brains_and_all_other_jobs_wait_in_no_line(database: Database, account: Account):
    async with database.transaction() as tx:
        lined = await line_up(tx, account.id, [ask_job(1, 1, 1), Job(JobName.SEND, {"conversation": 1}, urgent=True)])
    assert [(job.name, job.priority) for job in lined] == [(JobName.ASK_ON, 1), (JobName.SEND, 1)]
    assert HANDLERS["ask"] is HANDLERS["ask_on"]


# --- at once ----------------------------------------------------------------------------------------------------------


def test_brains_that_are_asked_never_take_all_of_a_workers_places():
    settings = settings_for("", "", asks_at_once=500)
    limits = {name: at_once(name, settings) for name in HANDLERS}
    assert {name for name, limit in limits.items() if limit} == {
        "ask",
        "ask_on",
        "mirror",
        "sheet_words",
        "inbox",
        "hear",
    }
    assert limits["ask"] + limits["ask_on"] + OTHER_JOBS == 500 + ASKED_ON_AT_ONCE + OTHER_JOBS


async def test_of_many_who_ask_at_once_so_many_are_asked_and_the_others_hear_later_with_a_deadline_of_their_own(
    crowded_house: House, account: Account, brain: ScriptedBrain
):
    house, counted = crowded_house, Counted()
    brain.answer = counted.answer
    async with working(house):
        for number in range(6):
            await deliver(house.database, account, a_channel_event("Qual o preço?", chat_id=f"c-{number}"))

        async def all_wait() -> bool:
            waiting = "select count(*) from queue.pgqueuer where entrypoint = 'ask' and status = 'queued'"
            return counted.now == AT_ONCE and await house.database.fetchval(waiting) == 6 - AT_ONCE

        await until(all_wait)
        counted.let_go.set()

        async def all_have() -> bool:
            return await house.database.fetchval("select count(*) from turns where state = 'admitted'") == 6

        await until(all_have)
    assert counted.most == AT_ONCE
    assert all(round((r.deadline - r.now).total_seconds()) == house.settings.brain_timeout for r in brain.asked)


# --- not for ever -----------------------------------------------------------------------------------------------------


async def test_who_has_waited_too_long_in_a_full_line_goes_to_the_next_brain(
    house: House, account: Account, brain: ScriptedBrain, secret_key: str
):
    await house.database.execute("""update accounts set settings = settings || '{"rungs": 2}'""")
    await to_the_question(house, account)
    await house.database.execute(LATE)
    await under_way(house.database, turns=AT_ONCE)
    number, reserve = await conversation_of(house.database), ScriptedBrain("reserve")
    await asking(house, secret_key, brain, reserve).ask(number, 1, 0)
    assert await house.database.fetchval(OUTCOME) == CROWDED
    await asking(house, secret_key, brain, reserve).ask(number, 1, 1)
    assert (len(brain.asked), len(reserve.asked)) == (0, 1)
    assert [text for _, text in await line_of(house.database)] == list(a_reply().balloons)


@pytest.mark.parametrize(("others", "rungs"), [(0, 2), (AT_ONCE, 1)])
async def test_an_old_turn_is_asked_where_nobody_waits_and_where_nobody_comes_after(
    house: House, account: Account, brain: ScriptedBrain, secret_key: str, others: int, rungs: int
):
    await to_the_question(house, account)
    await house.database.execute(LATE)
    await under_way(house.database, turns=others)
    brains = [brain, ScriptedBrain("reserve")][:rungs]
    await asking(house, secret_key, *brains).ask(await conversation_of(house.database), 1, 0)
    assert len(brain.asked) == 1
