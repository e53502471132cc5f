"""What `ponte doctor` tells of the model: whether its address takes our key and offers the model that is set.

One GET of the list of models, five seconds at most. No key and no answer's body is ever shown.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Any, Final, cast
from urllib.parse import urlsplit

import httpx

from app.domain.checkup import Line, absent, broken, fine

NAME: Final = "model"
BUDGET: Final = 5.0  # seconds
PUBLIC_ADDRESS: Final = "https://api.openai.com/v1"
_REFUSED = (401, 403)
_NOT_FOUND = 404


class ModelLines:
    """One line about the model."""

    def __init__(self, base_url: str | None, key: str | None, model: str | None, http: httpx.AsyncClient) -> None:
        self._url = f"{(base_url or PUBLIC_ADDRESS).rstrip('/')}/models"
        self._is_set = bool(base_url or key)
        self._key = key
        self._model = model
        self._http = http

    async def look(self) -> Sequence[Line]:
        if not self._is_set:
            said = "No model is set: the built-in offline brain answers, from what `ponte knowledge` taught it."
            todo = "Set OPENAI_API_KEY, PONTE_MODEL, and OPENAI_BASE_URL where it is not OpenAI's own."
            return [absent(NAME, said, todo)]
        begun = time.perf_counter()
        try:
            async with asyncio.timeout(BUDGET):
                answer = await self._http.get(self._url, headers=self._headers())
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError):
            return [broken(NAME, f"{self._host()} does not answer.", "Look at OPENAI_BASE_URL and at the network.")]
        return [self._told(answer, (time.perf_counter() - begun) * 1000)]

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._key}"} if self._key else {}

    def _host(self) -> str:
        return urlsplit(self._url).hostname or "The model's address"

    def _told(self, answer: httpx.Response, took: float) -> Line:
        if answer.status_code in _REFUSED:
            said = f"{self._host()} refuses our key ({answer.status_code})."
            return broken(NAME, said, "Put a valid key into OPENAI_API_KEY.")
        if answer.status_code == _NOT_FOUND:
            said = f"{self._host()} has no list of models there (404)."
            return broken(NAME, said, "Look at OPENAI_BASE_URL; most end with /v1.")
        if not answer.is_success:
            return broken(NAME, f"{self._host()} answers with {answer.status_code}.", "Look at the provider's status.")
        names = _names(answer)
        if self._model and names and self._model not in names:
            said = f"{self._host()} does not offer the model {self._model}."
            return broken(NAME, said, "Set PONTE_MODEL to one that it offers.")
        return fine(NAME, f"{self._host()} takes our key and answers in {took:.0f} ms.")


def _names(answer: httpx.Response) -> set[str]:
    """The models it offers; empty where it tells them in no way that we know."""
    try:
        body: Any = answer.json()
    except ValueError:
        return set()
    data: Any = cast("dict[str, Any]", body).get("data") if isinstance(body, dict) else None
    listed = cast("list[Any]", data) if isinstance(data, list) else []
    return {str(cast("dict[str, Any]", one).get("id")) for one in listed if isinstance(one, dict)}
