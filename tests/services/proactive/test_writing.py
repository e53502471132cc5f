"""First messages go up the same ladder as replies: its breakers, its token and its facts are theirs too."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from app.domain.brain import AnswersLater, BrainFailed, Proposal, ReplyRequest, Usage
from app.domain.clock import FixedClock
from app.domain.hours import is_open
from app.domain.tools import FIRST_MESSAGE
from app.domain.turn_tokens import TurnTokens
from app.settings import secret
from app.store.database import Database
from app.store.json_text import from_json
from app.store.turns import hours_by_day
from app.wiring import House, open_house
from tests.builders import a_reply
from tests.house import ScriptedBrain, settings_for
from tests.services.proactive.conftest import QUIET, Stage

PERSONAL = "Maria, vi que você procura o plano família."


@pytest.fixture
def first() -> ScriptedBrain:
    """Asked before the other one."""
    return ScriptedBrain("first", says=[QUIET])


@pytest.fixture
def brain() -> ScriptedBrain:
    return ScriptedBrain("second", says=[a_reply(PERSONAL)])


@pytest_asyncio.fixture
async def house(
    database: Database, secret_key: str, first: ScriptedBrain, brain: ScriptedBrain, clock: FixedClock
) -> AsyncIterator[House]:
    async with open_house(settings_for(database.dsn, secret_key), brains=[first, brain], clock=clock) as made:
        yield made


def fails(brain: ScriptedBrain, error: Exception) -> None:
    async def answer(request: ReplyRequest) -> Proposal:
        raise error

    brain.answer = answer


async def logged(stage: Stage) -> list[list[dict[str, Any]]]:
    rows = await stage.house.database.fetch("select details from event_log where what = 'first_message' order by id")
    return [from_json(row["details"])["rungs"] for row in rows]


async def test_a_brain_that_has_failed_too_often_is_not_asked_for_first_messages(
    stage: Stage, first: ScriptedBrain, brain: ScriptedBrain
):
    fails(first, BrainFailed("unreachable"))
    for number in range(7):
        one = await stage.start(phone=f"+551198765430{number}")
        assert one.written_by == "brain:second"
    assert (len(first.asked), len(brain.asked)) == (5, 7)
    codes = [[rung["code"] for rung in rungs] for rungs in await logged(stage)]
    assert codes == [["unreachable", "answered"]] * 5 + [["breaker_open", "answered"]] * 2
    opened = "select why from event_log where what = 'breaker_opened'"
    assert await stage.house.database.fetchval(opened) == "first"


async def test_a_probe_that_writes_closes_the_breaker(stage: Stage, first: ScriptedBrain):
    fails(first, BrainFailed("unreachable"))
    for number in range(5):
        await stage.start(phone=f"+551198765430{number}")
    first.answer, first.says = None, [a_reply("Olá!")]
    stage.clock.move(timedelta(minutes=10))
    assert (await stage.start(phone="+5511987654308")).written_by == "brain:first"
    closed = "select count(*) from event_log where what = 'breaker_closed'"
    assert await stage.house.database.fetchval(closed) == 1


async def test_a_promise_to_call_back_is_no_first_message_and_no_failure(stage: Stage, first: ScriptedBrain):
    fails(first, AnswersLater())
    for number in range(6):
        one = await stage.start(phone=f"+551198765430{number}")
        assert one.written_by == "brain:second"
    assert len(first.asked) == 6
    assert [rungs[0]["code"] for rungs in await logged(stage)] == ["later"] * 6


async def test_an_answer_that_cannot_be_used_is_the_next_brains_turn_and_what_it_cost_is_kept(
    stage: Stage, first: ScriptedBrain
):
    first.says = [Proposal(QUIET.action, usage=Usage("small", 900, 4))]
    assert (await stage.start()).written_by == "brain:second"
    [[rung, other]] = await logged(stage)
    assert (rung["brain"], rung["code"], other["brain"], other["code"]) == ("first", "none", "second", "answered")
    assert rung["usage"] == {"model": "small", "input_tokens": 900, "output_tokens": 4}
    assert PERSONAL not in str(await logged(stage))


async def test_the_request_has_the_hours_and_a_token_for_the_tools(stage: Stage, brain: ScriptedBrain):
    await stage.talked()
    await stage.start()
    request = brain.asked[-1]
    assert request.occasion is not None
    account = await stage.house.accounts.get(stage.shop.id)
    assert request.hours == hours_by_day(account.policy.hours)
    assert request.is_open == is_open(account.policy.hours, request.now, account.timezone)
    tokens = TurnTokens([secret(stage.house.settings.ponte_secret_keys) or ""])
    turn = tokens.read(request.token, request.now)
    assert (turn.account_id, turn.turn) == (stage.shop.id, FIRST_MESSAGE)
    read = await stage.house.toolbox.call(turn, "lookup_knowledge", {"question": "plano família"})
    assert read.ok
    written = await stage.house.toolbox.call(turn, "add_note", {"text": "Liga amanhã"})
    assert (written.ok, written.data["code"]) == (False, "first_message")
    assert "first message" in written.text
