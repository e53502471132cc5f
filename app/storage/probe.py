"""Does the service key reach the tables over PostgREST, as n8n's Supabase node will? For `ponte doctor`."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import httpx

from app.domain.errors import AppError
from app.storage.supabase import client_for

if TYPE_CHECKING:
    from supabase import AsyncClient

TABLES: Final = ("agenda", "vendedores")
_CLOSED: Final = "governor"
WITHIN: Final = 10.0  # seconds for all tables together

_MEANING: Final = {
    "42501": "the key may not read it: is it the service_role or a secret key?",
    "42P01": "the table is missing: run `ponte migrate`.",
    "PGRST205": "the table is missing, or PostgREST has not seen it yet: run `ponte migrate`, reload the schema.",
    "PGRST301": "the key is of another project.",
    "PGRST106": "the schema public is not exposed: Settings, API, Exposed schemas.",
    "401": "the key is not valid for this project.",
}


@dataclass(frozen=True, slots=True)
class Reached:
    """One table, as seen with the service key. `message` tells what is wrong; it never holds the key."""

    table: str
    ok: bool
    message: str
    rows: int = 0


async def probe(url: str, key: str, http: httpx.AsyncClient, *, tables: Sequence[str] = TABLES) -> list[Reached]:
    """Ask for each table with the service key, over PostgREST; never raises for what Supabase answers."""
    try:
        async with asyncio.timeout(WITHIN):
            client = await client_for(url, key, http)
            found = [await _reach(client, table) for table in tables]
            return found if await _is_service(client) else [_only_some(one) for one in found]
    except AppError as error:
        return [Reached(table, ok=False, message=f"{error.message} {error.hint}".strip()) for table in tables]
    except (httpx.HTTPError, TimeoutError) as error:
        said = f"SUPABASE_URL does not answer ({type(error).__name__})."
        return [Reached(table, ok=False, message=said) for table in tables]


async def _is_service(client: "AsyncClient") -> bool:
    """A signed-in user's token reads the tables too, but only some rows. No user reads this one."""
    return (await _reach(client, _CLOSED)).ok


def _only_some(one: Reached) -> Reached:
    said = "the key is a user's and sees only some rows: take the service_role or a secret key."
    return Reached(one.table, ok=False, message=said) if one.ok else one


async def _reach(client: "AsyncClient", table: str) -> Reached:
    from postgrest import APIError, CountMethod  # noqa: PLC0415 - loaded when it is first used, as the client is

    try:
        answer = await client.table(table).select("*", count=CountMethod.exact).limit(1).execute()
    except APIError as error:
        code = str(error.code or "")
        return Reached(table, ok=False, message=_MEANING.get(code, f"PostgREST refused it ({code or 'no code'})."))
    rows = answer.count or 0
    return Reached(table, ok=True, message=f"{rows} row{'s' * (rows != 1)}.", rows=rows)
