"""What a channel's simulated world must be able to do, so that one suite holds all channels to the same promises."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from app.domain.content import Form
from app.domain.knocking import Knocked
from app.store.accounts import Account
from app.wiring import House

# What can befall the next call that speaks.
TOO_MANY = "too_many"  # refused for its pace: nothing was said
DOWN = "down"  # it fails before anything was said, and says so by a 5xx
LOST = "lost"  # it was said, and the answer is lost
REFUSED = "refused"  # refused for good
BLOCKED = "blocked"  # refused, for the customer wants nothing of us any more


class People(StrEnum):
    """How we hear of a salesperson who writes in the vendor's own inbox."""

    AT_ONCE = "at_once"  # as of a customer
    BY_LOOKING = "by_looking"  # no event tells of them: chats are looked into
    NEVER = "never"  # there is no inbox in which anybody could write


# What a hand-over does at the vendor's, as its record tells it.
SAID = "said"  # the customer has heard the goodbye
NOTED = "noted"  # the brief stands on the card
GIVEN = "given"  # the chat was given to people
# Who has the chat, by that record; nothing where none is kept.
BOT, PEOPLE, NOBODY_SAYS = "bot", "people", ""


@dataclass(frozen=True)
class Traits:
    """In what channels differ, as their quality.yaml says too."""

    signs: bool = False  # webhooks carry a signature
    people: People = People.AT_ONCE
    reads_back: bool = True  # a message whose answer was lost can be found again
    gives_files: bool = True  # what customers send besides words can be had
    shows: frozenset[Form] = frozenset()  # what is shown beside plain words; the rest is written out
    ways_to_fail: frozenset[str] = field(default=frozenset({TOO_MANY, DOWN, LOST, REFUSED}))
    hand_over: frozenset[str] = frozenset({SAID})  # all that it does at the vendor's
    owners: tuple[str, str] = (NOBODY_SAYS, NOBODY_SAYS)  # before a hand-over and after it


class World(Protocol):
    """One vendor, simulated, with one account and one customer who writes in one chat."""

    name: str
    traits: Traits

    async def connected(self, house: House, hook_secret: str) -> Account:
        """The account, connected to a house; no pauses between balloons, no burst."""
        ...

    async def arrive(self, house: House, hook_secret: str, knocked: Knocked) -> str:
        """What happened at the vendor's comes to us, and what became of it: `decoded`, `raw` or `quarantined`."""
        ...

    async def customer(self, text: str) -> Knocked:
        """The customer writes: the webhook as the vendor sends it."""
        ...

    async def picture(self) -> Knocked:
        """The customer sends a picture."""
        ...

    async def person(self, text: str) -> Knocked:
        """A salesperson writes to the customer, in the vendor's own inbox or on the phone, where there is one."""
        ...

    async def echo(self) -> Knocked:
        """The webhook of the newest message that we have sent; where the vendor sends none, one that says nothing."""
        ...

    def unknown(self) -> Knocked:
        """A webhook of a kind that nobody has heard of, signed."""
        ...

    def unreadable(self) -> Knocked:
        """A body that is no body, signed."""
        ...

    def signed(self, body: bytes, url: str = "") -> Knocked:
        """Any body at all as the vendor would send it to this address; without one, to its own."""
        ...

    def forged(self, knocked: Knocked) -> list[Knocked]:
        """The same without a signature, with another's, and with another body under the old signature."""
        ...

    async def trouble(self, kind: str) -> None:
        """What befalls the next call that speaks, once."""
        ...

    async def said(self) -> list[str]:
        """What the customer can read of ours, oldest first."""
        ...

    async def shown(self) -> list[tuple[str, str]]:
        """The same, each with the form in which the customer sees it: `text`, or one of `Form`."""
        ...

    async def told(self) -> list[str]:
        """What the vendor has been told about the chat since it was opened, in order: `said`, `noted`, `given`."""
        ...

    async def owner(self) -> str:
        """Who has the chat by the vendor's own record: `bot`, `people`, or nothing where it keeps none."""
        ...


class ByWebhook:
    """A vendor that calls us."""

    name: str

    async def arrive(self, house: House, hook_secret: str, knocked: Knocked) -> str:
        return (await house.doors.webhooks.receive(self.name, hook_secret, knocked)).state


class WithoutOwners:
    """A vendor whose chats belong to nobody: what a hand-over says there are its words alone."""

    async def said(self) -> list[str]:
        raise NotImplementedError

    async def told(self) -> list[str]:
        return [SAID for _ in await self.said()]

    async def owner(self) -> str:
        return NOBODY_SAYS
