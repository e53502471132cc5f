"""Customers who write without end, in a whole house: what is kept of it, what is shown, and who is never counted."""

from datetime import UTC, datetime

import orjson
import pytest

from app.domain.conversation import Pause, PauseReason
from app.store.accounts import Account
from app.store.database import Database
from app.wiring import House
from tests.builders import a_channel_event
from tests.house import conversation_of, deliver, jobs_of, state_of, work_off

LIMITS = {"messages_a_minute": 4, "messages_a_day": 50}


@pytest.fixture
async def limited(house: House, account: Account) -> Account:
    await house.doors.preferences.change(account.id, LIMITS, who="operator")
    return await house.accounts.get(account.id)


async def writes(database: Database, account: Account, times: int) -> None:
    now = datetime.now(UTC)
    for number in range(times):
        await deliver(database, account, a_channel_event(f"Quanto custa {number}?", at=now))


async def why(house: House, account: Account, at: datetime | None = None) -> str:
    return (await house.doors.explaining.debug(account.id, "chat-1", at))["why_quiet"]


async def test_what_was_counted_is_kept_shown_and_audited(house: House, limited: Account, database: Database):
    await writes(database, limited, 5)
    await work_off(house, but=("ask", "send", "crm"))
    state = await state_of(database, await conversation_of(database))
    assert state.pace.minute is not None
    assert (state.pace.minute.count, state.bot_on) == (5, True)
    assert "one answer a minute" in await why(house, limited)
    row = await database.fetchrow("select who, why, details::text as details from event_log where what = 'slowed'")
    assert row is not None
    assert (row["who"], orjson.loads(row["details"])["in_minute"]) == ("ponte", "5")
    between = datetime.now(UTC)
    await writes(database, limited, 4)
    await work_off(house, but=("ask", "send", "crm"))
    state = await state_of(database, await conversation_of(database))
    assert state.pause == Pause(PauseReason.FLOOD)
    assert "more than the account" in await why(house, limited)
    assert "one answer a minute" in await why(house, limited, between)
    assert await database.fetchval("select count(*) from mensagens where author = 'customer'") == 9
    assert await database.fetchval("select reason from vw_takeovers where kind = 'handed_over'") == "flood"
    assert await jobs_of(database)


async def test_a_salesperson_who_tries_the_bot_is_not_counted(house: House, limited: Account, database: Database):
    contact = "insert into contacts (account_id, external_id, phones, read_at) values ($1, '501', $2, now())"
    await database.execute(contact, limited.id, ["+5511999990000"])
    sql = "insert into vendedores (account_id, external_id, name, phone) values ($1, '11', 'Ana', '+5511999990000')"
    await database.execute(sql, limited.id)
    await writes(database, limited, 30)
    await work_off(house, but=("ask", "send", "crm"))
    state = await state_of(database, await conversation_of(database))
    assert state.bot_on
    assert state.pace.slow_until is None
