"""A messenger behind which no CRM stands: its chat is its own card, and what is written on the card stays with us.

So everything that the engine does on a lead (a note, a tag, a salesperson) is done and kept, and leaves the house by
no call. Channels that are messengers only inherit this; `card_of` is all that they may want to say of their own.
"""

from collections.abc import AsyncIterator
from datetime import datetime

from app.domain.account import Connection, Lane
from app.domain.errors import Rejected
from app.domain.grants import Pipeline, Subscription
from app.domain.ids import ContactId, ExternalId, LeadId
from app.domain.inspection import HookSeen, LeadSeen
from app.domain.messages import Address
from app.domain.people import Contact, Seller
from app.domain.phones import Phone
from app.domain.templates import Approved

_NO_CRM = "This channel has no CRM."


class WithoutCrm:
    """The half of a channel that is the CRM, where there is none."""

    has_users: bool = False

    async def note(self, connection: Connection, lead_id: LeadId, text: str) -> ExternalId | None:
        """It stands in our own record of the conversation."""
        del connection, lead_id, text

    async def find_notes(self, connection: Connection, lead_id: LeadId, text: str) -> list[ExternalId]:
        del connection, lead_id, text
        return []

    async def tag(self, connection: Connection, lead_id: LeadId, *, add: list[str], remove: list[str]) -> None:
        """They stand in our own record of the conversation."""
        del connection, lead_id, add, remove

    async def fill(self, connection: Connection, lead_id: LeadId, name: str, value: str) -> None:
        """It stands in our own record of the conversation."""
        del connection, lead_id, name, value

    async def assign(self, connection: Connection, lead_id: LeadId, seller_id: str, *, lane: Lane = Lane.CRM) -> None:
        """Who answers stands in our own record of the conversation."""
        del connection, lead_id, seller_id, lane

    async def responsible(self, connection: Connection, lead_id: LeadId, *, lane: Lane = Lane.CRM) -> str | None:
        del connection, lead_id, lane

    async def contact(self, connection: Connection, contact_id: ContactId, *, lane: Lane = Lane.CRM) -> Contact:
        """The customer by their number, with their chat as the one card."""
        del connection, lane
        return Contact(contact_id, "", phones_of(contact_id), (LeadId(contact_id),))

    async def find_contacts_by_phone(
        self, connection: Connection, phone: Phone, *, lane: Lane = Lane.PROACTIVE
    ) -> list[Contact]:
        """Everybody who has a number may be written to: the number is the contact."""
        contact_id = ContactId(phone.e164.removeprefix("+"))
        return [await self.contact(connection, contact_id, lane=lane)]

    async def create_contact(
        self, connection: Connection, phone: Phone, *, name: str, seller_id: str | None = None
    ) -> ContactId:
        del connection, name, seller_id
        return ContactId(phone.e164.removeprefix("+"))

    async def create_lead(
        self, connection: Connection, contact_id: ContactId, *, name: str, seller_id: str | None = None
    ) -> LeadId:
        del connection, name, seller_id
        return LeadId(contact_id)

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
        del connection, text, due, lead_id, contact_id, seller_id, lane
        raise Rejected(_NO_CRM, hint="Set ALERT_WEBHOOK_URL or SMTP_URL, so that people hear of it.", code="no_crm")

    async def find_tasks(
        self,
        connection: Connection,
        text: str,
        *,
        lead_id: LeadId | None = None,
        contact_id: ContactId | None = None,
        lane: Lane = Lane.HANDOFF,
    ) -> list[ExternalId]:
        del connection, text, lead_id, contact_id, lane
        return []

    async def run_template(
        self, connection: Connection, to: Address, template: Approved, *, lane: Lane = Lane.PROACTIVE
    ) -> ExternalId | None:
        del connection, to, template, lane
        raise Rejected("This channel sends no approved templates.", code="no_such_way")

    async def sellers(self, connection: Connection) -> AsyncIterator[Seller]:
        """Only those whom people add here: `ponte sellers add`, POST /vendedores/adicionar."""
        del connection
        for seller in ():
            yield seller

    async def open_leads_of(self, connection: Connection, seller_ids: list[str]) -> list[tuple[LeadId, str]]:
        del connection, seller_ids
        return []

    async def pipelines(self, connection: Connection) -> list[Pipeline]:
        del connection
        return []

    async def subscriptions(self, connection: Connection, prefix: str) -> list[Subscription]:
        del connection, prefix
        return []

    async def unsubscribe(self, connection: Connection, destination: str) -> None:
        del connection, destination

    async def hooks(self, connection: Connection) -> list[HookSeen]:
        del connection
        return []

    async def lead_card(self, connection: Connection, lead_id: LeadId) -> LeadSeen:
        del connection
        return LeadSeen(str(lead_id), "", True, "", "", None, (str(lead_id),), (), ())


def phones_of(contact_id: ContactId) -> tuple[str, ...]:
    """The phone that a customer's id is, if it is one: 8 to 15 digits, the country's first. Pure."""
    is_phone = contact_id.isascii() and contact_id.isdecimal() and 8 <= len(contact_id) <= 15  # noqa: PLR2004
    return (f"+{contact_id}",) if is_phone else ()
