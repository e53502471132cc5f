"""Who knocked last at an account's doors, by network: for the operator who keeps a list, or gives a new address out."""

import time
from dataclasses import dataclass
from datetime import datetime

from app.domain.ids import AccountId
from app.store.database import Database
from app.store.queries import statements

SQL = statements("knocks")
WEBHOOK, API = "webhook", "api"
# One who is let in is noted so often, for webhooks come by the dozen.
_NOTED_EVERY = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class LastKnock:
    """The last call of its kind at a door."""

    door: str
    refused: bool
    network: str
    by_old_address: bool
    times: int
    seen_at: datetime


class Knocks:
    """Keeps the last ones."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._noted: dict[tuple[AccountId, str, datetime | None], float] = {}

    async def let_in(
        self, account_id: AccountId, door: str, network: str, *, by: datetime | None = None, is_old: bool = False
    ) -> None:
        """Note it, if the last note of this process is old. `by`: an address of the account, by the time it was made.

        `is_old`: another has taken that address's place.
        """
        key, now = (account_id, door, None if is_old else by), time.monotonic()
        if now - self._noted.get(key, -_NOTED_EVERY) < _NOTED_EVERY:
            return
        self._noted[key] = now
        await self._database.execute(SQL["let_in"], account_id, door, network, is_old, None if is_old else by)

    async def turn_away(self, account_id: AccountId, door: str, network: str) -> None:
        """Count it; the audit hears of the first of an hour."""
        await self._database.execute(SQL["turn_away"], account_id, door, network)

    async def last(self, account_id: AccountId) -> list[LastKnock]:
        return [LastKnock(**dict(row)) for row in await self._database.fetch(SQL["last_knocks"], account_id)]
