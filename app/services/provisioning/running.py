"""What waits for panels is done here, by the process that has a browser: one request at a time for each panel account.

Whoever holds the lease of a panel account does what waits for it, in order. Who dies leaves a lease that ends and a
request that stands where it stood. A panel that is down is left alone for a while; one that refuses us, or is another
than its recipe says, is left alone until a person has looked.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random, SystemRandom

import structlog

from app.browser.base import Panels
from app.domain.breaker import Gate
from app.domain.clock import Clock
from app.domain.errors import AppError
from app.domain.ids import AccountId
from app.domain.provisioning import Outcome, PanelAccount, PanelDown, Status, Step
from app.services.provisioning import steps
from app.services.provisioning.executing import Ended, Execution, Overtaken, ended_by
from app.services.provisioning.holding import Holding
from app.services.provisioning.steps import Next
from app.store.breakers import Breakers
from app.store.database import Database
from app.store.panels import Lease, PanelBook, PanelLeases, PanelSettings
from app.store.provisioning import Provisionings
from app.store.provisioning_requests import Provisioning
from app.store.queue import Job, JobName
from app.store.secrets import Vault
from app.store.upkeep import Chores

_log = structlog.get_logger()
BREAKER = "panel"  # its name in the table of breakers
FAILED = "browser_failed"  # the code of what nobody foresaw


@dataclass(frozen=True, slots=True)
class Pace:
    """How long things may take. A lease outlives three heartbeats; a visit ends before its request's deadline."""

    lease: timedelta = timedelta(seconds=15)
    beat: timedelta = timedelta(seconds=4)
    visit: timedelta = timedelta(seconds=45)
    last_look: timedelta = timedelta(seconds=15)  # past the deadline, when a write is in doubt
    busy: timedelta = timedelta(seconds=10)  # until a check that found somebody there is tried again
    closed: timedelta = timedelta(seconds=2)  # between two looks whether a panel that was down is tried again


