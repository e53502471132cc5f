"""The calls we make, one method each."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx

from app.channels.guard import Answer, Bounds, Guard
from app.channels.twilio.client.places import Home, home_of, message_step
from app.channels.twilio.client.transport import Call, Transport
from app.channels.twilio.payloads import (
    CONTENT_SID,
    LONGEST_TEXT,
    ContentShape,
    ContentsShape,
    DoneShape,
    MediaListShape,
    MediaShape,
    MessageShape,
    MessagesShape,
    SenderShape,
    SendersShape,
    address_of,
)
from app.domain.account import Connection, Lane
from app.domain.errors import Rejected
from app.domain.ports import Governor, Slot

MOST_PAGES: Final = 50
_PAGE: Final = ("PageSize", "100")
Params = tuple[tuple[str, str], ...]


class TwilioClient:
    """Twilio's REST for one process. Every method raises the errors of `domain.errors` and nothing else."""

    def __init__(
        self, http: httpx.AsyncClient, governor: Governor, *, guard: Guard, status_callback: str | None = None
    ) -> None:
        self._transport = Transport(http, governor, guard=guard)
        self.governor = governor
        self._status_callback = status_callback

    async def send_text(self, connection: Connection, to: str, words: str, *, slot: Slot | None = None) -> str:
        """The id of the message, by which statuses name it."""
        return await self._send(connection, to, (("Body", _within(words)),), lane=Lane.REPLY, slot=slot)

    async def send_media(
        self, connection: Connection, to: str, link: str, *, words: str = "", slot: Slot | None = None
    ) -> str:
        """A file that Twilio fetches by its link: a public one, as the guard says. Words stand under a picture only."""
        await self._transport.vouch_for(connection, link)
        said = (("Body", _within(words)),) if words else ()
        return await self._send(connection, to, (*said, ("MediaUrl", link)), lane=Lane.REPLY, slot=slot)

    async def show_typing(self, connection: Connection, message_sid: str) -> None:
        """Mark what a customer wrote as read, and show for 25 seconds that somebody types."""
        form = (("channel", "whatsapp"), ("messageId", message_step(message_sid)))
        call = Call("POST", home_of(connection).typing(), Lane.CRM, form=form)
        await self._transport.ask(connection, call, DoneShape)

    async def send_template(
        self, connection: Connection, to: str, name: str, *, values: Sequence[str] = (), lane: Lane = Lane.PROACTIVE
    ) -> str:
        """What WhatsApp has approved, by its ContentSid; also outside the 24 hours."""
        if not CONTENT_SID.fullmatch(name):
            hint = "Save the text with approved_name HX...: it stands in the Content Template Builder."
            raise Rejected("Twilio sends a template by its ContentSid.", hint=hint, code="template")
        filled = json.dumps({str(number): value for number, value in enumerate(values, 1)}, ensure_ascii=False)
        content = (("ContentSid", name), *((("ContentVariables", filled),) if values else ()))
        return await self._send(connection, to, content, lane=lane)

    async def with_person(
        self, connection: Connection, person: str, *, since: datetime, lane: Lane
    ) -> tuple[list[MessageShape], bool]:
        """What went from our number to somebody since then, and whether that is all of it.

        Without a filter by DateSent: what still waits has none, and would be missed.
        """
        home = home_of(connection)
        wanted = (("To", address_of(person)), ("From", address_of(home.number)))
        found: list[MessageShape] = []
        async for page in self._pages(connection, home, wanted, lane=lane):
            found += [one for one in page.messages if one.at >= since]
            if not page.following() or all(one.at < since for one in page.messages):
                return found, True
        return found, False

    async def received(self, connection: Connection, *, since: datetime, until: datetime | None) -> list[MessageShape]:
        """What customers wrote to our number. Whole days are asked for: the filter may mean days."""
        home = home_of(connection)
        wanted: Params = (("To", address_of(home.number)), ("DateSent>", _day(since)))
        if until is not None:
            wanted += (("DateSent<", _day(until + timedelta(days=1))),)
        found: list[MessageShape] = []
        async for page in self._pages(connection, home, wanted, lane=Lane.SYNC):
            found += [one for one in page.messages if one.is_inbound and since <= one.at]
            if all(one.at < since for one in page.messages):
                break
        return [one for one in found if until is None or one.at <= until]

    async def media_of(self, connection: Connection, message_sid: str) -> list[MediaShape]:
        """The attachments of a message."""
        url = home_of(connection).of_account(f"Messages/{message_step(message_sid)}/Media.json")
        call = Call("GET", url, Lane.SYNC, (_PAGE,))
        return (await self._transport.ask(connection, call, MediaListShape)).media_list

    async def fetch(self, connection: Connection, link: str, *, bounds: Bounds, lane: Lane = Lane.CRM) -> Answer:
        """The bytes behind an attachment's address."""
        return await self._transport.fetch(connection, link, lane=lane, bounds=bounds)

    async def check(self, connection: Connection) -> None:
        """One message of our number: the cheapest call that an API key of any kind may make."""
        home = home_of(connection)
        params = (("From", address_of(home.number)), ("PageSize", "1"))
        await self._transport.ask(
            connection, Call("GET", home.of_account("Messages.json"), Lane.SYNC, params), MessagesShape
        )

    async def sender(self, connection: Connection) -> SenderShape | None:
        """Our number as Twilio's sender; None for the shared sandbox number and one of somebody else."""
        home = home_of(connection)
        extra: Params = ()
        for _ in range(MOST_PAGES):
            params = (("Channel", "whatsapp"), _PAGE, *extra)
            page = await self._transport.ask(connection, Call("GET", home.senders(), Lane.SYNC, params), SendersShape)
            for one in page.senders:
                if one.sender_id == address_of(home.number):
                    return one
            if not (extra := page.following()):
                return None
        return None

    async def templates(self, connection: Connection) -> list[ContentShape]:
        """The account's templates with what WhatsApp has said of them, as far as fifty pages reach."""
        home = home_of(connection)
        found: list[ContentShape] = []
        extra: Params = ()
        for _ in range(MOST_PAGES):
            call = Call("GET", home.content(), Lane.SYNC, (_PAGE, *extra))
            page = await self._transport.ask(connection, call, ContentsShape)
            found += page.contents
            if not (extra := page.following()):
                break
        return found

    async def set_webhook(self, connection: Connection, sender_sid: str, url: str) -> None:
        """Send this number's messages and statuses to us; its fallback stays."""
        body = {"callback_url": url, "callback_method": "POST", "status_callback_url": url}
        call = Call(
            "POST",
            home_of(connection).senders(sender_sid),
            Lane.SYNC,
            json={"webhook": {**body, "status_callback_method": "POST"}},
        )
        await self._transport.ask(connection, call, SenderShape)

    async def _pages(
        self, connection: Connection, home: Home, wanted: Params, *, lane: Lane
    ) -> AsyncIterator[MessagesShape]:
        extra: Params = ()
        for _ in range(MOST_PAGES):
            call = Call("GET", home.of_account("Messages.json"), lane, (*wanted, _PAGE, *extra))
            page = await self._transport.ask(connection, call, MessagesShape)
            yield page
            if not (extra := page.following()):
                return

    async def _send(
        self, connection: Connection, to: str, content: Params, *, lane: Lane, slot: Slot | None = None
    ) -> str:
        home = home_of(connection)
        told = (("StatusCallback", self._status_callback),) if self._status_callback else ()
        form = (("To", address_of(to)), ("From", address_of(home.number)), *content, *told)
        call = Call("POST", home.of_account("Messages.json"), lane, form=form)
        return (await self._transport.ask(connection, call, MessageShape, slot=slot)).sid


def _day(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT00:00:00Z")


def _within(words: str) -> str:
    if not words.strip():
        raise Rejected("The text is empty.", code="empty")
    if len(words) > LONGEST_TEXT:
        raise Rejected(f"The text is longer than {LONGEST_TEXT} characters.", hint="Shorten it.", code="too_long")
    return words
