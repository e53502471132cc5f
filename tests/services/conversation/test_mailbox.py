"""The actor under its lock: lock first, look second; one order whatever the number of workers; always settled."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from app.domain.conversation import PauseReason, TimerKind
from app.services.conversation.mailbox import begin, finish, process
from app.store.accounts import Account
from app.store.conversations import SQL
from app.store.database import Database
from app.wiring import House
from tests.builders import a_channel_event, a_handoff, a_reply, written_by_ana
from tests.house import ScriptedBrain, conversation_of, deliver, jobs_of, line_of, state_of, work_off

BOTH_AT_ONCE = """
select i.id from (select id from conversations where id = $1 for update) c
join inbox i on i.conversation_id = c.id and i.folded_at is null
"""


async def wait_for_a_waiter(database: Database) -> None:
    while not await database.fetchval("select count(*) from pg_locks where not granted"):  # noqa: ASYNC110
        await asyncio.sleep(0.01)


async def test_who_waited_for_the_lock_sees_what_was_folded_meanwhile(
    house: House, account: Account, database: Database
):
    await deliver(database, account, a_channel_event())
    number = await conversation_of(database)

    async def second() -> int:
        async with database.transaction() as tx:
            course = await begin(tx, number, house.workshop.waking._clock.now())
            assert course is not None
            return len(course.loaded.unread)

    async with database.transaction() as tx:
        course = await begin(tx, number, house.workshop.waking._clock.now())
        assert course is not None
        waiting = asyncio.create_task(second())
        await wait_for_a_waiter(database)
        await finish(tx, course)
    assert await waiting == 0


async def test_in_one_statement_the_lock_would_bring_folded_events_back(account: Account, database: Database):
    """Why the lock is a statement of its own: a snapshot is older than the lock that it waited for."""
    await deliver(database, account, a_channel_event())
    number = await conversation_of(database)
    async with database.transaction() as tx:
        await tx.execute(SQL["lock"], number)
        waiting = asyncio.create_task(database.fetch(BOTH_AT_ONCE, number))
        await wait_for_a_waiter(database)
        await tx.execute("update inbox set folded_at = now() where conversation_id = $1", number)
    assert len(await waiting) == 1  # folded by now, and yet it is there
    assert await database.fetch(BOTH_AT_ONCE, number) == []


async def test_the_door_waits_for_who_holds_the_conversation(account: Account, database: Database):
    await deliver(database, account, a_channel_event())
    number = await conversation_of(database)
    async with database.transaction() as tx:
        await tx.execute(SQL["lock"], number)
        waiting = asyncio.create_task(deliver(database, account, a_channel_event("e amanhã?")))
        await wait_for_a_waiter(database)
        assert not waiting.done()
    await waiting


async def test_ten_workers_that_wake_a_conversation_at_once_open_one_turn(
    house: House, account: Account, database: Database
):
    await deliver(database, account, *(a_channel_event(f"parte {n}") for n in range(5)))
    number = await conversation_of(database)
    await asyncio.gather(*(house.workshop.waking.wake(number) for _ in range(10)))
    assert await database.fetchval("select count(*) from turns") == 1
    assert await database.fetchval("select array_agg(fold order by fold) from mensagens") == [1, 2, 3, 4, 5]
    assert (await jobs_of(database)).count("ask") == 1


async def test_many_workers_on_many_conversations_answer_each_once_and_in_order(
    house: House, account: Account, brain: ScriptedBrain, database: Database
):
    chats = [f"chat-{n}" for n in range(5)]
    for n in range(4):
        await deliver(database, account, *(a_channel_event(f"{chat} {n}", chat_id=chat) for chat in chats))
    numbers = [row["id"] for row in await database.fetch("select id from conversations")]
    await asyncio.gather(*(house.workshop.waking.wake(number) for number in numbers for _ in range(4)))
    await work_off(house, but=("send", "crm"))
    assert sorted(request.burst[0].text for request in brain.asked) == [f"{chat} 0" for chat in chats]
    assert all([line.text[-1] for line in request.burst] == ["0", "1", "2", "3"] for request in brain.asked)
    assert len(await line_of(database)) == 5


async def test_every_transaction_ends_settled(house: House, account: Account, database: Database):
    """What is unanswered and waits for nobody gets the burst timer, whoever comes by."""
    await deliver(database, account, a_channel_event())
    number = await conversation_of(database)
    await house.workshop.waking.wake(number)
    await database.execute("update turns set state = 'dropped'")
    await database.execute("delete from queue.pgqueuer")
    async with database.transaction() as tx:
        course = await process(tx, number, house.workshop.waking._clock.now())
    assert course is not None
    assert TimerKind.BURST in course.state.timers or course.state.turn is not None
    await work_off(house, but=("send", "crm"))
    assert len(await line_of(database)) == 1


async def test_what_is_written_is_what_is_loaded_again(house: House, account: Account, database: Database):
    """The state goes to Postgres and comes back the same after every step of a conversation's life."""
    number = None
    for event in (
        a_channel_event("Oi"),
        a_channel_event("qual o preço?"),
        written_by_ana(),
        a_channel_event("obrigada"),
    ):
        await deliver(database, account, event)
        number = number or await conversation_of(database)
        async with database.transaction() as tx:
            course = await process(tx, number, house.workshop.waking._clock.now())
        assert course is not None
        loaded = await state_of(database, number)
        unfinished = tuple(row for row in course.state.rows if row.state.value in ("pending", "sending"))
        assert loaded.rows == unfinished
        for name in loaded.__dataclass_fields__:
            if name != "rows":
                assert getattr(loaded, name) == getattr(course.state, name), name
        await work_off(house, but=("send", "crm"))


