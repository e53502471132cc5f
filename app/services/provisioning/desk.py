"""Where requests to a panel are taken: written down once, waited for, shown. Nothing here needs a browser.

A request is known by account, conversation and candidate (a user) or by its key (a balance): a repeat is told what came
of the first, also while it is under way.
"""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random, SystemRandom
from typing import Any

from app.channels.guard import Guard
from app.domain.clock import Clock
from app.domain.errors import NotFound, Rejected
from app.domain.ids import AccountId
from app.domain.provisioning import Operation, Outcome, Status
from app.services.provisioning import balances
from app.services.provisioning.answers import no_panel, shape, status_of
from app.services.provisioning.balances import Confirmation
from app.services.provisioning.passwords import password_for
from app.services.provisioning.steps import code_at
from app.store.database import Database, Tx
from app.store.panels import PanelBook, PanelOverview, PanelSettings
from app.store.provisioning import Provisionings
from app.store.provisioning_requests import Provisioning, Wanted
from app.store.secrets import Vault


@dataclass(frozen=True, slots=True)
class Patience:
    """How long callers wait. An answer comes within 60 s; a request's deadline is a little before it."""

    deadline: timedelta = timedelta(seconds=50)
    later: timedelta = timedelta(minutes=15)  # the deadline of who is told later
    answer: timedelta = timedelta(seconds=57)
    no_browser: timedelta = timedelta(seconds=8)  # then it is looked whether anybody will come
    look: timedelta = timedelta(milliseconds=100)
    overdue: timedelta = timedelta(seconds=20)  # so long a browser may still look what became of it


@dataclass(frozen=True, slots=True)
class UserWish:
    """A user to be made, in the caller's words."""

    conversation: str
    name: str
    candidate: str
    attempt: int = 1
    locale: str = "es"
    callback_url: str | None = None
    later: bool = False


@dataclass(frozen=True, slots=True)
class BalanceWish:
    """A sum to be given."""

    username: str
    amount: Decimal
    key: str
    confirmation: Confirmation | None = None
    conversation: str = ""
    locale: str = "es"
    callback_url: str | None = None
    later: bool = False

    @property
    def digest(self) -> bytes:
        """By which a key that is used for something else is noticed."""
        return hashlib.sha256(f"{self.username}\n{self.amount}".encode()).digest()


