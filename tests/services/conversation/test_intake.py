"""The way in: what was acknowledged is not lost, what comes twice counts once, a take-over counts at once."""

import asyncio
import os
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import httpx
import pytest

from app.channels.kommo.webhook import parse
from app.domain.clock import SystemClock
from app.domain.knocking import Knocked
from app.domain.messages import ParsedBody
from app.services.accounts.directory import Unauthorised
from app.services.conversation.intake import Intake, pack, store
from app.store.accounts import Account
from app.store.database import Database
from app.wiring import House
from tests.builders import a_channel_event, a_kommo_body, an_id, written_by_ana
from tests.house import ScriptedBrain, conversation_of, deliver, jobs_of, line_of, serving, state_of, until, work_off

FORM = {"content-type": "application/x-www-form-urlencoded"}


@asynccontextmanager
async def api_process(database: Database, secret_key: str, root: Path) -> AsyncIterator[tuple[str, Process]]:
    """`ponte api` as a process of its own, so that it can be killed."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        environment = {**os.environ, "DATABASE_URL": database.dsn, "PONTE_SECRET_KEYS": secret_key}
        command = [sys.executable, "-m", "app.cli", "api", "--fd", str(sock.fileno())]
        process = await asyncio.create_subprocess_exec(
            *command, env=environment, cwd=root, pass_fds=[sock.fileno()], stderr=asyncio.subprocess.DEVNULL
        )
        try:
            yield f"http://127.0.0.1:{sock.getsockname()[1]}", process
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def test_what_was_acknowledged_survives_that_the_process_is_killed_the_moment_after(
    house: House, account: Account, database: Database, hook_secret: str, secret_key: str, root: Path
):
    body = a_kommo_body()
    async with api_process(database, secret_key, root) as (url, process), httpx.AsyncClient(trust_env=False) as http:
        answer = await http.post(f"{url}/webhooks/kommo/{hook_secret}", content=body, headers=FORM, timeout=30)
        process.kill()
    assert answer.status_code == 200
    await work_off(house, but=("send", "crm"))
    assert await line_of(database) == [("pending", "A limpeza custa 200 reais.")]


async def test_what_a_killed_process_had_not_committed_was_not_acknowledged_and_its_repeat_counts_once(
    house: House, account: Account, database: Database, hook_secret: str, secret_key: str, root: Path
):
    body = a_kommo_body()
    async with api_process(database, secret_key, root) as (url, process), httpx.AsyncClient(trust_env=False) as http:
        await http.get(f"{url}/version", timeout=30)
        async with database.transaction() as tx:
            await tx.execute("lock table inbox in exclusive mode")
            asking = asyncio.create_task(
                http.post(f"{url}/webhooks/kommo/{hook_secret}", content=body, headers=FORM, timeout=30)
            )
            await until(lambda: database.fetchval("select count(*) from pg_locks where not granted"))
            process.kill()
            with pytest.raises(httpx.HTTPError):
                await asking
    assert await database.fetchval("select count(*) from deliveries") == 0
    assert (await house.doors.webhooks.receive("kommo", hook_secret, Knocked(body))).state == "decoded"
    await work_off(house, but=("send", "crm"))
    assert len(await line_of(database)) == 1


async def test_the_same_body_fifty_times_in_parallel_is_fifty_successes_and_one_turn(
    house: House, account: Account, brain: ScriptedBrain, database: Database, hook_secret: str
):
    body = a_kommo_body()
    async with serving(house) as url, httpx.AsyncClient(trust_env=False, timeout=30) as http:
        posts = (http.post(f"{url}/webhooks/kommo/{hook_secret}", content=body, headers=FORM) for _ in range(50))
        answers = await asyncio.gather(*posts)
    assert {answer.status_code for answer in answers} == {200}
    await work_off(house, but=("send", "crm"))
    assert len(brain.asked) == 1
    assert await database.fetchval("select count(*) from turns") == 1
    assert await database.fetchval("select count(*) from deliveries") == 1


async def test_the_same_message_in_two_different_bodies_is_one_message(
    house: House, account: Account, brain: ScriptedBrain, database: Database
):
    message = a_channel_event()
    await deliver(database, account, message)
    await deliver(database, account, message, a_channel_event("e o endereço?"))
    await work_off(house, but=("send", "crm"))
    assert [line.text for line in brain.asked[-1].burst] == ["Oi, qual o preço?", "e o endereço?"]


async def test_a_take_over_that_was_acknowledged_is_seen_by_the_very_next_claim(
    house: House, account: Account, database: Database
):
    """Promise 3: the door has decoded it, so that no worker need have run in between."""
    await deliver(database, account, a_channel_event())
    await work_off(house, but=("send", "crm"))
    assert await line_of(database) == [("pending", "A limpeza custa 200 reais.")]
    await deliver(database, account, written_by_ana())
    await house.workshop.sending.send_next(await conversation_of(database))
    assert await line_of(database) == [("cancelled", "A limpeza custa 200 reais.")]
    assert not (await state_of(database, await conversation_of(database))).bot_on


async def test_a_body_in_the_name_of_another_account_is_kept_apart(
    house: House, account: Account, database: Database, hook_secret: str
):
    body = a_kommo_body().replace(b"30100200", b"99999999")
    receipt = await house.doors.webhooks.receive("kommo", hook_secret, Knocked(body))
    assert (receipt.state, receipt.reason) == ("quarantined", "foreign_account")
    assert await database.fetchval("select count(*) from inbox") == 0


async def test_an_unknown_secret_stores_nothing(house: House, account: Account, database: Database):
    with pytest.raises(Unauthorised):
        await house.doors.webhooks.receive("kommo", "nobody-has-this", Knocked(a_kommo_body()))
    assert await database.fetchval("select count(*) from deliveries") == 0


async def test_what_is_too_much_for_the_door_is_kept_raw_and_read_by_the_worker(
    house: House, account: Account, database: Database, hook_secret: str
):
    junk = "&".join(f"leads[add][0][custom_fields][{n}][id]={n}" for n in range(3_000)).encode()
    receipt = await house.doors.webhooks.receive("kommo", hook_secret, Knocked(a_kommo_body() + b"&" + junk))
    assert receipt.state == "raw"
    assert await jobs_of(database) == ["decode"]
    await work_off(house, but=("send", "crm"))
    assert len(await line_of(database)) == 1
    assert await database.fetchval("select state from deliveries") == "decoded"


async def test_what_cannot_be_read_at_all_ends_in_quarantine_with_its_bytes(
    house: House, account: Account, database: Database, hook_secret: str
):
    body = b"%ZZ&&[[[=" + b"\x00\xff" * 50
    await house.doors.webhooks.receive("kommo", hook_secret, Knocked(body))
    await work_off(house)
    row = await database.fetchrow("select state, body from deliveries")
    assert row is not None
    assert row["body"] == body
    assert row["state"] in ("quarantined", "decoded")


async def test_doors_that_meet_on_the_same_chats_all_get_through(account: Account, database: Database):
    doors = [Intake(database, SystemClock()) for _ in range(4)]
    chats = [f"chat-{n}" for n in range(6)]

    def body(number: int) -> ParsedBody:
        order = chats if number % 2 else chats[::-1]
        return ParsedBody(account.external_ref, tuple(a_channel_event(chat_id=chat) for chat in order))

    class Speaking:
        def __init__(self, parsed: ParsedBody) -> None:
            self.parsed = parsed

        def parse(self, _: bytes) -> ParsedBody:
            return self.parsed

    await asyncio.gather(*(doors[n % 4].accept(account, Speaking(body(n)), an_id("b").encode()) for n in range(40)))
    assert await database.fetchval("select count(*) from inbox") == 240
    assert await database.fetchval("select count(*) from conversations") == 6


async def test_events_of_a_body_keep_their_order_in_the_mailbox(account: Account, database: Database):
    texts = [f"parte {n}" for n in range(20)]
    await deliver(database, account, *(a_channel_event(text, chat_id=f"chat-{len(text) % 3}") for text in texts))
    rows = await database.fetch("select body ->> 'text' as text from inbox order by conversation_id, id")
    said = [row["text"] for row in rows]
    assert [text for text in said if len(text) == 8] == [text for text in texts if len(text) == 8]
    assert [text for text in said if len(text) == 7] == [text for text in texts if len(text) == 7]


async def test_a_crash_between_storing_and_committing_leaves_neither_body_nor_message_nor_job(
    account: Account, database: Database
):
    async def crash() -> None:
        body = a_kommo_body()
        parcel = pack(account, body, parse(body), now=SystemClock().now())
        async with database.transaction() as tx:
            await store(tx, [parcel])
            raise asyncpg.AdminShutdownError

    with pytest.raises(Exception, match="database"):
        await crash()
    for table in ("deliveries", "inbox", "conversations", "queue.pgqueuer"):
        assert await database.fetchval(f"select count(*) from {table}") == 0, table


@pytest.mark.parametrize("newer_first", [False, True])
async def test_the_newest_word_about_a_chats_lead_counts_whatever_came_first(
    account: Account, database: Database, newer_first: bool
):
    older = a_channel_event(lead_id="901", talk_id="101")
    newer = a_channel_event(lead_id="902", talk_id="102", at=older.at.replace(year=older.at.year + 1))
    for event in (newer, older) if newer_first else (older, newer):
        await deliver(database, account, event)
    row = await database.fetchrow("select lead_id, talk_id from conversations")
    assert row is not None
    assert tuple(row) == ("902", "102")
