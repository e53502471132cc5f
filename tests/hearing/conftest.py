from collections.abc import AsyncIterator, Callable

import httpx2
import pytest
import pytest_asyncio

from app.agents.http import model_client
from app.hearing.ears import HttpEars, Listener
from tests.sandbox.modelling import Model, running

KEY = "sk-in-the-clear"
Hearing = Callable[..., HttpEars]


@pytest_asyncio.fixture(scope="session")
async def hearing_process() -> AsyncIterator[Model]:
    async with running("--key", KEY) as model:
        yield model


@pytest_asyncio.fixture
async def model(hearing_process: Model) -> Model:
    """The simulated model, with nothing told; who asks it must bring the key."""
    await hearing_process.reset()
    return hearing_process


@pytest_asyncio.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    async with model_client() as client:
        yield client


@pytest.fixture
def hears(model: Model, http: httpx2.AsyncClient) -> Hearing:
    """Makes ears on the simulated model."""

    def made(url: str | None = None, *, key: str | None = KEY, **more: object) -> HttpEars:
        return HttpEars(Listener("whisper-1", url or model.url, key), http, **more)

    return made
