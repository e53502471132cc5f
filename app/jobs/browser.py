"""The jobs and schedules of the browser process: only it takes them, and it takes no others."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.domain.ids import AccountId
from app.jobs.registry import Ids
from app.jobs.schedules import every
from app.services.provisioning.running import Running

BrowserHandler = Callable[[Running, Ids], Awaitable[None]]
BrowserChore = Callable[[Running], Awaitable[None]]
DAILY = "23 5 * * *"


async def provision(running: Running, ids: Ids) -> None:
    await running.drain(AccountId(ids["account"]))


async def panel_check(running: Running, ids: Ids) -> None:
    await running.check(AccountId(ids["account"]))


BROWSER_HANDLERS: dict[str, BrowserHandler] = {"provision": provision, "panel_check": panel_check}


async def sweep(running: Running) -> None:
    await running.sweep()


async def canary(running: Running) -> None:
    await running.canary()


@dataclass(frozen=True, slots=True)
class BrowserSchedule:
    """A chore and its cron expression, seconds last."""

    name: str
    cron: str
    chore: BrowserChore


# The sweep's name is known to the health of the installation: by it a browser process shows itself.
BROWSER_SCHEDULES = (
    BrowserSchedule("provision_sweep", every(5), sweep),
    BrowserSchedule("panel_canary", DAILY, canary),
)
