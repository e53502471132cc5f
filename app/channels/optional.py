"""What only some channels can: a channel that can has the methods of one of these beside those of `Channel`."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from app.domain.account import Connection
from app.domain.checkup import Line
from app.domain.ids import ExternalId
from app.domain.messages import Address, LookedInto


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was new, as bodies that `parse` reads, and the position behind it. `more`: ask again at once."""

    bodies: tuple[bytes, ...]
    position: str
    more: bool = False


@runtime_checkable
class Fetching(Protocol):
    """A channel that is asked for its news, for accounts that no webhook reaches."""

    async def fetch(self, connection: Connection, position: str | None) -> Fetched:
        """What came after the position; None: from now on. The same position brings the same again.

        An account that is told by webhooks has nothing to fetch: its position is empty, and stays so.
        """
        ...


@runtime_checkable
class Inspecting(Protocol):
    """A channel of which the doctor can see more than the account itself."""

    async def inspect(self, connection: Connection) -> list[Line]:
        """The doctor's lines about it, what cannot be used among them. What stands in the way of looking raises."""
        ...


@runtime_checkable
class Leaving(Protocol):
    """A channel whose bot or user leaves chats to people, and is told nothing of what is said there afterwards."""

    def said_since(
        self, connection: Connection, chats: Sequence[tuple[Address, datetime]]
    ) -> AsyncIterator[LookedInto]:
        """All that was said in each chat since its moment, by whomever: the slow look, in the lowest lane.

        A chat that cannot be read hides no other. What stands in the way of all raises.
        """
        ...


@runtime_checkable
class Typing(Protocol):
    """A channel that can show that an answer is on its way."""

    async def typing(self, connection: Connection, to: Address, *, seen: ExternalId | None = None) -> None:
        """Show that somebody writes, and that what the customer wrote was read. Worth one call, and no trouble.

        `seen` is the last message of the customer, for channels that want to be told which.
        """
        ...
