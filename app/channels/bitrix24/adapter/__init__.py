"""Bitrix24's open lines as a channel: the wire in domain words, and nothing decided here."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta

from app.channels.base import Channel
from app.channels.bitrix24 import webhook
from app.channels.bitrix24.adapter import abilities, cards, polling, reading, speaking
from app.channels.bitrix24.client import BitrixClient, host_of
from app.channels.bitrix24.payloads.chats import DISK
from app.channels.bitrix24.payloads.credentials import credentials_of
from app.channels.guard import Answer, Bounds, Guard
from app.channels.optional import Fetched
from app.channels.without_crm import WithoutCrm
from app.domain.account import Capabilities, Connection, Lane
from app.domain.content import Content
from app.domain.errors import Rejected
from app.domain.ids import ContactId, ExternalId, LeadId
from app.domain.inspection import AccountSeen, Guide, HookSeen, LeadSeen
from app.domain.knocking import Acknowledgement, Greeting, Knocked
from app.domain.messages import Address, LookedInto, ParsedBody, ReadBack, Sent
from app.domain.people import Contact, Seller
from app.domain.phones import Phone
from app.domain.ports import Slot


class Bitrix24Channel(WithoutCrm, Channel):
    """One for all accounts of a process; everything about an account comes with its Connection.

    Of the CRM's half only what Bitrix24 lacks is left to our own record: tags, pipelines, webhooks as a list.
    """

    name: str = "bitrix24"
    guide: Guide = Guide("Bitrix24", connect=("`ponte channels connect bitrix24`",))
    acknowledgement: Acknowledgement | None = None
    signs: bool = True
    keeps_owners: bool = True
    has_users: bool = True
    secret_lasts: timedelta | None = timedelta(days=90)  # a webhook has no end of its own, and all of its user's rights

    def __init__(self, client: BitrixClient, *, guard: Guard) -> None:
        self._client = client
        self._guard = guard

    def verify(self, knocked: Knocked, secrets: Sequence[str], *, now: datetime) -> bool:
        return webhook.verify(knocked, secrets, now=now)

    def greet(self, query: Mapping[str, str]) -> Greeting | None:
        return webhook.greet(query)

    def parse(self, body: bytes, *, generous: bool = False) -> ParsedBody:
        return webhook.parse(body, generous=generous)

    async def fetch(self, connection: Connection, position: str | None) -> Fetched:
        return await polling.fetch(self._client, connection, position)

    async def slot(self, connection: Connection, lane: Lane) -> Slot:
        return await self._client.governor.slot(connection, lane)

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
        """By `bot`, or by the webhook's own `user` where the portal has no bot. Words alone.

        Whether a messenger behind the line shows a keyboard depends on its connector, and Bitrix24 does not tell.
        """
        del content
        return await speaking.send(self._client, connection, to, text, way=way, slot=slot)

    async def typing(self, connection: Connection, to: Address, *, seen: ExternalId | None = None) -> None:
        del seen  # the whole dialog is marked
        await speaking.typing(self._client, connection, to)

    async def read_back(
        self, connection: Connection, to: Address, *, since: datetime, lane: Lane = Lane.HANDOFF
    ) -> ReadBack:
        return await reading.read_back(self._client, connection, to, since=since, lane=lane)

    async def download(self, connection: Connection, link: str, *, bounds: Bounds) -> Answer | None:
        """A file of the portal's disk by its number; any other link may be fetched by anybody."""
        if not link.startswith(DISK):
            return None
        if credentials_of(connection.token).mode == "poll":
            raise Rejected("Only a bot may read the files of a chat.", code="no_file")
        address = await self._client.file_link(connection, file_id=link.removeprefix(DISK))
        return await self._guard.get(address, bounds=bounds, home=connection.base_url)

    def missed(
        self, connection: Connection, *, since: datetime, until: datetime | None = None
    ) -> AsyncIterator[LookedInto]:
        return reading.missed(self._client, connection, since=since, until=until)

    def outgoing_since(
        self, connection: Connection, chats: Sequence[tuple[Address, datetime]]
    ) -> AsyncIterator[LookedInto]:
        return reading.said_since(self._client, connection, chats, lane=Lane.HANDOFF)

    def said_since(
        self, connection: Connection, chats: Sequence[tuple[Address, datetime]]
    ) -> AsyncIterator[LookedInto]:
        return reading.said_since(self._client, connection, chats, lane=Lane.SYNC)

    async def note(self, connection: Connection, lead_id: LeadId, text: str) -> ExternalId | None:
        """A comment on the card's timeline, marked as ours."""
        return await cards.note(self._client, connection, lead_id, text)

    async def find_notes(self, connection: Connection, lead_id: LeadId, text: str) -> list[ExternalId]:
        return await cards.find_notes(self._client, connection, lead_id, text)

    async def fill(self, connection: Connection, lead_id: LeadId, name: str, value: str) -> None:
        await cards.fill(self._client, connection, lead_id, name=name, value=value)

    async def assign(self, connection: Connection, lead_id: LeadId, seller_id: str, *, lane: Lane = Lane.CRM) -> None:
        await cards.assign(self._client, connection, lead_id, seller_id, lane=lane)

    async def hand_over(self, connection: Connection, to: Address, *, lane: Lane = Lane.HANDOFF) -> None:
        del lane  # every call of it is of this lane
        await speaking.hand_over(self._client, connection, to)

    async def responsible(self, connection: Connection, lead_id: LeadId, *, lane: Lane = Lane.CRM) -> str | None:
        return await cards.responsible(self._client, connection, lead_id, lane=lane)

    async def contact(self, connection: Connection, contact_id: ContactId, *, lane: Lane = Lane.CRM) -> Contact:
        return await cards.contact(self._client, connection, contact_id, lane=lane)

    async def find_contacts_by_phone(
        self, connection: Connection, phone: Phone, *, lane: Lane = Lane.PROACTIVE
    ) -> list[Contact]:
        return await cards.find_contacts(self._client, connection, phone, lane=lane)

    async def create_contact(
        self, connection: Connection, phone: Phone, *, name: str, seller_id: str | None = None
    ) -> ContactId:
        return await cards.create_contact(self._client, connection, phone, name=name, seller_id=seller_id)

    async def create_lead(
        self, connection: Connection, contact_id: ContactId, *, name: str, seller_id: str | None = None
    ) -> LeadId:
        return await cards.create_lead(self._client, connection, contact_id, name=name, seller_id=seller_id)

    async def approved_templates(self, connection: Connection) -> list[str]:
        """Templates are the messenger's behind a connector, and not to be seen from here."""
        del connection
        return []

    async def sellers(self, connection: Connection) -> AsyncIterator[Seller]:
        async for person in self._client.users(connection):
            if person.kind == "employee":
                yield cards.seller(person)

    async def open_leads_of(self, connection: Connection, seller_ids: list[str]) -> list[tuple[LeadId, str]]:
        return await cards.open_leads_of(self._client, connection, seller_ids)

    async def capabilities(self, connection: Connection) -> Capabilities:
        return await abilities.detect(self._client, connection)

    async def subscribe(self, connection: Connection, destination: str) -> list[str]:
        return await abilities.subscribe(self._client, connection, destination)

    async def ping(self, connection: Connection) -> str:
        """The portal's host, after the webhook has answered."""
        await self._client.me(connection)
        return host_of(connection)

    async def look(self, connection: Connection) -> AccountSeen:
        return await abilities.account(self._client, connection)

    async def hooks(self, connection: Connection) -> list[HookSeen]:
        return await abilities.hooks(self._client, connection)

    async def lead_card(self, connection: Connection, lead_id: LeadId) -> LeadSeen:
        return await cards.seen(self._client, connection, lead_id)
