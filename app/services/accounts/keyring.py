"""The keys to an account: made, listed, revoked. A key itself is shown once and never kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.domain.errors import Conflict
from app.domain.ids import AccountId
from app.services.accounts.directory import Scope
from app.store.accounts import Accounts, Key
from app.store.secrets import new_token


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made; `key` is in no database."""

    id: int
    key: str


class Keyring:
    """Looks after an account's keys."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    async def page(self, account_id: AccountId, *, after: int, limit: int) -> tuple[list[Key], int | None]:
        """Keys in the order in which they were made, the revoked ones too, and where the rest begins."""
        found = await self._accounts.keys(account_id, after=after, limit=limit + 1)
        return found[:limit], found[limit - 1].id if len(found) > limit else None

    async def add(self, account_id: AccountId, *, label: str, scopes: Sequence[Scope], who: str) -> NewKey:
        """Make a key."""
        key = new_token("ponte")
        names = sorted({scope.value for scope in scopes})
        number = await self._accounts.add_key(account_id, key, label=label, scopes=names, who=who)
        return NewKey(number or 0, key)

    async def first(self, account_id: AccountId, *, label: str, who: str) -> NewKey | None:
        """A key with the scope admin, unless one opens the account already: connecting again makes no second one."""
        if await self._valid_admins(account_id):
            return None
        return await self.add(account_id, label=label, scopes=[Scope.ADMIN], who=who)

    async def renew(self, account_id: AccountId, key_id: int, *, overlap: timedelta, who: str) -> NewKey:
        """Make a key for the same holder; the one of before still opens for `overlap`.

        Raises:
            NotFound: there is no such key, or it is over.
        """
        key, until = new_token("ponte"), datetime.now(UTC) + overlap
        return NewKey(await self._accounts.rotation.rotate_key(account_id, key_id, key, until=until, who=who), key)

    async def revoke(self, account_id: AccountId, key_id: int, *, who: str) -> None:
        """Let nobody in with this key any more.

        Raises:
            NotFound: there is no such key, or it is revoked already.
            Conflict: nobody could make or revoke keys any more.
        """
        if await self.is_last_admin(account_id, key_id):
            raise Conflict(
                "This is the last key with the scope admin.",
                hint="Make another first, or use `ponte keys revoke` on the machine.",
                code="last_admin_key",
            )
        await self._accounts.revoke_key(account_id, key_id, who=who)

    async def is_last_admin(self, account_id: AccountId, key_id: int) -> bool:
        """Whether nobody could make or revoke keys by API without this one."""
        return await self._valid_admins(account_id) == [key_id]

    async def _valid_admins(self, account_id: AccountId) -> list[int]:
        keys = await self._accounts.keys(account_id)
        valid = [one for one in keys if one.revoked_at is None and one.retires_at is None]
        return [one.id for one in valid if Scope.ADMIN in one.scopes]
