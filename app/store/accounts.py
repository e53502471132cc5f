"""Accounts: who a webhook or a key belongs to, how to reach their channel, and the numbers they changed."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from app.domain.account import Capabilities, Connection, Policy
from app.domain.errors import NeedsHuman, NotFound
from app.domain.ids import AccountId
from app.store import notices
from app.store.database import Database, Row, Tx
from app.store.erasures import ErasedPhones
from app.store.json_text import from_json, to_json
from app.store.knocks import Knocks
from app.store.notices import News
from app.store.policies import capabilities_of, policy_of
from app.store.queries import statements
from app.store.rotation import Rotation
from app.store.secrets import Vault, hash_token

SQL = statements("accounts")
# So long the old secret counts where the settings name another one: the vendor is told later, or was told before.
SIGNING_OVERLAP = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Account:
    """What people may see of an account."""

    id: AccountId
    name: str
    channel: str
    external_ref: str
    timezone: str
    locale: str
    state: str
    accepts_bare_webhook: bool
    capabilities: Capabilities
    policy: Policy
    settings: dict[str, Any] = field(default_factory=dict[str, Any], hash=False)  # all that the account changed
    signing: tuple[str, ...] = field(default=(), repr=False)  # what its webhooks are signed with, newest first
    by_old_address: bool = False  # it was named by a webhook address that another has taken the place of
    address_set_at: datetime | None = None  # since when it has its newest one, where it was named by an address


@dataclass(frozen=True, slots=True)
class Caller:
    """Who holds a valid API key."""

    account_id: AccountId
    label: str
    scopes: frozenset[str]
    networks: tuple[str, ...] = ()  # from which the account lets its keys be used; none: from anywhere


@dataclass(frozen=True, slots=True)
class Key:
    """What may be seen of an API key once it is made."""

    id: int
    label: str
    scopes: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None
    retires_at: datetime | None = None  # another has taken its place, and it still opens until then


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What is needed to connect an account."""

    name: str
    channel: str
    external_ref: str
    base_url: str
    token: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    salesbot_id: int | None = None
    salesbot_field_id: int | None = None
    settings: dict[str, Any] | None = None
    signing: str = field(default="", repr=False)  # what its webhooks are signed with, where the channel signs


def _account(row: Row, signing: Sequence[str] = ()) -> Account:
    return Account(
        id=AccountId(row["id"]),
        name=row["name"],
        channel=row["channel"],
        external_ref=row["external_ref"],
        timezone=row["timezone"],
        locale=row["locale"],
        state=row["state"],
        accepts_bare_webhook=row["accepts_bare_webhook"],
        capabilities=capabilities_of(from_json(row["capabilities"])),
        policy=policy_of(from_json(row["settings"]), row["timezone"], row["locale"]),
        settings=from_json(row["settings"]),
        signing=tuple(signing),
    )


def _key(row: Row) -> Key:
    return Key(
        *(row["id"], row["label"], tuple(row["scopes"]), row["created_at"], row["revoked_at"]),
        retires_at=row["retires_at"],
    )


