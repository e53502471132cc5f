"""The ears of an installation. Light: OpenAI's library is loaded in a thread, by the first voice that is heard."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import httpx2

from app.domain.sound import Recording

if TYPE_CHECKING:
    from app.hearing.client import Client

BUDGET: Final = timedelta(seconds=30)  # one recording's; what takes longer is asked for anew, later
PUBLIC_ADDRESS: Final = "https://api.openai.com/v1"


@dataclass(frozen=True, slots=True)
class Listener:
    """A model that hears, behind an OpenAI-compatible address. A server of one's own needs no key."""

    model: str
    base_url: str | None = None
    key: str | None = None

    def __repr__(self) -> str:
        return f"Listener({self.model!r})"

    @property
    def url(self) -> str:
        return (self.base_url or PUBLIC_ADDRESS).rstrip("/")

    @property
    def host(self) -> str:
        """Where it is, as people are told."""
        try:
            return urlsplit(self.url).hostname or self.url
        except ValueError:
            return "the address"


class HttpEars:
    """Implements `domain.ports.Ears`."""

    def __init__(self, listener: Listener, http: httpx2.AsyncClient, *, budget: timedelta = BUDGET) -> None:
        self.listener = listener
        self._http = http
        self._budget = budget
        self._loading: asyncio.Task[Client] | None = None

    async def warm(self) -> None:
        """Load the library now, beside everything else."""
        await self._client()

    async def hear(self, recording: Recording) -> str:
        """What the model wrote down.

        Raises:
            Retryable: no answer, none in time, or one that cannot be read.
            NeedsHuman: the key, the address or the model is wrong.
            Rejected: this recording is refused.
        """
        client = await self._client()
        return await client.transcribed(recording, self._budget)

    async def _client(self) -> "Client":
        """The client, made once; a start that failed is tried again by the next who asks."""
        if self._loading is None or (self._loading.done() and self._loading.exception() is not None):
            self._loading = asyncio.create_task(asyncio.to_thread(self._make))
        return await asyncio.shield(self._loading)

    def _make(self) -> "Client":
        from app.hearing.client import Client  # noqa: PLC0415 - slow to import: the whole reason for this function

        return Client(self.listener, self._http)
