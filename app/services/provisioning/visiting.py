"""One visit: carries one request out at a panel, step by step, each written down before and after.

Promises that a user is looked for before it is made and read back after, and that whoever comes after a crash finds
the step at which to go on. What comes next is decided in `steps`.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random

from app.browser.base import Panel
from app.domain.errors import AppError
from app.domain.provisioning import NewUser, Operation, PanelChanged, Step, UserExists
from app.domain.usernames import candidate, clean_username
from app.services.provisioning import steps
from app.services.provisioning.passwords import four_digits
from app.services.provisioning.steps import Next
from app.store.panels import Lease
from app.store.provisioning import Provisioning, Provisionings

UNSEEN = "exists_not_shown"  # the code of a name that exists by the panel's word alone


class Overtaken(Exception):
    """Somebody else has taken up the request, or the panel: whoever is late does nothing any more."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a visit ended."""

    next: Next
    code: str = ""
    evidence: tuple[str, ...] = ()


class Visit:
    """At one panel, for one request. `one` is where it stands, also when the visit is broken off."""

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
            return _ended(steps.after_failed_look(error), error)

    async def _create(self, panel: Panel) -> Ended:
        while True:
            seen = await panel.look(self.one.candidate)
            is_there = seen is not None and seen.username.casefold() == self.one.candidate.casefold()
            was_unseen = self.one.detail == UNSEEN
            match steps.after_look(self.one.step, is_there=is_there, is_said=self._is_said, was_unseen=was_unseen):
                case Next.WRITE:
                    ended = await self._write_user(panel)
                case Next.CONFLICT:
                    ended = await self._another_name()
                case Next.SUCCESS:
                    return await self._succeeded()
                case other:
                    ended = Ended(other, UNSEEN if self._is_said else "not_read_back")
            if ended is not None:
                return ended

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
        return _ended(what, error)

    async def _about_to_write(self) -> Ended | None:
        """Write down that the panel may be changed from now on."""
        if self._is_late:
            return Ended(Next.GIVE_UP, self.one.detail or "too_late")
        if self.one.step is not Step.WRITING:
            await self._at(step=Step.LOOKED)
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
            amount = one.amount or Decimal(0)
            seen = await panel.look(one.candidate)
            what, code = steps.after_balance_look(one.step, seen, one.balance_before, amount, may_repeat=one.may_repeat)
            if seen is not None and what in (Next.SUCCESS, Next.PERSON):
                self.one = replace(one, balance_after=seen.balance)
            if what is Next.SUCCESS:
                return await self._succeeded()
            if what is not Next.WRITE or seen is None:
                return Ended(what, code)
            self.one = replace(one, balance_before=seen.balance)
            if (ended := await self._write_balance(panel, amount)) is not None:
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
        return None if what is Next.LOOK else _ended(what, error)

    async def _succeeded(self) -> Ended:
        await self._at(step=Step.DONE)
        return Ended(Next.SUCCESS)

    async def _at(self, *, step: Step, candidate: str | None = None, names_tried: int | None = None) -> None:
        """Write down where it stands.

        Raises:
            Overtaken: the run or the panel is somebody else's.
        """
        one = self.one
        self.one = replace(
            one,
            step=step,
            candidate=candidate or one.candidate,
            names_tried=names_tried or one.names_tried,
            may_repeat=one.may_repeat and step is not Step.WRITING,
        )
        if not await self._rows.take_step(self.one, self._lease):
            raise Overtaken


def _ended(what: Next, error: AppError | None) -> Ended:
    """How an error ends a visit: by its code, never by its words, which may be the panel's."""
    evidence = error.evidence if isinstance(error, PanelChanged) else ()
    return Ended(what, error.code if error else "", evidence)
