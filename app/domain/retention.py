"""For how long an account keeps what it need not keep for ever. Pure; nothing set, nothing goes.

What the house itself forgets (raw webhooks after 14 days, what tells a repeat after 30) is none of this.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Final, cast

from app.domain.errors import Rejected

MOST_DAYS: Final = 3_650
# Less than this, and what was said would go before the last repeat of it may come.
_LEAST: Final = {"history_days": 8, "media_days": 1, "profiles_days": 1, "events_days": 8}
_HINT: Final = (
    '{"history_days": 365, "media_days": 90, "profiles_days": 730, "events_days": 180}; whole days up to '
    f"{MOST_DAYS}, history and events 8 at least; null keeps for ever."
)


@dataclass(frozen=True, slots=True)
class Retention:
    """Days; None: for ever."""

    history_days: int | None = None
    media_days: int | None = None
    profiles_days: int | None = None
    events_days: int | None = None

    @property
    def is_for_ever(self) -> bool:
        return all(days is None for days in asdict(self).values())

    def told(self) -> dict[str, int | None]:
        """As people read it."""
        return asdict(self)


def before(days: int | None, now: datetime) -> datetime | None:
    """What is older than this goes; None: nothing does."""
    return None if days is None else now - timedelta(days=days)


def retention_of(settings: Mapping[str, Any]) -> Retention:
    """An account's policy, as its settings hold it."""
    kept: Mapping[str, Any] = settings.get("retention") or {}
    return Retention(**{one.name: kept.get(one.name) for one in fields(Retention)})


def checked_retention(given: object) -> dict[str, int | None]:
    """What an account may say about it: some of the numbers, or null for each.

    Raises:
        Rejected: one of them cannot be.
    """
    if not isinstance(given, Mapping):
        raise Rejected("retention is an object.", hint=_HINT, code="bad_setting")
    named = cast("Mapping[str, Any]", given)
    for name, days in named.items():
        if name not in _LEAST or not (days is None or _is_days(days, _LEAST[name])):
            raise Rejected(f"retention: {name[:40]} cannot be that.", hint=_HINT, code="bad_setting")
    return dict(named)


def _is_days(days: object, least: int) -> bool:
    return isinstance(days, int) and not isinstance(days, bool) and least <= days <= MOST_DAYS
