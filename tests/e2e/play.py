"""A whole running Ponte, and the people around it: customers, salespeople, callers with a key. All over real HTTP."""

import asyncio
import itertools
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from app.environment import read
from app.settings import Settings
from app.store.accounts import NewAccount
from app.wiring import House, open_house

Json = dict[str, Any]
# A name nobody has used before, so that each test has customers of its own.
_numbers = itertools.count(1)
# How often we look before we give up: no promise about time, only so that a failure ends.
LOOKS = 1500
QUESTION = "Qual o horário de funcionamento?"
OTHER_QUESTION = "Qual é o endereço de vocês?"


@dataclass(frozen=True)
class Running:
    """What `ponte run --ready-json` printed, and the process behind it."""

    url: str
    sandbox_url: str
    api_key: str
    webhook_url: str
    database_url: str
    browser_url: str
    data: Path = field(repr=False)
    process: asyncio.subprocess.Process = field(repr=False)

    def settings(self) -> Settings:
        """As the children have them, on the same database."""
        found = read(self.data / ".env")
        return found.model_copy(update={"database_url": Settings(database_url=self.database_url).database_url})

    @asynccontextmanager
    async def house(self) -> AsyncIterator[House]:
        async with open_house(self.settings()) as house:
            yield house

    async def ask(self, sql: str, *args: object) -> Any:
        """One value out of the database."""
        connection = await asyncpg.connect(self.database_url)
        try:
            return await connection.fetchval(sql, *args)
        finally:
            await connection.close()


def clean_environment(**more: str) -> dict[str, str]:
    """The environment without what a developer's shell or CI may have set for Ponte."""
    settings = {name.upper() for name in Settings.model_fields}
    return {**{name: value for name, value in os.environ.items() if name not in settings}, **more}


async def start(data: Path, *arguments: str, **environment: str) -> asyncio.subprocess.Process:
    command = [sys.executable, "-m", "app.cli", "run", "--port", "0", "--ready-json", "--data", str(data), *arguments]
    return await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, env=clean_environment(**environment)
    )


async def ready(process: asyncio.subprocess.Process, data: Path) -> Running:
    assert process.stdout is not None
    line = await process.stdout.readline()
    assert line, f"ponte run ended with {await process.wait()} before it was ready"
    return Running(**json.loads(line), data=data, process=process)


async def end(process: asyncio.subprocess.Process) -> int:
    """SIGTERM by its own id; returns how it ended."""
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
    await process.communicate()
    return process.returncode or 0


@asynccontextmanager
async def running_ponte(data: Path, *arguments: str, **environment: str) -> AsyncIterator[Running]:
    """Everything, as `ponte run` starts it; ended at the end."""
    process = await start(data, *arguments, **environment)
    try:
        yield await ready(process, data)
    finally:
        await end(process)


@dataclass(frozen=True)
class Place:
    """One account of a running Ponte: `api` speaks to Ponte with its admin key, `box` steers its simulated Kommo."""

    running: Running
    api: httpx.AsyncClient
    box: httpx.AsyncClient
    id: int
    ref: int
    webhook_url: str

    async def steer(self, path: str, order: Json) -> Any:
        answer = await self.box.post(f"/_sandbox/{path}", json={**order, "account_id": self.ref})
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def say(self, chat: str, text: str | None = None, role: str = "customer", **more: object) -> Json:
        words = {} if text is None else {"text": text}
        return await self.steer("say", {"chat": chat, "as": role, **words, **more})

    async def note(self, chat: str, text: str, role: str = "user:1") -> Json:
        return await self.steer("note", {"chat": chat, "text": text, "as": role})

    async def record(self, after: int = 0) -> list[Json]:
        entries = (await self.box.get("/_sandbox/record", params={"after": after})).json()
        return [entry for entry in entries if entry["account_id"] == self.ref]

    async def sends(self, talk_id: int, after: int = 0) -> list[Json]:
        """The messages that Ponte sent into a talk, in order."""
        path = f"/talks/{talk_id}/send_message"
        return [entry for entry in await self.record(after) if entry["kind"] == "call" and entry["path"].endswith(path)]

    async def picture(self, chat: str) -> Json:
        """The chat as the page draws it."""
        state = (await self.box.get("/_sandbox/state", params={"account": self.ref})).json()
        return next(one for one in state["chats"] if one["chat"] == chat)

    async def answers(self, chat: str) -> list[str]:
        """What Ponte said to the customer."""
        messages = (await self.picture(chat))["messages"]
        return [message["text"] for message in messages if message["author"]["type"] == "bot"]

    async def notes(self, chat: str) -> list[str]:
        """What Ponte wrote on the lead."""
        return [note["text"] for note in (await self.picture(chat))["notes"] if note["text"].startswith("[Ponte] ")]

    async def debug(self, chat_id: str, **params: object) -> Json:
        answer = await self.api.get("/debug/conversations", params={"id": chat_id, **params})
        return answer.json() if answer.status_code == httpx.codes.OK else {}

    async def settled(self, said: Json) -> Json:
        """The conversation once it has read this message and has nothing under way any more."""

        async def at_rest() -> Json | None:
            found = await self.debug(said["chat_id"], limit=200)
            read = found and any(said["message_id"] in event["external_id"] for event in found["events"])
            return found if read and _rests(found) else None

        return await until(at_rest)

    async def answered(self, chat: str, count: int = 1) -> list[str]:
        """Ponte's messages in a chat, once there are so many."""

        async def enough() -> list[str] | None:
            found = await self.answers(chat)
            return found if len(found) >= count else None

        return await until(enough)

    async def noted(self, chat: str, words: str) -> str:
        """The note of Ponte's that holds these words, once it is there."""

        async def written() -> str | None:
            return next((note for note in await self.notes(chat) if words in note), None)

        return await until(written)

    async def bot(self, said: Json, *, on: bool) -> Json:
        """The conversation, once the bot is on or off there."""

        async def there() -> Json | None:
            found = await self.debug(said["chat_id"])
            return found if found.get("state") and found["state"]["bot_on"] is on else None

        return await until(there)

    async def last_seq(self) -> int:
        entries = await self.record()
        return entries[-1]["seq"] if entries else 0


