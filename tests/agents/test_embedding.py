"""Vectors over real HTTP: in the order of the texts, and a failure is told as one."""

import httpx2
import pytest

from app.agents.embedding import HttpEmbedder
from app.agents.models import Model
from app.domain.errors import NeedsHuman, Retryable
from tests.sandbox.modelling import Model as SimulatedModel


async def test_texts_become_vectors_in_their_order(model: SimulatedModel, models: httpx2.AsyncClient):
    embedder = HttpEmbedder(Model("embed-1", model.url), models)
    texts = [f"texto número {n}" for n in range(70)]
    vectors = await embedder.embed(texts)
    assert len(vectors) == 70
    assert vectors[3] == (await embedder.embed([texts[3]]))[0]
    assert len(await model.record()) == 3
    assert await embedder.embed([]) == []


@pytest.mark.parametrize(
    ("fault", "error"), [("401", NeedsHuman), ("429", Retryable), ("500", Retryable), ("html", Retryable)]
)
async def test_a_model_that_gives_none_is_told(
    model: SimulatedModel, models: httpx2.AsyncClient, fault: str, error: type[Exception]
):
    await model.tell({"when": "embeddings", "fault": fault})
    with pytest.raises(error):
        await HttpEmbedder(Model("embed-1", model.url), models).embed(["a"])


async def test_a_server_that_is_not_there_is_told(models: httpx2.AsyncClient):
    with pytest.raises(Retryable):
        await HttpEmbedder(Model("embed-1", "http://127.0.0.1:1/v1"), models).embed(["a"])
