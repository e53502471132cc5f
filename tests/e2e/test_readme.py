"""The README's calls work as they stand, one after the other, on an installation that is an hour old."""

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.conftest import IN_CI, ROOT
from tests.e2e.play import QUESTION, Running, default_place, running_ponte

pytestmark = pytest.mark.skipif(shutil.which("curl") is None and not IN_CI, reason="curl is not here")
SECTION = (ROOT / "README.md").read_text(encoding="utf-8").split("## The API")[1]
SCRIPT = re.search(r"```sh\n(.*?)```", SECTION, re.DOTALL)
LINES = SCRIPT[1].replace("\\\n", "").splitlines() if SCRIPT else []
CALLS = [line for line in LINES if line.startswith("curl ")]
SETTINGS = [line for line in LINES if line and not line.startswith(("curl ", "#"))]


@pytest_asyncio.fixture(scope="module")
async def young(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """A Ponte with one customer who asked and was answered: conversation 1, lead 41800001, account 1."""
    data = tmp_path_factory.mktemp("readme") / "data"
    async with running_ponte(data, "--sandbox-rate", "0", BURST_SCALE="0.1", KOMMO_RATE="0") as started:
        async with default_place(started) as place:
            said = await place.say("Marina", QUESTION)
            assert said["lead_id"] == 41_800_001
            await place.answered("Marina")
            assert (await place.settled(said))["conversation_id"] == 1
        yield started


async def shell(young: Running, call: str) -> tuple[int, str]:
    """A line of the README in the folder with the `.env`, at the address of this Ponte; its status and answer."""
    settings = [f"ponte={young.url}" if line.startswith("ponte=") else line for line in SETTINGS]
    script = "\n".join(
        [*settings, call.replace("curl ", "curl --silent --show-error --write-out '\\n%{http_code}' ", 1)]
    )
    process = await asyncio.create_subprocess_exec(
        *("sh", "-euc", script), cwd=young.data, stdout=asyncio.subprocess.PIPE, env={"PATH": "/usr/bin:/bin"}
    )
    said, _ = await process.communicate()
    assert process.returncode == 0
    body, _, status = said.decode().rpartition("\n")
    return int(status), body


def test_the_readme_shows_every_door_of_the_api():
    shown = "\n".join(CALLS)
    doors = ["/health", "/version", "/stats", "/conversations/active", "/debug/conversations", "/webhooks/test"]
    doors += ["/bot-control", "/vendedor/comandos", "/send-response", "/reset/conversations", "/metrics"]
    assert not [door for door in doors if door not in shown]


@pytest.mark.parametrize("call", CALLS)
async def test_each_call_of_the_readme_works_in_its_turn(young: Running, call: str):
    status, body = await shell(young, call)
    assert status == 200, body
    assert "/metrics" in call or json.loads(body)


async def test_an_error_has_the_shape_that_the_readme_names(young: Running):
    status, body = await shell(young, "curl $ponte/stats")
    assert (status, set(json.loads(body)["error"])) == (401, {"code", "message", "hint"})
    assert '{"error": {"code", "message", "hint"}}' in SECTION
