"""What the doctor tells: lines of ok, failed or not configured, each with what to do. Values only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from app.domain.ids import AccountId


class Status(StrEnum):
    """How a thing is. What is not configured is no fault."""

    OK = "ok"
    FAILED = "failed"
    NOT_CONFIGURED = "not_configured"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at. `todo` says how to mend or to have it; empty where nothing is to be done."""

    name: str
    status: Status
    message: str
    todo: str = ""
    account_id: AccountId | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """All lines of one look."""

    lines: tuple[Line, ...]
    checked_at: datetime

    @property
    def status(self) -> Status:
        return Status.FAILED if any(line.status is Status.FAILED for line in self.lines) else Status.OK


def fine(name: str, message: str, *, account_id: AccountId | None = None) -> Line:
    return Line(name, Status.OK, message, account_id=account_id)


def broken(name: str, message: str, todo: str, *, account_id: AccountId | None = None) -> Line:
    return Line(name, Status.FAILED, message, todo, account_id)


def absent(name: str, message: str, todo: str = "", *, account_id: AccountId | None = None) -> Line:
    return Line(name, Status.NOT_CONFIGURED, message, todo, account_id)


@dataclass(frozen=True, slots=True)
class Answered:
    """How an address answered."""

    status: int
    milliseconds: float


class Knock(Protocol):
    """Asks an address of the operator's own settings whether somebody is there."""

    async def knock(self, url: str, *, method: str = "GET") -> Answered:
        """One call.

        Raises:
            Retryable: nobody answers.
        """
        ...


class Probe(Protocol):
    """A world that can be looked at in its own way, such as Supabase."""

    async def look(self) -> Sequence[Line]:
        """The lines about it; an error of `domain.errors` becomes a failed line."""
        ...
