"""One laboratory for all tests here: a real n8n, a model that plays parts, PostgREST, and Ponte between them."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from tests.database import Server
from tests.e2e.play import Place, Running, clean_environment, default_place, running_ponte
from tests.real_n8n.model import Model, playing
from tests.real_n8n.server import RealN8n, running_n8n
from tests.supabase_project import Project, supabase_project

# For the whole set-up: it belongs to no test, so no test's own time limit may count it.
SET_UP_SECONDS = 900  # on a machine that others use as well it has taken five minutes
PLAY_SECONDS = 180
# n8n's own machinery takes its time on two shared cores: the plays wait, they do not measure.
PATIENCE = "60"


@dataclass
class Lab:
    """What the plays are made of. `settings` is what Ponte's processes and commands are told."""

    n8n: RealN8n
    model: Model
    project: Project
    running: Running
    place: Place
    settings: dict[str, str]

    async def ponte(self, *arguments: str) -> tuple[int, str]:
        """One `ponte` command in the folder of this installation; its exit code and what it said."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "app.cli", *arguments),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=clean_environment(PONTE_DATA=str(self.running.data), **self.settings),
        )
        said, _ = await process.communicate()
        return process.returncode or 0, said.decode()

    async def reply_key(self) -> str:
        """What n8n's credential holds."""
        key = self.running.settings().n8n_reply_key
        assert key is not None
        return key.get_secret_value()

    async def push(self, *more: str) -> tuple[int, str]:
        """`ponte n8n push`, with the model's credential."""
        key = self.running.data / "model.key"
        key.write_text("sk-simulated")
        return await self.ponte(
            *("n8n", "push", "--base-url", self.running.url),
            *("--model-url", self.model.url, "--model-key-file", str(key), *more),
        )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The time limit of a test here is for what it plays; the laboratory has its own."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.timeout(PLAY_SECONDS, func_only=True))


@pytest_asyncio.fixture(scope="session")
async def lab(tmp_path_factory: pytest.TempPathFactory, postgres: Server) -> AsyncIterator[Lab]:
    home = tmp_path_factory.mktemp("lab")
    await postgres.run("create database n8n")
    name = await postgres.create()
    async with AsyncExitStack() as stack, asyncio.timeout(SET_UP_SECONDS) as limit:
        (home / "n8n").mkdir()
        n8n = await stack.enter_async_context(running_n8n(home / "n8n", postgres.tcp_dsn("n8n")))
        model = await stack.enter_async_context(playing())
        project = await stack.enter_async_context(supabase_project(postgres, name))
        settings = {
            "DATABASE_URL": postgres.tcp_dsn(name),
            "N8N_URL": n8n.url,
            "N8N_API_KEY": n8n.api_key,
            "N8N_REPLY_URL": f"{n8n.url}/webhook/ponte-responder",
            "N8N_REPLY_TIMEOUT_SEC": PATIENCE,
            "SUPABASE_URL": project.url,
            "SUPABASE_SERVICE_KEY": project.service_key,
            "BURST_SCALE": "0.1",
            "KOMMO_RATE": "0",
        }
        running = await stack.enter_async_context(running_ponte(home / "data", "--sandbox-rate", "0", **settings))
        place = await stack.enter_async_context(default_place(running))
        made = Lab(n8n, model, project, running, place, settings)
        code, said = await made.push()
        assert code == 0, said + n8n.log.read_text()[-3000:]
        limit.reschedule(None)
        yield made


@pytest_asyncio.fixture(autouse=True)
async def only_its_own_part(lab: Lab) -> None:
    """Each test gives the model its part, and finds n8n trusted: what failed before it has opened no breaker."""
    await lab.running.ask("delete from brain_breakers returning 1")
    lab.model.plays.clear()
    lab.model.asked.clear()
    lab.model.delay = 0