async def test_a_hand_over_says_one_goodbye_raises_the_epoch_and_leaves_a_brief(
    house: House, account: Account, brain: ScriptedBrain, database: Database
):
    brain.says = [a_handoff("asked_for_person", note="quer falar do contrato")]
    await deliver(database, account, a_channel_event("quero falar com um atendente"))
    await work_off(house, but=("send", "crm"))
    assert [state for state, _ in await line_of(database)] == ["pending"]
    state = await state_of(database, await conversation_of(database))
    assert state.pause is not None
    assert (state.pause.reason, state.epoch) == (PauseReason.ASKED, 1)
    notes = [text for _, text in await line_of(database, kind="note")]
    assert len(notes) == 1
    assert "quer falar do contrato" in notes[0]


async def test_a_message_while_the_brain_thinks_supersedes_its_answer(
    house: House, account: Account, brain: ScriptedBrain, database: Database
):
    brain.says = [a_reply("primeira"), a_reply("segunda")]
    await deliver(database, account, a_channel_event("quanto custa?"))
    number = await conversation_of(database)
    await house.workshop.waking.wake(number)
    await deliver(database, account, a_channel_event("a limpeza"))
    await work_off(house, but=("send", "crm"))
    assert [text for state, text in await line_of(database) if state == "pending"] == ["segunda"]
    assert [line.text for line in brain.asked[-1].burst] == ["quanto custa?", "a limpeza"]


async def test_history_holds_neither_commands_nor_notes(
    house: House, account: Account, brain: ScriptedBrain, database: Database
):
    said = ("Oi", "/assumir", "/liberar", "qual o preço?")
    for seconds, text in enumerate(said):  # each in a second of its own: in a tie the take-over would win
        write = written_by_ana if text.startswith("/") else a_channel_event
        await deliver(database, account, write(text, at=datetime.now(UTC) + timedelta(seconds=seconds - len(said))))
    await work_off(house, but=("send", "crm"))
    rows = await database.fetch("select text from mensagens where author <> 'bot' order by id")
    assert [row["text"] for row in rows] == ["Oi", "qual o preço?"]
    assert "/" not in "".join(line.text for line in (*brain.asked[-1].burst, *brain.asked[-1].history))


@pytest.mark.parametrize("text", ["a" * 65_536, "\u202e😀\u0301", "", "  \n\t "])
async def test_odd_texts_are_folded_like_any_other(house: House, account: Account, database: Database, text: str):
    await deliver(database, account, a_channel_event(text))
    await work_off(house, but=("send", "crm"))
    assert await database.fetchval("select text from mensagens where author = 'customer'") == text


async def test_a_second_open_turn_is_refused_by_postgres_even_when_forced(account: Account, database: Database):
    await deliver(database, account, a_channel_event())
    number = await conversation_of(database)
    with pytest.raises(asyncpg.UniqueViolationError):
        await database.execute(
            """insert into turns (account_id, conversation_id, number, epoch, watermark, answers, settled_at)
            select 1, $1, n, 0, 1, '{1}', now() from generate_series(1, 2) n""",
            number,
        )
