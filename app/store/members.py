"""Which users of Supabase Auth may read an account past the API. Changes are in the audit."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.errors import NotFound
from app.domain.ids import AccountId
from app.store.database import Database
from app.store.queries import statements

SQL = statements("members")


@dataclass(frozen=True, slots=True)
class Member:
    user_id: UUID
    since: datetime


class Members:
    """The table `account_members`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self, account_id: AccountId) -> list[Member]:
        rows = await self._database.fetch(SQL["members"], account_id)
        return [Member(row["user_id"], row["created_at"]) for row in rows]

    async def add(self, account_id: AccountId, user_id: UUID) -> bool:
        """False when the user was a member before."""
        return await self._database.fetchval(SQL["add_member"], account_id, user_id) is not None

    async def remove(self, account_id: AccountId, user_id: UUID) -> None:
        """From now on the user reads nothing of the account.

        Raises:
            NotFound: the user is no member.
        """
        if await self._database.fetchval(SQL["remove_member"], account_id, user_id) is None:
            raise NotFound(
                f"That user is no member of account {account_id}.",
                hint=f"`ponte members list --account {account_id}` shows those there are.",
            )
