"""The table `disponibilidade`: when each salesperson can be met."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from app.domain.agenda import Availability, Customs, customs_of, inherited
from app.domain.errors import NotFound
from app.domain.hours import WeeklyHours
from app.domain.ids import AccountId
from app.domain.written_hours import keeping, parse_hours, written_hours
from app.store.database import Database, Row
from app.store.json_text import from_json, to_json
from app.store.queries import statements

SQL = statements("agenda")


@dataclass(frozen=True, slots=True)
class House:
    """What an account says about its agenda."""

    timezone: str
    locale: str
    settings: Mapping[str, Any]

    @property
    def customs(self) -> Customs:
        return customs_of(self.settings)


class Availabilities:
    """Who can be met when. Who has no hours of their own keeps those of the account."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def house(self, account_id: AccountId) -> House:
        row = await self._database.fetchrow(SQL["account"], account_id)
        if row is None:
            raise NotFound(f"There is no account {account_id}.", hint="`ponte accounts list` shows those there are.")
        return House(row["timezone"], row["locale"], from_json(row["settings"]))

    async def all(
        self, account_id: AccountId, house: House, *, only: Sequence[str] | None = None
    ) -> list[Availability]:
        """The active salespeople, or those of `only` who are active."""
        rows = await self._database.fetch(SQL["sellers"], account_id, None if only is None else list(only))
        account = _account(house)
        return [_availability(row, account) for row in rows]

    async def of(self, account_id: AccountId, seller_id: str) -> Availability:
        """One salesperson's, whether active or not.

        Raises:
            NotFound: there is no such salesperson.
        """
        house = await self.house(account_id)
        row = await self._database.fetchrow(SQL["seller"], account_id, seller_id)
        if row is None:
            raise NotFound("There is no such salesperson here.", hint="GET /vendedores shows those there are.")
        return _availability(row, _account(house))

    async def save(self, account_id: AccountId, new: Availability) -> None:
        """Give a salesperson hours of their own; where no holidays are named, those that the account keeps."""
        kept = _account(await self.house(account_id)).hours.exceptions.holidays or ""
        written = written_hours(keeping(new.hours, kept))
        await self._database.execute(
            SQL["save_hours"],
            account_id,
            new.seller_id,
            new.timezone,
            to_json(written["week"]),
            to_json(written["exceptions"]),
            written["holidays"],
            new.slot_minutes,
            new.buffer_before,
            new.buffer_after,
        )


def _account(house: House) -> Availability:
    """What holds for those who have no hours of their own."""
    return inherited("", "", settings=house.settings, timezone=house.timezone, locale=house.locale)


def _availability(row: Row, account: Availability) -> Availability:
    if row["timezone"] is None:
        return Availability(
            row["seller_id"],
            row["name"],
            account.timezone,
            account.hours,
            account.slot_minutes,
            account.buffer_before,
            account.buffer_after,
            is_own=False,
        )
    return Availability(
        row["seller_id"],
        row["name"],
        row["timezone"],
        _hours(row["week"], row["exceptions"], row["holidays"]),
        row["slot_minutes"],
        row["buffer_before"],
        row["buffer_after"],
    )


@lru_cache(maxsize=1024)
def _hours(week: str, exceptions: str, holidays: str) -> WeeklyHours:
    """Whole teams keep the same hours: they are read once."""
    return parse_hours({"week": from_json(week), "exceptions": from_json(exceptions), "holidays": holidays})
