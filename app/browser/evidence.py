"""Why a visit failed, kept in the media store until it expires.

What is kept was masked before it came here. Evidence never hides the failure that it is about: where it cannot be kept,
that is logged, and the failure goes on without it.
"""

import asyncio
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import structlog

from app.browser.base import EvidenceLog
from app.domain.ids import AccountId
from app.domain.ports import MediaStore
from app.domain.provisioning import Evidence

_log = structlog.get_logger()
LASTS: Final = timedelta(days=14)
WITHIN: Final = 10.0  # seconds for all files of one failure
PAGE: Final = 200  # files that one statement and one call to the store take
_NO_PLACE: Final = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Found:
    """One file before it is kept: `screenshot.png`, its type, its bytes."""

    name: str
    content_type: str
    body: bytes = field(repr=False)


class EvidenceKeeper:
    """Keeps files, and lets them go."""

    def __init__(self, files: MediaStore, rows: EvidenceLog, *, lasts: timedelta = LASTS) -> None:
        self._files = files
        self._rows = rows
        self._lasts = lasts

    async def keep(self, account_id: AccountId, run: str, found: Sequence[Found]) -> tuple[str, ...]:
        """Where the files are now; those that could not be kept are left out."""
        kept: list[str] = []
        folder = f"{account_id}/evidence/{_NO_PLACE.sub('-', run).strip('-_') or 'run'}/{secrets.token_hex(4)}"
        try:
            async with asyncio.timeout(WITHIN):
                for one in found:
                    kept += await self._keep(account_id, run, f"{folder}-{one.name}", one)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the store, the failure itself is told
            _log.warning("browser.evidence_not_kept", account_id=account_id, error=type(error).__name__)
        return tuple(kept)

    async def prune(self) -> int:
        """Let go of what has expired; how many files that were. For the daily chore."""
        count = 0
        while places := await self._rows.expired(PAGE):
            await self._files.remove(places)
            await self._rows.forget(places)
            count += len(places)
        return count

    async def _keep(self, account_id: AccountId, run: str, place: str, one: Found) -> list[str]:
        file = Evidence(place, one.content_type, len(one.body))
        if not await self._rows.expect(account_id, run, file, lasts=self._lasts):
            return []
        await self._files.put(place, one.body, content_type=one.content_type)
        return [place]
