"""Who is known here: has written, was read from the CRM, or has had a time before."""

from app.domain.ids import AccountId
from app.store.availability import SQL
from app.store.database import Database


class People:
    """Who is known here: has written, was read from the CRM, or has had a time before."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def is_contact(self, account_id: AccountId, contact_id: str) -> bool:
        return bool(await self._database.fetchval(SQL["is_contact"], account_id, contact_id))

    async def is_lead(self, account_id: AccountId, lead_id: str) -> bool:
        return bool(await self._database.fetchval(SQL["is_lead"], account_id, lead_id))

    async def contacts_of(self, account_id: AccountId, lead_id: str) -> list[str]:
        """The contacts that have this lead open."""
        rows = await self._database.fetch(SQL["contacts_of_lead"], account_id, lead_id)
        return [row["external_id"] for row in rows]
