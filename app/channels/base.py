"""What a channel is, for everybody who does not want to know which one it is.

A channel never decides: it verifies, translates and carries. Its errors are those of `domain.errors`:
`NotStarted` when certainly nothing happened, `OutcomeUnknown` when it may have, `WayLost`, `NeedsHuman` or
`Rejected` when it definitely did not and will not by itself.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from app.channels.guard import Answer, Bounds
from app.domain.account import Capabilities, Connection, Lane
from app.domain.content import Content
from app.domain.grants import Pipeline, Subscription
from app.domain.ids import ContactId, ExternalId, LeadId
from app.domain.inspection import AccountSeen, Guide, HookSeen, LeadSeen
from app.domain.knocking import Acknowledgement, Greeting, Knocked
from app.domain.messages import Address, LookedInto, ParsedBody, ReadBack, Sent
from app.domain.people import Contact, Seller
from app.domain.phones import Phone
from app.domain.ports import Slot
from app.domain.templates import Approved


class Undecodable(ValueError):
    """A body that cannot be read within the bounds. The message is a short reason without content."""


class Channel(Protocol):
    """One vendor. Methods stand in the order in which a message meets them."""

    name: str
    guide: Guide  # what people are told of it
    acknowledgement: Acknowledgement | None  # None: our own JSON
    signs: bool  # its webhooks carry a signature, which is looked at before anything is stored
    largest_body: int = 1 << 20  # of one webhook, in bytes
    secret_lasts: timedelta | None = None  # so old an account's secret may become before people are told
    keeps_owners: bool = False  # it knows itself whether a chat is the bot's or people's, and is told by `hand_over`
    has_users: bool = True  # salespeople are users there; else only those whom people add here are known

    def verify(self, knocked: Knocked, secrets: Sequence[str], *, now: datetime) -> bool:
        """Whether the request is signed with one of the account's secrets. Pure; compares in constant time."""
        ...

    def greet(self, query: Mapping[str, str]) -> Greeting | None:
        """What the vendor's check of an address wants to hear; None: nothing in particular. Pure.

        Whether the address is ours has been looked at before.
        """
        ...

    def parse(self, body: bytes, *, generous: bool = False) -> ParsedBody:
        """Decode a webhook body. Pure and bounded; `generous` raises the bounds for the worker.

        Raises:
            Undecodable: the body is broken or larger than the bounds.
        """
        ...

    async def slot(self, connection: Connection, lane: Lane) -> Slot:
        """Wait for the right to make one call."""
        ...

    async def send(
        self,
        connection: Connection,
        to: Address,
        text: str,
        *,
        way: str,
        slot: Slot,
        content: Content | None = None,
    ) -> Sent:
        """Send one message by `way` (one of the account's capabilities).

        A `content` comes only where the capabilities name its form: it is shown, and the text is the same in words.
        The call starts at once or not at all: a slot gone stale raises NotStarted.
        """
        ...

    async def read_back(
        self, connection: Connection, to: Address, *, since: datetime, lane: Lane = Lane.HANDOFF
    ) -> ReadBack:
        """What the conversation shows since then, ours and everybody's."""
        ...

    async def download(self, connection: Connection, link: str, *, bounds: Bounds) -> Answer | None:
        """A customer's attachment that only this account's token opens. None: anybody may fetch the link."""
        ...

    def missed(
        self, connection: Connection, *, since: datetime, until: datetime | None = None
    ) -> AsyncIterator[LookedInto]:
        """What happened since then according to the channel itself, for hooks that never came; talk by talk.

        A talk that cannot be read hides no other. What stands in the way of all raises.
        """
        ...

    def outgoing_since(
        self, connection: Connection, chats: Sequence[tuple[Address, datetime]]
    ) -> AsyncIterator[LookedInto]:
        """What was written in each chat since its moment; the poll for channels that do not tell us by a hook.

        What people and programs of the company wrote; the customers' too where the channel may not tell of theirs.
        A chat that cannot be read hides no other. What stands in the way of all raises.
        """
        ...

    async def note(self, connection: Connection, lead_id: LeadId, text: str) -> ExternalId | None:
        """Write an internal note on the lead."""
        ...

    async def find_notes(self, connection: Connection, lead_id: LeadId, text: str) -> list[ExternalId]:
        """The ids of the lead's latest notes with exactly this text (after an unknown outcome)."""
        ...

    async def tag(self, connection: Connection, lead_id: LeadId, *, add: list[str], remove: list[str]) -> None:
        """Add and remove tags on the lead; the others stay."""
        ...

    async def fill(self, connection: Connection, lead_id: LeadId, name: str, value: str) -> None:
        """Write into the lead's field of this name, upper and lower case alike; the others stay.

        Raises:
            Rejected: the lead has no such field, or it takes no text.
        """
        ...

    async def assign(self, connection: Connection, lead_id: LeadId, seller_id: str, *, lane: Lane = Lane.CRM) -> None:
        """Make a salesperson responsible for the lead."""
        ...

    async def hand_over(self, connection: Connection, to: Address, *, lane: Lane = Lane.HANDOFF) -> None:
        """The chat is people's now: the last word of a hand-over, for a channel that keeps owners. Safe to repeat.

        This chat alone: its card may have others, with the bot in them.
        """
        del connection, to, lane

    async def responsible(self, connection: Connection, lead_id: LeadId, *, lane: Lane = Lane.CRM) -> str | None:
        """The user id of the salesperson who is responsible for the lead, if any."""
        ...

    async def contact(self, connection: Connection, contact_id: ContactId, *, lane: Lane = Lane.CRM) -> Contact:
        """Read a contact with its phones and open leads."""
        ...

    async def find_contacts_by_phone(
        self, connection: Connection, phone: Phone, *, lane: Lane = Lane.PROACTIVE
    ) -> list[Contact]:
        """Everybody in the CRM who has this phone, in whatever form it is written there, oldest first."""
        ...

    async def create_contact(
        self, connection: Connection, phone: Phone, *, name: str, seller_id: str | None = None
    ) -> ContactId:
        """Add somebody to the CRM. Not safe to repeat: after OutcomeUnknown look before trying again."""
        ...

    async def create_lead(
        self, connection: Connection, contact_id: ContactId, *, name: str, seller_id: str | None = None
    ) -> LeadId:
        """Open a lead for a contact. Not safe to repeat."""
        ...

    async def add_task(
        self,
        connection: Connection,
        text: str,
        *,
        due: datetime,
        lead_id: LeadId | None = None,
        contact_id: ContactId | None = None,
        seller_id: str | None = None,
        lane: Lane = Lane.HANDOFF,
    ) -> ExternalId:
        """Something to do for a salesperson on a lead or contact, `due` by the account's clock. Not safe to repeat."""
        ...

    async def find_tasks(
        self,
        connection: Connection,
        text: str,
        *,
        lead_id: LeadId | None = None,
        contact_id: ContactId | None = None,
        lane: Lane = Lane.HANDOFF,
    ) -> list[ExternalId]:
        """The ids of the card's tasks with exactly this text (after an unknown outcome)."""
        ...

    async def run_template(
        self, connection: Connection, to: Address, template: Approved, *, lane: Lane = Lane.PROACTIVE
    ) -> ExternalId | None:
        """Send a template that the messenger has approved, by its name or its bot; also outside the window.

        Returns the messenger's id of the message, by which it tells later whether it arrived; None where it has none.
        """
        ...

    async def approved_templates(self, connection: Connection) -> list[str]:
        """The names of the approved templates that the channel shows us."""
        ...

    def sellers(self, connection: Connection) -> AsyncIterator[Seller]:
        """All users of the CRM, page by page."""
        ...

    async def open_leads_of(self, connection: Connection, seller_ids: list[str]) -> list[tuple[LeadId, str]]:
        """Open leads that these salespeople are responsible for, at most 50 of them: those that changed last."""
        ...

    async def capabilities(self, connection: Connection) -> Capabilities:
        """Find out what this account can do, without sending anything."""
        ...

    async def subscribe(self, connection: Connection, destination: str) -> list[str]:
        """Subscribe our webhook; returns the event codes that the vendor accepted."""
        ...

    async def ping(self, connection: Connection) -> str:
        """One cheap call; returns the vendor's account id."""
        ...

    async def look(self, connection: Connection) -> AccountSeen:
        """One call for a person who checks the connection: the account, and what the token says of itself."""
        ...

    async def subscriptions(self, connection: Connection, prefix: str) -> list[Subscription]:
        """The webhooks that lead to addresses of ours, which begin with this; with their secrets, to mend them."""
        ...

    async def unsubscribe(self, connection: Connection, destination: str) -> None:
        """Take a webhook out; one that is not there is fine."""
        ...

    async def pipelines(self, connection: Connection) -> list[Pipeline]:
        """The ways that leads take."""
        ...

    async def hooks(self, connection: Connection) -> list[HookSeen]:
        """The account's webhook subscriptions, ours and everybody's; no address shows its secret."""
        ...

    async def lead_card(self, connection: Connection, lead_id: LeadId) -> LeadSeen:
        """A lead as its card shows it, for a person who checks the connection."""
        ...
