"""The work at panels as the settings have it: a real browser, where its sessions and its evidence are kept."""

from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from httpx import AsyncClient

from app.browser.base import Panels
from app.browser.chromium.options import BrowserOptions, is_root, is_sandboxed
from app.browser.chromium.panels import ChromiumPanels, Keeping
from app.browser.chromium.tunnel import MayVisit
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

Host: TypeAlias = tuple[str, int]
_PORTS: Final = {"https": 443, "http": 80}


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
        real = _chromium(house.settings, keeping, may_visit=gatekeeper_of(house.settings, http).may_visit)
        try:
            yield Running(database, clock, vault=vault, browser=real, tidy=keeper.prune)
        finally:
            await real.close()


def _chromium(settings: Settings, keeping: Keeping, *, may_visit: MayVisit) -> ChromiumPanels:
    """Refuses a recipe with an error at once, not when its panel is needed."""
    recipes = Recipes(settings.ponte_recipes)
    recipes.check()
    path = chromium(chromium_place(settings))
    options = BrowserOptions(
        path=path,
        max_runs=settings.browser_max_runs,
        max_mib=settings.browser_max_mib,
        sandboxed=is_sandboxed(settings.browser_sandbox, root=is_root()),
    )
    return ChromiumPanels(recipes, keeping, may_visit=may_visit, options=options)


class Gatekeeper:
    """Which addresses the browser may visit: public ones, by the guard; this machine's own; and named private ones.

    A loopback address is in the table of panels only where an operator has put it there, or the account is a sandbox's.
    `private` are hosts with their ports that the environment names: an operator's word, which no request can change.
    """

    def __init__(self, guard: Guard, *, private: Collection[Host] = ()) -> None:
        self._guard = guard
        self._private = frozenset(private)

    async def may_visit(self, url: str) -> Sequence[str]:
        """The addresses at which it may be visited. Raises what the guard raises."""
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)
        if is_loopback(host) or (host, port) in self._private:
            return [host]
        return await self._guard.addresses(url)


def gatekeeper_of(settings: Settings, http: AsyncClient) -> Gatekeeper:
    return Gatekeeper(Guard(http), private=private_hosts(settings.panel_private_hosts))


def private_hosts(named: str) -> frozenset[Host]:
    """The hosts of the setting; one without a port is at those that go without saying. Pure."""
    found: set[Host] = set()
    for one in filter(None, map(str.strip, named.split(","))):
        parts = urlsplit(f"//{one}")
        found |= {(parts.hostname or "", port) for port in ([parts.port] if parts.port else _PORTS.values())}
    return frozenset(found)
