"""What comes next at a panel, from where a request stands and what was just seen. Pure.

A user name can be taken only once, so creating is safe to repeat: whoever comes second is told that it exists, and a
name that is there after our own write was begun is ours. One that the panel says exists and, looked for twice, does
not show is somebody else's, whom this administrator does not see. Money is not safe to repeat: a balance whose write is
in doubt is looked at again and again, and given once more only when a person has said so. And whatever is there belongs
to whoever wrote for the name last: a request that another of ours has followed takes nothing for its own.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from app.domain.errors import AppError, Rejected
from app.domain.provisioning import (
    LoginRefused,
    PanelChanged,
    PanelDown,
    PanelRefused,
    SeenUser,
    Step,
    UserExists,
    WriteInDoubt,
)

NOT_READ_BACK: Final = "not_read_back"  # the code of what the panel took and did not show
# How long it rests after each try that came to nothing.
BACKOFF: Final = tuple(timedelta(seconds=seconds) for seconds in (1, 2, 4, 8, 16))


class Next(StrEnum):
    """What to do now."""

    WRITE = "write"
    LOOK = "look"  # read back at once
    LOOK_AGAIN = "look_again"  # later: the panel does not show yet what it should
    AGAIN = "again"  # later, from where it stands
    SUCCESS = "success"
    CONFLICT = "conflict"
    GIVE_UP = "give_up"  # nothing was written, and trying again is no use
    PERSON = "person"  # something may have been written, and only a person can tell
    STOP = "stop"  # nobody goes to this panel until a person has looked


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is known of a write whose end was not seen.

    `is_said`: the panel has just refused its repeat because the user exists. `was_unseen`: it did so before, too.
    `is_followed`: another request of ours has written for the same name since, or may have.
    """

    is_said: bool = False
    was_unseen: bool = False
    is_followed: bool = False


CERTAIN: Final = Doubt()


def after_look(step: Step, *, is_there: bool, doubt: Doubt = CERTAIN) -> Next:
    """A user is to be made, and the panel shows it or does not."""
    match step:
        case Step.ACCEPTED:
            return Next.CONFLICT if is_there else Next.WRITE
        case _ if is_there and doubt.is_followed:
            return Next.CONFLICT
        case Step.WRITING if doubt.is_said and not is_there:
            return Next.CONFLICT if doubt.was_unseen else Next.LOOK_AGAIN
        case Step.WRITING:
            return Next.SUCCESS if is_there else Next.WRITE
        case Step.WRITTEN | Step.DONE:
            return Next.SUCCESS if is_there else Next.LOOK_AGAIN


@dataclass(frozen=True, slots=True)
class Sums:
    """A balance as it was before the write, and what is to be added."""

    before: Decimal | None
    amount: Decimal


def after_balance_look(
    step: Step, seen: SeenUser | None, sums: Sums, *, may_repeat: bool = False, doubt: Doubt = CERTAIN
) -> tuple[Next, str]:
    """A balance is to be given, and the panel shows the user so; with the reason where it ends."""
    is_begun = step is not Step.ACCEPTED
    if seen is None or seen.balance is None:
        missing = "balance_not_shown" if seen else ("user_is_gone" if is_begun else "no_such_user")
        return (Next.PERSON if is_begun else Next.GIVE_UP), missing
    if not is_begun:
        return Next.WRITE, ""
    if doubt.is_followed:
        return Next.PERSON, "given_since"
    if sums.before is None or seen.balance not in (sums.before, sums.before + sums.amount):
        return Next.PERSON, "balance_differs"
    if seen.balance == sums.before + sums.amount:
        return Next.SUCCESS, ""
    return (Next.WRITE, "") if step is Step.WRITING and may_repeat else (Next.LOOK_AGAIN, "balance_unchanged")


def after_write(error: AppError | None, *, was_in_doubt: bool) -> tuple[Next, Step]:
    """The form was sent, or it was not; and where it stands then. `was_in_doubt`: an earlier write may have landed."""
    untouched = Step.WRITING if was_in_doubt else Step.ACCEPTED
    match error:
        case None:
            return Next.LOOK, Step.WRITTEN
        case UserExists():
            return (Next.LOOK, Step.WRITING) if was_in_doubt else (Next.CONFLICT, Step.ACCEPTED)
        case PanelRefused():
            return (Next.PERSON, untouched) if was_in_doubt else (Next.GIVE_UP, untouched)
        case PanelDown():
            return Next.AGAIN, untouched
        case PanelChanged() | LoginRefused():
            return Next.STOP, untouched
        case _:  # in doubt, and what nobody foresaw is no better
            return Next.AGAIN, Step.WRITING


def after_failed_look(error: AppError) -> Next:
    """The panel could not be looked at; that changes nothing there."""
    match error:
        case PanelChanged() | LoginRefused():
            return Next.STOP
        case Rejected():  # the panel's word, or a recipe that is not there or has errors
            return Next.GIVE_UP
        case _:
            return Next.AGAIN


def code_at(step: Step, code: str) -> str:
    """What a request is told of something that went wrong on the way: once it may have written, that comes first."""
    match step:
        case Step.WRITING:
            return WriteInDoubt.code
        case Step.WRITTEN:
            return NOT_READ_BACK
        case _:
            return code


def rest(tries: int) -> timedelta | None:
    """How long to rest after so many tries that came to nothing; None: it is given up."""
    return BACKOFF[tries] if tries < len(BACKOFF) else None


def next_try(tries: int, now: datetime, deadline: datetime) -> datetime | None:
    """When to try again; None: not at all, for it would be too late or was tried enough."""
    wait = rest(tries)
    return None if wait is None or now + wait >= deadline else now + wait
