"""Files in Supabase Storage, in a private bucket that is made when it is missing. Reached with the service key.

The client is loaded when it is first used: it takes a second, which who has no Supabase need not wait for.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpx

from app.domain.errors import AppError, NeedsHuman, NotFound, Rejected, Retryable
from app.storage.places import checked

if TYPE_CHECKING:
    from storage3.types import FileOptions

    from supabase import AsyncClient

_DENIED = ("401", "403")


async def client_for(url: str, key: str, http: httpx.AsyncClient) -> "AsyncClient":
    """The Python client that Supabase gives out, on a connection pool that whoever opened it closes.

    Raises:
        NeedsHuman: address or key are not of a Supabase project.
    """
    from supabase import AsyncClientOptions, AsyncSupabaseException, acreate_client  # noqa: PLC0415 - see the module

    options = AsyncClientOptions(auto_refresh_token=False, persist_session=False, httpx_client=http)
    try:
        return await acreate_client(url, key, options)
    except AsyncSupabaseException as error:
        raise NeedsHuman(
            "SUPABASE_URL or SUPABASE_SERVICE_KEY is not that of a project.",
            hint="Both are on the project's page, under Settings, API.",
        ) from error


@asynccontextmanager
async def reported() -> AsyncGenerator[None]:
    """The client's errors in our words; none of theirs, which may show an address or a key."""
    from storage3.exceptions import StorageApiError  # noqa: PLC0415 - see the module

    try:
        yield
    except StorageApiError as error:
        raise _meaning(str(error.status), str(error.code)) from None
    except httpx.HTTPError as error:
        raise Retryable(f"Supabase Storage does not answer ({type(error).__name__}).") from None


def _meaning(status: str, code: str) -> AppError:
    if status == "404" or code in ("NoSuchKey", "not_found"):
        return NotFound("The file is not in the media store.", hint="Was the bucket emptied?")
    if status in _DENIED or code in ("InvalidJWT", "AccessDenied"):
        return NeedsHuman(
            "Supabase Storage refuses the key.", hint="SUPABASE_SERVICE_KEY must be the service_role or a secret key."
        )
    if status == "429" or status.startswith("5"):
        return Retryable(f"Supabase Storage answered {status}.")
    return Rejected(f"Supabase Storage refused the file ({status}).", code="storage_refused")


class SupabaseStore:
    """The media store of an installation with a Supabase project."""

    def __init__(self, url: str, key: str, *, bucket: str, http: httpx.AsyncClient) -> None:
        self._http = http
        self._url = url
        self._key = key
        self._bucket = bucket
        self._client: AsyncClient | None = None
        self._opening = asyncio.Lock()

    async def put(self, place: str, body: bytes, *, content_type: str) -> None:
        client = await self._opened()
        options: FileOptions = {"content-type": content_type, "upsert": "true"}
        async with reported():
            await client.storage.from_(self._bucket).upload(checked(place), body, options)

    async def get(self, place: str) -> bytes:
        client = await self._opened()
        async with reported():
            return await client.storage.from_(self._bucket).download(checked(place))

    async def remove(self, places: Sequence[str]) -> None:
        wanted = [checked(place) for place in places]
        client = await self._opened()
        async with reported():
            for start in range(0, len(wanted), 500):
                await client.storage.from_(self._bucket).remove(wanted[start : start + 500])

    async def _opened(self) -> "AsyncClient":
        """The client, with the bucket there."""
        async with self._opening:
            if self._client is None:
                client = await client_for(self._url, self._key, self._http)
                async with reported():
                    known = {bucket.id for bucket in await client.storage.list_buckets()}
                    if self._bucket not in known:
                        await client.storage.create_bucket(self._bucket, options={"public": False})
                self._client = client
            return self._client
