"""What a page's own document requests came to: the last status, whether one is still awaited, whether one failed.

By this a slow or broken panel is told from one that looks different.
"""

import asyncio
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, Request, Response

SERVER_ERROR: Final = 500
TOO_MANY: Final = 429
NOT_LOGGED_IN: Final = 401
_LONGEST: Final = 500


class Journal:
    """What was done and answered, in order, for the evidence. Names of parts and paths; never a value."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self.entries: list[Mapping[str, Any]] = []

    def note(self, what: str, **more: object) -> None:
        if len(self.entries) < _LONGEST:
            self.entries.append({"ms": round((time.monotonic() - self._began) * 1000), "what": what, **more})


class Traffic:
    """Listens to one page for one visit."""

    def __init__(self, page: Page, journal: Journal) -> None:
        self._journal = journal
        self._waiting: set[Request] = set()
        self.status = 0
        self.failed = asyncio.Event()
        self._page = page
        page.on("request", self._asked)
        page.on("response", self._answered)
        page.on("requestfinished", self._ended)
        page.on("requestfailed", self._broke)

    def close(self) -> None:
        """Listen no more: the page may serve another visit."""
        self._page.remove_listener("request", self._asked)
        self._page.remove_listener("response", self._answered)
        self._page.remove_listener("requestfinished", self._ended)
        self._page.remove_listener("requestfailed", self._broke)

    @property
    def is_slow(self) -> bool:
        """A document is asked for and not there."""
        return bool(self._waiting)

    @property
    def is_broken(self) -> bool:
        return self.failed.is_set() or self.status >= SERVER_ERROR or self.status == TOO_MANY

    def begin(self) -> None:
        """Something new is asked for."""
        self.status = 0
        self.failed.clear()

    def _asked(self, request: Request) -> None:
        if _is_document(request):
            self._waiting.add(request)

    def _answered(self, response: Response) -> None:
        request = response.request
        if not _is_document(request):
            return
        self._journal.note("answered", method=request.method, path=urlsplit(request.url).path, status=response.status)
        self.status = response.status
        if self.is_broken:
            self.failed.set()

    def _ended(self, request: Request) -> None:
        self._waiting.discard(request)

    def _broke(self, request: Request) -> None:
        self._waiting.discard(request)
        if _is_document(request) and "ERR_ABORTED" not in (request.failure or ""):
            self._journal.note("unanswered", method=request.method, why=request.failure or "")
            self.failed.set()


def _is_document(request: Request) -> bool:
    """Of the page itself, not of a frame in it."""
    try:
        return request.is_navigation_request() and request.frame.parent_frame is None
    except PlaywrightError:
        return False
