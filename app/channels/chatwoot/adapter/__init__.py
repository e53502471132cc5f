"""Chatwoot as a channel: the wire in domain words, and nothing decided here.

A conversation is its own card: its number is the chat, the talk and the lead, so notes, labels, attributes and agents
are the CRM. The bot has it while it is pending, people while it is open.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

from app.channels.base import Channel
from app.channels.chatwoot import webhook
from app.channels.chatwoot.adapter import abilities, card, people, reading, sending
from app.channels.chatwoot.client import ChatwootClient
from app.channels.guard import Answer, Bounds, Guard
from app.domain.account import Capabilities, Connection, Lane
from app.domain.content import Content
from app.domain.errors import Rejected
from app.domain.grants import Pipeline, Subscription
from app.domain.ids import ContactId, ExternalId, LeadId
from app.domain.inspection import AccountSeen, Guide, HookSeen, LeadSeen
from app.domain.knocking import Acknowledgement, Greeting, Knocked
from app.domain.messages import Address, LookedInto, ParsedBody, ReadBack, Sent
from app.domain.people import Contact, Seller
from app.domain.phones import Phone
from app.domain.ports import Slot
from app.domain.templates import Approved


class ChatwootChannel(Channel):
    """One for all accounts of a process; everything about an account comes with its Connection."""

    name: str = "chatwoot"
    guide: Guide = Guide("Chatwoot", connect=("`ponte channels connect chatwoot`",))
    acknowledgement: Acknowledgement | None = None
    signs: bool = True
    keeps_owners: bool = True

    def __init__(self, client: ChatwootClient, *, links: Guard, files: Guard | None = None) -> None:
        """`files` fetches what customers sent, from the installation; `links` what we are to send, from anywhere."""
        self._client = client
        self._files = files
        self._links = links

    def verify(self, knocked: Knocked, secrets: Sequence[str], *, now: datetime) -> bool:
        return webhook.verify(knocked, secrets, now=now)

    def greet(self, query: Mapping[str, str]) -> Greeting | None:
        return webhook.greet(query)

    def parse(self, body: bytes, *, generous: bool = False) -> ParsedBody:
        return webhook.parse(body, generous=generous)

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
        """As the bot, into the conversation; whatever messenger is behind the inbox carries it on."""
        return await sending.send(
            self._client, connection, to, text, way=way, slot=slot, content=content, links=self._links
        )

    async def read_back(
        self, connection: Connection, to: Address, *, since: datetime, lane: Lane = Lane.HANDOFF
    ) -> ReadBack:
        return await reading.read_back(self._client, connection, to, since=since, lane=lane)

    async def download(self, connection: Connection, link: str, *, bounds: Bounds) -> Answer | None:
        """What lies on the installation itself is fetched there, without a token; anything else is a stranger's."""
        return await reading.download(self._files, connection, link, bounds=bounds) if self._files else None

    def missed(
        self, connection: Connection, *, since: datetime, until: datetime | None = None
    ) -> AsyncIterator[LookedInto]:
        """Every message and note of the inbox's conversations that moved since then, under the hooks' own ids."""
        return reading.missed(self._client, connection, since=since, until=until)

    def outgoing_since(
        self, connection: Connection, chats: Sequence[tuple[Address, datetime]]
    ) -> AsyncIterator[LookedInto]:
        return reading.outgoing_since(self._client, connection, chats)

    async def note(self, connection: Connection, lead_id: LeadId, text: str) -> ExternalId | None:
        """A private message of the bot's; the id is the one that its own hook will bring."""
        return await card.note(self._client, connection, lead_id, text)

    async def find_notes(self, connection: Connection, lead_id: LeadId, text: str) -> list[ExternalId]:
        return await card.find_notes(self._client, connection, lead_id, text)

    async def tag(self, connection: Connection, lead_id: LeadId, *, add: list[str], remove: list[str]) -> None:
        await card.label(self._client, connection, lead_id, add=add, remove=remove)

    async def fill(self, connection: Connection, lead_id: LeadId, name: str, value: str) -> None:
        """A custom attribute of the conversation; the engine writes one thing at a time on a card."""
        await card.fill(self._client, connection, lead_id, {name: value})

    async def assign(self, connection: Connection, lead_id: LeadId, seller_id: str, *, lane: Lane = Lane.CRM) -> None:
        await card.assign(self._client, connection, lead_id, seller_id, lane=lane)

    async def hand_over(self, connection: Connection, to: Address, *, lane: Lane = Lane.HANDOFF) -> None:
        """Pending becomes open: from then on the vendor's own pages show it to people."""
        await card.open_to_people(self._client, connection, to.chat_id, lane=lane)

    async def responsible(self, connection: Connection, lead_id: LeadId, *, lane: Lane = Lane.CRM) -> str | None:
        shape = await self._client.conversation(connection, number=lead_id, lane=lane)
        return shape.person_in_charge()

    async def contact(self, connection: Connection, contact_id: ContactId, *, lane: Lane = Lane.CRM) -> Contact:
        return await people.contact(self._client, connection, contact_id, lane=lane)

    async def find_contacts_by_phone(
        self, connection: Connection, phone: Phone, *, lane: Lane = Lane.PROACTIVE
    ) -> list[Contact]:
        return await people.find_contacts(self._client, connection, phone, lane=lane)

    async def create_contact(
        self, connection: Connection, phone: Phone, *, name: str, seller_id: str | None = None
    ) -> ContactId:
        del seller_id  # a contact has no agent; its conversation has
        return await people.create_contact(self._client, connection, phone, name=name, lane=Lane.PROACTIVE)

    async def create_lead(
        self, connection: Connection, contact_id: ContactId, *, name: str, seller_id: str | None = None
    ) -> LeadId:
        """A conversation has no name."""
        del name
        return await people.create_conversation(self._client, connection, contact_id, seller_id=seller_id)

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
        """Chatwoot knows no tasks: a note that mentions the agent, who is notified of it."""
        on = card.Card(lead_id, contact_id)
        return await card.add_task(self._client, connection, text, due=due, on=on, seller_id=seller_id, lane=lane)

    async def find_tasks(
        self,
        connection: Connection,
        text: str,
        *,
        lead_id: LeadId | None = None,
        contact_id: ContactId | None = None,
        lane: Lane = Lane.HANDOFF,
    ) -> list[ExternalId]:
        del contact_id  # notes of contacts are not read back
        return await card.find_tasks(self._client, connection, lead_id, text, lane=lane) if lead_id else []

    async def run_template(
        self, connection: Connection, to: Address, template: Approved, *, lane: Lane = Lane.PROACTIVE
    ) -> ExternalId | None:
        del connection, to, template, lane
        raise Rejected("Templates belong to the messenger behind the inbox.", code="no_such_way")

    async def approved_templates(self, connection: Connection) -> list[str]:
        """They belong to the messenger behind the inbox."""
        del connection
        return []

    async def sellers(self, connection: Connection) -> AsyncIterator[Seller]:
        """The account's agents."""
        for agent in await self._client.agents(connection):
            yield people.seller(agent)

    async def open_leads_of(self, connection: Connection, seller_ids: list[str]) -> list[tuple[LeadId, str]]:
        return await people.open_conversations_of(self._client, connection, seller_ids)

    async def capabilities(self, connection: Connection) -> Capabilities:
        return await abilities.detect(self._client, connection)

    async def subscribe(self, connection: Connection, destination: str) -> list[str]:
        """Our bot is made the inbox's, and told where to knock."""
        return await abilities.subscribe(self._client, connection, destination)

    async def ping(self, connection: Connection) -> str:
        return await abilities.ping(self._client, connection)

    async def look(self, connection: Connection) -> AccountSeen:
        return await abilities.look(self._client, connection)

    async def subscriptions(self, connection: Connection, prefix: str) -> list[Subscription]:
        return await abilities.subscriptions(self._client, connection, prefix)

    async def unsubscribe(self, connection: Connection, destination: str) -> None:
        await abilities.unsubscribe(self._client, connection, destination)

    async def pipelines(self, connection: Connection) -> list[Pipeline]:
        del connection
        return []

    async def hooks(self, connection: Connection) -> list[HookSeen]:
        return await abilities.hooks(self._client, connection)

    async def lead_card(self, connection: Connection, lead_id: LeadId) -> LeadSeen:
        return card.seen(await self._client.conversation(connection, number=lead_id, lane=Lane.CRM))
