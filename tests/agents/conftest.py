from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from app.agents.evals.stage import Book, Calendar, Fixed
from app.agents.http import model_client
from app.agents.models import Budget, Model
from app.agents.prompting import Prompts
from app.agents.reply import AgentBrain, AgentOptions
from app.domain.brain import Line, ReplyRequest
from app.domain.ids import AccountId, ConversationId
from app.domain.manners import Manners
from app.domain.messages import Author
from app.services.tools.arguments import catalogue
from app.store.knowledge import examples
from tests.cli.conftest import folder, ponte
from tests.sandbox.modelling import Model as SimulatedModel
from tests.sandbox.modelling import running

# The command line as a person runs it, for `ponte evals`.
__all__ = ["folder", "ponte"]
NOW = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
Answering = Callable[..., AgentBrain]


@pytest_asyncio.fixture(scope="session")
async def model_process() -> AsyncIterator[SimulatedModel]:
    async with running() as model:
        yield model


@pytest_asyncio.fixture
async def model(model_process: SimulatedModel) -> SimulatedModel:
    """The simulated model, with nothing told and nothing asked."""
    await model_process.reset()
    return model_process


@pytest_asyncio.fixture
async def models() -> AsyncIterator[httpx2.AsyncClient]:
    async with model_client() as http:
        yield http


@pytest.fixture
def calendar() -> Calendar:
    return Calendar(list(catalogue()), Book(examples()))


@pytest.fixture
def agent(model: SimulatedModel, models: httpx2.AsyncClient, calendar: Calendar) -> Answering:
    """Makes agents on the simulated model. `urls` names other addresses, the first model's first."""

    def made(*urls: str, budget: Budget | None = None, **manners: Any) -> AgentBrain:
        named = [Model(f"model-{number}", url, "key") for number, url in enumerate(urls or (model.url,), start=1)]
        options = AgentOptions(named, Prompts.read(), budget or Budget(), business="Clínica Exemplo")
        return AgentBrain(options, models, knowledge=calendar.book, manners=Fixed(Manners(**manners)), toolbox=calendar)

    return made


def a_request(*said: str, within: float = 20, **fields: Any) -> ReplyRequest:
    """A turn in which the customer says these things."""
    burst = tuple(Line(Author.CUSTOMER, text, NOW) for text in said)
    ids = (AccountId(1), ConversationId(1), 1, 0, burst, (), "pt-BR", "America/Sao_Paulo")
    request = ReplyRequest(*ids, NOW, NOW + timedelta(seconds=within), business="Clínica Exemplo")
    return replace(request, **fields)


def an_answer(*balloons: str, **fields: Any) -> dict[str, Any]:
    """A step of the simulated model: its structured answer."""
    return {"answer": {"action": "reply", "balloons": list(balloons), **fields}}
