"""Salespeople as Postgres knows them."""

from app.domain.ids import AccountId
from app.domain.people import Seller
from app.store.accounts import SQL
from app.store.database import Database


class Sellers:
    """The table `vendedores`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, account_id: AccountId, seller: Seller) -> None:
        """Add a salesperson or bring what is known of one up to date."""
        await self._database.execute(
            SQL["add_seller"],
            account_id,
            seller.external_id,
            seller.name,
            seller.phone,
            seller.messenger_id,
            seller.is_active,
            seller.is_admin,
        )

    async def name(self, account_id: AccountId, seller_id: str) -> str | None:
        return await self._database.fetchval(SQL["seller_name"], account_id, seller_id)
