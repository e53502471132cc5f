"""Carries one request out at a panel, step by step, each written down before and after.

Promises that a user is looked for before it is made and read back after, and that whoever comes after a crash finds
the step at which to go on. What comes next is decided in `steps`.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random

from app.browser.base import Panel
from app.domain.errors import AppError
from app.domain.provisioning import NewUser, Operation, Step, UserExists
from app.domain.usernames import candidate, clean_username
from app.services.provisioning import steps
from app.services.provisioning.passwords import four_digits
from app.services.provisioning.steps import Doubt, Next, Sums
from app.store.panels import Lease
from app.store.provisioning import Provisionings
from app.store.provisioning_requests import Provisioning

UNSEEN = "exists_not_shown"  # the code of a name that exists by the panel's word alone


class Overtaken(Exception):
    """Somebody else has taken up the request, or the panel: whoever is late does nothing any more."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How it ended. `code`: what the request is told; `cause`: what was wrong with the panel, if that is another."""

    next: Next
    code: str = ""
    evidence: tuple[str, ...] = ()
    cause: str = ""

    @property
    def why(self) -> str:
        """What breakers, and whoever looks after the panel, go by."""
        return self.cause or self.code


def ended_by(what: Next, error: AppError | None, step: Step) -> Ended:
    """How an error ends it: by its code, never by its words, which may be the panel's."""
    code = error.code if error else ""
    return Ended(what, steps.code_at(step, code), tuple(getattr(error, "evidence", ())), cause=code)


class Execution:
    """Of one request, at one panel. `one` is where it stands, also when it is broken off."""

    def __init__(self, rows: Provisionings, lease: Lease, one: Provisioning, *, chance: Random, is_late: bool) -> None:
        self._rows = rows
        self._lease = lease
        self._chance = chance
        self._is_late = is_late  # then it is only looked what became of it
        self._is_said = False  # the panel says that the candidate exists, whose write was in doubt
        self.one: Provisioning = one

    async def carry_out(self, panel: Panel) -> Ended:
        """Go on where it stands."""
        try:
            if self.one.operation is Operation.CREATE_USER:
                return await self._create(panel)
            return await self._assign(panel)
        except AppError as error:  # of a look; those of a write were dealt with
            return ended_by(steps.after_failed_look(error), error, self.one.step)

    async def _create(self, panel: Panel) -> Ended:
        while True:
            seen = await panel.look(self.one.candidate)
            is_there = seen is not None and seen.username.casefold() == self.one.candidate.casefold()
            match steps.after_look(self.one.step, is_there=is_there, doubt=await self._doubt()):
                case Next.WRITE:
                    ended = await self._write_user(panel)
                case Next.CONFLICT:
                    ended = await self._another_name()
                case Next.SUCCESS:
                    return await self._succeeded()
                case other:
                    ended = Ended(other, UNSEEN if self._is_said else steps.NOT_READ_BACK)
            if ended is not None:
                return ended

    async def _doubt(self) -> Doubt:
        """What is known besides what the panel has just shown."""
        if not self.one.step.is_in_doubt:
            return steps.CERTAIN
        is_followed = await self._rows.is_written_since(self.one)
        return Doubt(is_said=self._is_said, was_unseen=self.one.detail == UNSEEN, is_followed=is_followed)

    async def _write_user(self, panel: Panel) -> Ended | None:
        """Send the form, once; None: look what became of it."""
        user = NewUser(self.one.candidate, self.one.password or "")
        was_in_doubt = self.one.step is Step.WRITING
        if (blocked := await self._about_to_write()) is not None:
            return blocked
        error: AppError | None = None
        try:
            await panel.create_user(user)
        except AppError as raised:
            error = raised
        what, step = steps.after_write(error, was_in_doubt=was_in_doubt)
        await self._at(step=step)
        self._is_said = isinstance(error, UserExists)
        if what is Next.LOOK:
            return None
        if what is Next.CONFLICT:
            return await self._another_name()
        return ended_by(what, error, step)

    async def _about_to_write(self) -> Ended | None:
        """Write down that the panel may be changed from now on."""
        if self._is_late:
            return Ended(Next.GIVE_UP, steps.code_at(self.one.step, self.one.detail or "too_late"))
        await self._at(step=Step.WRITING)
        return None

    async def _another_name(self) -> Ended | None:
        """The name is taken: a new suffix while there are tries left; else whoever asked must choose."""
        one = self.one
        if one.names_tried >= one.most_names:
            return Ended(Next.CONFLICT, "conflict" if one.most_names == 1 else "no_names_left")
        name = one.captured_name if clean_username(one.captured_name) else one.candidate[:-4]
        fresh = candidate(name, four_digits(self._chance))
        self._is_said = False
        await self._at(step=Step.ACCEPTED, candidate=fresh, names_tried=one.names_tried + 1)
        return None

    async def _assign(self, panel: Panel) -> Ended:
        while True:
            one = self.one
            sums = Sums(one.balance_before, one.amount or Decimal(0))
            seen = await panel.look(one.candidate)
            may, doubt = one.may_repeat, await self._doubt()
            what, code = steps.after_balance_look(one.step, seen, sums, may_repeat=may, doubt=doubt)
            if seen is not None and what in (Next.SUCCESS, Next.PERSON):
                self.one = replace(one, balance_after=seen.balance)
            if what is Next.SUCCESS:
                return await self._succeeded()
            if what is not Next.WRITE or seen is None:
                return Ended(what, code)
            self.one = replace(one, balance_before=seen.balance)
            if (ended := await self._write_balance(panel, sums.amount)) is not None:
                return ended

    async def _write_balance(self, panel: Panel, amount: Decimal) -> Ended | None:
        """Send the form, once; None: read back what became of it."""
        if (blocked := await self._about_to_write()) is not None:
            return blocked
        error: AppError | None = None
        try:
            await panel.assign_balance(self.one.candidate, amount)
        except AppError as raised:
            error = raised
        # A person who lets it be given again has seen that it was not: the doubt is this write's own.
        what, step = steps.after_write(error, was_in_doubt=False)
        await self._at(step=step)
        if what is Next.CONFLICT:
            return Ended(Next.GIVE_UP, "panel_refused")
        return None if what is Next.LOOK else ended_by(what, error, step)

    async def _succeeded(self) -> Ended:
        await self._at(step=Step.DONE)
        return Ended(Next.SUCCESS)

    async def _at(self, *, step: Step, candidate: str | None = None, names_tried: int | None = None) -> None:
        """Write down where it stands.

        Raises:
            Overtaken: the run or the panel is somebody else's, or another request for this name is in doubt.
        """
        one = self.one
        there = replace(
            one,
            step=step,
            candidate=candidate or one.candidate,
            names_tried=names_tried or one.names_tried,
            may_repeat=one.may_repeat and step is not Step.WRITING,
        )
        if not await self._rows.take_step(there, self._lease):
            raise Overtaken
        self.one = there
