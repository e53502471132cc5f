"""Every chore that comes round in one table: its name, how often, and what it does. Chores only call services."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.jobs.registry import Workshop

Chore = Callable[[Workshop], Awaitable[None]]


async def sweep(shop: Workshop) -> None:
    await shop.upkeep.sweep()
    await shop.attachments.sweep()
    await shop.hearing.sweep()


async def reconcile(shop: Workshop) -> None:
    await shop.upkeep.reconcile()


async def still_looking(shop: Workshop) -> None:
    await shop.asking.tell_the_waiting()


async def poll_people(shop: Workshop) -> None:
    await shop.upkeep.poll_people()


async def fetch_news(shop: Workshop) -> None:
    await shop.fetchers.fetch_all()


async def retell(shop: Workshop) -> None:
    await shop.notifying.retell()


async def write_first(shop: Workshop) -> None:
    await shop.proactive.desk.work()


async def broadcasts(shop: Workshop) -> None:
    await shop.proactive.broadcasting.work()


async def seal_sessions(shop: Workshop) -> None:
    await shop.sessions.seal_plain()


async def agenda(shop: Workshop) -> None:
    await shop.scheduling.tick()


async def prune(shop: Workshop) -> None:
    await shop.upkeep.prune()
    await shop.admission.consenting.prune()
    await shop.provisioning.desk.prune()
    await shop.mirroring.mirror.prune()
    await shop.inboxes.mirror.prune()


async def purge(shop: Workshop) -> None:
    await shop.retention.nightly()


async def expire(shop: Workshop) -> None:
    await shop.provisioning.desk.expire()


async def mirror_sheets(shop: Workshop) -> None:
    await shop.mirroring.mirror.sweep()


async def mirror_inboxes(shop: Workshop) -> None:
    await shop.inboxes.desk.adopt()
    await shop.inboxes.mirror.sweep()


async def read_words(shop: Workshop) -> None:
    await shop.mirroring.words.sweep()


async def connect_named(shop: Workshop) -> None:
    await shop.named.connect_missing()


async def renew_tokens(shop: Workshop) -> None:
    await shop.accounts.renew(shop.admission.renewal)


async def watch_hooks(shop: Workshop) -> None:
    await shop.admission.settling.watch()


async def refresh_accounts(shop: Workshop) -> None:
    await shop.accounts.refresh()


@dataclass(frozen=True, slots=True)
class Schedule:
    """A chore and its cron expression, seconds last."""

    name: str
    cron: str
    chore: Chore


def every(seconds: int) -> str:
    """A pace as a cron expression; a minute or more is told in minutes."""
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"* * * * * */{seconds}"
    return "* * * * *" if seconds < 120 else f"*/{seconds // 60} * * * *"  # noqa: PLR2004 - two


def schedules(*, sweep_seconds: int = 10, reconcile_seconds: int = 60, fetch_seconds: int = 2) -> list[Schedule]:
    """All chores. The paces of sweep and reconciliation are settings, for a crash must be mended within them."""
    return [
        Schedule("sweep", every(sweep_seconds), sweep),
        Schedule("reconcile", every(reconcile_seconds), reconcile),
        Schedule("still_looking", every(2), still_looking),
        Schedule("poll_people", "* * * * * */5", poll_people),
        Schedule("fetch_news", every(fetch_seconds), fetch_news),
        Schedule("write_first", every(5), write_first),
        Schedule("broadcasts", every(5), broadcasts),
        Schedule("seal_sessions", every(60), seal_sessions),
        Schedule("refresh_accounts", "*/15 * * * *", refresh_accounts),
        Schedule("retell", every(60), retell),
        Schedule("connect_named", every(60), connect_named),
        Schedule("renew_tokens", every(60), renew_tokens),
        Schedule("watch_hooks", "41 4 * * *", watch_hooks),
        Schedule("agenda", every(60), agenda),
        Schedule("expire", every(10), expire),
        Schedule("mirror_sheets", every(5), mirror_sheets),
        Schedule("mirror_inboxes", every(2), mirror_inboxes),
        Schedule("read_words", "*/15 * * * *", read_words),
        Schedule("prune", "17 * * * *", prune),
        Schedule("purge", "37 6 * * *", purge),  # by night in the Americas
    ]
