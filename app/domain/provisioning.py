"""The words of provisioning: users made, and balances given, on a panel that belongs to somebody else.

The panel is the truth. What we did is written before and after every step, so that whoever goes on after a crash knows
at which step to go on, or has to ask the panel what happened.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from app.domain.errors import NeedsHuman, OutcomeUnknown, Rejected, Retryable
from app.domain.ids import AccountId


class Operation(StrEnum):
    """What a panel can be asked for."""

    CREATE_USER = "create_user"
    ASSIGN_BALANCE = "assign_balance"


class Status(StrEnum):
    """How it ended, as callers have always been told."""

    SUCCESS = "success"
    CONFLICT = "conflict"
    ERROR = "error"


class Step(StrEnum):
    """Where a run stands. From WRITING on the panel may have been changed: it is asked before anything is repeated."""

    ACCEPTED = "accepted"
    WRITING = "writing"
    WRITTEN = "written"
    DONE = "done"

    @property
    def is_in_doubt(self) -> bool:
        """Something may have been written, and was not read back."""
        return self in (Step.WRITING, Step.WRITTEN)


@dataclass(frozen=True, slots=True)
class PanelAccount:
    """An administrator's account on a panel. One run at a time; its session is kept from run to run."""

    account_id: AccountId
    recipe: str  # the key of the recipe that knows this panel
    base_url: str
    user: str
    password: str = field(repr=False)

    @property
    def key(self) -> str:
        """What is locked and what a session belongs to: the same panel and administrator, whoever asks."""
        return f"{self.recipe}|{self.base_url}|{self.user}"


@dataclass(frozen=True, slots=True)
class NewUser:
    """A user to be made."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SeenUser:
    """A user as the panel shows it. `balance` None: the panel does not show one."""

    username: str
    balance: Decimal | None = None


def left_of(daily_cap: Decimal, given: Decimal) -> Decimal:
    """What may still be given on a day on which so much was. Pure."""
    return max(daily_cap - given, Decimal(0))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run. `detail` is a code or a masked sentence, never a password; `evidence` names kept files."""

    status: Status
    username: str = ""
    detail: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file in the media store that shows why a visit failed: a picture, the page's text, what was done."""

    place: str
    content_type: str
    size: int


class PanelDown(Retryable):
    """The panel does not answer, is too slow, or answers 5xx; nothing was written."""

    code = "panel_down"
    evidence: tuple[str, ...] = ()


class PanelChanged(NeedsHuman):
    """The page is not the one the recipe describes; nothing was written. `evidence` shows what was there."""

    code = "panel_changed"

    def __init__(self, message: str, *, hint: str = "", evidence: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.evidence = evidence


class LoginRefused(NeedsHuman):
    """The panel does not take the administrator's name and password. Never tried again unasked: accounts get locked."""

    code = "login_refused"
    evidence: tuple[str, ...] = ()


class UserExists(Rejected):
    """The panel says that this name is taken."""

    code = "conflict"


class PanelRefused(Rejected):
    """The panel says no in its own words, which are escaped wherever they are shown; nothing was written."""

    code = "panel_refused"


class WriteInDoubt(OutcomeUnknown):
    """The write was started and nobody knows how it ended: look before anything else."""

    code = "write_in_doubt"
    evidence: tuple[str, ...] = ()