def _rests(found: Json) -> bool:
    moving = [row for row in found["line"] if row["state"] in ("pending", "sending")]
    asked = [turn for turn in found["turns"] if turn["state"] == "open"]
    clocks = [timer for timer in found["waiting"]["timers"] if timer["kind"] != "sla"]  # that one waits for a person
    return not (found["waiting"]["unread"] or clocks or moving or asked)


async def until(there: Callable[[], Awaitable[Any]]) -> Any:
    """The first answer that is not empty."""
    for _ in range(LOOKS):
        if found := await there():
            return found
        await asyncio.sleep(0.04)
    raise AssertionError(f"it never came: {there.__qualname__}")


async def next_second() -> None:
    """Kommo's clock has seconds only, and in a tie a take-over wins: whoever releases does it in a later one."""
    await asyncio.sleep(1.05)


def fresh(name: str = "cliente") -> str:
    return f"{name}-{next(_numbers)}"


def _client(url: str, headers: dict[str, str] | None = None) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, headers=headers, timeout=30, trust_env=False)


@asynccontextmanager
async def default_place(running: Running) -> AsyncIterator[Place]:
    """The account that `ponte run` connects by itself."""
    async with _client(running.url, {"X-API-Key": running.api_key}) as api, _client(running.sandbox_url) as box:
        account = (await box.get("/_sandbox/accounts")).json()[0]
        number = await running.ask("select id from accounts where external_ref = $1", str(account["id"]))
        yield Place(running, api, box, number, account["id"], running.webhook_url)


@asynccontextmanager
async def own_place(
    running: Running, *, locale: str = "pt-BR", settings: Json | None = None, **capabilities: bool
) -> AsyncIterator[Place]:
    """An account of the test's own, with its own settings and abilities, connected as `ponte kommo connect` does."""
    name = fresh("loja")
    hook, key = f"hook-{name}-{os.urandom(12).hex()}", f"ponte-{name}-{os.urandom(12).hex()}"
    async with _client(running.url, {"X-API-Key": key}) as api, _client(running.sandbox_url) as box:
        made = await box.post("/_sandbox/accounts", json={"subdomain": name, "capabilities": capabilities})
        account = made.json()
        new = NewAccount(
            *(name, "kommo", str(account["id"]), running.sandbox_url, account["token"], hook),
            salesbot_id=account["bot_id"],
            salesbot_field_id=account["field_id"],
            settings={"burst_scale": 0.1, "balloon_spacing": 0.2, **(settings or {})},
        )
        webhook = f"{running.url}/webhooks/kommo/{hook}"
        async with running.house() as house:
            found = await house.connecting.connect(new, webhook_url=webhook)
            await house.accounts.add_key(found.account_id, key, label="test", scopes=["admin"])
            await house.knowledge.add_examples(found.account_id)
            await house.database.execute("update accounts set locale = $2 where id = $1", found.account_id, locale)
        yield Place(running, api, box, found.account_id, account["id"], webhook)
