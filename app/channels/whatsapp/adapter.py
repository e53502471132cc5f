"""WhatsApp as a channel: the wire in domain words, and nothing decided here.

The customer's number, or WhatsApp's id of who shows none, is the chat, the contact and the card. What was sent cannot
be read back, so a send in doubt is a person's.
"""

import base64
import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from app.channels.base import Channel
from app.channels.guard import Answer, Bounds
from app.channels.http import masked
from app.channels.whatsapp import webhook
from app.channels.whatsapp.client import WhatsAppClient, home_of
from app.channels.whatsapp.payloads import MEDIA, MediaShape, keys_of
from app.channels.without_crm import WithoutCrm
from app.domain.account import Capabilities, Connection, Lane
from app.domain.checkup import Line, absent, broken, fine
from app.domain.content import Content, Form
from app.domain.errors import NeedsHuman, NotFound, Rejected, Retryable
from app.domain.ids import ExternalId
from app.domain.inspection import AccountSeen, Guide, HookSeen
from app.domain.knocking import Acknowledgement, Greeting, Knocked
from app.domain.messages import Address, LookedInto, ParsedBody, ReadBack, Sent
from app.domain.ports import Slot
from app.domain.templates import Approved

WAY: Final = "session"
# What came without an id got one of ours, which WhatsApp does not know.
HASHED: Final = "hash:"
OUR_PATHS: Final = ("/webhooks/whatsapp", "/webhook/whatsapp")
# 360dialog gives no attachment to anybody for half an hour who has asked twenty times in vain within one.
DIALOG_REST: Final = timedelta(minutes=5)
BUSINESS: Final = "business"  # the doctor's line
UNNAMED: Final = (
    "Set WHATSAPP_WABA_ID in .env and run `ponte channels connect whatsapp`, or connect with the token "
    '{"token": "...", "waba_id": "..."}.'
)
# What the number's address brings, of what the app has subscribed.
FIELDS: Final = ("messages", "smb_message_echoes", "message_echoes")


