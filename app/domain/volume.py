"""How much may be written first, as values: what was counted, what is allowed, and the account's breaker."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Volume:
    """Messages that began something. `days` are those over which `before` were sent, fourteen at the most."""

    of_contact: int = 0
    of_day: int = 0
    since_reset: int = 0
    before: int = 0
    days: float = 1.0

    @property
    def usual(self) -> float:
        return self.before / self.days


@dataclass(frozen=True, slots=True)
class Ceiling:
    """How much may be said since a time: to a person, by an account, and before its breaker trips."""

    since: datetime
    counted_from: datetime  # of the breaker, which a person may have reset
    per_contact: int
    per_day: int
    of_breaker: float

    def has_room(self, of_contact: int, of_day: int, since_reset: int) -> bool:
        """Whether one more fits."""
        return of_contact < self.per_contact and of_day < self.per_day and since_reset + 1 <= self.of_breaker


@dataclass(frozen=True, slots=True)
class Breaker:
    """The account-wide breaker as people see it."""

    floor: int = 100
    tripped_at: datetime | None = None
    tripped_count: int | None = None
    usual: float | None = None
    reset_at: datetime | None = None
    reset_by: str | None = None

    @property
    def is_tripped(self) -> bool:
        return self.tripped_at is not None