class Accounts:
    """The accounts in Postgres."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        self.erased = ErasedPhones(database, vault)
        self.knocks = Knocks(database)
        self.rotation = Rotation(database, vault)

    async def all_live(self) -> list[Account]:
        return [_account(row) for row in await self._database.fetch(SQL["all_live"])]

    async def all_open(self) -> list[Account]:
        """Also those that wait for a new grant."""
        return [_account(row) for row in await self._database.fetch(SQL["all_open"])]

    async def get(self, account_id: AccountId) -> Account:
        row = await self._database.fetchrow(SQL["get"], account_id)
        if row is None:
            raise NotFound(f"There is no account {account_id}.", hint="`ponte accounts list` shows those there are.")
        return _account(row)

    async def by_ref(self, channel: str, external_ref: str) -> Account | None:
        row = await self._database.fetchrow(SQL["by_ref"], channel, external_ref)
        return self._signed(row) if row else None

    async def by_secret(self, channel: str, secret: str) -> Account | None:
        """The account that a webhook's secret names. Looked up by hash, so timing tells nothing about the secret."""
        row = await self._database.fetchrow(SQL["by_secret"], channel, hash_token(secret))
        if row is None:
            return None
        by_old, since = row["by_old_address"], row["address_set_at"]
        return replace(self._signed(row), by_old_address=by_old, address_set_at=since)

    def _signed(self, row: Row) -> Account:
        return _account(row, [self._vault.open(sealed) for sealed in row["signing"]])

    async def connection(self, account_id: AccountId) -> Connection:
        """All that the channel needs to act, with the secret opened."""
        row = await self._database.fetchrow(SQL["connection"], account_id)
        if row is None:
            raise NotFound(f"Account {account_id} has no credentials.", hint="Connect it again.")
        return Connection(
            account_id=account_id,
            channel=row["channel"],
            external_ref=row["external_ref"],
            base_url=row["base_url"],
            token=self._vault.open(row["secret"]),
            capabilities=capabilities_of(from_json(row["capabilities"])),
            salesbot_id=row["salesbot_id"],
            salesbot_field_id=row["salesbot_field_id"],
            has_widget=row["has_widget"],
        )

    async def connect(self, new: NewAccount) -> AccountId:
        """Add an account, or give the one with the same reference a new token and webhook secret.

        Another account that had this webhook secret is closed: a secret names one account.
        """
        secret_hash = hash_token(new.webhook_secret)
        async with self._database.transaction() as tx:
            await tx.execute(SQL["give_up_secret"], secret_hash, new.channel, new.external_ref)
            account_id = await tx.fetchval(
                SQL["connect"],
                new.name,
                new.channel,
                new.external_ref,
                new.base_url,
                secret_hash,
                new.salesbot_id,
                new.salesbot_field_id,
                to_json(new.settings or {}),
            )
            if not await self._has_token(tx, account_id, new.token):
                await tx.execute(SQL["set_credentials"], account_id, "long_lived", self._vault.seal(new.token))
            if new.signing and not await self.rotation.has_signing(tx, account_id, new.signing):
                await self._sign_with(tx, account_id, new.signing, overlap=SIGNING_OVERLAP)
        return AccountId(account_id)

    async def _has_token(self, tx: Tx, account_id: int, token: str) -> bool:
        """Whether it is the same as before: a secret is as old as itself, however often it is given anew."""
        row = await tx.fetchrow(SQL["connection"], account_id)
        try:
            return row is not None and self._vault.open(row["secret"]) == token
        except NeedsHuman:
            return False  # nobody can open the old one

    async def rotate_signing(self, account_id: AccountId, secret: str, *, overlap: timedelta) -> None:
        """Webhooks are signed with this from now on; those signed with the old one still count for `overlap`."""
        async with self._database.transaction() as tx:
            await self.rotation.retire_signing(tx, account_id, secret, until=datetime.now(UTC) + overlap)
            await self._sign_with(tx, account_id, secret, overlap=overlap)

    async def _sign_with(self, tx: Tx, account_id: int, secret: str, *, overlap: timedelta) -> None:
        await tx.execute(SQL["retire_signing"], account_id, datetime.now(UTC) + overlap)
        await tx.execute(SQL["add_signing"], account_id, self._vault.seal(secret))

    async def set_capabilities(self, account_id: AccountId, found: Capabilities) -> None:
        stored = {
            "ways": list(found.ways),
            "sees_humans": found.sees_humans,
            "reads_back": found.reads_back,
            "shows": sorted(found.shows),
        }
        await self._database.execute(SQL["set_capabilities"], account_id, to_json(stored))

    async def lost_ways(self, account_id: AccountId, within: timedelta) -> frozenset[str]:
        """The ways of sending that the vendor refused within this time."""
        rows = await self._database.fetch(SQL["lost_ways"], account_id, within)
        return frozenset(row["way"] for row in rows)

    async def lose_way(self, account_id: AccountId, way: str) -> None:
        """The vendor says that this way of sending is not to be had any more."""
        async with self._database.transaction() as tx:
            at = await tx.fetchval(SQL["lose_way"], account_id, way)
            if at is not None:
                await notices.tell(tx, News(account_id, f"way_lost_{way}"), at)

    async def add_key(
        self, account_id: AccountId, key: str, *, label: str, scopes: list[str], who: str = "operator"
    ) -> int | None:
        """The new key's number; None where the key was there before."""
        return await self._database.fetchval(SQL["add_key"], account_id, label, hash_token(key), scopes, who)

    async def free_keys(self, webhook_secret: str, keys: Sequence[str]) -> None:
        """Take these keys from the account with this secret, so that another may get them; revoked ones stay."""
        hashes = [hash_token(key) for key in keys]
        await self._database.execute(SQL["free_keys"], hash_token(webhook_secret), hashes)

    async def keys(self, account_id: AccountId, *, after: int = 0, limit: int = 10_000) -> list[Key]:
        """The account's keys, the revoked ones too."""
        rows = await self._database.fetch(SQL["keys"], account_id, after, limit)
        return [_key(row) for row in rows]

    async def revoke_key(self, account_id: AccountId, key_id: int, *, who: str = "operator") -> None:
        """From now on nobody gets in with this key.

        Raises:
            NotFound: the account has no such key, or it was revoked before.
        """
        if await self._database.fetchval(SQL["revoke_key"], account_id, key_id, who) is None:
            raise NotFound(
                f"Account {account_id} has no key {key_id} that is valid.",
                hint=f"`ponte keys list --account {account_id}` shows those there are.",
            )

    async def salesbot(self, account_id: AccountId) -> tuple[int | None, int | None]:
        """The Salesbot that speaks for us, and the field of the lead that it shows."""
        row = await self._database.fetchrow(SQL["salesbot"], account_id)
        return (row["salesbot_id"], row["salesbot_field_id"]) if row else (None, None)

    async def change(self, account_id: AccountId, changes: dict[str, Any], *, who: str = "operator") -> None:
        """Change columns by their names, and under `settings` the numbers of the policy; the audit keeps all of it."""
        await self._database.execute(SQL["change"], account_id, to_json(changes), who)

    async def caller(self, key: str) -> Caller | None:
        """Who holds this key, if anybody."""
        row = await self._database.fetchrow(SQL["caller"], hash_token(key))
        if row is None:
            return None
        networks = tuple(from_json(row["networks"]) or ())
        return Caller(AccountId(row["account_id"]), row["label"], frozenset(row["scopes"]), networks)