class WhatsAppChannel(WithoutCrm, Channel):
    """One for all accounts of a process; everything about an account comes with its Connection."""

    name: str = "whatsapp"
    guide: Guide = Guide(
        "WhatsApp",
        connect=("`ponte channels connect whatsapp`",),
        people="what a salesperson writes on the phone is not noticed",
    )
    acknowledgement: Acknowledgement | None = None
    signs: bool = True
    largest_body: int = 3 << 20  # a whole history of a phone; what is refused is sent again for days

    def __init__(self, client: WhatsAppClient) -> None:
        self._client = client

    def verify(self, knocked: Knocked, secrets: Sequence[str], *, now: datetime) -> bool:
        """By the app's secret over the raw body; 360dialog's own header by the platform's secret."""
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
            raise Rejected("WhatsApp has no such way of sending.", hint=f"The way is {WAY}.")
        if content is not None:
            return Sent(way, ExternalId(await self._client.send_content(connection, to.receives, content, slot=slot)))
        return Sent(way, ExternalId(await self._client.send_text(connection, to.receives, text, slot=slot)))

    async def typing(self, connection: Connection, to: Address, *, seen: ExternalId | None = None) -> None:
        """By the id of the message that was read: it and all before it are, and the dots stay for 25 seconds."""
        del to
        if seen is not None and not seen.startswith(HASHED):
            await self._client.mark_read(connection, seen, typing=True)

    async def read_back(
        self, connection: Connection, to: Address, *, since: datetime, lane: Lane = Lane.HANDOFF
    ) -> ReadBack:
        """No API shows what was sent."""
        del connection, to, since, lane
        return ReadBack(complete=False)

    async def download(self, connection: Connection, link: str, *, bounds: Bounds) -> Answer | None:
        """An attachment by its id: where it is for five minutes, then the bytes, whole as their hash says."""
        if not link.startswith(MEDIA):
            return None
        try:
            return await self._attachment(connection, link.removeprefix(MEDIA), bounds=bounds)
        except Retryable as error:
            if not home_of(connection).is_dialog or error.after >= DIALOG_REST:
                raise
            raise Retryable(error.message, after=DIALOG_REST, hint=error.hint, code=error.code) from None

    async def _attachment(self, connection: Connection, media_id: str, *, bounds: Bounds) -> Answer:
        seen = await self._client.media(connection, media_id)
        _check_size(seen, bounds)
        try:
            answer = await self._client.fetch(connection, seen.url, bounds=bounds)
        except NotFound:  # the place was over: one fresh one, no more
            seen = await self._client.media(connection, media_id)
            answer = await self._client.fetch(connection, seen.url, bounds=bounds)
        if not _is_whole(answer.body, seen.sha256):
            raise Retryable("The attachment came torn.", code="torn")
        return answer

    async def missed(
        self, connection: Connection, *, since: datetime, until: datetime | None = None
    ) -> AsyncIterator[LookedInto]:
        """Meta repeats a webhook for days, and shows nothing of a chat."""
        del connection, since, until
        for none in ():
            yield none

    async def outgoing_since(
        self, connection: Connection, chats: Sequence[tuple[Address, datetime]]
    ) -> AsyncIterator[LookedInto]:
        """Meta's webhooks tell of people who write on the phone."""
        del connection, chats
        for none in ():
            yield none

    async def run_template(
        self, connection: Connection, to: Address, template: Approved, *, lane: Lane = Lane.PROACTIVE
    ) -> ExternalId | None:
        """By its name, to the number that the contact is."""
        if not template.name:
            raise Rejected("WhatsApp sends a template by its name.", hint="Save the text with its approved_name.")
        sent = await self._client.send_template(
            connection, to.receives, template.name, language=template.language, values=template.values, lane=lane
        )
        return ExternalId(sent)

    async def approved_templates(self, connection: Connection) -> list[str]:
        """By name, each once: a name may be approved in several languages."""
        found = [one.name async for one in self._client.templates(connection) if one.is_approved and one.name]
        return list(dict.fromkeys(found))

    async def capabilities(self, connection: Connection) -> Capabilities:
        """What the token opens is asked; that people write only on the phone, whose echoes come, is so everywhere."""
        await self.ping(connection)
        return Capabilities(ways=(WAY,), sees_humans=True, reads_back=False, shows=frozenset(Form))

    async def subscribe(self, connection: Connection, destination: str) -> list[str]:
        """Our address for this number alone; whatever else the app serves goes where it went."""
        await self._client.set_webhook(connection, destination, check=destination.rpartition("/")[2])
        return [*FIELDS]

    async def ping(self, connection: Connection) -> str:
        """The phone number id, which the account must be given: a token opens many, and 360dialog tells none."""
        if not connection.external_ref:
            hint = "Give the phone number id: it stands in WhatsApp Manager, or in 360dialog's Hub."
            raise Rejected("The number is not named.", hint=hint)
        if home_of(connection).is_dialog:
            await self._client.webhook(connection)
            return connection.external_ref
        return (await self._client.number(connection)).id

    async def look(self, connection: Connection) -> AccountSeen:
        if home_of(connection).is_dialog:
            return AccountSeen(external_ref=await self.ping(connection))
        number = await self._client.number(connection)
        return AccountSeen(external_ref=number.id, name=number.verified_name)

    async def inspect(self, connection: Connection) -> list[Line]:
        """The business account, whose templates are listed; 360dialog's key knows its own."""
        if home_of(connection).is_dialog:
            return []
        named = keys_of(connection.token).waba_id
        if not named:
            return [absent(BUSINESS, "The WhatsApp Business account is not named: no templates are listed.", UNNAMED)]
        try:
            await self._client.business(connection)
        except (NeedsHuman, Rejected) as error:
            return [broken(BUSINESS, error.message, error.hint)]
        except Retryable as error:
            return [broken(BUSINESS, error.message, error.hint or "Try again in a minute.")]
        return [fine(BUSINESS, f"The WhatsApp Business account {named} lists its templates.")]

    async def hooks(self, connection: Connection) -> list[HookSeen]:
        """The address that counts for this number; no address shows its secret."""
        if home_of(connection).is_dialog:
            url = (await self._client.webhook(connection)).url
        else:
            ways = (await self._client.number(connection)).webhook_configuration
            url = ways.phone_number or ways.whatsapp_business_account or ways.application
        return [_hook(url)] if url else []


def _hook(url: str) -> HookSeen:
    shown = masked(url)
    ours = next((path for path in OUR_PATHS if path in urlsplit(shown).path), None)
    head = shown.partition(ours)[0] if ours else shown
    return HookSeen(
        destination=f"{head}{ours}/..." if ours else shown,
        events=FIELDS,
        disabled=False,
        is_ours=ours is not None,
        tells_of_humans=True,
    )


def _check_size(seen: MediaShape, bounds: Bounds) -> None:
    if seen.file_size is not None and seen.file_size > bounds.largest:
        raise NeedsHuman(f"The attachment is larger than {bounds.largest} bytes.", code="too_large")


def _is_whole(body: bytes, told: str) -> bool:
    """By its SHA-256, in hex or base64: both are seen. One that is neither says nothing."""
    digest = hashlib.sha256(body)
    is_known = len(told) in (64, 44)
    return not is_known or told.lower() == digest.hexdigest() or told == base64.b64encode(digest.digest()).decode()
