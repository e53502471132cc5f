"""How long each method has run at a portal, as the portal itself tells: of a call, and of every command of a batch.

A batch saves requests and no running time, so its commands are counted like calls.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from app.channels.bitrix24.client.refusals import OPERATING_TIME, OPERATING_WINDOW, REST, out_of_time
from app.channels.bitrix24.payloads.answers import TimeShape
from app.domain.account import Connection
from app.domain.errors import NotStarted
from app.domain.ids import AccountId

OPERATING_BUDGET: Final = 400.0  # seconds of ten minutes; the vendor's own limit is 480 in its cloud, 420 elsewhere


@dataclass
class Budgets:
    """Methods that have run for long enough, by account, and until when. In seconds since 1970, as the vendor says."""

    until: dict[tuple[AccountId, str], float] = field(default_factory=dict[tuple[AccountId, str], float])

    def heed(self, connection: Connection, method: str, *, code: str, time: TimeShape, now: float) -> None:
        """What an answer says about its method's time; `code` is that of its refusal."""
        key = (connection.account_id, method)
        if code.upper() == OPERATING_TIME:
            self.until[key] = max(self.until.get(key, 0), now + REST.total_seconds())
        elif time.operating >= OPERATING_BUDGET:
            resets_at = time.resets_at or now + REST.total_seconds()
            self.until[key] = min(resets_at, now + OPERATING_WINDOW.total_seconds())

    def resting(self, connection: Connection, method: str, now: float) -> NotStarted | None:
        """Why this method is not called now; None where it may be."""
        wait = self.until.get((connection.account_id, method), 0) - now
        return out_of_time(method, after=timedelta(seconds=wait)) if wait > 0 else None
