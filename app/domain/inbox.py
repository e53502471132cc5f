"""A second inbox in which conversations are shown to people: what is asked of it. Values, and one port."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from app.domain.account import Connection


class By(StrEnum):
    """As whom a line is shown."""

    CUSTOMER = "customer"
    BOT = "bot"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Line:
    """Something to show in a chat. `key` is how it is known again; `is_note`: for people only."""

    key: str
    by: By
    text: str
    is_note: bool = False


@dataclass(frozen=True, slots=True)
class Someone:
    """A customer as the mirror shall know them. `identifier` is ours and never changes; `phone` is E.164 or empty.

    `also` are identifiers under which other tools may have put the same person there. `called` is the name that we know
    them by there: one that people have given since stays.
    """

    identifier: str
    name: str
    phone: str = ""
    also: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict[str, str], hash=False)
    called: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who is there. `twins` are others with the same phone, whom people should merge."""

    person_id: str
    name: str
    twins: int = 0


@dataclass(frozen=True, slots=True)
class NewLabel:
    """A label as people see it."""

    title: str
    description: str
    color: str


class InboxMirror(Protocol):
    """One kind of inbox. Errors are those of `domain.errors`; what makes something is never repeated by itself."""

    kind: str

    async def check(self, inbox: Connection) -> str:
        """Read the inbox, writing nothing; its name.

        Raises:
            NeedsHuman: what is shown there would be sent to customers, or the tokens may not write.
        """
        ...

    def reference(self, inbox: Connection) -> str:
        """What an account that is written to by this very inbox is known by."""
        ...

    async def find(self, inbox: Connection, someone: Someone) -> Known | None:
        """Exactly, by any of their identifiers or their phone."""
        ...

    async def introduce(self, inbox: Connection, someone: Someone) -> Known:
        """Somebody new. Two at once make one: whoever comes second finds the first."""
        ...

    async def improve(self, inbox: Connection, person_id: str, someone: Someone) -> None:
        """A better name than the one we know them by, a phone that was not known, attributes that are merged."""
        ...

    async def find_chat(self, inbox: Connection, person_id: str, key: str) -> str | None:
        """The chat that was opened under this key."""
        ...

    async def open_chat(self, inbox: Connection, person_id: str, key: str) -> str:
        """A new chat. Whoever does not know what came of it looks for it before opening another."""
        ...

    async def show(self, inbox: Connection, chat_id: str, line: Line) -> None:
        """One line, behind those that are there."""
        ...

    async def shown(self, inbox: Connection, chat_id: str, keys: Collection[str]) -> set[str]:
        """Which of these lines are among the latest there."""
        ...

    async def label(self, inbox: Connection, chat_id: str, *, add: Sequence[str], remove: Sequence[str]) -> None:
        """Labels of ours; those of others stay."""
        ...

    async def mark(self, inbox: Connection, chat_id: str, attributes: Mapping[str, str]) -> None:
        """Attributes of ours; those of others stay."""
        ...

    async def forget(self, inbox: Connection, person_id: str) -> None:
        """Take a person out with everything that was shown of them; who is gone is fine."""
        ...

    async def make_labels(self, inbox: Connection, labels: Sequence[NewLabel]) -> list[str]:
        """Those that were not there yet, by their titles."""
        ...
