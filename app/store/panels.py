"""Panels and their leases: by whom the panel of an account is used, who is there now, and why everybody was stopped."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from app.domain.errors import NeedsHuman
from app.domain.ids import AccountId
from app.domain.provisioning import PanelAccount
from app.store import notices
from app.store.database import Database, Row, Tx
from app.store.json_text import to_json
from app.store.notices import News
from app.store.queries import statements
from app.store.secrets import Vault

SQL = statements("panels")
CAUSES = ("panel_login_refused", "panel_changed")
# The name under which browser processes connect to Postgres, and the schedule by which they show themselves.
BROWSER_ROLE = "ponte browser"
BROWSER_SWEEP = "provision_sweep"
BROWSER_SILENCE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class PanelSettings:
    """The panel of an account. `user_password` None: each user gets one of its own. `stopped_at`: nobody goes there."""

    account: PanelAccount
    user_password: str | None = field(repr=False)
    daily_cap: Decimal
    confirm_above: Decimal
    stopped_at: datetime | None = None
    stopped_why: str = ""
    stopped_evidence: tuple[str, ...] = ()
    checked_at: datetime | None = None
    checked_as: str = ""

    @property
    def is_stopped(self) -> bool:
        return self.stopped_at is not None


class PanelBook:
    """The table `panels`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def get(self, account_id: AccountId) -> PanelSettings | None:
        row = await self._database.fetchrow(SQL["panel"], account_id)
        return self._read(row) if row else None

    async def lock(self, tx: Tx, account_id: AccountId) -> PanelSettings | None:
        """The same, and nobody else gives a balance of this account until the transaction ends."""
        row = await tx.fetchrow(SQL["lock_panel"], account_id)
        return self._read(row) if row else None

    async def sharing(self, account: PanelAccount) -> list[AccountId]:
        """By whom the same account on the same panel is used: they share one queue, as they share one session."""
        rows = await self._database.fetch(SQL["sharing"], account.base_url, account.recipe, account.user)
        return [AccountId(row["account_id"]) for row in rows]

    async def going(self) -> list[AccountId]:
        """The accounts whose panel may be visited."""
        return [AccountId(row["account_id"]) for row in await self._database.fetch(SQL["all_panels"])]

    async def save(self, panel: PanelSettings, *, who: str) -> None:
        """In place of what was there; the audit keeps everything but the passwords."""
        one, seal = panel.account, self._vault.seal
        fixed = None if panel.user_password is None else seal(panel.user_password)
        told = {"recipe": one.recipe, "base_url": one.base_url, "admin_user": one.user, "fixed_password": bool(fixed)}
        told |= {"daily_cap": str(panel.daily_cap), "confirm_above": str(panel.confirm_above)}
        async with self._database.transaction() as tx:
            await tx.execute(
                SQL["set_panel"],
                *(one.account_id, one.recipe, one.base_url, one.user, seal(one.password), fixed),
                *(panel.daily_cap, panel.confirm_above, await self._has_password(tx, panel)),
            )
            await tx.execute(SQL["log_panel"], one.account_id, who, "panel_set", "", to_json(told))

    async def _has_password(self, tx: Tx, panel: PanelSettings) -> bool:
        """Whether it is the one of before: a password is as old as itself, however often it is kept anew."""
        row = await tx.fetchrow(SQL["panel"], panel.account.account_id)
        try:
            return row is not None and self._vault.open(row["sealed_password"]) == panel.account.password
        except NeedsHuman:
            return False  # nobody can open the old one

    async def stop(self, account_id: AccountId, why: str, evidence: Sequence[str], now: datetime) -> bool:
        """Nobody goes there any more, and the operators hear of it once; False when that was so already."""
        async with self._database.transaction() as tx:
            if await tx.fetchval(SQL["stop_panel"], account_id, why, list(evidence)) is None:
                return False
            told = to_json({"evidence": list(evidence)})
            await tx.execute(SQL["log_panel"], account_id, "ponte", "panel_stopped", why, told)
            await notices.tell(tx, News(account_id, cause_of(why)), now)
        return True

    async def resume(self, account_id: AccountId, now: datetime, *, who: str) -> bool:
        """An operator has looked; False when nobody was stopped."""
        async with self._database.transaction() as tx:
            if await tx.fetchval(SQL["resume_panel"], account_id) is None:
                return False
            await tx.execute(SQL["log_panel"], account_id, who, "panel_resumed", "", "{}")
            for cause in CAUSES:
                await notices.well(tx, account_id, cause, now)
        return True

    async def checked(self, account_id: AccountId, outcome: str) -> None:
        """What the last look at login and forms found: `ok`, or a code."""
        await self._database.execute(SQL["checked_panel"], account_id, outcome)

    def _read(self, row: Row) -> PanelSettings:
        fixed = row["sealed_user_password"]
        return PanelSettings(
            PanelAccount(
                AccountId(row["account_id"]),
                *(row["recipe"], row["base_url"], row["admin_user"], self._vault.open(row["sealed_password"])),
            ),
            user_password=None if fixed is None else self._vault.open(fixed),
            daily_cap=row["daily_cap"],
            confirm_above=row["confirm_above"],
            stopped_at=row["stopped_at"],
            stopped_why=row["stopped_why"],
            stopped_evidence=tuple(row["stopped_evidence"]),
            checked_at=row["checked_at"],
            checked_as=row["checked_as"],
        )


class PanelOverview:
    """What monitors ask, of the whole installation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def counts(self) -> tuple[int, int]:
        """How many panels there are, and at how many of them everybody was stopped."""
        row = await self._database.fetchrow(SQL["panels_state"])
        return (row["panels"], row["stopped"]) if row else (0, 0)

    async def has_browser(self, now: datetime) -> bool:
        """Whether a browser process has shown itself lately."""
        seen = await self._database.fetchval(SQL["browser_seen"], BROWSER_ROLE, BROWSER_SWEEP)
        return seen is not None and now - seen < BROWSER_SILENCE


def cause_of(why: str) -> str:
    """What operators are told of a panel at which everybody was stopped. Pure."""
    return why if why.startswith("panel_") else f"panel_{why}"


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to be at a panel account. Whoever is late has a turn that is over. `site`: the panel's address."""

    panel: str
    turn: int
    site: str


class PanelLeases:
    """One at a time for each panel account, over all processes. The database's clock decides."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, account: PanelAccount, lasts: timedelta) -> Lease | None:
        """None: somebody is there."""
        turn = await self._database.fetchval(SQL["take_lease"], account.key, account.account_id, lasts)
        return None if turn is None else Lease(account.key, turn, account.base_url)

    async def keep(self, lease: Lease, lasts: timedelta) -> bool:
        """Still at work; False: it was lost."""
        return await self._database.fetchval(SQL["keep_lease"], lease.panel, lease.turn, lasts) is not None

    async def give(self, lease: Lease) -> None:
        await self._database.execute(SQL["give_lease"], lease.panel, lease.turn)
