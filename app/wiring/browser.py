"""The work at panels as the settings have it: a real browser, where its sessions and its evidence are kept."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from app.browser.base import Panels
from app.browser.chromium.options import BrowserOptions
from app.browser.chromium.panels import ChromiumPanels, Keeping, MayVisit
from app.browser.evidence import EvidenceKeeper
from app.browser.finding import chromium
from app.browser.loading import Recipes
from app.channels.guard import Guard, is_loopback
from app.channels.http import new_client
from app.domain.clock import SystemClock
from app.services.provisioning.running import Running
from app.settings import Settings
from app.store.panel_sessions import EvidenceRows, PanelSessions
from app.wiring.house import House
from app.wiring.outside import chromium_place, media_store


@asynccontextmanager
async def running_of(house: House, browser: Panels | None = None) -> AsyncGenerator[Running]:
    """What the jobs of the browser process work with. `browser` stands in for a real one."""
    database, vault, clock = house.database, house.granting.vault, SystemClock()
    if browser is not None:
        yield Running(database, clock, vault=vault, browser=browser)
        return
    async with new_client() as http:
        keeper = EvidenceKeeper(media_store(house.settings, http), EvidenceRows(database))
        keeping = Keeping(PanelSessions(database, vault), keeper)
        real = _chromium(house.settings, keeping, may_visit=Gatekeeper(Guard(http)).may_visit)
        try:
            yield Running(database, clock, vault=vault, browser=real, tidy=keeper.prune)
        finally:
            await real.close()


def _chromium(settings: Settings, keeping: Keeping, *, may_visit: MayVisit) -> ChromiumPanels:
    """Refuses a recipe with an error at once, not when its panel is needed."""
    recipes = Recipes(settings.ponte_recipes)
    recipes.check()
    path = chromium(chromium_place(settings))
    options = BrowserOptions(path=path, max_runs=settings.browser_max_runs, max_mib=settings.browser_max_mib)
    return ChromiumPanels(recipes, keeping, may_visit=may_visit, options=options)


class Gatekeeper:
    """Which addresses the browser may visit: public ones, by the guard; and this machine's own.

    A loopback address is in the table of panels only where an operator has put it there, or the account is a sandbox's.
    """

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def may_visit(self, url: str) -> None:
        """Raises what the guard raises."""
        if not is_loopback(urlsplit(url).hostname or ""):
            await self._guard.check(url)
