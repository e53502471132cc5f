"""One request to the panel: its session, its form, its trouble, and the answer with the headers every page has."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.sandbox.panel import pages
from app.sandbox.panel.layout import Layout, PageName
from app.sandbox.panel.pages import Found, Notice
from app.sandbox.panel.panel import Panel
from app.sandbox.panel.trouble import LostAnswers
from app.sandbox.silence import hang_up, silence

COOKIE = "panel_session"
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
LARGEST_FORM = 64_000
MOST_FIELDS = 20
Answered = Callable[["Visit"], Awaitable[Response]]


class Visit:
    """What a page needs to know of the request it answers."""

    def __init__(self, panel: Panel, request: Request, said: dict[str, str], *, stopping: asyncio.Event) -> None:
        self.panel = panel
        self.request = request
        self.said = said
        self._stopping = stopping
        self.token = token_of(request)
        self.session = panel.sessions.of(self.token)

    def layout(self, page: PageName) -> Layout:
        return self.panel.trouble.layout_of(page)

    def notice(self) -> Notice:
        """What was done on the page before, told once."""
        return Notice(self.session.told() if self.session else "", is_error=False)

    def found(self) -> Found:
        """The page of the list that is asked for, by either layout's field."""
        query = self.request.query_params
        text, exact = query.get("buscar", query.get("q", ""))[:100], query.get("exacta") == "1"
        every = self.panel.users.search(text, exact=exact)
        size = self.panel.page_size
        count = max(1, math.ceil(len(every) / size))
        wanted = query.get("pagina", "1")
        page = min(max(int(wanted) if wanted.isdecimal() and len(wanted) < 10 else 1, 1), count)  # noqa: PLR2004
        return Found(every[(page - 1) * size : page * size], len(every), page, count, text, exact)

    async def wait(self, seconds: float) -> None:
        """The panel takes its time, but never longer than the sandbox lives."""
        if seconds > 0:
            await silence(self._stopping, seconds)

    async def lose(self, lost: LostAnswers) -> Response:
        """The write is done; the caller hears of an error, of nothing, or is cut off."""
        if lost.how == "hang":
            await self.wait(lost.seconds)
            return shown(pages.plain_page("Error 504", pages.BROKEN), 504)
        if lost.how == "cut":
            hang_up(self.request)
        return broken()


async def visited(panel: Panel, request: Request, *, stopping: asyncio.Event) -> Visit:
    body = b""
    async for part in request.stream():
        body += part[: LARGEST_FORM - len(body)]
    fields = parse_qsl(body.decode(errors="replace"), keep_blank_values=True)[:MOST_FIELDS]
    return Visit(panel, request, dict(fields), stopping=stopping)


def token_of(request: Request) -> str:
    try:
        found = SimpleCookie(request.headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def shown(page: str, status: int = 200) -> Response:
    return HTMLResponse(page, status, headers=HEADERS)


def sent_to(path: str) -> Response:
    return RedirectResponse(path, 303, headers=HEADERS)


def broken() -> Response:
    return shown(pages.plain_page("Error 500", pages.BROKEN), 500)
