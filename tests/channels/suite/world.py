"""What a channel's simulated world must be able to do, so that one suite holds all channels to the same promises."""

from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class Traits:
    """In what channels differ, as their quality.yaml says too."""

    signs: bool = False  # webhooks carry a signature
    tells_of_people: bool = True  # a salesperson's message reaches us by a webhook
    echoes: bool = True  # our own messages come back by a webhook
    reads_back: bool = True  # a message whose answer was lost can be found again
    shows: frozenset[Form] = frozenset()  # what is shown beside plain words; the rest is written out
    ways_to_fail: frozenset[str] = field(default=frozenset({TOO_MANY, DOWN, LOST, REFUSED}))


class World(Protocol):
    """One vendor, simulated, with one account and one customer who writes in one chat."""

    name: str
    traits: Traits

    async def connected(self, house: House, hook_secret: str) -> Account:
        """The account, connected to a house; no pauses between balloons, no burst."""
        ...

    async def customer(self, text: str) -> Knocked:
        """The customer writes: the webhook as the vendor sends it."""
        ...

    async def picture(self) -> Knocked:
        """The customer sends a picture."""
        ...

    async def person(self, text: str) -> Knocked:
        """A salesperson writes to the customer, in the vendor's own inbox or on the phone."""
        ...

    async def echo(self) -> Knocked:
        """The webhook of the newest message that we have sent."""
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
