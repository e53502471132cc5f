"""A whole installation in the test's own process, beside a simulated Kommo that is a process of its own.

`House` is what the entry points open. Nothing runs by itself here: a test feeds the door and works the queue off with
`work_off`, which is the worker with the waiting taken out; or it starts API and worker with `running`.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
import uvicorn
from pydantic import SecretStr

from app.domain.brain import Proposal, ReplyRequest
from app.domain.conversation import Conversation
from app.domain.ids import ChatId, ContactId, ConversationId, ExternalId, LeadId
from app.domain.messages import ChannelEvent, ParsedBody
from app.domain.tools import TurnRef
from app.domain.turn_tokens import TurnTokens
from app.jobs.registry import HANDLERS
from app.main import create_app
from app.services.conversation.intake import pack, store
from app.settings import Settings, secret
from app.store.accounts import Account, NewAccount
from app.store.conversations import load, lock
from app.store.database import Database
from app.store.queue import ids_of
from app.wiring import House, open_house
from app.worker import work
from tests.builders import a_channel_event, a_reply, an_id
from tests.sandbox.player import Json, Player
from tests.sandbox.player import running as sandbox_running

Answer = Callable[[ReplyRequest], Awaitable[Proposal]]


@dataclass
class ScriptedBrain:
    """Says what it is told to say; the last proposal stays. `answer` takes the whole question instead."""

    name: str = "scripted"
    says: list[Proposal] = field(default_factory=lambda: [a_reply()])
    asked: list[ReplyRequest] = field(default_factory=list)
    answer: Answer | None = None

    async def reply(self, request: ReplyRequest) -> Proposal:
        self.asked.append(request)
        if self.answer is not None:
            return await self.answer(request)
        return self.says.pop(0) if len(self.says) > 1 else self.says[0]


def settings_for(dsn: str, secret_key: str, **changes: Any) -> Settings:
    """An installation's settings: no pace at the vendor, nothing that waits for long."""
    known: dict[str, Any] = {
        "database_url": SecretStr(dsn),
        "ponte_secret_keys": SecretStr(secret_key),
        "business_name": "Loja Exemplo",
        "kommo_rate": 0,
        "sweep_seconds": 1,
        "heartbeat_seconds": 2,
        "second_look_seconds": 0.1,
        "send_lease_seconds": 1,
    }
    return Settings(**{**known, **changes})


def token_of(house: House, account: Account, turn_id: str) -> str:
    """The token that came with a turn."""
    conversation, _, number = turn_id.partition(":")
    until = datetime.now(UTC) + timedelta(minutes=1)
    turn = TurnRef(account.id, ConversationId(int(conversation)), int(number), until)
    return TurnTokens([secret(house.settings.ponte_secret_keys) or ""]).mint(turn)


async def calls_back(house: House, account: Account, turn_id: str, text: str) -> dict[str, object]:
    """A workflow answers a turn by callback, with the turn's own token."""
    token = token_of(house, account, turn_id)
    return await house.doors.callbacks.answer(account.id, {"reply": text}, token=token, turn_id=turn_id)


async def work_off(house: House, *, but: tuple[str, ...] = ()) -> list[str]:
    """Do every job that is due now, one after the other, until none is left; returns their names in order."""
    done: list[str] = []
    while (job := await _next_job(house.database, but)) is not None:
        name, payload = job
        done.append(name)
        await HANDLERS[name](house.workshop, ids_of(payload))
    return done


async def _next_job(database: Database, but: tuple[str, ...]) -> tuple[str, bytes | None] | None:
    row = await database.fetchrow(
        """delete from queue.pgqueuer where id = (
            select id from queue.pgqueuer
            where status = 'queued' and execute_after <= now() and entrypoint <> all ($1::text[])
            order by priority desc, id limit 1
        ) returning entrypoint, payload""",
        list(but),
    )
    return (row["entrypoint"], row["payload"]) if row else None


async def work_until_quiet(house: House) -> list[str]:
    """The same, with what will be due within seconds: second looks and short rests."""
    done = await work_off(house)
    soon = "select count(*) from queue.pgqueuer where status = 'queued' and execute_after < now() + interval '3 s'"
    while await house.database.fetchval(soon):
        await asyncio.sleep(0.03)
        done += await work_off(house)
    return done


async def jobs_of(database: Database) -> list[str]:
    """The names of the jobs that wait, due or not."""
    return [row["entrypoint"] for row in await database.fetch("select entrypoint from queue.pgqueuer order by id")]


async def deliver(database: Database, account: Account, *events: ChannelEvent) -> None:
    """What the door does with a body that holds these events, in one transaction."""
    parsed = ParsedBody(account.external_ref, events)
    parcel = pack(account, an_id("body").encode(), parsed, now=max(event.at for event in events))
    async with database.transaction() as tx:
        await store(tx, [parcel])


def heard(said: Json, text: str, **fields: Any) -> ChannelEvent:
    """What Kommo's hook tells of something that was said in the sandbox."""
    lead = LeadId(str(said["lead_id"])) if said["lead_id"] else None
    known: dict[str, Any] = {
        "external_id": ExternalId(said["message_id"]),
        "chat_id": ChatId(said["chat_id"]),
        "talk_id": str(said["talk_id"]),
        "contact_id": ContactId(str(said["contact_id"])),
        "lead_id": lead,
    }
    return a_channel_event(text, **{**known, **fields})


