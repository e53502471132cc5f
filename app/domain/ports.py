"""What one world needs of another, said as protocols. Implemented in `store`, joined in `wiring`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from app.domain.account import Connection, Lane
from app.domain.brain import Passage
from app.domain.ids import AccountId


@dataclass(frozen=True, slots=True)
class Slot:
    """The right to make one call now. A slot that is used late would break the even spacing: give it back."""

    granted_at: float  # seconds of time.monotonic() in this process
    good_for: float  # seconds

    def is_fresh(self, now: float) -> bool:
        return now - self.granted_at <= self.good_for


class Governor(Protocol):
    """Spaces the calls of all processes to one vendor account, in the order of the lanes."""

    async def slot(self, connection: Connection, lane: Lane) -> Slot:
        """Wait for the right to make one call. Cancelling the wait gives the place up."""
        ...

    async def slow_down(self, connection: Connection, after: timedelta) -> None:
        """The vendor said 429: nobody calls for `after`, and the pace is halved for a while."""
        ...

    async def hold(self, connection: Connection, until: datetime) -> None:
        """The vendor said 403 to everything: all lanes wait until then."""
        ...


class KnowledgeSearch(Protocol):
    """Full-text search over the account's own knowledge."""

    async def search(self, account_id: AccountId, question: str, *, locale: str, limit: int = 3) -> list[Passage]:
        """The passages nearest to the question, best first; empty when nothing fits."""
        ...

    async def topics(self, account_id: AccountId, *, locale: str, limit: int = 4) -> list[str]:
        """What the account knows about, for a greeting that promises no more than that."""
        ...
