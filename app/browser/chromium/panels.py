"""All panels of one process: one browser, started by the first visit and anew when it is worn or has died.

A browser that is worn takes no new visits and is closed when its last one is over, while the next visits go to a fresh
one. Two visits to one panel account wait for each other, so that no session is used twice at a time.
"""

import asyncio
import os
from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from weakref import WeakValueDictionary

import structlog

from app.browser.base import SessionStore
from app.browser.chromium.options import BrowserOptions
from app.browser.chromium.tunnel import MayVisit
from app.browser.evidence import EvidenceKeeper
from app.browser.finding import SETTING, chromium
from app.browser.loading import Recipes
from app.browser.recipe import Recipe
from app.domain.errors import NeedsHuman, Rejected, Retryable
from app.domain.provisioning import PanelAccount, PanelDown, PanelRefused

if TYPE_CHECKING:
    from playwright.async_api import Page

    from app.browser.chromium.panel import ChromiumPanel
    from app.browser.chromium.process import Chromium

_log = structlog.get_logger()
_START_HINT: Final = (
    "Run `ponte doctor`. Where a container or kernel forbids its sandbox: BROWSER_SANDBOX=off, as in compose."
)


class NoBrowser(NeedsHuman):
    """There is no Chromium, or it does not start."""

    code = "no_browser"


@dataclass(frozen=True, slots=True)
class Keeping:
    """Where sessions and evidence are kept."""

    sessions: SessionStore
    evidence: EvidenceKeeper


class ChromiumPanels:
    """Behind `Panels`. `may_visit` is the guard of outside addresses, asked before a visit and for every connection."""

    def __init__(
        self, recipes: Recipes, keeping: Keeping, *, may_visit: MayVisit, options: BrowserOptions | None = None
    ) -> None:
        self._recipes = recipes
        self._keeping = keeping
        self._may_visit = may_visit
        self._options = options or BrowserOptions()
        self._current: Chromium | None = None
        self._starting = asyncio.Lock()
        self._locks: WeakValueDictionary[tuple[int, str], asyncio.Lock] = WeakValueDictionary()
        self._runs = 0
        self._failed = False

    @asynccontextmanager
    async def open(
        self, account: PanelAccount, *, run: str, secrets: Collection[str] = ()
    ) -> AsyncGenerator["ChromiumPanel"]:
        """One visit. Raises what `Recipes.get` raises for a recipe that is not there or has errors."""
        from app.browser.chromium.panel import ChromiumPanel, Visit  # noqa: PLC0415 - Playwright, when first needed

        recipe = self._recipes.get(account.recipe)
        async with self._lock(account):
            stay = _Stay(self, account, recipe)
            panel = ChromiumPanel(
                Visit(account, recipe, run, stay.page, stay.once, self._keeping.sessions, self._keeping.evidence),
                secrets=secrets,
            )
            try:
                yield panel
            finally:
                await asyncio.shield(stay.leave(panel))

    async def component(self) -> dict[str, object]:
        """How the browser is. `idle`: none was needed yet."""
        browser = self._current
        alive = browser is not None and browser.is_alive
        status = "up" if alive else "down" if self._failed else "idle"
        return {
            "status": status,
            "version": browser.version if browser is not None and alive else "",
            "runs": self._runs,
            "resident_mib": browser.mib if browser is not None and alive else None,
        }

    async def close(self) -> None:
        """End the browser. Visits that are under way fail."""
        async with self._starting:
            browser, self._current = self._current, None
            if browser is not None:
                await browser.close()

    @property
    def pid(self) -> int | None:
        """The process of the browser that takes visits now."""
        return self._current.pid if self._current is not None else None

    async def enter(self, account: PanelAccount) -> "Chromium":
        """A browser that is well, counted as used."""
        async with self._starting:
            browser = self._current
            if browser is None or not browser.is_alive:
                self._current = browser = await self._start(browser)
            browser.enter(account)
            return browser

    async def leave(self, browser: "Chromium", account: PanelAccount) -> None:
        """The visit is over."""
        self._runs += 1
        await browser.leave(account, most=self._options.max_sessions)
        if browser is self._current and (browser.is_worn(self._options) or not browser.is_alive):
            self._current = None
        if browser is not self._current and browser.active == 0:
            await browser.close()

    async def context_page(self, browser: "Chromium", account: PanelAccount, recipe: Recipe) -> "Page":
        """A page in the context of this panel account, which is opened with the session that is kept."""
        context = browser.kept(account)
        if context is None:
            state = await self._keeping.sessions.load(account)
            context = await browser.context(account, recipe, state=state)
        pages = [page for page in context.pages if not page.is_closed()]
        page = pages[0] if pages else await context.new_page()
        page.set_default_timeout(recipe.budgets.find)
        return page

    async def check_address(self, account: PanelAccount, recipe: Recipe) -> None:
        """Whether this panel may be visited at all."""
        try:
            await self._may_visit(account.base_url or recipe.base_url)
        except Retryable as error:
            raise PanelDown(error.message) from None
        except Rejected as error:
            raise PanelRefused(error.message, hint=error.hint, code="address_refused") from None

    async def _start(self, before: "Chromium | None") -> "Chromium":
        from playwright.async_api import Error as PlaywrightError  # noqa: PLC0415 - when first needed

        from app.browser.chromium.process import Chromium  # noqa: PLC0415 - the same

        if before is not None and before.active == 0:
            await before.close()
        path = self._options.path or chromium(os.environ)
        self._failed = True
        if path is None:
            raise NoBrowser("No Chromium is found here.", hint=f"Run `make browser`, or name one in {SETTING}.")
        try:
            browser = await Chromium.start(path, self._options, may_visit=self._may_visit)
        except (PlaywrightError, OSError) as error:
            said = f"The Chromium at {path} does not start ({type(error).__name__})."
            raise NoBrowser(said, hint=_START_HINT) from None
        self._failed = False
        _log.info("browser.started", version=browser.version, resident_mib=browser.mib)
        return browser

    def _lock(self, account: PanelAccount) -> asyncio.Lock:
        return self._locks.setdefault((account.account_id, account.key), asyncio.Lock())


class _Stay:
    """What one visit holds of the browser: nothing, until its first page."""

    def __init__(self, panels: ChromiumPanels, account: PanelAccount, recipe: Recipe) -> None:
        self._panels = panels
        self._account = account
        self._recipe = recipe
        self._browser: Chromium | None = None

    async def page(self) -> "Page":
        await self._panels.check_address(self._account, self._recipe)
        if self._browser is None:
            self._browser = await self._panels.enter(self._account)
        return await self._panels.context_page(self._browser, self._account, self._recipe)

    @asynccontextmanager
    async def once(self) -> AsyncGenerator[None]:
        if self._browser is None:
            yield
            return
        async with self._browser.once(self._account):
            yield

    async def leave(self, panel: "ChromiumPanel") -> None:
        if self._browser is None:
            return
        await panel.close()
        await self._panels.leave(self._browser, self._account)
