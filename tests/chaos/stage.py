"""The stage of a run: a database, a simulated Kommo, and processes of Ponte that can be killed and replaced.

A process that is killed leaves its listening socket behind, for that one is ours: whoever knocks meanwhile waits.
"""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from pydantic import SecretStr

from app.everything import address, listen
from app.settings import Settings
from app.store.accounts import NewAccount
from app.store.embedded import Embedded, embedded
from app.store.migrations import migrate, prepare_embedded
from app.store.secrets import new_secret_key, new_token
from app.wiring import House, open_house

ROOT = Path(__file__).parent.parent.parent
ACCOUNT = 30_100_200


@dataclass
class Actor:
    """A process of ours, started anew whenever it is asked for."""

    name: str
    command: list[str]
    fds: tuple[int, ...]
    environment: Mapping[str, str]
    folder: Path
    process: asyncio.subprocess.Process | None = None
    deaths: int = 0

    async def start(self) -> None:
        with (self.folder / f"{self.name}.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *self.command,
                cwd=self.folder,
                env={**os.environ, **self.environment, "PYTHONPATH": str(ROOT), "PONTE_FOLLOW": "1"},
                pass_fds=self.fds,
                stdin=subprocess.PIPE,  # its end tells the child that we are gone
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    async def kill(self) -> None:
        """The end without a word, and a new one in its place at once."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()
            self.deaths += 1
        await self.start()

    async def stop(self) -> None:
        if self.process is None or self.process.returncode is not None:
            return
        self.process.terminate()
        try:
            await asyncio.wait_for(self.process.wait(), 8)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()


@dataclass
class Stage:
    """Everything that runs, and how to reach it."""

    folder: Path
    server: Embedded
    settings: Settings
    environment: dict[str, str]
    door: socket.socket  # of the APIs, shared by all of them
    box_door: socket.socket
    actors: list[Actor] = field(default_factory=list[Actor])

    @property
    def api(self) -> str:
        return address(self.door)

    @property
    def box(self) -> str:
        return address(self.box_door)

    @property
    def api_key(self) -> str:
        return self.environment["PONTE_API_KEY"]

    @property
    def webhook(self) -> str:
        return f"{self.api}/webhooks/kommo/{self.environment['PONTE_WEBHOOK_SECRET']}"

    async def act(self, name: str, *command: str, fds: tuple[int, ...] = ()) -> Actor:
        """Start one more process: `python -m command...`."""
        actor = Actor(name, [sys.executable, "-m", *command], fds, self.environment, self.folder)
        self.actors.append(actor)
        await actor.start()
        return actor

    async def start_box(self, *, time_scale: float) -> None:
        speed = ("--rate", "0", "--time-scale", str(time_scale), "--token", self.environment["BOX_TOKEN"])
        await self.act(
            "sandbox", "app.sandbox", "--fd", str(self.box_door.fileno()), *speed, fds=(self.box_door.fileno(),)
        )
        await until_answers(f"{self.box}/_sandbox/accounts")

    async def start_apis(self, count: int) -> None:
        fd = self.door.fileno()
        for number in range(1, count + 1):
            await self.act(f"api-{number}", "app.cli", "api", "--fd", str(fd), fds=(fd,))
        await until_answers(f"{self.api}/version")

    async def start_workers(self, count: int, module: str = "tests.chaos.worker") -> None:
        for number in range(1, count + 1):
            await self.act(f"worker-{number}", module)

    async def connect(self) -> int:
        """Connect the simulated account; returns our id of it."""
        async with open_house(self.settings) as house:
            return await self.connect_in(house)

    async def connect_in(self, house: House) -> int:
        """The same, in a house that is open."""
        async with httpx.AsyncClient(trust_env=False) as http:
            await http.post(f"{self.box}/_sandbox/accounts", json={"id": ACCOUNT, "quota": None})
        new = NewAccount(
            *("chaos", "kommo", str(ACCOUNT), self.box),
            *(self.environment["BOX_TOKEN"], self.environment["PONTE_WEBHOOK_SECRET"]),
            settings={"burst_scale": self.settings.burst_scale, "balloon_spacing": 0},
        )
        found = await house.connecting.connect(new, webhook_url=self.webhook)
        await house.accounts.add_key(found.account_id, self.api_key, label="API", scopes=["admin"])
        assert not found.warning, found.warning
        return int(found.account_id)


def _environment(dsn: str, given: Mapping[str, str]) -> dict[str, str]:
    return {
        **given,
        "DATABASE_URL": dsn,
        "PONTE_SECRET_KEYS": new_secret_key(),
        "PONTE_API_KEY": new_token("ponte"),
        "PONTE_WEBHOOK_SECRET": new_token("hook"),
        "BOX_TOKEN": new_token("sandbox"),
        "KOMMO_TOKEN": "",
    }


def settings_of(environment: Mapping[str, str]) -> Settings:
    values = {
        name.lower(): value for name, value in environment.items() if value and name.lower() in Settings.model_fields
    }
    return Settings.model_validate(values)


async def until_answers(url: str) -> None:
    async with httpx.AsyncClient(trust_env=False, timeout=2) as http:
        for _ in range(300):
            try:
                await http.get(url)
            except httpx.HTTPError:
                await asyncio.sleep(0.1)
            else:
                return
    raise TimeoutError(f"nothing answers at {url}")


@asynccontextmanager
async def stage(folder: Path, given: Mapping[str, str]) -> AsyncIterator[Stage]:
    """A stage with its database, empty of actors; at the end all that was started is stopped, the database removed."""
    server = embedded(folder / "data")
    door, box_door = listen(0), listen(0)
    try:
        server.start()
        await prepare_embedded(server.dsn())
        await migrate(server.dsn())
        environment = _environment(server.dsn(), given)
        settings = settings_of(environment).model_copy(update={"database_url": SecretStr(server.dsn())})
        set_up = Stage(folder, server, settings, environment, door, box_door)
        try:
            yield set_up
        finally:
            await asyncio.gather(*(actor.stop() for actor in reversed(set_up.actors)))
    finally:
        door.close()
        box_door.close()
        server.stop()
        shutil.rmtree(server.home, ignore_errors=True)
