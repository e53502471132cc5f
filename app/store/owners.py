"""Who is responsible for what, as far as the CRM was asked: a cache in Postgres that all processes share."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.ids import AccountId, ContactId, ConversationId, LeadId
from app.domain.people import Contact
from app.store.database import Database
from app.store.outbox import SQL as OUTBOX
from app.store.queries import statements

SQL = statements("owners")


@dataclass(frozen=True, slots=True)
class KnownOwner:
    """The CRM's word about a lead, and when it was given. None: nobody is responsible."""

    seller_id: str | None
    read_at: datetime


@dataclass(frozen=True, slots=True)
class KnownLeads:
    """A contact's open leads, and when they were read (None: never)."""

    open_leads: tuple[LeadId, ...]
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Head:
    """Whom and what a conversation is about."""

    contact_id: ContactId | None
    lead_id: LeadId | None


class Owners:
    """The table `lead_owners`, and what else tells of owners."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_lead(self, account_id: AccountId, lead_id: LeadId) -> KnownOwner | None:
        row = await self._database.fetchrow(SQL["owner"], account_id, lead_id)
        return KnownOwner(row["seller_id"], row["read_at"]) if row else None

    async def save(self, account_id: AccountId, lead_id: LeadId, seller_id: str | None, at: datetime) -> None:
        await self._database.execute(SQL["save_owner"], account_id, lead_id, seller_id, at)

    async def leads_of(self, account_id: AccountId, contact_id: ContactId) -> KnownLeads:
        row = await self._database.fetchrow(SQL["contact_read"], account_id, contact_id)
        if row is None:
            return KnownLeads((), None)
        return KnownLeads(tuple(LeadId(one) for one in row["open_leads"]), row["read_at"])

    async def save_contact(self, account_id: AccountId, contact: Contact, at: datetime) -> None:
        args = (contact.external_id, contact.name, list(contact.phones), list(contact.open_leads), at)
        await self._database.execute(OUTBOX["save_contact"], account_id, *args)

    async def wrote_last(
        self, account_id: AccountId, *, conversation: ConversationId | None, contact: ContactId | None
    ) -> str | None:
        """The salesperson who wrote last, in this conversation or in any of this contact."""
        return await self._database.fetchval(SQL["wrote_last"], account_id, conversation, contact)

    async def head(self, account_id: AccountId, conversation: ConversationId) -> Head | None:
        row = await self._database.fetchrow(SQL["conversation_head"], account_id, conversation)
        return Head(row["contact_id"], row["lead_id"]) if row else None
