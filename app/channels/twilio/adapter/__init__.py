"""WhatsApp by Twilio as a channel: the wire in domain words, and nothing decided here.

The customer's number, or WhatsApp's id of who shows none, is the chat, the contact and the card. Nobody but programs
writes by Twilio, so that people take a chat by our own commands and pages alone.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from app.channels.base import Channel
from app.channels.guard import Answer, Bounds
from app.channels.http import masked
from app.channels.twilio import webhook
from app.channels.twilio.adapter import reading
from app.channels.twilio.client import TwilioClient, home_of
from app.channels.twilio.payloads import CONTENT_SID, MESSAGE_SID
from app.channels.without_crm import WithoutCrm
from app.domain.account import Capabilities, Connection, Lane
from app.domain.content import Content, Form
from app.domain.errors import NeedsHuman, Rejected
from app.domain.ids import ExternalId
from app.domain.inspection import AccountSeen, Guide, HookSeen
from app.domain.knocking import Acknowledgement, Greeting, Knocked
from app.domain.messages import Address, LookedInto, ParsedBody, ReadBack, Sent
from app.domain.ports import Slot
from app.domain.templates import Approved

WAY: Final = "session"
# Under a document or a film Twilio shows no words, and answers to tap need a template of theirs: those are written out.
SHOWN: Final = frozenset({Form.IMAGE, Form.AUDIO})
OUR_PATHS: Final = ("/webhooks/twilio", "/webhook")
# What the number's address brings.
EVENTS: Final = ("message", "status")


class TwilioChannel(WithoutCrm, Channel):
    """One for all accounts of a process; everything about an account comes with its Connection."""

    name: str = "twilio"
    guide: Guide = Guide("Twilio", connect=("`ponte channels connect twilio`",), people="nobody writes there by hand")
    # Empty: the answer comes later, by the REST.
    acknowledgement: Acknowledgement | None = Acknowledgement("text/xml", b"<Response/>")
    signs: bool = True

    def __init__(self, client: TwilioClient) -> None:
        self._client = client

    def verify(self, knocked: Knocked, secrets: Sequence[str], *, now: datetime) -> bool:
        """By the account's auth token over the public address and the form."""
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
        """In one call; what it returns is accepted, not delivered: a status tells later where it was not."""
        if way != WAY:
            raise Rejected("Twilio has no such way of sending.", hint=f"The way is {WAY}.")
        if content is not None and content.form in SHOWN:
            sent = await self._client.send_media(connection, to.receives, content.link, words=content.words, slot=slot)
        else:
            sent = await self._client.send_text(connection, to.receives, text, slot=slot)
        return Sent(way, ExternalId(sent))

    async def typing(self, connection: Connection, to: Address, *, seen: ExternalId | None = None) -> None:
        """By the id of the message that was read; a further attachment of one goes by the same."""
        del to
        sid = (seen or "").partition(":")[0]
        if MESSAGE_SID.fullmatch(sid):
            await self._client.show_typing(connection, sid)

    async def read_back(
        self, connection: Connection, to: Address, *, since: datetime, lane: Lane = Lane.HANDOFF
    ) -> ReadBack:
        """What went to the customer, complete where the list's pages end."""
        return await reading.read_back(self._client, connection, to, since=since, lane=lane)

    async def download(self, connection: Connection, link: str, *, bounds: Bounds) -> Answer | None:
        """An attachment by its address, which only the account's own key opens. None: anybody may fetch the link."""
        if not home_of(connection).is_media(link):
            return None
        return await self._client.fetch(connection, link, bounds=bounds)

    def missed(
        self, connection: Connection, *, since: datetime, until: datetime | None = None
    ) -> AsyncIterator[LookedInto]:
        """What customers wrote, under the webhooks' own ids."""
        return reading.missed(self._client, connection, since=since, until=until)

    async def outgoing_since(
        self, connection: Connection, chats: Sequence[tuple[Address, datetime]]
    ) -> AsyncIterator[LookedInto]:
        """Twilio does not say who wrote what went out, and no person writes there: nothing is asked."""
        del connection, chats
        for none in ():
            yield none

    async def run_template(
        self, connection: Connection, to: Address, template: Approved, *, lane: Lane = Lane.PROACTIVE
    ) -> ExternalId | None:
        """By its ContentSid, which holds its language, to the number that the contact is."""
        sent = await self._client.send_template(
            connection, to.receives, template.name, values=template.values, lane=lane
        )
        return ExternalId(sent)

    async def approved_templates(self, connection: Connection) -> list[str]:
        """By their ContentSids, which is what `run_template` takes."""
        found = await self._client.templates(connection)
        return sorted(one.sid for one in found if one.is_approved and CONTENT_SID.fullmatch(one.sid))

    async def capabilities(self, connection: Connection) -> Capabilities:
        """That the key reads the number's messages is asked; the rest is so everywhere."""
        await self.ping(connection)
        return Capabilities(ways=(WAY,), sees_humans=False, reads_back=True, shows=SHOWN)

    async def subscribe(self, connection: Connection, destination: str) -> list[str]:
        """Our address for this number's messages and statuses; the account's other numbers go where they went."""
        sender = await self._client.sender(connection)
        if sender is None or not sender.sid:
            hint = "Paste the address into the console: Messaging, the sandbox's settings or the sender's endpoint."
            raise NeedsHuman("The number is no WhatsApp sender of this Twilio account.", hint=hint, code="no_sender")
        await self._client.set_webhook(connection, sender.sid, destination)
        return [*EVENTS]

    async def ping(self, connection: Connection) -> str:
        """The account and its number, which must be given: an account may have many."""
        await self._client.check(connection)
        return connection.external_ref

    async def look(self, connection: Connection) -> AccountSeen:
        return AccountSeen(external_ref=await self.ping(connection))

    async def hooks(self, connection: Connection) -> list[HookSeen]:
        """The sender's address; no address shows its secret."""
        sender = await self._client.sender(connection)
        url = sender.webhook.callback_url if sender and sender.webhook else ""
        return [_hook(url)] if url else []


def _hook(url: str) -> HookSeen:
    shown = masked(url)
    ours = next((path for path in OUR_PATHS if _is_below(path, urlsplit(shown).path)), None)
    head = shown.partition(ours)[0] if ours else shown
    return HookSeen(
        destination=f"{head}{ours}/..." if ours else shown,
        events=EVENTS,
        disabled=False,
        is_ours=ours is not None,
        tells_of_humans=False,
    )


def _is_below(path: str, shown: str) -> bool:
    """The alias has no secret behind it, so that what only begins like it is another's."""
    return shown.endswith(path) if path == OUR_PATHS[-1] else path in shown
