"""Secrets that are changed while the old ones still count: addresses of webhooks, what signs them, API keys."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.errors import NotFound
from app.domain.ids import AccountId
from app.store.database import Database, Tx
from app.store.queries import statements
from app.store.secrets import Vault, hash_token

SQL = statements("rotation")


@dataclass(frozen=True, slots=True)
class SecretAge:
    """Since when one is what it is. Kinds: address, signing, token, key (the oldest of `n`), panel, sheet, inbox."""

    kind: str
    since: datetime
    n: int
    number: int | None


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many addresses of before still count, and until when; `until` None: until somebody ends it."""

    n: int
    until: datetime | None


@dataclass(frozen=True, slots=True)
class AddressUse:
    """When a webhook last came by the newest address, and when one last came by any; None: none ever."""

    by_newest: datetime | None
    by_any: datetime | None


class Rotation:
    """The secrets in Postgres."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def rotate_address(
        self, account_id: AccountId, secret: str, *, who: str, until: datetime | None = None
    ) -> None:
        """This one is the account's from now on; the one of before still counts until then, or without an end."""
        told = await self._database.fetchval(SQL["rotate_address"], account_id, hash_token(secret), who, until)
        if told is None:
            raise NotFound(f"There is no account {account_id}.", hint="`ponte accounts list` shows those there are.")

    async def limit_address(self, account_id: AccountId, until: datetime) -> None:
        """From then on only the newest counts."""
        await self._database.execute(SQL["limit_address"], account_id, until)

    async def finish_address(self, account_id: AccountId, *, who: str) -> int:
        """Only the newest counts; returns how many ended by this."""
        return int(await self._database.fetchval(SQL["finish_address"], account_id, who))

    async def address_use(self, account_id: AccountId) -> AddressUse:
        (row,) = await self._database.fetch(SQL["address_use"], account_id)
        return AddressUse(row["by_newest"], row["by_any"])

    async def is_address(self, account_id: AccountId, secret: str) -> bool:
        """Whether a secret names this account, an old one that still counts too."""
        return bool(await self._database.fetchval(SQL["is_address"], account_id, hash_token(secret)))

    async def is_current(self, account_id: AccountId, secret: str) -> bool:
        return bool(await self._database.fetchval(SQL["is_current_address"], account_id, hash_token(secret)))

    async def retire_signing(self, tx: Tx, account_id: int, secret: str, *, until: datetime) -> None:
        """Remember what signed until now, so that settings which still name it do not bring it back."""
        for row in await tx.fetch(SQL["signing_now"], account_id):
            old = self._vault.open(row["sealed"])
            if old != secret:
                await tx.execute(SQL["retire_signing_hash"], account_id, hash_token(old), until)
        await tx.execute(SQL["unretire_signing"], account_id, hash_token(secret))

    async def has_signing(self, tx: Tx, account_id: int, secret: str) -> bool:
        """Whether this signs already, or another has taken its place."""
        if await tx.fetchval(SQL["was_signing"], account_id, hash_token(secret)):
            return True
        rows = await tx.fetch(SQL["signing_now"], account_id)
        return bool(rows) and self._vault.open(rows[0]["sealed"]) == secret

    async def rotate_key(self, account_id: AccountId, key_id: int, key: str, *, until: datetime, who: str) -> int:
        """A key for the same holder; the number of the new one.

        Raises:
            NotFound: there is no such key, or it is over.
        """
        made = await self._database.fetchval(SQL["rotate_key"], account_id, key_id, hash_token(key), until, who)
        if made is None:
            raise NotFound(
                f"Account {account_id} has no key {key_id} that is valid.",
                hint=f"`ponte keys list --account {account_id}` shows those there are.",
            )
        return int(made)

    async def ages(self, account_id: AccountId) -> list[SecretAge]:
        return [SecretAge(**dict(row)) for row in await self._database.fetch(SQL["ages"], account_id)]

    async def overlap(self, account_id: AccountId) -> Overlap:
        (row,) = await self._database.fetch(SQL["overlap"], account_id)
        return Overlap(row["n"], row["until"])
