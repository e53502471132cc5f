"""A phone is not flooded: whoever names it, and from however many chats, it has one password a minute and ten a day."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from app.domain.errors import AppError
from app.domain.ids import ConversationId
from app.store.accounts import Account
from app.store.errands import call_is_about, calls_about
from app.store.json_text import to_json
from app.store.upkeep import Chores
from app.wiring import House
from tests.house import company_said, customer_says, work_off, work_until_quiet
from tests.sandbox.player import Json, Player

PHONE = "+919876543210"
ANSWERS = ("Hi", "Asha Rao", "retail", "560 001", "98765 43210")


async def says(house: House, sandbox: Player, account: Account, chat: str, *texts: str) -> Json:
    said: Json = {}
    for text in texts:
        said = await customer_says(sandbox, house, account, text, chat=chat)
        await work_until_quiet(house)
    return said


async def sent(sandbox: Player) -> dict[str, int]:
    return (await sandbox.http.get("/_sandbox/authapi")).json()["sent"]


async def time_passes(house: House, time: str) -> None:
    await house.database.execute(
        """update errands set ended_at = ended_at - $1::text::interval, called_at = called_at - $1::text::interval""",
        time,
    )


async def endings(house: House) -> list[str]:
    return [row["status"] for row in await house.database.fetch("select status from errands order by id")]


async def sent_before(house: House, count: int) -> None:
    """As if the phone had had so many passwords more, an hour ago."""
    await house.database.execute(
        """insert into errands (account_id, conversation_id, key, kind, status, phone_hash, called_at, ended_at)
        select account_id, conversation_id, 'before:' || n, kind, 'success', phone_hash,
               now() - interval '1 hour', now() - interval '1 hour'
        from errands, generate_series(1, $1::int) n""",
        count,
    )


async def test_two_chats_that_name_one_phone_have_one_code_within_a_minute(
    registry: House, sandbox: Player, india: Account
):
    await says(registry, sandbox, india, "maria", *ANSWERS, "YES")
    said = await says(registry, sandbox, india, "pedro", *ANSWERS, "YES")
    assert await sent(sandbox) == {PHONE: 1}
    assert "cannot send a code to this number right now" in (await company_said(sandbox, said))[-1]
    await time_passes(registry, "1 minute")
    await says(registry, sandbox, india, "pedro", "RESEND")
    assert await sent(sandbox) == {PHONE: 2}


async def test_a_chat_held_back_by_another_is_told_nothing_of_it_and_a_third_time_gets_a_person(
    registry: House, sandbox: Player, india: Account
):
    await says(registry, sandbox, india, "maria", *ANSWERS, "YES")
    await says(registry, sandbox, india, "pedro", *ANSWERS, "YES", "Hi", "HELP", "HINDI", "ENGLISH")
    said = await says(registry, sandbox, india, "pedro", "RESEND")
    told = await company_said(sandbox, said)
    assert "Still no code" in told[-1]
    untrue = ("minute old", "is valid", "If you have one", "We have sent", "हमने")
    assert not [line for line in told if any(words in line for words in untrue)]
    said = await says(registry, sandbox, india, "pedro", "RESEND")
    assert "Someone from our team" in (await company_said(sandbox, said))[-1]
    assert await sent(sandbox) == {PHONE: 1}
    rows = await registry.database.fetch("select bot_on from conversations order by id")
    assert [row["bot_on"] for row in rows] == [True, False]


async def test_a_chat_that_the_auth_api_holds_back_is_not_told_of_a_code_that_it_never_had(
    registry: House, sandbox: Player, india: Account
):
    await says(registry, sandbox, india, "pedro", *ANSWERS)
    await sandbox.steer("authapi/trouble", {"fault": "too_soon"})
    said = await says(registry, sandbox, india, "pedro", "YES")
    assert "cannot send a code to this number right now" in (await company_said(sandbox, said))[-1]


async def test_whoever_was_sent_a_code_and_asks_again_and_again_is_answered_each_time(
    registry: House, sandbox: Player, india: Account
):
    said = await says(registry, sandbox, india, "maria", *ANSWERS, "YES")
    for words in ("less than a minute old", "If you have one, type it", "Only the code", "Only the code"):
        await says(registry, sandbox, india, "maria", "RESEND")
        assert words in (await company_said(sandbox, said))[-1]
    assert await sent(sandbox) == {PHONE: 1}


async def test_two_chats_that_ask_at_the_same_moment_have_one_code(registry: House, sandbox: Player, india: Account):
    for chat in ("maria", "pedro"):
        await says(registry, sandbox, india, chat, *ANSWERS)
    for chat in ("maria", "pedro"):
        await customer_says(sandbox, registry, india, "YES", chat=chat)
    await work_off(registry, but=("errand",))
    open_errands = await registry.database.fetch("select id from errands where status is null")
    assert len(open_errands) == 2
    await asyncio.gather(*(registry.workshop.errands.run(row["id"]) for row in open_errands))
    assert await sent(sandbox) == {PHONE: 1}
    assert sorted(await endings(registry)) == ["held_back", "success"]


async def test_whoever_asks_while_another_chat_is_deciding_waits_for_what_it_decides(
    registry: House, sandbox: Player, india: Account
):
    await says(registry, sandbox, india, "maria", *ANSWERS, "YES")
    row = await registry.database.fetchrow("update errands set phone_hash = null returning conversation_id, key")
    assert row is not None
    chat, phone, now = ConversationId(row["conversation_id"]), b"x" * 32, datetime.now(UTC)

    async def other() -> list[datetime]:
        async with registry.database.transaction() as tx:
            return await calls_about(tx, india.id, phone, ("success",), since=now - timedelta(days=1))

    async with registry.database.transaction() as tx:
        assert await calls_about(tx, india.id, phone, ("success",), since=now - timedelta(days=1)) == []
        asking = asyncio.create_task(other())
        await asyncio.wait({asking}, timeout=0.3)
        assert not asking.done()
        await call_is_about(tx, chat, row["key"], phone, now)
    assert len(await asking) == 1


async def test_a_phone_has_ten_codes_a_day_whoever_asks(registry: House, sandbox: Player, india: Account):
    await says(registry, sandbox, india, "maria", *ANSWERS, "YES")
    await sent_before(registry, 9)
    await time_passes(registry, "1 minute")
    said = await says(registry, sandbox, india, "pedro", *ANSWERS, "YES")
    assert await sent(sandbox) == {PHONE: 1}
    assert "Too many codes" in (await company_said(sandbox, said))[-1]
    await time_passes(registry, "1 day")
    await says(registry, sandbox, india, "pedro", "RESEND")
    assert await sent(sandbox) == {PHONE: 2}


async def test_a_call_that_was_refused_is_no_code_of_the_phone(registry: House, sandbox: Player, india: Account):
    await says(registry, sandbox, india, "maria", *ANSWERS)
    await sandbox.steer("authapi/trouble", {"fault": "bad_phone"})
    await says(registry, sandbox, india, "maria", "YES")
    await says(registry, sandbox, india, "pedro", *ANSWERS, "YES")
    assert await sent(sandbox) == {PHONE: 1}


async def test_a_worker_that_died_in_the_call_is_told_unknown_even_if_another_chat_has_asked_since(
    registry: House, sandbox: Player, india: Account
):
    await says(registry, sandbox, india, "maria", *ANSWERS, "YES")
    died = "update errands set status = null, ended_at = null, data = $1 returning id"
    number = await registry.database.fetchval(died, to_json({"_called": "1", "phone": PHONE}))
    await time_passes(registry, "1 minute")
    await says(registry, sandbox, india, "pedro", *ANSWERS, "YES")
    await registry.workshop.errands.run(number)
    assert await sent(sandbox) == {PHONE: 2}
    assert await endings(registry) == ["unknown", "success"]


async def test_a_worker_that_died_before_it_told_of_a_code_held_back_says_the_same_again(
    registry: House, sandbox: Player, india: Account
):
    await says(registry, sandbox, india, "maria", *ANSWERS, "YES")
    await says(registry, sandbox, india, "pedro", *ANSWERS)
    await customer_says(sandbox, registry, india, "YES", chat="pedro")
    await work_off(registry, but=("errand",))
    number = await registry.database.fetchval("select id from errands where status is null")
    await registry.database.execute("alter table conversations rename to elsewhere")
    with pytest.raises((asyncpg.PostgresError, AppError)):
        await registry.workshop.errands.run(number)
    await registry.database.execute("alter table elsewhere rename to conversations")
    await registry.workshop.errands.run(number)
    assert await sent(sandbox) == {PHONE: 1}
    assert await endings(registry) == ["success", "held_back"]


async def test_the_phone_is_kept_as_a_keyed_hash_and_not_longer_than_it_is_needed(
    registry: House, sandbox: Player, india: Account
):
    await says(registry, sandbox, india, "maria", *ANSWERS, "YES")
    (row,) = await registry.database.fetch("select e.phone_hash, e::text as row from errands e")
    assert len(row["phone_hash"]) == 32
    assert PHONE[-10:] not in row["row"]
    await Chores(registry.database).prune()
    assert await registry.database.fetchval("select phone_hash is not null from errands")
    await time_passes(registry, "2 days")
    await Chores(registry.database).prune()
    assert await registry.database.fetchval("select phone_hash is null and called_at is null from errands")


async def test_another_conversation_of_the_account_is_not_held_up(registry: House, sandbox: Player, india: Account):
    await says(registry, sandbox, india, "maria", *ANSWERS, "YES")
    await says(registry, sandbox, india, "pedro", *ANSWERS[:-1], "98765 43211", "YES")
    assert await sent(sandbox) == {PHONE: 1, "+919876543211": 1}
    numbers = await registry.database.fetch("select distinct conversation_id from errands")
    assert len({ConversationId(row["conversation_id"]) for row in numbers}) == len(await sent(sandbox))