class Desk:
    """Takes requests."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        vault: Vault,
        guard: Guard,
        patience: Patience | None = None,
        chance: Random | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._guard = guard
        self._chance = chance or SystemRandom()
        self._rows = Provisionings(database, vault)
        self._book = PanelBook(database, vault)
        self._overview = PanelOverview(database)
        self.patience = patience or Patience()

    async def create_user(self, account_id: AccountId, wish: UserWish, *, who: str) -> Provisioning:
        """Have a user made under this very name. A conflict is for the caller to solve.

        Raises:
            NoPanel: the account has none.
            Refused: the callback's address may not be called.
        """
        key = f"{wish.conversation}\n{wish.candidate}"
        known = await self._rows.asked(account_id, Operation.CREATE_USER, key)
        if known is not None:
            return known
        panel = await self._panel(account_id)
        await self._check_callback(account_id, wish.callback_url)
        wanted = Wanted(
            *(account_id, Operation.CREATE_USER, key, wish.candidate, self.deadline(later=wish.later), who),
            conversation=wish.conversation,
            captured_name=wish.name,
            attempt=wish.attempt,
            locale=wish.locale,
            password=password_for(panel.user_password, self._chance),
            callback_url=wish.callback_url,
        )
        async with self._database.transaction() as tx:
            one, _ = await self._rows.ask(tx, wanted)
        return await self.unless_stopped(one, panel)

    async def assign_balance(self, account_id: AccountId, wish: BalanceWish, *, who: str) -> Provisioning:
        """Have a sum given, once for its key.

        Raises:
            NotGiven: the cap of the day, or the second word that is missing; nothing was written.
            Rejected: the key was used for something else.
            NoPanel: the account has none.
            Refused: the callback's address may not be called.
        """
        known = await self._rows.asked(account_id, Operation.ASSIGN_BALANCE, wish.key)
        if known is None:
            await self._check_callback(account_id, wish.callback_url)
            async with self._database.transaction() as tx:
                known = await self._reserve(tx, account_id, wish, who=who)
            await self.unless_stopped(known, await self._panel(account_id))
        if known.request_digest != wish.digest:
            said = "This Idempotency-Key was used for another user or sum."
            raise Rejected(said, hint="Use a key of its own.", code="key_reused")
        return known

    async def _reserve(self, tx: Tx, account_id: AccountId, wish: BalanceWish, *, who: str) -> Provisioning:
        """Under the panel's lock: what is promised counts against the cap."""
        panel = await self._book.lock(tx, account_id)
        if panel is None:
            raise no_panel()
        wanted = Wanted(
            *(account_id, Operation.ASSIGN_BALANCE, wish.key, wish.username, self.deadline(later=wish.later), who),
            digest=wish.digest,
            conversation=wish.conversation,
            amount=wish.amount,
            locale=wish.locale,
            callback_url=wish.callback_url,
        )
        if (known := await self._rows.asked_within(tx, wanted)) is not None:
            return known
        balances.check_confirmed(wish.amount, wish.confirmation, above=panel.confirm_above)
        given = await self._rows.given_today(tx, account_id, self._clock.now())
        balances.check(wish.amount, given_today=given, daily_cap=panel.daily_cap)
        one, _ = await self._rows.ask(tx, wanted)
        if wish.confirmation is not None:
            await self._rows.log_confirmed(tx, one, wish.confirmation.by)
        return one

    async def wait(self, one: Provisioning, *, for_: timedelta | None = None) -> Provisioning:
        """What came of it, or where it is when the wait is over."""
        until = self._clock.now() + (for_ or self.patience.answer)
        looks_at = self._clock.now() + self.patience.no_browser
        while not one.is_over and self._clock.now() < until:
            await asyncio.sleep(self.patience.look.total_seconds())
            one = await self.show(one.account_id, one.id)
            if not one.is_over and self._clock.now() >= looks_at:
                one = await self._unless_hopeless(one)
                looks_at = self._clock.now() + timedelta(seconds=1)
        return one

    async def reply(self, one: Provisioning, *, later: bool = False) -> tuple[dict[str, Any], bool]:
        """What the caller is told, and whether it is over: at once, or when it is over."""
        if not later:
            return shape(await self.wait(one)), True
        return (shape(one), True) if one.is_over else (await self.status(one.account_id, one.id), False)

    async def status(self, account_id: AccountId, number: int) -> dict[str, Any]:
        """Where it stands.

        Raises:
            NotFound: the account has asked for nothing of this number.
        """
        one = await self.show(account_id, number)
        return status_of(one, await self.position(one))

    async def show(self, account_id: AccountId, number: int) -> Provisioning:
        """How it is.

        Raises:
            NotFound: the account has asked for nothing of this number.
        """
        one = await self._rows.get(account_id, number)
        if one is None:
            hint = "Use an id from POST /api/create-user or /api/assign-balance."
            raise NotFound(f"There is no provisioning {number}.", hint=hint)
        return one

    async def position(self, one: Provisioning) -> int | None:
        """Its place in the queue; None when it is over."""
        return None if one.is_over else await self._rows.position(one)

    async def expire(self) -> None:
        """The chore: what nobody will tell of any more is an error, and is kept for replay."""
        for one in await self._rows.overdue(self._clock.now() - self.patience.overdue):
            await self._given_up(one, await self._why_late(one))

    async def prune(self) -> None:
        await self._rows.prune()

    def deadline(self, *, later: bool) -> datetime:
        """Until when it must have come to an end."""
        return self._clock.now() + (self.patience.later if later else self.patience.deadline)

    async def _panel(self, account_id: AccountId) -> PanelSettings:
        panel = await self._book.get(account_id)
        if panel is None:
            raise no_panel()
        return panel

    async def _check_callback(self, account_id: AccountId, url: str | None) -> None:
        if url is not None:
            await self._guard.check(url, home=await self._rows.home(account_id))

    async def unless_stopped(self, one: Provisioning, panel: PanelSettings) -> Provisioning:
        """Nobody goes to a panel that is stopped, so nobody need wait for it."""
        return await self._given_up(one, "panel_stopped") if panel.is_stopped and one.state == "waiting" else one

    async def _unless_hopeless(self, one: Provisioning) -> Provisioning:
        """Not begun, and nobody is there to begin it; or past its deadline."""
        is_begun = one.run > 0 and one.state == "running"
        if is_begun or await self._overview.has_browser(self._clock.now()):
            is_late = one.state == "waiting" and self._clock.now() > one.deadline + self.patience.look * 20
            return await self._given_up(one, await self._why_late(one)) if is_late else one
        return one if one.run > 0 and self._clock.now() < one.deadline else await self._given_up(one, "no_browser")

    async def _why_late(self, one: Provisioning) -> str:
        if not await self._overview.has_browser(self._clock.now()):
            return "no_browser"
        return one.detail or "too_late"

    async def _given_up(self, one: Provisioning, code: str) -> Provisioning:
        outcome = Outcome(Status.ERROR, detail=code_at(one.step, code))
        await self._rows.conclude(one, outcome, self._clock.now(), operator="")
        return await self.show(one.account_id, one.id)
