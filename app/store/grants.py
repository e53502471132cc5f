"""OAuth grants in Postgres: the sealed pairs, the lease of the one process that renews, states and codes on their way.

A pair is stored in one transaction, access and refresh token together, and before anybody may use it.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.domain.grants import Pair
from app.domain.ids import AccountId
from app.store.database import Database, Tx
from app.store.json_text import to_json
from app.store.queries import statements
from app.store.secrets import Vault, hash_token

SQL = statements("grants")


@dataclass(frozen=True, slots=True)
class Held:
    """The pair of an account, opened. `version` names it for whoever wants to replace it."""

    home: str
    client_id: str
    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at: datetime | None
    version: int
    lost_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewGrant:
    """An account that was granted to us, as the vendor names it."""

    name: str
    channel: str
    external_ref: str
    home: str
    client_id: str
    settings: dict[str, Any] = field(default_factory=dict[str, Any])


class Grants:
    """The pairs of the accounts."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def connect(self, tx: Tx, new: NewGrant, pair: Pair, *, hook_secret: str) -> AccountId:
        """Add an account with its pair, or give the known one a new pair; it keeps the webhook secret that it has."""
        row = (new.name, new.channel, new.external_ref, new.home, hash_token(hook_secret), to_json(new.settings))
        account_id = await tx.fetchval(SQL["connect"], *row)
        await tx.execute(SQL["set_credentials"], account_id, self._vault.seal(pair.access), pair.expires_at)
        await tx.execute(SQL["set_grant"], account_id, new.client_id, self._vault.seal(pair.refresh))
        await tx.execute(SQL["log"], account_id, "kommo", "granted", "", to_json({"client_id": new.client_id}))
        return AccountId(account_id)

    async def held(self, account_id: AccountId) -> Held | None:
        """The account's pair; none where it has a long-lived token, or nothing."""
        row = await self._database.fetchrow(SQL["held"], account_id)
        if row is None:
            return None
        return Held(
            home=row["base_url"],
            client_id=row["client_id"],
            access=self._vault.open(row["secret"]),
            refresh=self._vault.open(row["refresh_token"]),
            expires_at=row["expires_at"],
            version=row["version"],
            lost_at=row["lost_at"],
        )

    async def lease(
        self, account_id: AccountId, version: int, *, process: UUID, within: timedelta, again: timedelta
    ) -> bool:
        """Whether this process may take this pair to the token endpoint now. A lost one may after `again`."""
        args = (account_id, version, process, within, again)
        return bool(await self._database.fetchval(SQL["lease"], *args))

    async def give_back(self, account_id: AccountId, process: UUID) -> None:
        """Nothing came of it, and certainly nothing happened to the pair: the next one may try."""
        await self._database.execute(SQL["give_back"], account_id, process)

    async def renew(self, account_id: AccountId, version: int, pair: Pair) -> bool:
        """Store the pair that the one of this version was exchanged for; False where another took its place."""
        async with self._database.transaction() as tx:
            if await tx.fetchval(SQL["renew"], account_id, version, self._vault.seal(pair.refresh)) is None:
                return False
            await tx.execute(SQL["renew_credentials"], account_id, self._vault.seal(pair.access), pair.expires_at)
            await tx.execute(SQL["found_again"], account_id)
        return True

    async def lose(self, account_id: AccountId, version: int) -> bool:
        """The vendor refused the pair of this version; whether that is news."""
        return bool(await self._database.fetchval(SQL["lose"], account_id, version))

    async def due(self, among: list[AccountId], *, early: timedelta, idle: timedelta) -> list[AccountId]:
        """Those whose pair should be renewed now, the most urgent first."""
        rows = await self._database.fetch(SQL["due"], among, early, idle)
        return [AccountId(row["account_id"]) for row in rows]

    async def close(self, account_id: AccountId, why: str) -> None:
        """The account is no longer ours to serve; its tokens are forgotten."""
        await self._database.execute(SQL["close"], account_id, why)

    async def set_hook_secret(self, account_id: AccountId, secret: str) -> None:
        await self._database.execute(SQL["set_hook_secret"], account_id, hash_token(secret))

    async def has_hook_secret(self, account_id: AccountId, secret: str) -> bool:
        return bool(await self._database.fetchval(SQL["has_hook_secret"], account_id, hash_token(secret)))

    async def set_about(self, account_id: AccountId, about: dict[str, Any]) -> None:
        """Keep what the vendor told of the account, beside what was known."""
        await self._database.execute(SQL["set_about"], account_id, to_json(about))

    async def log(self, account_id: AccountId | None, who: str, what: str, why: str = "", **details: Any) -> None:
        """A line in the audit. Without an account it is about a stranger. Ids and codes only."""
        await self._database.execute(SQL["log"], account_id, who, what, why, to_json(details))


class Buckets:
    """How often an address may knock at a public door, counted for all processes together."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def knock(self, door: str, address: str, *, burst: int, a_second: float) -> timedelta:
        """Count one knock; how long this one should have waited, nothing where it may come in."""
        args = (door, hash_token(address), float(burst), a_second)
        left: float = await self._database.fetchval(SQL["knock"], *args)
        return timedelta(seconds=-left / a_second) if left < 0 else timedelta(0)


class PostgresContinuations:
    """The Salesbots that wait for our text, one on a lead."""

    LASTS = timedelta(minutes=30)

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, account_id: AccountId, lead_id: str, return_url: str) -> None:
        await self._database.execute(SQL["keep_continuation"], account_id, lead_id, return_url, self.LASTS)

    async def take(self, account_id: AccountId, lead_id: str) -> str | None:
        """The address at which the bot on this lead waits, once."""
        return await self._database.fetchval(SQL["take_continuation"], account_id, lead_id)
