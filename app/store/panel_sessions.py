"""The sessions on panels, sealed; and which files show why a visit failed, each with the moment in which it goes."""

from collections.abc import Sequence
from datetime import timedelta

from app.domain.errors import NeedsHuman
from app.domain.ids import AccountId
from app.domain.provisioning import Evidence, PanelAccount
from app.store.database import Database, Row
from app.store.queries import statements
from app.store.secrets import Vault

SQL = statements("panel_sessions")


class PanelSessions:
    """The table `panel_sessions`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def load(self, account: PanelAccount) -> str | None:
        """The session; None where there is none, or none that our keys open: then one logs in."""
        sealed = await self._database.fetchval(SQL["load"], account.account_id, account.key)
        try:
            return None if sealed is None else self._vault.open(sealed)
        except NeedsHuman:
            return None

    async def save(self, account: PanelAccount, state: str) -> None:
        await self._database.execute(SQL["save"], account.account_id, account.key, self._vault.seal(state))

    async def forget(self, account: PanelAccount) -> None:
        await self._database.execute(SQL["forget"], account.account_id, account.key)


class EvidenceRows:
    """The table `panel_evidence`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def expect(self, account_id: AccountId, run: str, file: Evidence, *, lasts: timedelta) -> bool:
        """A file is about to be kept, and for how long; False: not of this run, whose person was erased meanwhile."""
        args = (file.place, file.content_type, file.size, lasts)
        return await self._database.fetchval(SQL["expect_evidence"], account_id, run, *args) is not None

    async def of_runs(self, account_id: AccountId, runs: Sequence[str]) -> list[Evidence]:
        """What is kept of these runs, in the order in which it came."""
        return [_evidence(row) for row in await self._database.fetch(SQL["evidence_of_runs"], account_id, list(runs))]

    async def one(self, account_id: AccountId, place: str) -> Evidence | None:
        """The file of this place, if it is this account's and has not expired."""
        row = await self._database.fetchrow(SQL["one_evidence"], account_id, place)
        return _evidence(row) if row else None

    async def expired(self, limit: int) -> list[str]:
        """Places whose time is over."""
        return [row["place"] for row in await self._database.fetch(SQL["expired_evidence"], limit)]

    async def forget(self, places: Sequence[str]) -> None:
        await self._database.execute(SQL["forget_evidence"], list(places))


def _evidence(row: Row) -> Evidence:
    return Evidence(row["place"], row["content_type"], row["size"])
