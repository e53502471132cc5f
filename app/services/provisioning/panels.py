"""The panel of an account as people see and change it: set, shown without its password, checked, let go on."""

import asyncio
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import urlsplit

from app.channels.guard import Guard
from app.domain.clock import Clock
from app.domain.errors import Conflict, NotFound, Rejected, Retryable
from app.domain.ids import AccountId
from app.domain.provisioning import PanelAccount
from app.store.database import Database
from app.store.panels import PanelBook, PanelOverview, PanelSettings
from app.store.provisioning import Provisionings
from app.store.queue import Job, JobName
from app.store.secrets import Vault

_RECIPE = re.compile(r"[a-z][a-z0-9_-]{0,63}", re.ASCII)
CHECKED_WITHIN = timedelta(seconds=60)
DEFAULT_CAP, DEFAULT_ABOVE = Decimal(1000), Decimal(100)


@dataclass(frozen=True, slots=True)
class PanelChange:
    """What somebody wants changed. None: as it was. `generate`: every user gets a password of its own."""

    recipe: str | None = None
    base_url: str | None = None
    admin_user: str | None = None
    admin_password: str | None = None
    user_password: str | None = None
    generate: bool = False
    daily_cap: Decimal | None = None
    confirm_above: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PanelView:
    """A panel as people see it: without its passwords."""

    recipe: str
    base_url: str
    admin_user: str
    passwords: str  # fixed or generated
    daily_cap: str
    confirm_above: str
    stopped_at: datetime | None
    stopped_why: str
    stopped_evidence: list[str]
    checked_at: datetime | None
    checked_as: str


class PanelDesk:
    """Looks after panels."""

    def __init__(self, database: Database, clock: Clock, *, vault: Vault, guard: Guard) -> None:
        self._clock = clock
        self._guard = guard
        self._book = PanelBook(database, vault)
        self._rows = Provisionings(database, vault)
        self._overview = PanelOverview(database)

    async def listing(self, account_id: AccountId) -> list[PanelView]:
        """The account's panel, if it has one."""
        found = await self._book.get(account_id)
        return [] if found is None else [_view(found)]

    async def set(
        self, account_id: AccountId, change: PanelChange, *, who: str, is_operator: bool = False
    ) -> PanelView:
        """Change it, or set the first. Whoever does has looked, so one that was stopped goes on.

        Raises:
            Rejected: something is missing or makes no sense.
            Refused: a caller from outside names an address that is not public; an operator may.
            Conflict: it shall move while nobody knows how a write there ended.
        """
        before = await self._book.get(account_id)
        panel = _changed(account_id, before, change)
        moved = before is None or before.account.base_url != panel.account.base_url
        if moved and not is_operator:
            await self._guard.check(panel.account.base_url, home=await self._rows.home(account_id))
        if moved and (one := await self._rows.in_doubt(account_id)) is not None:
            hint = f"Wait until it is settled (GET /api/provisionings/{one}), or let it become dead and discard it."
            raise Conflict(f"Provisioning {one} may have written at the panel.", hint=hint, code="write_in_doubt")
        await self._book.save(panel, who=who)
        return _view(await self._of(account_id))

    async def resume(self, account_id: AccountId, *, who: str) -> PanelView:
        """Let everybody go there again.

        Raises:
            NotFound: there is no panel.
            Conflict: it is not stopped.
        """
        await self._of(account_id)
        if not await self._book.resume(account_id, self._clock.now(), who=who):
            raise Conflict("The panel is not stopped.", hint="Nothing is to be done.", code="not_stopped")
        return _view(await self._of(account_id))

    async def check(self, account_id: AccountId, *, within: timedelta = CHECKED_WITHIN) -> PanelView:
        """Have a browser process log in and find every form, writing nothing; waits for what it found.

        Raises:
            NotFound: there is no panel.
            Retryable: no browser process is at work, or it has not answered yet.
        """
        before = await self._of(account_id)
        if not await self._overview.has_browser(self._clock.now()):
            hint = "Start `ponte browser`, then try again."
            raise Retryable("No browser process is at work.", hint=hint, code="no_browser")
        await self._rows.enqueue([Job(JobName.PANEL_CHECK, {"account": int(account_id)}, urgent=True)])
        until = self._clock.now() + within
        while self._clock.now() < until:
            await asyncio.sleep(0.1)
            found = await self._of(account_id)
            if found.checked_at is not None and found.checked_at != before.checked_at:
                return _view(found)
        raise Retryable("The panel has not been checked yet.", hint="It is busy; look again.", code="still_running")

    async def _of(self, account_id: AccountId) -> PanelSettings:
        found = await self._book.get(account_id)
        if found is None:
            hint = "Set one: `ponte panels set`, or PUT /admin/panels."
            raise NotFound("This account has no panel.", hint=hint, code="no_panel")
        return found


def _view(one: PanelSettings) -> PanelView:
    return PanelView(
        *(one.account.recipe, one.account.base_url, one.account.user),
        passwords="generated" if one.user_password is None else "fixed",
        daily_cap=f"{one.daily_cap:.2f}",
        confirm_above=f"{one.confirm_above:.2f}",
        stopped_at=one.stopped_at,
        stopped_why=one.stopped_why,
        stopped_evidence=list(one.stopped_evidence),
        checked_at=one.checked_at,
        checked_as=one.checked_as,
    )


def _changed(account_id: AccountId, before: PanelSettings | None, change: PanelChange) -> PanelSettings:
    """The panel after a change. Pure."""
    was = before.account if before else PanelAccount(account_id, "", "", "", "")
    account = PanelAccount(
        *(account_id, _recipe(change.recipe or was.recipe), _address(change.base_url or was.base_url)),
        *(_given("admin_user", change.admin_user or was.user), _given("admin_password", _password(change, was))),
    )
    fixed = None if change.generate else change.user_password or (before.user_password if before else None)
    made = PanelSettings(account, fixed, daily_cap=DEFAULT_CAP, confirm_above=DEFAULT_ABOVE)
    caps = {
        "daily_cap": change.daily_cap if change.daily_cap is not None else before and before.daily_cap,
        "confirm_above": change.confirm_above if change.confirm_above is not None else before and before.confirm_above,
    }
    return replace(made, **{name: value for name, value in caps.items() if value is not None})


def _password(change: PanelChange, was: PanelAccount) -> str:
    """A password that is kept does not follow the account to another address, where somebody else may read it."""
    if change.admin_password:
        return change.admin_password
    return was.password if change.base_url in (None, was.base_url) else ""


def _recipe(name: str) -> str:
    if not _RECIPE.fullmatch(name):
        raise Rejected("`recipe` is missing or no name of a recipe.", hint="Such as sandbox: letters, digits, - and _.")
    return name


def _address(url: str) -> str:
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username and parts.port != 0
    except ValueError:
        is_web = False
    if not is_web:
        raise Rejected("`base_url` is missing or no web address.", hint="Such as https://panel.example.com.")
    return url.rstrip("/")


def _given(name: str, value: str) -> str:
    if not value:
        raise Rejected(f"`{name}` is missing.", hint="A panel needs recipe, base_url, admin_user and admin_password.")
    return value
