"""A take-over between a tool's look and its write books nothing, and a call that is repeated while it runs is one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from app.domain.messages import ChannelEvent, words_of
from app.services.agenda.requesting import Caller
from app.services.agenda.wanted import slot_named
from app.services.bot_control.address import Named
from app.store.database import Database
from tests.builders import written_by_a_program, written_by_ana
from tests.house import deliver
from tests.services.tools.conftest import Ask, Open, ana_writes, tomorrow

_WAITING = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"


@asynccontextmanager
async def somebody_has(database: Database, lock: str) -> AsyncIterator[None]:
    """A connection of its own holds a lock."""
    other = await asyncpg.connect(database.dsn)
    try:
        async with other.transaction():
            await other.execute(lock)
            yield
    finally:
        await other.close()


async def wait_for(database: Database, how_many: int) -> None:
    """Until so many wait for a lock."""
    async with asyncio.timeout(30):
        while await database.fetchval(_WAITING) < how_many:  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.01)


async def overtaken(turn: Open, tool: str, **arguments: Any) -> dict[str, Any]:
    """The tool has looked and found its turn open; before it writes, a salesperson has answered the customer."""
    database = turn.house.database
    async with somebody_has(database, "lock table agenda in access exclusive mode"):
        call = asyncio.create_task(turn.call(tool, **arguments))
        await wait_for(database, 1)
        await ana_writes(turn)
    return dict((await call).data)


async def agenda_of(turn: Open) -> list[str]:
    return [row["state"] for row in await turn.house.database.fetch("select state from agenda order by id")]


@pytest.mark.usefixtures("seller")
async def test_no_time_is_held_for_a_turn_that_a_salesperson_overtook(ask: Ask):
    turn = await ask()
    assert (await overtaken(turn, "hold_slot", slot=tomorrow()))["code"] == "bot_off"
    assert await agenda_of(turn) == []


@pytest.mark.usefixtures("seller")
async def test_no_time_is_booked_for_a_turn_that_a_salesperson_overtook(ask: Ask):
    turn = await ask()
    held = await turn.call("hold_slot", slot=tomorrow())
    assert (await overtaken(turn, "confirm_slot", booking=str(held.data["booking"])))["code"] == "bot_off"
    assert await agenda_of(turn) == ["held"]


@pytest.mark.usefixtures("seller")
async def test_no_appointment_is_cancelled_for_a_turn_that_a_salesperson_overtook(ask: Ask):
    turn = await ask()
    await turn.call("hold_slot", slot=tomorrow())
    await turn.call("confirm_slot")
    assert (await overtaken(turn, "cancel_booking"))["code"] == "bot_off"
    assert await agenda_of(turn) == ["booked"]


@pytest.mark.usefixtures("seller")
@pytest.mark.parametrize("tool", ["confirm_slot", "cancel_booking"])
async def test_a_call_that_is_repeated_while_the_first_one_ends_comes_to_the_same(ask: Ask, tool: str):
    turn = await ask()
    database = turn.house.database
    await turn.call("hold_slot", slot=tomorrow())
    async with somebody_has(database, "lock table tool_calls in share mode"):
        first = asyncio.create_task(turn.call(tool))
        await wait_for(database, 1)
        again = asyncio.create_task(turn.call(tool))
        await wait_for(database, 2)
    assert (await first).ok
    assert await first == await again
    assert len(await agenda_of(turn)) == 1
    assert await database.fetchval("select calls from tool_calls where tool = $1", tool) == 2


@pytest.mark.usefixtures("seller")
async def test_a_tool_and_a_call_of_the_api_for_one_customer_never_wait_for_each_other(ask: Ask):
    turn = await ask()
    database, requesting = turn.house.database, turn.house.doors.scheduling.requesting
    caller = Caller(turn.account.id, Named(conversation_id=str(turn.number)), "n8n")
    async with somebody_has(database, "select 1 from vendedores where external_id = '77' for update"):
        wanted = slot_named(tomorrow(9))
        api = asyncio.create_task(requesting.slot(caller, wanted, title="", key=None, confirm=False))
        await wait_for(database, 1)
        tool = asyncio.create_task(turn.call("hold_slot", slot=tomorrow(11)))
        await wait_for(database, 2)
    assert (await api).booking is not None
    assert (await tool).ok, (await tool).text
    assert await agenda_of(turn) == ["cancelled", "held"]  # who asks again lets go of what they held


NOTICE = "Ainda estou verificando isso para você. Só mais um instante."


async def echo_that_nobody_can_tell(turn: Open, *then: ChannelEvent) -> None:
    """A notice of ours is on its way, and its echo has come before the call returned; behind it comes something."""
    await turn.house.database.execute(
        """insert into outbox (account_id, conversation_id, number, epoch, kind, body, words, state, attempt, way,
                               claimed_at)
        select account_id, id, 50, epoch, 'message', $2, $3, 'sending', 1, 'talks', now()
        from conversations where id = $1""",
        *(turn.number, NOTICE, words_of(NOTICE)),
    )
    await turn.house.database.execute("update conversations set lines = 50 where id = $1", turn.number)
    await deliver(turn.house.database, turn.account, written_by_a_program(NOTICE, **await chat_of(turn)), *then)


async def chat_of(turn: Open) -> dict[str, Any]:
    row = await turn.house.database.fetchrow(
        "select chat_id, talk_id, contact_id, lead_id from conversations where id = $1", turn.number
    )
    assert row is not None
    return dict(row)


@pytest.mark.usefixtures("seller")
async def test_nothing_is_booked_over_a_person_whose_words_wait_behind_our_own_echo(ask: Ask):
    turn = await ask()
    held = await turn.call("hold_slot", slot=tomorrow())
    await echo_that_nobody_can_tell(turn, written_by_ana("Oi, aqui é a Ana, eu cuido disso", **await chat_of(turn)))
    came = await turn.call("confirm_slot", booking=str(held.data["booking"]))
    assert not came.ok
    assert await turn.house.database.fetchval("select state from agenda") == "held"


@pytest.mark.usefixtures("seller")
async def test_our_own_echo_alone_stops_no_tool(ask: Ask):
    turn = await ask()
    held = await turn.call("hold_slot", slot=tomorrow())
    await echo_that_nobody_can_tell(turn)
    assert (await turn.call("confirm_slot", booking=str(held.data["booking"]))).ok
