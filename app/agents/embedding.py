"""Vectors of an OpenAI-compatible server. Plain HTTP: no tokens are counted here, so no vocabulary is downloaded."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import httpx2
from pydantic import BaseModel, ValidationError

from app.agents.models import Model
from app.domain.errors import AppError, NeedsHuman, Retryable

BUDGET: Final = timedelta(seconds=10)
_AT_ONCE = 64
_LONGEST = 8_000  # letters of one text
_OPENAI = "https://api.openai.com/v1"
_REFUSED = frozenset({400, 401, 403, 404})


class _Vector(BaseModel):
    index: int
    embedding: list[float]


class _Vectors(BaseModel):
    data: list[_Vector]


class HttpEmbedder:
    """Implements `domain.embedding.Embedder`."""

    def __init__(self, model: Model, http: httpx2.AsyncClient) -> None:
        self.model = model.name
        self._place = f"{(model.base_url or _OPENAI).rstrip('/')}/embeddings"
        self._key = model.key
        self._http = http

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """The vectors, asked for in lots."""
        vectors: list[list[float]] = []
        for at in range(0, len(texts), _AT_ONCE):
            vectors += await self._lot([text[:_LONGEST] for text in texts[at : at + _AT_ONCE]])
        return vectors

    async def _lot(self, texts: Sequence[str]) -> list[list[float]]:
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        body = {"model": self.model, "input": list(texts), "encoding_format": "float"}
        try:
            async with asyncio.timeout(BUDGET.total_seconds()):
                answer = await self._http.post(self._place, json=body, headers=headers)
        except (httpx2.HTTPError, TimeoutError) as error:
            raise Retryable(f"The embedding model did not answer ({type(error).__name__}).") from None
        if not answer.is_success:
            raise _refusal(answer.status_code)
        try:
            found = _Vectors.model_validate_json(answer.content).data
        except ValidationError:
            raise Retryable("The embedding model's answer cannot be read.") from None
        if len(found) != len(texts):
            raise Retryable("The embedding model left texts out.")
        return [one.embedding for one in sorted(found, key=lambda one: one.index)]


def _refusal(status: int) -> AppError:
    if status in _REFUSED:
        hint = "Look at OPENAI_API_KEY, OPENAI_BASE_URL and PONTE_EMBEDDING_MODEL."
        return NeedsHuman(f"The embedding model refused with {status}.", hint=hint)
    return Retryable(f"The embedding model answered {status}.")
