"""Whether the Auth API answers: a line of the doctor, and a component of /health; and what the plan lacks."""

import asyncio
import time
from typing import Final

from app.channels.http import masked
from app.domain.checkup import Knock, Line, absent, broken, fine
from app.domain.errors import AppError

HOW: Final = "Set AUTH_API_URL to the API that sends one-time passwords; until then a person is called."
PATIENCE: Final = 1.5  # seconds
FRESH: Final = 15.0  # so long the last look counts: whoever asks for /health must not reach others through us


def lacks(auth_api_url: str | None, web_app_url: str | None) -> Line | None:
    """What an account that registers businesses lacks in this installation; None: nothing. Pure."""
    if auth_api_url is None:
        named = "AUTH_API_URL" if web_app_url else "AUTH_API_URL, and WEB_APP_URL for the link at the end"
        said = "Nobody sends the registration's one-time passwords, so a person is called after the confirmation."
        return broken("flow", said, f"Set {named}, and start Ponte again.")
    if web_app_url is None:
        return absent("flow", "Whoever is registered is told no link.", "Set WEB_APP_URL, and start Ponte again.")
    return None


class AuthApiLines:
    """Looks whether somebody is there; sends nothing. Any answer but a 5xx is one."""

    def __init__(self, knock: Knock, url: str | None) -> None:
        self._knock = knock
        self._url = url
        self._seen: tuple[float, Line] | None = None
        self._looking = asyncio.Lock()

    @property
    def is_set(self) -> bool:
        return self._url is not None

    async def look(self) -> list[Line]:
        """The doctor's line, looked at now."""
        return [await self._line()]

    async def lately(self) -> Line:
        """The same as it was at most some seconds ago; one look at a time."""
        async with self._looking:
            if self._seen is None or time.monotonic() - self._seen[0] > FRESH:
                self._seen = (time.monotonic(), await self._line())
            return self._seen[1]

    async def _line(self) -> Line:
        if self._url is None:
            return absent("auth_api", "No Auth API is set.", HOW)
        shown = masked(self._url)
        try:
            async with asyncio.timeout(PATIENCE):
                found = await self._knock.knock(self._url)
        except (AppError, TimeoutError):
            return broken("auth_api", f"{shown} does not answer.", "Is it up, and is AUTH_API_URL right?")
        if found.status >= 500:  # noqa: PLR2004 - its own fault
            return broken("auth_api", f"{shown} answers with {found.status}.", "Look at the Auth API's own log.")
        return fine("auth_api", f"{shown} answers in {found.milliseconds:.0f} ms.")