async def customer_says(sandbox: Player, house: House, account: Account, text: str, **more: Any) -> Json:
    """A customer writes in the sandbox, and the door hears of it."""
    said = await sandbox.say(more.pop("chat", "maria"), text, **more)
    await deliver(house.database, account, heard(said, text))
    return said


async def company_said(sandbox: Player, said: Json) -> list[str]:
    """All that the customer of a chat can read of the company's, oldest first."""
    return [one["text"] for one in await company_messages(sandbox, said)]


async def company_messages(sandbox: Player, said: Json) -> list[Json]:
    """The same, with their ids."""
    return [one for one in await sandbox.messages(said["talk_id"]) if one["author"]["type"] != "external"]


async def sends(sandbox: Player) -> list[Json]:
    """The calls by which we sent."""
    return [one for one in await sandbox.record() if one["kind"] == "call" and one["path"].endswith("/send_message")]


async def notes_on(sandbox: Player, lead_id: int) -> list[str]:
    """The notes on a lead, oldest first."""
    answer = await sandbox.api("GET", f"leads/{lead_id}/notes?limit=250")
    found = answer.json()["_embedded"]["notes"] if answer.content else []
    return [one["params"]["text"] for one in found if one["note_type"] == "common"]


async def let_leases_end(database: Database) -> None:
    """As if a minute had passed since what is under way was claimed."""
    await database.execute("update outbox set claimed_at = claimed_at - interval '1 minute' where state = 'sending'")


async def conversation_of(database: Database, chat: str | None = None) -> ConversationId:
    """The conversation of a chat; without one, the only conversation there is."""
    rows = await database.fetch("select id from conversations where $1::text is null or chat_id = $1", chat)
    assert len(rows) == 1, f"{len(rows)} conversations for {chat}"
    return ConversationId(rows[0]["id"])


async def state_of(database: Database, number: ConversationId) -> Conversation:
    """What `decide` would see of a conversation now."""
    async with database.transaction() as tx:
        locked = await lock(tx, number)
        assert locked is not None
        return (await load(tx, locked)).state


async def line_of(database: Database, *, kind: str = "message") -> list[tuple[str, str]]:
    """State and text of the rows of all outboxes, in order."""
    sql = "select state, body from outbox where kind = $1 order by conversation_id, number"
    return [(row["state"], row["body"]) for row in await database.fetch(sql, kind)]


@pytest.fixture
def brain() -> ScriptedBrain:
    return ScriptedBrain()


@pytest_asyncio.fixture(scope="session")
async def sandbox_process() -> AsyncIterator[Player]:
    async with sandbox_running("--rate", "0") as player:
        yield player


@pytest_asyncio.fixture
async def sandbox(sandbox_process: Player) -> Player:
    """The simulated Kommo with a fresh account and no limit on its rate."""
    await sandbox_process.steer("reset", {"all": True})
    sandbox_process.account = (await sandbox_process.http.get("/_sandbox/accounts")).json()[0]
    return sandbox_process


@pytest_asyncio.fixture
async def house(database: Database, secret_key: str, brain: ScriptedBrain) -> AsyncIterator[House]:
    """An open installation on `database`; `brain` answers."""
    async with open_house(settings_for(database.dsn, secret_key), brains=[brain]) as made:
        yield made


@pytest_asyncio.fixture
async def shop(house: House, sandbox: Player, hook_secret: str) -> Account:
    """The sandbox's account, connected to `house`; its webhooks go nowhere until something listens."""
    return await connect(house, sandbox, hook_secret)


async def connect(house: House, sandbox: Player, hook_secret: str, *, webhook: str | None = None) -> Account:
    """Connect the sandbox's default account."""
    known = sandbox.account
    new = NewAccount(
        *(known["subdomain"], "kommo", str(known["id"]), str(sandbox.http.base_url), known["token"], hook_secret),
        salesbot_id=known["bot_id"],
        salesbot_field_id=known["field_id"],
        settings={"burst_scale": 0, "balloon_spacing": 0},
    )
    connected = await house.connecting.connect(new, webhook_url=webhook)
    return await house.accounts.get(connected.account_id)


@asynccontextmanager
async def serving(house: House) -> AsyncIterator[str]:
    """The web process of a house; yields its address."""
    sock = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(create_app(house.settings, house=house), log_config=None, access_log=False, ws="none")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[sock]))
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it in no other way
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        sock.close()


@asynccontextmanager
async def working(house: House) -> AsyncIterator[None]:
    """The job process of a house."""
    stop = asyncio.Event()
    task = asyncio.create_task(work(house, stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def until(question: Callable[[], Awaitable[Any]]) -> Any:
    """The answer, once there is one; what never comes ends by the test's own timeout."""
    while not (answer := await question()):  # noqa: ASYNC110 - the other side is another process
        await asyncio.sleep(0.02)
    return answer
