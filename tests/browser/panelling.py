"""A simulated panel as the tests of the browser use it, and where its sessions and evidence go meanwhile."""

import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from app.browser.chromium import BrowserOptions, ChromiumPanels, Keeping
from app.browser.evidence import EvidenceKeeper
from app.browser.loading import BUILT_IN, Recipes
from app.domain.ids import AccountId
from app.domain.provisioning import Evidence, PanelAccount
from app.storage.folder import FolderStore
from tests.sandbox.player import Json, Player

OURS = AccountId(1)
PASSWORD = "geheim-4711-wort"


@dataclass
class MemorySessions:
    """A session store without a database."""

    kept: dict[str, str] = field(default_factory=dict)

    async def load(self, account: PanelAccount) -> str | None:
        return self.kept.get(account.key)

    async def save(self, account: PanelAccount, state: str) -> None:
        self.kept[account.key] = state

    async def forget(self, account: PanelAccount) -> None:
        self.kept.pop(account.key, None)


@dataclass
class MemoryLog:
    """An evidence log without a database."""

    files: list[Evidence] = field(default_factory=list)

    async def expect(self, account_id: AccountId, run: str, file: Evidence, *, lasts: timedelta) -> bool:
        del account_id, run, lasts
        self.files.append(file)
        return True

    async def expired(self, limit: int) -> list[str]:
        return [file.place for file in self.files][:limit]

    async def forget(self, places: Sequence[str]) -> None:
        self.files = [file for file in self.files if file.place not in places]


async def anywhere(url: str) -> list[str]:
    """A guard that lets everything pass."""
    return [urlsplit(url).hostname or ""]


def recipe_with(folder: Path, key: str, **budgets: int) -> None:
    """The sandbox's recipe with other budgets, as an agency's own."""
    given = yaml.safe_load((BUILT_IN / "sandbox.yaml").read_text(encoding="utf-8"))
    given["budgets"] |= budgets
    (folder / f"{key}.yaml").write_text(yaml.safe_dump(given), encoding="utf-8")


@dataclass
class Room:
    """Everything a test needs: the panel's own view, our panels, and what was kept."""

    box: Player
    folder: Path
    sessions: MemorySessions
    log: MemoryLog
    files: FolderStore
    panels: ChromiumPanels

    def account(self, *, password: str = "simulated-panel", host: str = "", recipe: str = "sandbox") -> PanelAccount:
        base = str(self.box.http.base_url).rstrip("/")
        base = base.replace("127.0.0.1", host) if host else base
        return PanelAccount(OURS, recipe, f"{base}/panel", "admin", password)

    async def trouble(self, **order: object) -> None:
        await self.box.steer("panel/trouble", order)

    async def state(self) -> Json:
        return (await self.box.http.get("/_sandbox/panel")).json()

    async def users(self) -> list[str]:
        return [user["username"] for user in (await self.box.http.get("/_sandbox/panel/users")).json()]

    async def journal(self) -> list[Json]:
        return (await self.box.http.get("/_sandbox/panel/journal")).json()

    async def evidence(self, places: Sequence[str]) -> dict[str, bytes]:
        """The files by the last word of their names."""
        return {place.rpartition("-")[2]: await self.files.get(place) for place in places}

    def kill(self) -> None:
        """As the kernel kills what takes too much memory."""
        pid = self.panels.pid
        assert pid
        os.kill(pid, signal.SIGKILL)


def room_of(box: Player, folder: Path, options: BrowserOptions | None = None) -> Room:
    sessions, log, files = MemorySessions(), MemoryLog(), FolderStore(folder / "media")
    recipe_with(folder, "hasty", open=1_000, find=1_000, answer=1_500)
    recipe_with(folder, "short", find=1_500, answer=1_500)
    keeping = Keeping(sessions, EvidenceKeeper(files, log))
    panels = ChromiumPanels(Recipes(folder), keeping, may_visit=anywhere, options=options)
    return Room(box, folder, sessions, log, files, panels)
