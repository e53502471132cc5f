"""The vendor's patience: so many calls in any second from one address, then 429, and at last a closed door."""

import math
from collections import deque
from dataclasses import dataclass, field

from app.sandbox.clock import Clock
from app.sandbox.errors import blocked, problem
from app.sandbox.exchange import Answer

WINDOW_SECONDS = 1.0
RETRY_AFTER_SECONDS = 300
REFUSALS_BEFORE_BLOCK = 20
REFUSALS_COUNTED_SECONDS = 60
BLOCK_SECONDS = 300


@dataclass(slots=True)
class Caller:
    accepted: deque[float] = field(default_factory=deque[float])
    refused: deque[float] = field(default_factory=deque[float])
    blocked_until: float = 0.0


class Limits:
    """Counts by caller address, as the vendor does: all accounts behind one address share its luck."""

    def __init__(self, clock: Clock, *, rate: int = 7) -> None:
        self._clock = clock
        self.rate = rate
        self._callers: dict[str, Caller] = {}

    def forgive(self) -> None:
        """Support has lifted every block."""
        self._callers.clear()

    def refusal(self, address: str, now: float) -> Answer | None:
        """The answer that ends this call, or nothing where it may go on."""
        if self.rate <= 0:
            return None
        caller = self._callers.setdefault(address, Caller())
        if now < caller.blocked_until:
            return blocked()
        forget(caller.accepted, now - WINDOW_SECONDS)
        if len(caller.accepted) < self.rate:
            caller.accepted.append(now)
            return None
        return self._too_many(caller, now)

    def _too_many(self, caller: Caller, now: float) -> Answer:
        forget(caller.refused, now - self._clock.scaled(REFUSALS_COUNTED_SECONDS))
        caller.refused.append(now)
        if len(caller.refused) >= REFUSALS_BEFORE_BLOCK:
            caller.refused.clear()
            caller.blocked_until = now + self._clock.scaled(BLOCK_SECONDS)
        return too_many(math.ceil(self._clock.scaled(RETRY_AFTER_SECONDS)))


def too_many(retry_after: int) -> Answer:
    return problem(429, "Too many requests. Please, reduce the number of requests.", retry_after=retry_after)


def forget(moments: deque[float], until: float) -> None:
    while moments and moments[0] <= until:
        moments.popleft()
