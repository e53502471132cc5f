"""Nobody has answered a customer: what is free, found outside any transaction, told to the conversation as an event.

The conversation's own clock is the licence to speak: a job that comes twice, too late, or after a person, says nothing.
"""

from collections.abc import Sequence

from app.domain.agenda import Person
from app.domain.clock import Clock
from app.domain.conversation import TimesFound
from app.domain.ids import ConversationId
from app.domain.phones import NoPhone, understand, zones
from app.services.agenda.offering import Offering
from app.services.conversation.mailbox import process
from app.store.database import Database
from app.store.handovers import Forsaken, forsaken


class Apologising:
    """Finds what can be offered instead of an answer."""

    def __init__(self, database: Database, clock: Clock, offering: Offering) -> None:
        self._database = database
        self._clock = clock
        self._offering = offering

    async def offer(self, conversation_id: ConversationId) -> None:
        """Find up to three free times: of who has the chat, else of whose turn it is. Safe to run twice."""
        customer = await forsaken(self._database, conversation_id)
        if customer is None:
            return  # somebody has spoken meanwhile, or the clock was faster
        found = await self._times(conversation_id, customer)
        async with self._database.transaction() as tx:
            await process(tx, conversation_id, self._clock.now(), found)

    async def _times(self, conversation_id: ConversationId, customer: Forsaken) -> TimesFound:
        person = Person(conversation_id, customer.contact_id, customer.lead_id, customer.locale)
        found = await self._offering.next_free(customer.account_id, seller_id=customer.seller_id, person=person)
        offers = found.offers
        if not offers:
            return TimesFound()
        zone, place = zone_of(customer.phones, customer.timezone)
        return TimesFound(tuple(one.slot.start for one in offers), offers[0].seller_name, zone, place)


def zone_of(phones: Sequence[str], house: str) -> tuple[str, str]:
    """The customer's zone as the phone tells it, else the company's; and its name where one could mistake it. Pure."""
    possible = _zones(phones)
    if not possible or house in possible:
        return house, ""
    zone = possible[0] if len(possible) == 1 else house
    return zone, zone.rpartition("/")[2].replace("_", " ")


def _zones(phones: Sequence[str]) -> tuple[str, ...]:
    for phone in phones:
        try:
            return zones(understand(phone, None))
        except NoPhone:
            continue
    return ()
