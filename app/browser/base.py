"""What a panel is, for everybody who does not want to know that a browser drives it.

A panel never decides: it looks, writes and reads back. Each method is one visit with a budget of its own. Errors are
those of `domain.provisioning`: `PanelDown`, `PanelChanged`, `LoginRefused`, `PanelRefused` when certainly nothing was
written, `UserExists` on a taken name, `WriteInDoubt` when a write was started and its end was not seen.
"""

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from decimal import Decimal
from typing import Protocol

from app.domain.ids import AccountId
from app.domain.provisioning import Evidence, NewUser, PanelAccount, SeenUser


class Panel(Protocol):
    """One administrator's session on one panel; the caller sees to it that there is one run at a time."""

    async def look(self, username: str) -> SeenUser | None:
        """The user of exactly this name as the panel shows it now; None: certainly not there."""
        ...

    async def create_user(self, user: NewUser) -> None:
        """Fill the form and send it once."""
        ...

    async def assign_balance(self, username: str, amount: Decimal) -> None:
        """Add this much to the user's balance, once."""
        ...

    async def check(self) -> None:
        """Log in and find every part of every form that the recipe names, without writing."""
        ...


class Panels(Protocol):
    """All panels of one process: one browser, one context for each panel account."""

    def open(
        self, account: PanelAccount, *, run: str, secrets: Collection[str] = ()
    ) -> AbstractAsyncContextManager[Panel]:
        """The panel, logged in when the first visit needs it. `run` names the run's evidence.

        `secrets` are hidden in it: a page may show a password that it was given on an earlier visit.
        """
        ...

    async def component(self) -> dict[str, object]:
        """How the browser is: `{"status": "up"|"down"|"idle", "version", "runs", "resident_mib"}`."""
        ...


class SessionStore(Protocol):
    """Keeps a panel account's session (cookies, local storage) between runs and processes, encrypted."""

    async def load(self, account: PanelAccount) -> str | None:
        """Playwright's storage state as JSON; None: log in."""
        ...

    async def save(self, account: PanelAccount, state: str) -> None:
        """Keep it in place of the one before."""
        ...

    async def forget(self, account: PanelAccount) -> None:
        """It is no longer good."""
        ...


class EvidenceLog(Protocol):
    """Knows every file of evidence and when it must go, before the file is there."""

    async def expect(self, account_id: AccountId, run: str, file: Evidence, *, lasts: timedelta) -> bool:
        """A file is about to be kept, and for how long; False: nothing of this run may be kept any more."""
        ...

    async def expired(self, limit: int) -> list[str]:
        """Places whose time is over."""
        ...

    async def forget(self, places: Sequence[str]) -> None:
        """They are gone."""
        ...
