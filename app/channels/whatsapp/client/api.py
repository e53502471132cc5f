"""The calls we make, one method each."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any, Final

import httpx

from app.channels.guard import Answer, Bounds, Guard
from app.channels.whatsapp.client import messages
from app.channels.whatsapp.client.messages import Button, File, MediaKind, Section
from app.channels.whatsapp.client.places import home_of, step
from app.channels.whatsapp.client.transport import Call, Transport
from app.channels.whatsapp.payloads import (
    Done,
    MediaShape,
    Named,
    NumberShape,
    SentShape,
    TemplateShape,
    TemplatesShape,
    WebhookShape,
    keys_of,
)
from app.domain.account import Connection, Lane
from app.domain.content import Content
from app.domain.errors import NeedsHuman, Rejected
from app.domain.ports import Governor, Slot

MOST_PAGES: Final = 50
_NUMBER_FIELDS: Final = "id,display_phone_number,verified_name,quality_rating,webhook_configuration"
_NO_RIGHT: Final = (
    "The token is over, or lacks the right whatsapp_business_management: at Meta, make one of a system user with it, "
    "and connect the account again with that."
)
_WRONG_BUSINESS: Final = (
    "Check the id of the WhatsApp Business account, and that it is this token's: WHATSAPP_WABA_ID in .env (then "
    '`ponte channels connect whatsapp`), or "waba_id" in the token file. WhatsApp Manager shows it.'
)


class WhatsAppClient:
    """WhatsApp's REST for one process. Every method raises the errors of `domain.errors` and nothing else."""

    def __init__(self, http: httpx.AsyncClient, governor: Governor, *, guard: Guard) -> None:
        self._transport = Transport(http, governor, guard=guard)
        self.governor = governor

    async def send_text(
        self, connection: Connection, to: str, words: str, *, slot: Slot | None = None, answers: str | None = None
    ) -> str:
        """The id of the message, by which statuses and echoes name it."""
        return await self._send(connection, messages.to(to, "text", messages.text(words), answers=answers), slot=slot)

    async def send_template(
        self,
        connection: Connection,
        to: str,
        name: str,
        *,
        language: str,
        values: Sequence[str] = (),
        lane: Lane = Lane.PROACTIVE,
    ) -> str:
        """What Meta has approved, also outside the 24 hours."""
        body = messages.to(to, "template", messages.template(name, language, values))
        return await self._send(connection, body, lane=lane)

    async def send_buttons(
        self, connection: Connection, to: str, body: str, *, buttons: Sequence[Button], footer: str = ""
    ) -> str:
        content = messages.buttons(body, buttons, footer=footer)
        return await self._send(connection, messages.to(to, "interactive", content))

    async def send_list(
        self, connection: Connection, to: str, body: str, *, button: str, sections: Sequence[Section], footer: str = ""
    ) -> str:
        content = messages.choices(body, button, sections, footer=footer)
        return await self._send(connection, messages.to(to, "interactive", content))

    async def send_media(self, connection: Connection, to: str, kind: MediaKind, file: File) -> str:
        return await self._send(connection, messages.to(to, kind, messages.media(kind, file)))

    async def send_content(self, connection: Connection, to: str, content: Content, *, slot: Slot | None = None) -> str:
        """Answers to tap, or an attachment that WhatsApp fetches by its link: a public one, as the guard says."""
        if content.link:
            await self._transport.vouch_for(connection, content.link)
        kind, body = messages.shown(content)
        return await self._send(connection, messages.to(to, kind, body), slot=slot)

    async def upload(self, connection: Connection, content: bytes, *, mime: str, name: str) -> str:
        """Give a file to WhatsApp, for thirty days; the id by which this number may send it."""
        path = home_of(connection).of_number(connection.external_ref, "media")
        form = {"messaging_product": "whatsapp", "type": mime}
        call = Call("POST", path, Lane.REPLY, form=form, file=(name, content, mime))
        return (await self._transport.ask(connection, call, Named)).id

    async def mark_read(self, connection: Connection, message_id: str, *, typing: bool = False) -> None:
        """Show the customer that it was read, and everything before it; and that somebody types, for 25 seconds."""
        body: dict[str, Any] = {"messaging_product": "whatsapp", "status": "read", "message_id": message_id}
        body |= {"typing_indicator": {"type": "text"}} if typing else {}
        path = home_of(connection).of_number(connection.external_ref, "messages")
        await self._transport.ask(connection, Call("POST", path, Lane.CRM, json=body), Done)

    async def media(self, connection: Connection, media_id: str, *, lane: Lane = Lane.CRM) -> MediaShape:
        """Where an attachment is for the next five minutes."""
        params = () if home_of(connection).is_dialog else (("phone_number_id", connection.external_ref),)
        return await self._transport.ask(connection, Call("GET", step(media_id), lane, params), MediaShape)

    async def fetch(self, connection: Connection, url: str, *, bounds: Bounds, lane: Lane = Lane.CRM) -> Answer:
        """The bytes behind such a place."""
        return await self._transport.fetch(connection, url, lane=lane, bounds=bounds)

    async def number(self, connection: Connection) -> NumberShape:
        """The number, and where its webhooks go. Meta only."""
        path = home_of(connection).of_number(connection.external_ref)
        call = Call("GET", path, Lane.SYNC, (("fields", _NUMBER_FIELDS),))
        return await self._transport.ask(connection, call, NumberShape)

    async def webhook(self, connection: Connection) -> WebhookShape:
        """The number's webhook at 360dialog."""
        return await self._transport.ask(connection, Call("GET", "v1/configs/webhook", Lane.SYNC), WebhookShape)

    async def set_webhook(self, connection: Connection, url: str, *, check: str) -> None:
        """Send this number's webhooks to us. Meta looks at once whether we know `check`; 360dialog takes our word."""
        home = home_of(connection)
        if home.is_dialog:
            await self._transport.ask(
                connection, Call("POST", "v1/configs/webhook", Lane.SYNC, json={"url": url}), WebhookShape
            )
            return
        body = {"webhook_configuration": {"override_callback_uri": url, "verify_token": check}}
        path = home.of_number(connection.external_ref)
        await self._transport.ask(connection, Call("POST", path, Lane.SYNC, json=body), Done)

    async def business(self, connection: Connection) -> None:
        """See that the business account is there for this token, by the smallest page of its templates. Meta only."""
        call = replace(self._template_call(connection), params=(("fields", "name"), ("limit", "1")))
        await self._template_page(connection, call)

    async def templates(self, connection: Connection) -> AsyncIterator[TemplateShape]:
        """All templates of the business account, page by page."""
        call = self._template_call(connection)
        params = call.params
        for _ in range(MOST_PAGES):
            page = await self._template_page(connection, call)
            for one in (*page.data, *page.waba_templates):
                yield one
            if not page.following or not page.after:
                return
            call = Call("GET", call.path, call.lane, (*params, ("after", page.after)))

    async def _template_page(self, connection: Connection, call: Call) -> TemplatesShape:
        """One page; a refusal means an account that is not there, or is not this token's, or may not be read by it."""
        try:
            return await self._transport.ask(connection, call, TemplatesShape)
        except Rejected as error:
            if home_of(connection).is_dialog:
                raise
            raise Rejected(error.message, hint=_WRONG_BUSINESS, code=error.code) from error
        except NeedsHuman as error:
            if home_of(connection).is_dialog or error.code != NeedsHuman.code:  # it says itself what is to be mended
                raise
            raise NeedsHuman(error.message, hint=_NO_RIGHT, code=error.code) from error

    def _template_call(self, connection: Connection) -> Call:
        if home_of(connection).is_dialog:
            return Call("GET", "v1/configs/templates", Lane.SYNC)
        waba = keys_of(connection.token).waba_id
        if not waba:
            hint = 'Connect it again with the token {"token": "...", "waba_id": "..."}.'
            raise NeedsHuman("The account's WhatsApp Business account is not known.", hint=hint, code="no_waba_id")
        fields = (("fields", "name,language,status"), ("limit", "100"))
        return Call("GET", f"{step(waba)}/message_templates", Lane.SYNC, fields)

    async def _send(
        self, connection: Connection, body: dict[str, Any], *, slot: Slot | None = None, lane: Lane = Lane.REPLY
    ) -> str:
        path = home_of(connection).of_number(connection.external_ref, "messages")
        call = Call("POST", path, lane, json=body)
        return (await self._transport.ask(connection, call, SentShape, slot=slot)).messages[0].id
