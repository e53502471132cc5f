"""How far the news of an account were fetched, and whose turn it is to fetch: one at a time for all processes."""

from dataclasses import dataclass
from datetime import timedelta

from app.domain.ids import AccountId
from app.store.database import Database, Tx
from app.store.queries import statements

SQL = statements("positions")


class Overtaken(Exception):
    """Somebody else fetches for this account by now: what is to be stored is theirs to store."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to fetch for an account, from a position."""

    account_id: AccountId
    number: int
    position: str | None


class Positions:
    """The table `fetch_positions`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take_turn(self, account_id: AccountId, lease: timedelta) -> Turn | None:
        """None: somebody fetches now, or the account is left alone for a while."""
        row = await self._database.fetchrow(SQL["take_turn"], account_id, lease)
        return Turn(account_id, row["turn"], row["position"]) if row else None

    async def move_on(self, tx: Tx, turn: Turn, position: str, lease: timedelta) -> None:
        """The position behind what this transaction stores.

        Raises:
            Overtaken: it is no longer ours to say; the transaction must not commit.
        """
        if await tx.fetchval(SQL["move_on"], turn.account_id, turn.number, position, lease) is None:
            raise Overtaken

    async def end_turn(self, turn: Turn) -> None:
        await self._database.execute(SQL["end_turn"], turn.account_id, turn.number)

    async def fetch_failed(self, turn: Turn, code: str, wait: timedelta) -> bool:
        """Leave the account alone for a while. Whether it had not failed so before."""
        args = (turn.account_id, turn.number, code, wait)
        return bool(await self._database.fetchval(SQL["fetch_failed"], *args))
