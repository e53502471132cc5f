"""What an account wants of whatever speaks for it: words never to be said."""

from dataclasses import dataclass
from typing import Protocol

from app.domain.ids import AccountId


@dataclass(frozen=True, slots=True)
class Manners:
    """Its choices. `never_promise` are words that no reply may hold, unless the account's own knowledge holds them."""

    never_promise: tuple[str, ...] = ()


class MannersOf(Protocol):
    """Where an account's manners are kept."""

    async def manners(self, account_id: AccountId) -> Manners: ...
