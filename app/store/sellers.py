"""Salespeople as Postgres knows them: the CRM's users as they were last read, and those whom only we know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.errors import Conflict
from app.domain.ids import AccountId
from app.domain.people import Seller
from app.store.database import Database, Row, Tx
from app.store.handovers import SQL as HANDOVERS
from app.store.json_text import to_json
from app.store.queries import statements

SQL = statements("sellers")
# More people than these who left are not looked at in one go.
MOST_DEPARTED = 200


@dataclass(frozen=True, slots=True)
class Member:
    """A salesperson with what we know beyond the CRM."""

    seller: Seller
    areas: tuple[str, ...]
    takes_chats: bool
    phone_is_ours: bool
    gone_at: datetime | None
    synced_at: datetime
    open_handovers: int


@dataclass(frozen=True, slots=True)
class Synced:
    """What a reading of the CRM's users changed. All are ids."""

    found: int
    new: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Departed:
    """A user of the CRM who may not work any more; `is_gone`: the CRM lists them no longer."""

    id: str
    name: str
    is_gone: bool


class Sellers:
    """The table `vendedores`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def sync(self, account_id: AccountId, found: Sequence[Seller], now: datetime) -> Synced:
        """Bring what is known of the CRM's users up to date; who is not among them is marked as gone."""
        async with self._database.transaction() as tx:
            await tx.execute(HANDOVERS["lock_team"], account_id)
            known = {row["external_id"]: row for row in await tx.fetch(SQL["known_sellers"], account_id)}
            await tx.execute(SQL["sync_sellers"], account_id, to_json([_as_json(one) for one in found]), now)
            gone = await tx.fetch(SQL["sellers_gone"], account_id, [one.external_id for one in found], now)
        return Synced(
            len(found),
            new=tuple(one.external_id for one in found if one.external_id not in known),
            changed=tuple(one.external_id for one in found if _differs(known.get(one.external_id), one)),
            gone=tuple(row["external_id"] for row in gone),
        )

    async def last_sync(self, account_id: AccountId) -> datetime | None:
        return await self._database.fetchval(SQL["last_sync"], account_id)

    async def page(
        self,
        account_id: AccountId,
        now: datetime,
        *,
        is_local: bool | None = None,
        is_active: bool | None = None,
        after: str = "",
        limit: int = 200,
    ) -> list[Member]:
        """Salespeople behind `after` in the order of their ids."""
        rows = await self._database.fetch(SQL["seller_page"], account_id, is_local, is_active, after, limit, now)
        return [_member(row) for row in rows]

    async def one(self, account_id: AccountId, seller_id: str) -> Member | None:
        """By the CRM's id or the messenger's."""
        row = await self._database.fetchrow(SQL["seller_one"], account_id, seller_id)
        return _member(row) if row else None

    async def add_local(self, account_id: AccountId, *, name: str, phone: str, areas: Sequence[str], who: str) -> str:
        """Add somebody whom the CRM does not know; returns the id.

        Raises:
            Conflict: another active salesperson has this phone.
        """
        async with self._database.transaction() as tx:
            await tx.execute(HANDOVERS["lock_team"], account_id)
            seller_id = await tx.fetchval(SQL["add_local"], account_id, name, phone, list(areas))
            await self._refuse_shared_phone(tx, account_id, seller_id)
            await self._log(tx, account_id, who, "seller_added", seller_id)
        return str(seller_id)

    async def change(self, account_id: AccountId, seller_id: str, changes: dict[str, Any], *, who: str) -> None:
        """Change what is named; the audit keeps which things were, not their values.

        Raises:
            Conflict: another active salesperson has this phone.
        """
        async with self._database.transaction() as tx:
            await tx.execute(HANDOVERS["lock_team"], account_id)
            await tx.execute(SQL["change_seller"], account_id, seller_id, to_json(changes))
            if changes.keys() & {"phone", "is_active"}:
                await self._refuse_shared_phone(tx, account_id, seller_id)
            await self._log(tx, account_id, who, "seller_changed", seller_id, changed=sorted(changes))

    async def _refuse_shared_phone(self, tx: Tx, account_id: AccountId, seller_id: str) -> None:
        other = await tx.fetchval(SQL["same_phone_as"], account_id, seller_id)
        if other is not None:
            raise Conflict(
                f"Salesperson {other} has this phone already.",
                hint="A command that is typed on a phone must be clearly somebody's.",
                code="phone_taken",
            )

    async def _log(
        self, tx: Tx, account_id: AccountId, who: str, what: str, seller_id: str, **details: list[str]
    ) -> None:
        told = to_json({"seller": seller_id, **details})
        await tx.execute(SQL["log_seller"], account_id, who, what, f"seller:{seller_id}", told)

    async def same_phones(self, account_id: AccountId) -> list[list[str]]:
        """Active salespeople who share a phone, group by group."""
        return [list(row["sellers"]) for row in await self._database.fetch(SQL["same_phones"], account_id)]

    async def departed(self, account_id: AccountId) -> list[Departed]:
        """Those who left, at most `MOST_DEPARTED`."""
        rows = await self._database.fetch(SQL["departed"], account_id, MOST_DEPARTED)
        return [Departed(row["external_id"], row["name"], row["is_gone"]) for row in rows]


def _as_json(one: Seller) -> dict[str, Any]:
    names = ("external_id", "name", "phone", "messenger_id", "is_active", "is_admin")
    return {**{name: getattr(one, name) for name in names}, "groups": list(one.groups), "roles": list(one.roles)}


def _differs(row: Row | None, found: Seller) -> bool:
    """Whether the CRM says something else than before. A phone of ours is not the CRM's to change."""
    if row is None:
        return False
    before = (row["name"], row["messenger_id"], row["is_active"], row["is_admin"], row["gone_at"])
    now = (found.name, found.messenger_id, found.is_active, found.is_admin, None)
    return before != now or tuple(row["groups"]) != found.groups or tuple(row["roles"]) != found.roles


def _member(row: Row) -> Member:
    seller = Seller(
        *(row["external_id"], row["name"], row["phone"], row["messenger_id"]),
        is_active=row["is_active"],
        is_admin=row["is_admin"],
        groups=tuple(row["groups"]),
        roles=tuple(row["roles"]),
        is_local=row["is_local"],
    )
    return Member(
        seller,
        areas=tuple(row["areas"]),
        takes_chats=row["takes_chats"],
        phone_is_ours=row["phone_is_ours"],
        gone_at=row["gone_at"],
        synced_at=row["synced_at"],
        open_handovers=row["open_handovers"],
    )
