"""Kommo as a channel: the wire in domain words, and nothing decided here."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

from app.channels.base import Channel
from app.channels.guard import Answer, Bounds, Guard
from app.channels.kommo import webhook
from app.channels.kommo.adapter import abilities, fields, inspecting, outreach, people, reading, sending
from app.channels.kommo.adapter.waiting import WaitingBots
from app.channels.kommo.client import KommoClient, Turn
from app.channels.kommo.client.calls import whole
from app.channels.kommo.payloads import NOTE_MARK
from app.domain.account import Capabilities, Connection, Lane
from app.domain.content import Content
from app.domain.grants import Pipeline, Subscription
from app.domain.ids import ContactId, ExternalId, LeadId
from app.domain.inspection import AccountSeen, Guide, HookSeen, LeadSeen
from app.domain.knocking import Acknowledgement, Greeting, Knocked
from app.domain.messages import Address, LookedInto, ParsedBody, ReadBack, Sent
from app.domain.people import Contact, Seller
from app.domain.phones import Phone
from app.domain.ports import Continuations, Slot
from app.domain.templates import Approved


class KommoChannel(Channel):
    """One for all accounts of a process; everything about an account comes with its Connection."""

    name: str = "kommo"
    guide: Guide = Guide(
        "Kommo",
        connect=("/oauth/kommo/start", "`ponte kommo connect`"),
        sending="Book Kommo's Chats API for the account, or set a Salesbot (`ponte accounts set --salesbot-id`).",
        scopes={
            "crm": "cards and notes",
            "send_external_messages": "sending into chats",
            "list_external_messages": "reading chats",
        },
    )
    acknowledgement: Acknowledgement | None = None
    signs: bool = False

    def __init__(self, client: KommoClient, *, bots: Continuations | None = None, guard: Guard | None = None) -> None:
        self._client = client
        self._bots = WaitingBots(bots, guard) if bots and guard else None

    def verify(self, knocked: Knocked, secrets: Sequence[str], *, now: datetime) -> bool:
        """Kommo signs nothing: the secret in the path, the account in the body and small re-reads are what there is."""
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
        """By `talks`, `salesbot` or `note`; all calls of one send end within `SEND_BUDGET` together. Words alone."""
        del content
        return await sending.Sending(self._client, connection, to, text, Turn(slot), self._bots).by(way)

    async def read_back(
        self, connection: Connection, to: Address, *, since: datetime, lane: Lane = Lane.HANDOFF
    ) -> ReadBack:
        return await reading.read_back(self._client, connection, to, since=since, lane=lane)

    async def download(self, connection: Connection, link: str, *, bounds: Bounds) -> Answer | None:
        """Kommo's links carry their own right."""
        del connection, link, bounds
        return None

    def missed(
        self, connection: Connection, *, since: datetime, until: datetime | None = None
    ) -> AsyncIterator[LookedInto]:
        """Every message of every chat that had one since then, customers' and company's, under the hooks' own ids."""
        return reading.missed(self._client, connection, since=since, until=until)

    def outgoing_since(
        self, connection: Connection, chats: Sequence[tuple[Address, datetime]]
    ) -> AsyncIterator[LookedInto]:
        return reading.outgoing_since(self._client, connection, chats)

    async def note(self, connection: Connection, lead_id: LeadId, text: str) -> ExternalId | None:
        """Marked as ours; the id is the one that the note's own hook will bring."""
        written = await self._client.add_note(connection, on=("leads", lead_id), text=marked(text))
        return ExternalId(f"note:{written}") if written else None

    async def find_notes(self, connection: Connection, lead_id: LeadId, text: str) -> list[ExternalId]:
        notes = await self._client.latest_notes(connection, lead_id=lead_id)
        return [ExternalId(f"note:{note.id}") for note in notes if note.says(marked(text))]

    async def tag(self, connection: Connection, lead_id: LeadId, *, add: list[str], remove: list[str]) -> None:
        """By Kommo's incremental lists: its `_embedded.tags` would replace what others have set meanwhile."""
        lists = {"tags_to_add": add, "tags_to_delete": remove}
        change = {key: [{"name": name} for name in names] for key, names in lists.items() if names}
        if change:
            await self._client.patch_lead(connection, lead_id=lead_id, change=change)

    async def fill(self, connection: Connection, lead_id: LeadId, name: str, value: str) -> None:
        field_id = await fields.id_of(self._client, connection, name)
        change = {"custom_fields_values": [{"field_id": field_id, "values": [{"value": value}]}]}
        await self._client.patch_lead(connection, lead_id=lead_id, change=change)

    async def assign(self, connection: Connection, lead_id: LeadId, seller_id: str, *, lane: Lane = Lane.CRM) -> None:
        change = {"responsible_user_id": whole(seller_id)}
        await self._client.patch_lead(connection, lead_id=lead_id, change=change, lane=lane)

    async def responsible(self, connection: Connection, lead_id: LeadId, *, lane: Lane = Lane.CRM) -> str | None:
        return (await self._client.lead(connection, lead_id=lead_id, lane=lane)).responsible_user_id

    async def contact(self, connection: Connection, contact_id: ContactId, *, lane: Lane = Lane.CRM) -> Contact:
        return await people.contact(self._client, connection, contact_id, lane=lane)

    async def find_contacts_by_phone(
        self, connection: Connection, phone: Phone, *, lane: Lane = Lane.PROACTIVE
    ) -> list[Contact]:
        return await outreach.find_contacts(self._client, connection, phone, lane=lane)

    async def create_contact(
        self, connection: Connection, phone: Phone, *, name: str, seller_id: str | None = None
    ) -> ContactId:
        lane = Lane.PROACTIVE
        return await outreach.create_contact(self._client, connection, phone, name=name, seller_id=seller_id, lane=lane)

    async def create_lead(
        self, connection: Connection, contact_id: ContactId, *, name: str, seller_id: str | None = None
    ) -> LeadId:
        lane = Lane.PROACTIVE
        return await outreach.create_lead(
            self._client, connection, contact_id, name=name, seller_id=seller_id, lane=lane
        )

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
        on = outreach.card_of(lead_id, contact_id)
        return await outreach.add_task(self._client, connection, text, on=on, due=due, seller_id=seller_id, lane=lane)

    async def find_tasks(
        self,
        connection: Connection,
        text: str,
        *,
        lead_id: LeadId | None = None,
        contact_id: ContactId | None = None,
        lane: Lane = Lane.HANDOFF,
    ) -> list[ExternalId]:
        on = outreach.card_of(lead_id, contact_id)
        return await outreach.find_tasks(self._client, connection, text, on=on, lane=lane)

    async def run_template(
        self, connection: Connection, to: Address, template: Approved, *, lane: Lane = Lane.PROACTIVE
    ) -> ExternalId | None:
        """By the Salesbot that holds it: Kommo sends none by its name."""
        await outreach.run_template(self._client, connection, to, template, lane=lane)

    async def approved_templates(self, connection: Connection) -> list[str]:
        return await outreach.approved_templates(self._client, connection)

    async def sellers(self, connection: Connection) -> AsyncIterator[Seller]:
        async for user in self._client.users(connection):
            yield people.seller(user)

    async def open_leads_of(self, connection: Connection, seller_ids: list[str]) -> list[tuple[LeadId, str]]:
        leads = await self._client.leads_of(connection, user_ids=seller_ids)
        return [(LeadId(one.id), one.responsible_user_id) for one in leads if one.is_open and one.responsible_user_id]

    async def capabilities(self, connection: Connection) -> Capabilities:
        """What account, talks, bots and webhooks tell.

        Whether talks can be sent to is known only by sending, so the way is assumed until a send lost it: a
        Connection whose known ways lack it keeps lacking it, one without any known way starts anew.
        """
        return await abilities.detect(self._client, connection)

    async def subscribe(self, connection: Connection, destination: str) -> list[str]:
        return await abilities.subscribe(self._client, connection, destination)

    async def ping(self, connection: Connection) -> str:
        return (await self._client.account(connection)).id

    async def look(self, connection: Connection) -> AccountSeen:
        return await inspecting.account(self._client, connection)

    async def subscriptions(self, connection: Connection, prefix: str) -> list[Subscription]:
        return await abilities.subscriptions(self._client, connection, prefix)

    async def unsubscribe(self, connection: Connection, destination: str) -> None:
        await abilities.unsubscribe(self._client, connection, destination)

    async def pipelines(self, connection: Connection) -> list[Pipeline]:
        return [one.plain() async for one in self._client.pipelines(connection)]

    async def hooks(self, connection: Connection) -> list[HookSeen]:
        return await inspecting.hooks(self._client, connection)

    async def lead_card(self, connection: Connection, lead_id: LeadId) -> LeadSeen:
        return await inspecting.lead(self._client, connection, lead_id)


def marked(text: str) -> str:
    """A note's text as ours."""
    return text if text.startswith(NOTE_MARK) else NOTE_MARK + text
