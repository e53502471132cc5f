"""One administrator's visit to one panel, as the port wants it: the operations, the login, and what failures mean.

Before a form is sent, every failure says that nothing was written, and a page that looks changed is looked at once
more, on a fresh one: a machine that is starved shows it too late, and a recipe that is stopped waits for a person.
From the press of the button on, whatever is not an answer that the recipe knows is a `WriteInDoubt`. A login that is
refused is not tried again by this visit.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, TypeAlias, TypeVar

import structlog
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from app.browser.amounts import typed_amount
from app.browser.base import SessionStore
from app.browser.chromium.capturing import capture
from app.browser.chromium.closing import quietly
from app.browser.chromium.endings import (
    ChangedError,
    DownError,
    LoggedOutError,
    LoginChangedError,
    StaleAnswerError,
    meaning,
)
from app.browser.chromium.reading import Reading
from app.browser.chromium.traffic import Journal
from app.browser.chromium.walk import Walk
from app.browser.evidence import EvidenceKeeper
from app.browser.recipe import Recipe, Write
from app.browser.wording import masked
from app.domain.provisioning import (
    LoginRefused,
    NewUser,
    PanelAccount,
    PanelChanged,
    PanelDown,
    PanelRefused,
    SeenUser,
    UserExists,
    WriteInDoubt,
)

_log = structlog.get_logger()
T = TypeVar("T")
F = TypeVar("F", bound=PanelDown | PanelChanged | LoginRefused | WriteInDoubt)
Work: TypeAlias = Callable[[Walk], Awaitable[T]]
_CHANGED_HINT: Final = "Look at the evidence, then mend the recipe; nothing was written."
_LOGIN_HINT: Final = "Put the right name and password in, then start the panel again. It is not tried until then."


@dataclass(frozen=True, slots=True)
class Visit:
    """Whose visit it is, and what it may use."""

    account: PanelAccount
    recipe: Recipe
    run: str
    open_page: Callable[[], Awaitable[Page]]
    once: Callable[[], AbstractAsyncContextManager[None]]  # what is sent in it is sent once: see `tunnel`
    sessions: SessionStore
    evidence: EvidenceKeeper


class ChromiumPanel:
    """Behind `Panel`. One page for the whole visit, opened by the first operation."""

    def __init__(self, visit: Visit, *, secrets: Collection[str] = ()) -> None:
        self._visit = visit
        self._recipe = visit.recipe
        self._journal = Journal()
        self._walk: Walk | None = None
        self._refused: LoginRefused | None = None
        self._is_well = True
        self._has_written = False
        self._secrets = {visit.account.password, *secrets}

    async def look(self, username: str) -> SeenUser | None:
        async def work(walk: Walk) -> SeenUser | None:
            await walk.go(self._recipe.look.steps, {"username": username})
            return await Reading(walk).user(username)

        return await self._do("look", work)

    async def create_user(self, user: NewUser) -> None:
        self._secrets.add(user.password)
        values = {"username": user.username, "password": user.password}
        await self._do("create_user", lambda walk: self._write(walk, self._recipe.create_user, values))

    async def assign_balance(self, username: str, amount: Decimal) -> None:
        values = {"username": username, "amount": typed_amount(amount, self._recipe.amounts)}
        await self._do("assign_balance", lambda walk: self._write(walk, self._recipe.assign_balance, values))

    async def check(self) -> None:
        await self._do("check", self._check)

    async def close(self) -> None:
        """Leave the page: to the next visit where all went well, for a new one takes a third of a second."""
        if self._walk is None:
            return
        self._walk.close()
        if not self._is_well:
            await quietly(self._walk.page.close())

    async def _check(self, walk: Walk) -> None:
        check = self._recipe.check
        await walk.go(check.steps, {"admin_user": self._visit.account.user})
        if check.list is None or check.of_user is None:
            return
        await walk.go(check.list, {"admin_user": self._visit.account.user})
        someone = await Reading(walk).anyone()
        if someone is not None:
            await walk.go(check.of_user, {"username": someone})

    async def _write(self, walk: Walk, write: Write, values: Mapping[str, str]) -> None:
        kinds = {"success": write.success, "conflict": write.conflict, "error": write.error}
        try:
            await walk.go(write.steps, values)
            answer = await walk.send(write.send, kinds)
        except StaleAnswerError:  # told once, for a write whose answer nobody saw: the next page is without it
            await walk.go(write.steps, values)
            answer = await walk.send(write.send, kinds)
        if answer is None:
            raise WriteInDoubt("The panel was sent a form and gave no answer that the recipe knows.")
        kind, words = answer
        said = masked(words, self._secrets) or "The panel said no without a word."
        if kind == "conflict":
            raise UserExists(said)
        if kind == "error":
            raise PanelRefused(said)

    async def _do(self, operation: str, work: Work[T]) -> T:
        """One operation within its budget, its failures in the words of the domain, each with evidence."""
        if self._refused is not None:
            raise self._refused
        self._journal.note("begin", operation=operation)
        if self._walk is not None:
            self._has_written |= self._walk.sent
            self._walk.sent = False
        self._is_well = False
        try:
            async with asyncio.timeout(self._recipe.budgets.visit / 1000):
                done = await self._looked_at(work)
        except (PlaywrightError, TimeoutError, LoggedOutError, DownError, ChangedError) as error:
            raise await self._with_evidence(self._meaning(error)) from None
        except (PanelDown, WriteInDoubt) as error:
            raise await self._with_evidence(error) from None
        except (UserExists, PanelRefused):
            self._is_well = self._walk is not None
            raise
        except LoginRefused as error:
            self._refused = error
            raise await self._with_evidence(error) from None
        self._is_well = True
        return done

    async def _looked_at(self, work: Work[T]) -> T:
        """The work, and once more on a fresh page where the panel looks changed before anything was written."""
        walk = await self._opened()
        try:
            return await self._logged_in(walk, work)
        except LoginChangedError:
            raise
        except (ChangedError, PlaywrightTimeoutError):
            if walk.sent or self._has_written:
                raise
        self._journal.note("again")
        await self._leave(walk)
        return await self._logged_in(await self._opened(), work)

    async def _leave(self, walk: Walk) -> None:
        walk.close()
        self._walk = None
        await quietly(walk.page.close())

    async def _logged_in(self, walk: Walk, work: Work[T]) -> T:
        """The work, and once more after a login where the panel wants one before anything was sent."""
        try:
            return await work(walk)
        except LoggedOutError:
            if walk.sent:
                raise
        await self._log_in(walk)
        return await work(walk)

    async def _log_in(self, walk: Walk) -> None:
        account = self._visit.account
        self._journal.note("log_in")
        await self._visit.sessions.forget(account)
        answer = await walk.log_in({"admin_user": account.user, "admin_password": account.password})
        if answer is None and walk.traffic.is_broken:
            raise DownError("it did not answer the login")
        if answer is None and not await walk.is_logged_out():
            raise (
                DownError("it took too long for the login")
                if walk.traffic.is_slow
                else LoginChangedError("what comes after the login is not what it was")
            )
        if answer is None or answer[0] != "success":
            raise LoginRefused("The panel refuses the administrator's name or password.", hint=_LOGIN_HINT)
        state = await walk.page.context.storage_state()
        await self._visit.sessions.save(account, json.dumps(state))

    async def _opened(self) -> Walk:
        if self._walk is None:
            account = self._visit.account
            page = await self._visit.open_page()
            base_url = account.base_url or self._recipe.base_url
            self._walk = Walk(page, self._recipe, base_url, journal=self._journal, once=self._visit.once)
        return self._walk

    def _meaning(self, error: Exception) -> PanelDown | PanelChanged | WriteInDoubt:
        """What a failure means, by whether anything was sent."""
        if self._walk is not None and self._walk.sent:
            return WriteInDoubt("The panel was sent a form and its answer was not seen.")
        match meaning(error):
            case ChangedError() as changed:
                return PanelChanged(f"The panel is not as its recipe says: {changed}.", hint=_CHANGED_HINT)
            case LoggedOutError():
                return PanelDown("The panel logs its administrator out again and again.")
            case DownError() as down:
                return PanelDown(f"The panel cannot be used: {down}.")
            case _:
                return PanelDown("The panel took too long.")

    async def _with_evidence(self, failure: F) -> F:
        self._journal.note("failed", code=failure.code)
        visit = self._visit
        page = None if self._walk is None else self._walk.page
        found = await capture(page, self._recipe, self._journal, secrets=sorted(self._secrets))
        failure.evidence = await visit.evidence.keep(visit.account.account_id, visit.run, found)
        _log.warning("browser.visit_failed", account_id=visit.account.account_id, code=failure.code)
        return failure
