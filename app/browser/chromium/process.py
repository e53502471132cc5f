"""One running Chromium: its contexts, one for each panel account, and when it has served long enough.

A context reaches the panel and the hosts that its recipe names, and nothing else (`tunnel`). No downloads, no service
workers.
"""

import asyncio
import json
import os
from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Playwright, ViewportSize, async_playwright
from playwright.async_api import Error as PlaywrightError

from app.browser.chromium.closing import CLOSE_BUDGET, quietly
from app.browser.chromium.memory import resident_mib
from app.browser.chromium.options import BrowserOptions
from app.browser.chromium.tunnel import MayVisit, Tunnel
from app.browser.recipe import Recipe
from app.domain.provisioning import PanelAccount

START_BUDGET: Final = 15_000  # milliseconds
FLAGS: Final = (
    *("--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--no-first-run", "--dns-prefetch-disable", "--disable-dev-shm-usage", "--disable-extensions"),
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
)
PAGE_VISITS: Final = 20  # a page that is used on and on holds some MiB more with every visit
VIEWPORT: Final = ViewportSize(width=1280, height=900)
Key = tuple[int, str]


class Chromium:
    """A browser process with its driver."""

    def __init__(self, playwright: Playwright, browser: Browser, *, may_visit: MayVisit) -> None:
        self._playwright = playwright
        self._browser = browser
        self._may_visit = may_visit
        self._contexts: OrderedDict[Key, tuple[BrowserContext, Tunnel]] = OrderedDict()
        self._busy: set[Key] = set()
        self._visits: dict[Key, int] = {}
        self.version = browser.version
        self.pid = 0
        self.runs = 0
        self.active = 0
        self.mib: int | None = None

    @classmethod
    async def start(cls, path: Path, options: BrowserOptions, *, may_visit: MayVisit) -> "Chromium":
        playwright = await async_playwright().start()
        try:
            browser = await playwright.chromium.launch(
                executable_path=path,
                args=list(FLAGS),
                chromium_sandbox=options.sandboxed,
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
                timeout=START_BUDGET,
            )
        except BaseException:
            await quietly(playwright.stop())
            raise
        made = cls(playwright, browser, may_visit=may_visit)
        await made.measure()
        return made

    @property
    def is_alive(self) -> bool:
        return self._browser.is_connected()

    async def context(self, account: PanelAccount, recipe: Recipe, *, state: str | None) -> BrowserContext:
        """A new context in place of the one before, with the session that is kept."""
        await self.drop(account)
        tunnel = Tunnel(_hosts(account, recipe), may_visit=self._may_visit)
        try:
            await tunnel.open()
            made = await self._browser.new_context(
                storage_state=json.loads(state) if state else None,
                proxy={"server": f"socks5://127.0.0.1:{tunnel.port}"},
                accept_downloads=False,
                service_workers="block",
                viewport=VIEWPORT,
                reduced_motion="reduce",
            )
        except BaseException:
            await tunnel.close()
            raise
        self._contexts[_key(account)] = made, tunnel
        return made

    def kept(self, account: PanelAccount) -> BrowserContext | None:
        """The context of this panel account, if it is open."""
        found = self._contexts.get(_key(account))
        if found is None:
            return None
        self._contexts.move_to_end(_key(account))
        return found[0]

    @asynccontextmanager
    async def once(self, account: PanelAccount) -> AsyncGenerator[None]:
        """What this panel account sends in here goes over fresh lines, and never a second time."""
        if (found := self._contexts.get(_key(account))) is None:
            yield
            return
        async with found[1].once():
            yield

    async def drop(self, account: PanelAccount) -> None:
        """Close the context of this panel account."""
        await self._close_context(_key(account))

    def enter(self, account: PanelAccount) -> None:
        """A run begins."""
        self.active += 1
        self._busy.add(_key(account))

    async def leave(self, account: PanelAccount, *, most: int) -> None:
        """A run is over: count it, weigh the browser, and close the contexts that nobody has used for longest."""
        self.active -= 1
        self.runs += 1
        self._busy.discard(_key(account))
        await self._freshen(_key(account))
        for key in [key for key in self._contexts if key not in self._busy][: max(0, len(self._contexts) - most)]:
            await self._close_context(key)
        await self.measure()

    async def _freshen(self, key: Key) -> None:
        """A page that has served many visits makes room for a new one, and its process ends."""
        self._visits[key] = self._visits.get(key, 0) + 1
        if self._visits[key] >= PAGE_VISITS and key in self._contexts:
            del self._visits[key]
            for page in self._contexts[key][0].pages:
                await quietly(page.close())

    def is_worn(self, options: BrowserOptions) -> bool:
        return self.runs >= options.max_runs or (self.mib or 0) >= options.max_mib

    async def measure(self) -> None:
        """Find out the browser's process and what it holds."""
        with suppress(PlaywrightError, TimeoutError):
            async with asyncio.timeout(CLOSE_BUDGET):
                if not self.pid:
                    devtools: Any = await self._browser.new_browser_cdp_session()
                    told = await devtools.send("SystemInfo.getProcessInfo")
                    self.pid = next(int(one["id"]) for one in told["processInfo"] if one["type"] == "browser")
                    await devtools.detach()
                self.mib = await asyncio.to_thread(resident_mib, self.pid, ours=os.getpid())

    async def close(self) -> None:
        """End it, also when it has died already."""
        await quietly(self._browser.close())
        await quietly(self._playwright.stop())
        for key in list(self._contexts):
            await self._close_context(key)

    async def _close_context(self, key: Key) -> None:
        self._visits.pop(key, None)
        if (found := self._contexts.pop(key, None)) is not None:
            context, tunnel = found
            await quietly(context.close())
            await tunnel.close()


def _key(account: PanelAccount) -> Key:
    return account.account_id, account.key


def _hosts(account: PanelAccount, recipe: Recipe) -> dict[tuple[str, int], str]:
    """Where the browser may go for this panel, if the guard lets it: hosts with ports, and their URLs."""
    url = account.base_url or recipe.base_url
    base = urlsplit(url)
    port = base.port or (443 if base.scheme == "https" else 80)
    further = {(host, 443): f"https://{host}" for host in recipe.hosts}
    return {**further, ((base.hostname or "").lower(), port): url}
