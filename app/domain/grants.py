"""What an account's administrator grants by OAuth: a pair of tokens, and what a Salesbot says of itself."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

EARLY: Final = timedelta(minutes=10)  # so long before it ends, an access token is replaced
IDLE: Final = timedelta(days=7)  # so old, a pair is replaced whatever it says, for refresh tokens end as well


@dataclass(frozen=True, slots=True)
class Pair:
    """An access token and the one refresh token that the vendor will take next. `repr` shows neither."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Subscription:
    """A webhook of ours at the vendor. `destination` holds the secret that names the account."""

    destination: str = field(repr=False)
    codes: tuple[str, ...]
    is_disabled: bool


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A way that leads take, and its stages in order."""

    id: str
    name: str
    stages: tuple[tuple[str, str], ...]  # id and name


@dataclass(frozen=True, slots=True)
class BotCall:
    """A Salesbot that has stopped at our step, as its signed token tells."""

    account_ref: str
    lead_id: str | None
