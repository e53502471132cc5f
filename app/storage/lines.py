"""What `ponte doctor` tells about Supabase: whether its API lets our key at the tables that n8n's node reads."""

import httpx

from app.domain.checkup import Line, absent, broken, fine
from app.storage.probe import probe

NAME = "supabase"


class SupabaseLines:
    """Looks through PostgREST with the service key. Shows neither key nor rows."""

    def __init__(self, url: str | None, key: str | None, http: httpx.AsyncClient) -> None:
        self._url = url
        self._key = key
        self._http = http

    async def look(self) -> list[Line]:
        """One line; several faults stand in it one after the other."""
        if not self._url or not self._key:
            todo = "Set SUPABASE_URL and SUPABASE_SERVICE_KEY to keep files there and to let n8n read the tables."
            return [absent(NAME, "No Supabase project is set; files are kept in a folder.", todo)]
        found = await probe(self._url, self._key, self._http)
        wrong = [f"{one.table}: {one.message}" for one in found if not one.ok]
        if wrong:
            return [broken(NAME, " ".join(wrong), "Look at the project's API settings and keys.")]
        return [fine(NAME, f"The service key reaches {' and '.join(one.table for one in found)} over PostgREST.")]
