"""Whether somebody who was named exists: by what we know, else by the CRM's word. Nobody books for a number made up."""

from collections.abc import Mapping

from app.channels.base import Channel
from app.domain.agenda import Person
from app.domain.clock import Clock
from app.domain.errors import NotFound
from app.domain.ids import AccountId, ContactId, LeadId
from app.store.accounts import Accounts
from app.store.acquaintances import People
from app.store.database import Database
from app.store.owners import Owners


class Knowing:
    """Reads the CRM for those of whom nothing is known yet, and keeps what it says: the next call need not ask."""

    def __init__(self, database: Database, clock: Clock, accounts: Accounts, channels: Mapping[str, Channel]) -> None:
        self._clock = clock
        self._accounts = accounts
        self._channels = channels
        self._people = People(database)
        self._owners = Owners(database)

    async def known(self, account_id: AccountId, person: Person) -> Person:
        """The same person; of a lead that belongs to one known contact, that contact.

        Raises:
            NotFound: neither we nor the CRM know this contact or lead.
            Retryable, OutcomeUnknown, NeedsHuman: nothing is known here, and the CRM cannot be asked now.
        """
        if person.contact_id is not None:
            if not await self._people.is_contact(account_id, person.contact_id):
                await self._ask_for_contact(account_id, ContactId(person.contact_id))
            return person
        if person.lead_id is None:
            return person
        contacts = await self._people.contacts_of(account_id, person.lead_id)
        if not contacts and not await self._people.is_lead(account_id, person.lead_id):
            await self._ask_for_lead(account_id, LeadId(person.lead_id))
        return Person(
            person.conversation_id, contacts[0] if len(contacts) == 1 else None, person.lead_id, person.locale
        )

    async def _ask_for_contact(self, account_id: AccountId, contact_id: ContactId) -> None:
        connection = await self._accounts.connection(account_id)
        try:
            found = await self._channels[connection.channel].contact(connection, contact_id)
        except NotFound:
            raise _unknown("contact", contact_id) from None
        await self._owners.save_contact(account_id, found, self._clock.now())

    async def _ask_for_lead(self, account_id: AccountId, lead_id: LeadId) -> None:
        connection = await self._accounts.connection(account_id)
        try:
            seller_id = await self._channels[connection.channel].responsible(connection, lead_id)
        except NotFound:
            raise _unknown("lead", lead_id) from None
        await self._owners.save(account_id, lead_id, seller_id, self._clock.now())


def _unknown(what: str, which: str) -> NotFound:
    return NotFound(
        f"There is no {what} {which}, neither here nor in the CRM.",
        hint=f"Use {what}_id as the CRM shows it, or conversation_id from GET /conversations/active.",
    )
