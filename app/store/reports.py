"""The dashboards' views, page by page, for an account."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.ids import AccountId
from app.store.database import Database, Row
from app.store.queries import statements

SQL = statements("reports")


def _plain(value: Any) -> Any:
    """Numbers as programs like them: Postgres' exact ones become whole ones where they are."""
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() else float(value)


def _line(row: Row, zone: ZoneInfo) -> dict[str, Any]:
    """Times are told on the account's clock."""
    return {
        name: value.astimezone(zone) if isinstance(value, datetime) else _plain(value)
        for name, value in row.items()
        if name != "account_id"
    }


class Reports:
    """Reads the views; a row's `key` is where the next page begins."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def columns(self, view: str) -> list[str]:
        """The names of a view's columns, in their order."""
        return [row["column_name"] for row in await self._database.fetch(SQL["columns"], view)]

    async def page(
        self, view: str, account_id: AccountId, *, days: tuple[date, date], after: str, limit: int
    ) -> list[dict[str, Any]]:
        zone = ZoneInfo(await self._database.fetchval(SQL["zone"], account_id) or "UTC")
        return [_line(row, zone) for row in await self._database.fetch(SQL[view], account_id, *days, after, limit)]
