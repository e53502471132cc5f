"""What the doctor asks the database about itself and about what has arrived."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.ids import AccountId
from app.store.database import Database
from app.store.migrations import pending
from app.store.queries import statements

SQL = statements("checkup")


@dataclass(frozen=True, slots=True)
class Server:
    """The database as it answers now."""

    version: str
    now: datetime
    backend: int


@dataclass(frozen=True, slots=True)
class FetchSeen:
    """When an account's news were last fetched, and what stands in the way now."""

    fetched_at: datetime | None
    failed_as: str
    failing_since: datetime | None


@dataclass(frozen=True, slots=True)
class Missed:
    """When readings of the channel found what no webhook had told of, first and last; and how many readings did."""

    since: datetime
    at: datetime
    runs: int


class Checkup:
    """Reads only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def server(self) -> Server:
        (row,) = await self._database.fetch(SQL["server"])
        return Server(row["version"], row["now"], row["backend"])

    async def missing_migrations(self) -> list[str]:
        """The versions that this release has and the database has not."""
        return await pending(self._database.dsn)

    async def last_webhook(self, account_id: AccountId) -> datetime | None:
        return await self._database.fetchval(SQL["last_webhook"], account_id)

    async def knows_anything(self, account_id: AccountId) -> bool:
        """Whether the account has been taught anything."""
        return bool(await self._database.fetchval(SQL["knows_anything"], account_id))

    async def missed(self, account_id: AccountId) -> Missed | None:
        """None: nothing, since the last webhook."""
        row = await self._database.fetchrow(SQL["missed"], account_id)
        return Missed(**dict(row)) if row else None

    async def secret_set_at(self, account_id: AccountId) -> datetime | None:
        """Since when the account has the secret that it has."""
        return await self._database.fetchval(SQL["secret_set_at"], account_id)

    async def told_at(self, account_id: AccountId, cause: str) -> datetime | None:
        """When people were last told of this; None: not since it was well."""
        return await self._database.fetchval(SQL["told_at"], account_id, cause)

    async def fetched(self, account_id: AccountId) -> FetchSeen | None:
        """None: its news are not fetched, they come by webhook."""
        row = await self._database.fetchrow(SQL["fetched"], account_id)
        return FetchSeen(row["fetched_at"], row["failed_as"], row["failing_since"]) if row else None
