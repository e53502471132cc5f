"""One sandbox and one Chromium for the tests of the browser; an empty panel for each."""

import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from app.browser.finding import chromium
from tests.browser.panelling import Room, room_of
from tests.sandbox.player import Player, running


@pytest_asyncio.fixture(scope="session")
async def box() -> AsyncIterator[Player]:
    async with running() as player:
        yield player


@pytest_asyncio.fixture(scope="session")
async def standing(box: Player, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Room]:
    if chromium(os.environ) is None:
        pytest.skip("no Chromium here")
    made = room_of(box, tmp_path_factory.mktemp("browser"))
    yield made
    await made.panels.close()


@pytest_asyncio.fixture
async def room(standing: Room) -> Room:
    await standing.box.http.post("/_sandbox/panel/reset")
    standing.sessions.kept.clear()
    standing.log.files.clear()
    return standing
