"""What an account wants of whatever speaks for it: a word about artificial intelligence, and words never to be said."""

from dataclasses import dataclass
from typing import Protocol

from app.domain.ids import AccountId


@dataclass(frozen=True, slots=True)
class Manners:
    """Its choices. With `ai_disclosure` the first message says that a program writes.

    `never_promise` are words that no reply may hold, unless the account's own knowledge holds them too.
    """

    ai_disclosure: bool = False
    never_promise: tuple[str, ...] = ()


class MannersOf(Protocol):
    """Where an account's manners are kept."""

    async def manners(self, account_id: AccountId) -> Manners: ...
