"""The contact and the lead of whoever is written to: found, or made once.

Kommo takes two posts for two contacts and knows no idempotency key. So one process at a time looks and makes, under a
claim in the database; and where a call got no answer, it is looked for again before the next.
"""

from dataclasses import dataclass

from app.channels.base import Channel
from app.domain.account import Connection, Lane
from app.domain.errors import AppError, NotFound, OutcomeUnknown, Retryable
from app.domain.ids import AccountId, ContactId, LeadId
from app.domain.outreach import Outreach
from app.domain.people import Contact
from app.domain.phones import Phone, forms
from app.services.proactive.wording import values_of
from app.store.cards import CardClaim, Cards
from app.store.outreach import Outreaches

LANE = Lane.PROACTIVE


class InProgress(Retryable):
    """Somebody else is making this card now."""

    code = "in_progress"


@dataclass(frozen=True, slots=True)
class CardFinder:
    """Works for one account."""

    account_id: AccountId
    channel: Channel
    connection: Connection
    cards: Cards
    outreaches: Outreaches

    async def find(self, one: Outreach, phone: Phone | None) -> Contact | None:
        """Who is meant, as the CRM knows them; None when it does not know this phone.

        Raises:
            NotFound: the contact or lead that was named is not there.
        """
        if one.contact_id:
            return await self.channel.contact(self.connection, ContactId(one.contact_id), lane=LANE)
        if one.lead_id:
            card = await self.channel.lead_card(self.connection, LeadId(one.lead_id))
            if not card.contact_ids:
                raise NotFound("This lead has no contact.", hint="Give it one in the CRM, or name a phone.")
            return await self.channel.contact(self.connection, ContactId(card.contact_ids[0]), lane=LANE)
        return await self._having(phone) if phone else None

    async def _having(self, phone: Phone) -> Contact | None:
        """Of several with one phone the one we talk to, else the oldest."""
        found = await self.channel.find_contacts_by_phone(self.connection, phone, lane=LANE)
        for contact in found:
            if len(found) > 1 and await self.outreaches.chat(self.account_id, contact.external_id):
                return contact
        return found[0] if found else None

    async def same_person(self, contact: Contact, phone: Phone | None) -> tuple[str, ...]:
        """This card, and the others with its phone: what the customer said on one of them they said."""
        found = await self.channel.find_contacts_by_phone(self.connection, phone, lane=LANE) if phone else []
        digits = {form for typed in (*contact.phones, phone.e164 if phone else "") for form in forms(typed) if form}
        written = [written for form in sorted(digits) for written in (form, f"+{form}")]
        known = await self.outreaches.same_phone(self.account_id, written) if written else []
        return tuple(dict.fromkeys([contact.external_id, *(one.external_id for one in found), *known]))

    async def get_or_create(self, one: Outreach, phone: Phone, *, seller_id: str | None) -> Contact:
        """The contact with this phone, made where there is none; never a second."""
        claim = await self._claim(f"phone:{phone.e164}")
        try:
            made = await self._made_before(claim) or await self._having(phone)
            if made is None:
                name = values_of(one.data).get("name", "")
                contact_id = await self.channel.create_contact(self.connection, phone, name=name, seller_id=seller_id)
                made = Contact(contact_id, name, (phone.e164,))
        except OutcomeUnknown:
            await self.cards.end(self.account_id, claim, in_doubt=True)
            raise
        except AppError:
            await self.cards.end(self.account_id, claim)
            raise
        await self.cards.end(self.account_id, claim, contact_id=made.external_id)
        return made

    async def _made_before(self, claim: CardClaim) -> Contact | None:
        """The CRM's search may lag behind: what we made ourselves we know by its id."""
        if claim.contact_id is None:
            return None
        try:
            return await self.channel.contact(self.connection, ContactId(claim.contact_id), lane=LANE)
        except NotFound:
            return None

    async def lead_of(self, one: Outreach, contact: Contact, *, chat_lead: str | None, name: str) -> LeadId | None:
        """The lead that was named, the only open one, that of the chat; a new one where none is open.

        None: several are open and nothing decides between them.
        """
        if one.lead_id:
            return LeadId(one.lead_id)
        if contact.open_leads:
            return _decided(contact, chat_lead)
        claim = await self._claim(f"contact:{contact.external_id}")
        try:
            known = await self.channel.contact(self.connection, contact.external_id, lane=LANE)
            if known.open_leads:
                lead = _decided(known, chat_lead)
            else:
                lead = await self.channel.create_lead(self.connection, contact.external_id, name=name)
        except OutcomeUnknown:
            await self.cards.end(self.account_id, claim, in_doubt=True)
            raise
        except AppError:
            await self.cards.end(self.account_id, claim)
            raise
        await self.cards.end(self.account_id, claim)
        return lead

    async def _claim(self, subject: str) -> CardClaim:
        claim = await self.cards.claim(self.account_id, subject)
        if claim is None:
            raise InProgress("Somebody else is looking for this card now.", hint="It is tried again in a moment.")
        return claim


def _decided(contact: Contact, chat_lead: str | None) -> LeadId | None:
    if len(contact.open_leads) == 1:
        return contact.open_leads[0]
    return next((lead for lead in contact.open_leads if lead == chat_lead), None)
