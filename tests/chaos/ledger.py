"""What the people did, as they themselves remember it: the half of the evidence that no program under test wrote."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Wrote:
    """A customer's message."""

    number: int
    chat_id: str
    message_id: str
    at: float


@dataclass(frozen=True, slots=True)
class Took:
    """A take-over. `token` finds its hook in the record; without one, `answered` is when our API had said yes."""

    chat_id: str
    how: str  # wrote, typed, note, api, and each channel's own
    at: float  # just before
    token: str = ""
    answered: float | None = None


@dataclass(frozen=True, slots=True)
class Released:
    """A release: it may count from `since` on, and its own time is before `until`, which may be without end."""

    chat_id: str
    how: str
    since: float
    until: float


@dataclass
class Ledger:
    wrote: list[Wrote] = field(default_factory=list[Wrote])
    took: list[Took] = field(default_factory=list[Took])
    released: list[Released] = field(default_factory=list[Released])
    chat_of_talk: dict[int, str] = field(default_factory=dict[int, str])