class Running:
    """The work of the browser process."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        vault: Vault,
        browser: Panels,
        pace: Pace | None = None,
        chance: Random | None = None,
        tidy: Callable[[], Awaitable[object]] | None = None,
    ) -> None:
        self._clock = clock
        self._tidy = tidy
        self._browser = browser
        self._pace = pace or Pace()
        self._chance = chance or SystemRandom()
        self._rows = Provisionings(database, vault)
        self._book = PanelBook(database, vault)
        self._holding = Holding(PanelLeases(database), lease=self._pace.lease, beat=self._pace.beat)
        self._breakers = Breakers(database)
        self._chores = Chores(database)

    async def drain(self, account_id: AccountId) -> None:
        """The job: everything that is due at the account's panel. Safe to run twice, and in many processes at once."""
        while (panel := await self._book.get(account_id)) is not None:
            if not await self._as_holder(panel):
                return  # whoever is there looks again before it goes, and after
            due = await self._rows.soonest(await self._book.sharing(panel.account), panel.account.base_url)
            if due is None:
                return
            if (wait := due - self._clock.now()) > timedelta(0):
                await self._rows.later(account_id, wait)
                return

    async def sweep(self) -> None:
        """The chore: a job for what is due at a panel that nobody is at."""
        await self._rows.enqueue(await self._chores.not_queued(await self._rows.stranded()))

    async def check(self, account_id: AccountId) -> str:
        """Log in and find every form, writing nothing; returns `ok` or a code. Stops at a panel that has changed.

        `busy`: somebody is there, and it is done when they have gone.
        """
        panel = await self._book.get(account_id)
        if panel is None:
            return "no_panel"
        async with self._holding.held(panel.account) as lease:
            if lease is None:
                job = Job(JobName.PANEL_CHECK, {"account": int(account_id)}, delay=self._pace.busy)
                await self._rows.enqueue(await self._chores.not_queued([job]))
                return "busy"
            code = await self._checked(panel.account)
        await self._book.checked(account_id, code)
        told = {"username": "", "operation": "check", "status": "success" if code == "ok" else "error"}
        await self._rows.note(account_id, told | {"details": code, "operator": panel.account.user})
        return code

    async def canary(self) -> None:
        """The daily chore: the same for every panel that is not stopped; evidence that has expired goes."""
        for account_id in await self._book.going():
            await self._rows.enqueue([Job(JobName.PANEL_CHECK, {"account": int(account_id)})])
        if self._tidy is not None:
            await self._tidy()

    async def component(self) -> dict[str, object]:
        """How the browser is."""
        return await self._browser.component()

    async def _checked(self, account: PanelAccount) -> str:
        try:
            async with (
                asyncio.timeout(self._pace.visit.total_seconds()),
                self._browser.open(account, run=f"check-{account.account_id}") as panel,
            ):
                await panel.check()
        except TimeoutError:
            return PanelDown.code
        except AppError as error:
            ended = ended_by(steps.after_failed_look(error), error, Step.ACCEPTED)
            if ended.next is Next.STOP:
                await self._stop(account.account_id, ended)
            return error.code
        return "ok"

    async def _as_holder(self, panel: PanelSettings) -> bool:
        """Do all that is due, for everybody who shares the panel account; False: somebody else is there."""
        async with self._holding.held(panel.account) as lease:
            if lease is None:
                return False
            with suppress(Overtaken):
                while (one := await self._next(panel.account, lease)) is not None:
                    await self._do(one, lease)
        return True

    async def _next(self, account: PanelAccount, lease: Lease) -> Provisioning | None:
        """Who came first, whichever account asked."""
        return await self._rows.next_due(await self._book.sharing(account), lease, self._clock.now())

    async def _do(self, one: Provisioning, lease: Lease) -> None:
        """One request: visit the panel unless there is a reason not to, and write down what came of it."""
        panel = await self._book.get(one.account_id)
        now = self._clock.now()
        is_late = now >= one.deadline
        if (blocked := _blocked(one, panel, is_late=is_late)) is not None or panel is None:
            await self._end(one, blocked or Ended(Next.GIVE_UP, "no_panel"), panel.account.user if panel else "")
            return
        if panel.account.key != lease.panel:  # it was changed a moment ago: whoever goes there holds another lease
            await self._rows.put_off(one, now, one.detail, counts=False)
            await self._rows.later(one.account_id, timedelta(0))
            raise Overtaken
        gate = await self._breakers.pass_gate(one.account_id, BREAKER, now, patience=self._pace.visit)
        if gate is Gate.SKIP and not is_late:
            until = min(now + self._pace.closed, one.deadline)
            await self._rows.put_off(one, until, PanelDown.code, counts=False)
            return
        execution = Execution(self._rows, lease, one, chance=self._chance, is_late=is_late)
        ended = await self._visited(execution, panel.account)
        await self._tell_breaker(one.account_id, ended, gate)
        await self._end(execution.one, ended, panel.account.user)

    async def _visited(self, execution: Execution, account: PanelAccount) -> Ended:
        """How the visit ended, whatever went wrong."""
        one = execution.one
        left = min(one.deadline - self._clock.now(), self._pace.visit)
        budget = max(left, self._pace.last_look) if one.step.is_in_doubt else left
        try:
            async with (
                asyncio.timeout(budget.total_seconds()),
                self._browser.open(
                    account, run=f"{one.id}-{one.run}", secrets=[one.password] if one.password else []
                ) as panel,
            ):
                return await execution.carry_out(panel)
        except TimeoutError:
            code = steps.code_at(execution.one.step, PanelDown.code)
            return Ended(Next.AGAIN, code, cause=PanelDown.code)
        except AppError as error:  # of the way there: nothing was written now
            return ended_by(steps.after_failed_look(error), error, execution.one.step)
        except Overtaken:
            raise
        except Exception as error:  # noqa: BLE001 - the browser's own faults must not lose the request
            _log.warning("provisioning.browser_failed", provisioning=one.id, kind=type(error).__name__)
            return Ended(Next.AGAIN, steps.code_at(execution.one.step, FAILED), cause=FAILED)

    async def _tell_breaker(self, account_id: AccountId, ended: Ended, gate: Gate) -> None:
        now = self._clock.now()
        if ended.why == PanelDown.code:
            await self._breakers.failed(account_id, BREAKER, now)
        elif gate is Gate.PROBE:
            await self._breakers.succeeded(account_id, BREAKER, now)

    async def _end(self, one: Provisioning, ended: Ended, operator: str) -> None:
        """Write down what came of it, or when it is tried again."""
        now = self._clock.now()
        if ended.next in (Next.AGAIN, Next.LOOK_AGAIN):
            until = steps.next_try(one.tries, now, one.deadline)
            if until is not None:
                await self._rows.put_off(one, until, ended.code)
                return
        if ended.next is Next.STOP:
            await self._stop(one.account_id, ended)
        outcome = _outcome(one, ended)
        if await self._rows.conclude(_settled(one, ended), outcome, now, operator=operator):
            told = {"status": outcome.status.value, "code": outcome.detail, "cause": ended.why}
            _log.info("provisioning.ended", provisioning=one.id, **told)

    async def _stop(self, account_id: AccountId, ended: Ended) -> None:
        if await self._book.stop(account_id, ended.why, ended.evidence, self._clock.now()):
            _log.warning("panel.stopped", account_id=int(account_id), code=ended.why)


def _blocked(one: Provisioning, panel: PanelSettings | None, *, is_late: bool) -> Ended | None:
    """Why nobody goes to the panel for this one. Pure."""
    if panel is None or panel.is_stopped:
        return Ended(Next.GIVE_UP, steps.code_at(one.step, "panel_stopped" if panel else "no_panel"))
    if one.step.is_in_doubt and one.site not in ("", panel.account.base_url):
        return Ended(Next.PERSON, "panel_moved")
    if is_late and not one.step.is_in_doubt:
        return Ended(Next.GIVE_UP, one.detail or "too_late")
    return None


def _outcome(one: Provisioning, ended: Ended) -> Outcome:
    """What callers are told. Pure."""
    match ended.next:
        case Next.SUCCESS:
            return Outcome(Status.SUCCESS, one.candidate)
        case Next.CONFLICT:
            return Outcome(Status.CONFLICT, detail=ended.code)
        case _:
            return Outcome(Status.ERROR, detail=ended.code or FAILED, evidence=ended.evidence)


def _settled(one: Provisioning, ended: Ended) -> Provisioning:
    """A conflict leaves nothing in doubt. Pure."""
    return replace(one, step=Step.ACCEPTED) if ended.next is Next.CONFLICT else one
