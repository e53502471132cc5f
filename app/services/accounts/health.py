"""Is everything an installation needs in order? Named components, each with a word and a sentence; no secrets."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.domain.checkup import Line, Status
from app.domain.clock import Clock
from app.domain.errors import AppError
from app.domain.ids import AccountId
from app.store.database import Database
from app.store.media import HearingRows
from app.store.overview import Overview
from app.store.panels import PanelOverview
from app.store.sheets import SheetOverview

# The name under which workers connect to Postgres.
WORKER_ROLE = "ponte worker"
# A worker that has run no schedule for this long is not there.
WORKER_SILENCE = timedelta(minutes=2)
NO_WORKER = "No worker has shown itself for two minutes; start `ponte worker`."


@dataclass(frozen=True, slots=True)
class Component:
    """`status` is healthy, degraded, unhealthy or not_configured."""

    status: str
    message: str


@dataclass(frozen=True, slots=True)
class Report:
    """`status` is healthy, degraded (works, but somebody should look) or unhealthy (503)."""

    status: str
    components: dict[str, Component]
    uptime_seconds: float


def overall(components: dict[str, Component]) -> str:
    """The worst of the components; what is not configured does not count. Pure."""
    words = {component.status for component in components.values()}
    return next((word for word in ("unhealthy", "degraded") if word in words), "healthy")


def _component(line: Line) -> Component:
    """Somebody else's trouble is looked at; we work on without them. Pure."""
    return Component("degraded" if line.status is Status.FAILED else "healthy", line.message)


class Health:
    """Looks at the components, each by its own cheap question."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        brains: Sequence[str],
        others: Mapping[str, Callable[[], Awaitable[Line]]] | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._brains = brains
        self._overview = Overview(database)
        self._panels = PanelOverview(database)
        self._sheets = SheetOverview(database)
        self._others = others or {}
        self._voices = HearingRows(database)
        self._started = time.monotonic()

    async def report(self) -> Report:
        """Everything at once. The names `rpa`, `sheets` and `ai` are those that existing monitors read."""
        components = {
            "database": await self._ask(self._database_answers),
            "queue": await self._ask(self._queue_moves),
            "kommo": await self._ask(self._accounts_live),
            "brain": Component("healthy", f"Ladder: {', '.join(self._brains)}."),
            "ai": Component("healthy", f"Answers come from: {', '.join(self._brains)}."),
            "rpa": await self._ask(self._panels_go),
            "sheets": await self._ask(self._sheets_take_rows),
        }
        for name, look in self._others.items():
            components[name] = _component(await look())
        return Report(overall(components), components, round(time.monotonic() - self._started, 1))

    async def _ask(self, question: Callable[[], Awaitable[Component]]) -> Component:
        try:
            return await question()
        except AppError as error:
            return Component("unhealthy", f"{error.message} {error.hint}".strip())

    async def _database_answers(self) -> Component:
        await self._database.fetchval("select 1")
        return Component("healthy", "Postgres answers.")

    async def _queue_moves(self) -> Component:
        seen = await self._overview.worker_seen(WORKER_ROLE)
        if seen is None or self._clock.now() - seen > WORKER_SILENCE:
            return Component("degraded", NO_WORKER)
        dead = sum(row["n"] for row in await self._overview.queue() if row["status"] == "failed")
        if dead:
            return Component("degraded", f"{dead} jobs have failed for good; see `ponte jobs list`.")
        return Component("healthy", "A worker is at work.")

    async def _accounts_live(self) -> Component:
        connected, waiting = await self._overview.live_accounts()
        if waiting:
            message = f"{waiting} account(s) have lost their grant; `ponte doctor` says how each is connected again."
            return Component("degraded", message)
        if not connected:
            return Component(
                "not_configured", "No account is connected; run `ponte channels connect` or `ponte kommo connect`."
            )
        return Component("healthy", f"{connected} account(s) connected.")

    async def _panels_go(self) -> Component:
        panels, stopped = await self._panels.counts()
        if not panels:
            return Component("not_configured", "No panel is set; `ponte panels set`.")
        if stopped:
            return Component("degraded", f"{stopped} of {panels} panel(s) are stopped; see `ponte panels list`.")
        if not await self._panels.has_browser(self._clock.now()):
            return Component("degraded", "No browser process has shown itself; start `ponte browser`.")
        return Component("healthy", f"{panels} panel(s), and a browser process is at work.")

    async def _sheets_take_rows(self) -> Component:
        """A mirror that is behind keeps nobody from anything: at worst somebody should look."""
        seen = await self._sheets.state()
        if not seen.sheets:
            return Component("not_configured", "No spreadsheet is connected.")
        if seen.failing:
            message = f"{seen.failing} of {seen.sheets} sheet(s) take no rows; see `ponte sheets list`."
            return Component("degraded", message)
        return Component("healthy", f"{seen.sheets} sheet(s); {seen.waiting} row(s) are on their way.")

    async def totals(self, account_id: AccountId) -> list[dict[str, Any]]:
        """The figures of an account, for the metrics; none once it is closed."""
        return await self._overview.totals(account_id)

    async def brains(self, account_id: AccountId) -> list[dict[str, Any]]:
        """How the brains ended that the account's turns asked over the last day."""
        return await self._overview.brains(account_id)

    async def voices(self, account_id: AccountId) -> dict[str, int]:
        """What became of the voice messages of the last day: heard, silent, late, failed, or still waiting."""
        return await self._voices.counts(account_id)

    async def queue(self) -> list[dict[str, Any]]:
        return await self._overview.queue()
