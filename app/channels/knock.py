"""Asking an address of the operator's own settings whether somebody is there. No redirect is followed."""

import time
from urllib.parse import urlsplit

import httpx

from app.channels.http import exchange
from app.domain.checkup import Answered
from app.domain.errors import NeedsHuman


class HttpKnock:
    """One call, within the budget of every call."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def knock(self, url: str, *, method: str = "GET") -> Answered:
        try:
            request = self._http.build_request(method, url)
        except (httpx.InvalidURL, ValueError):
            raise NeedsHuman("The address cannot be read.", hint="It begins with https://.") from None
        if urlsplit(url).scheme not in {"http", "https"}:
            raise NeedsHuman("The address cannot be called.", hint="It begins with https://.")
        begun = time.perf_counter()
        response = await exchange(self._http, request, acts=False)
        return Answered(response.status_code, (time.perf_counter() - begun) * 1000)
