"""What the doctor says of the workflow that is asked for replies, and of the key to n8n: without running anything."""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from app.channels.http import masked
from app.domain.checkup import Knock, Line, broken, fine
from app.domain.clock import Clock
from app.domain.errors import AppError

_HOW: Final = "Is n8n up, and is N8N_REPLY_URL right? `ponte n8n check` asks the workflow itself."
_NOT_IMPLEMENTED: Final = 501  # somebody is there, and knows no OPTIONS
_ITS_OWN_FAULT: Final = 500
_SOON: Final = timedelta(days=14)
_TODO: Final = "Make a new key in n8n (Settings, n8n API), put it into N8N_API_KEY, and delete the old one there."


class WorkflowLines:
    """Looks at N8N_REPLY_URL by OPTIONS, which runs no workflow, and reads what the API key of n8n says of itself."""

    def __init__(self, knock: Knock, clock: Clock, *, reply_url: str | None, api_key: str | None) -> None:
        self._knock = knock
        self._clock = clock
        self._reply_url = reply_url
        self._api_key = api_key

    async def look(self) -> list[Line]:
        lines = [] if self._reply_url is None else [await self._reply(self._reply_url)]
        told = key_line(self._api_key, self._clock.now()) if self._api_key else None
        return [*lines, told] if told else lines

    async def _reply(self, url: str) -> Line:
        shown = masked(url)
        try:
            found = await self._knock.knock(url, method="OPTIONS")
        except AppError as error:
            return broken("reply", f"The workflow's address does not answer: {error.message}", error.hint or _HOW)
        if found.status >= _ITS_OWN_FAULT and found.status != _NOT_IMPLEMENTED:
            said = f"{shown} answers with {found.status}: the workflow is not reached."
            return broken("reply", said, "Look at n8n, and at the proxy or tunnel in front of it.")
        said = f"{shown}, which is asked for replies, answers in {found.milliseconds:.0f} ms"
        return fine("reply", f"{said}; `ponte n8n check` asks the workflow itself.")


def key_line(key: str, now: datetime) -> Line | None:
    """How old n8n's API key is, and when it ends; None for a key that does not say. Pure."""
    claims = _claims(key)
    made, ends = _moment(claims.get("iat")), _moment(claims.get("exp"))
    age = (
        f"n8n's API key is {max((now - made).days, 0)} days old" if made else "n8n's API key does not say how old it is"
    )
    if ends is not None and ends - now < _SOON:
        when = "has ended" if ends <= now else f"ends on {ends:%Y-%m-%d}"
        return broken("n8n_key", f"{age}, and {when}.", _TODO)
    if made is None and ends is None:
        return None
    return fine("n8n_key", f"{age}{f', and ends on {ends:%Y-%m-%d}' if ends else ''}.")


def _claims(key: str) -> Mapping[str, Any]:
    """What the middle of the key says; the signature is n8n's to look at."""
    middle = key.split(".")[1:2]
    try:
        found: Any = json.loads(base64.urlsafe_b64decode(middle[0] + "=" * (-len(middle[0]) % 4))) if middle else {}
    except (binascii.Error, ValueError):
        return {}
    return cast(Mapping[str, Any], found) if isinstance(found, dict) else {}


def _moment(said: object) -> datetime | None:
    if not isinstance(said, int | float) or isinstance(said, bool) or not 0 < said < 2**32:
        return None
    return datetime.fromtimestamp(said, UTC)
