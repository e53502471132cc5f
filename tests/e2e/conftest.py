"""One running Ponte for all tests here; each test brings customers of its own, or an account of its own."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.e2e.play import Place, Running, default_place, running_ponte


@pytest_asyncio.fixture(scope="package")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """Ponte beside its simulated Kommo, quick to answer."""
    data = tmp_path_factory.mktemp("ponte") / "data"
    async with running_ponte(data, "--sandbox-rate", "0", BURST_SCALE="0.1", KOMMO_RATE="0") as started:
        yield started


@pytest_asyncio.fixture(scope="package")
async def place(running: Running) -> AsyncIterator[Place]:
    """The account that Ponte connected by itself."""
    async with default_place(running) as found:
        yield found
