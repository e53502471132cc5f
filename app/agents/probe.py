"""What `ponte doctor` tells of the models: whether each address takes our key and offers the model that is set.

One GET of the list of models each, five seconds at most. No key and no answer's body is ever shown.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import urlsplit

import httpx

from app.agents.models import Model
from app.domain.checkup import Line, absent, broken, fine

NAME: Final = "model"
FALLBACK: Final = "model_fallback"
BUDGET: Final = 5.0  # seconds
PUBLIC_ADDRESS: Final = "https://api.openai.com/v1"
_REFUSED = (401, 403)
_NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class _Settings:
    """A line's name, and where its key, its address and its model are set."""

    line: str
    key: str
    address: str
    model: str


_FIRST: Final = _Settings(NAME, "OPENAI_API_KEY", "OPENAI_BASE_URL", "PONTE_MODEL")
_SECOND: Final = _Settings(
    FALLBACK,
    "OPENAI_FALLBACK_API_KEY (without an address of its own OPENAI_API_KEY serves)",
    "OPENAI_FALLBACK_BASE_URL (OPENAI_BASE_URL where it is empty)",
    "PONTE_MODEL_FALLBACK",
)


class ModelLines:
    """One line for every model that is set, in the order in which they are asked."""

    def __init__(self, models: Sequence[Model], http: httpx.AsyncClient) -> None:
        self._models = models
        self._http = http

    async def look(self) -> Sequence[Line]:
        if not self._models:
            said = "No model is set: the built-in offline brain answers, from what `ponte knowledge` taught it."
            todo = "Set OPENAI_API_KEY, PONTE_MODEL, and OPENAI_BASE_URL where it is not OpenAI's own."
            return [absent(NAME, said, todo)]
        asked = zip(self._models, (_FIRST, _SECOND), strict=False)
        return await asyncio.gather(*(self._asked(model, settings) for model, settings in asked))

    async def _asked(self, model: Model, settings: _Settings) -> Line:
        url = f"{(model.base_url or PUBLIC_ADDRESS).rstrip('/')}/models"
        headers = {"Authorization": f"Bearer {model.key}"} if model.key else {}
        begun = time.perf_counter()
        try:
            async with asyncio.timeout(BUDGET):
                answer = await self._http.get(url, headers=headers)
        # A key with a line break, or an address that is none, is refused before anything is sent.
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, UnicodeError):
            said = f"{_host(url)} does not answer, so {model.name} cannot be asked."
            return broken(settings.line, said, f"Look at {settings.address} and at the network.")
        return _told(model, answer, settings, where=_host(url), took=(time.perf_counter() - begun) * 1000)


def _told(model: Model, answer: httpx.Response, settings: _Settings, *, where: str, took: float) -> Line:
    """What its answer means."""
    status = answer.status_code
    if status in _REFUSED:
        return broken(settings.line, f"{where} refuses our key ({status}).", f"Put a valid key into {settings.key}.")
    if status == _NOT_FOUND:
        said = f"{where} has no list of models there (404)."
        return broken(settings.line, said, f"Look at {settings.address}; most end with /v1.")
    if not answer.is_success:
        return broken(settings.line, f"{where} answers with {status}.", "Look at the provider's status.")
    names = _names(answer)
    if names and model.name not in names:
        said = f"{where} does not offer the model {model.name}."
        return broken(settings.line, said, f"Set {settings.model} to one that it offers.")
    return fine(settings.line, f"{where} takes our key for {model.name} and answers in {took:.0f} ms.")


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "The model's address"
    except ValueError:
        return "The model's address"


def _names(answer: httpx.Response) -> set[str]:
    """The models it offers; empty where it tells them in no way that we know."""
    try:
        body: Any = answer.json()
    except ValueError:
        return set()
    data: Any = cast("dict[str, Any]", body).get("data") if isinstance(body, dict) else None
    listed = cast("list[Any]", data) if isinstance(data, list) else []
    return {str(cast("dict[str, Any]", one).get("id")) for one in listed if isinstance(one, dict)}
