"""The calls we make, one method each, in the order of https://developers.kommo.com/reference."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, TypeVar
from urllib.parse import quote

import httpx

from app.channels.kommo.client.refusals import Call
from app.channels.kommo.client.transport import Deadline, Transport, numbered, read, read_page
from app.channels.kommo.payloads import (
    AccountShape,
    BotShape,
    ContactShape,
    EventShape,
    LeadShape,
    NoteShape,
    SentShape,
    Shape,
    TalkMessageShape,
    TalkShape,
    UserShape,
    WebhookShape,
)
from app.domain.account import Connection, Lane
from app.domain.clock import Clock, SystemClock
from app.domain.errors import Rejected, Retryable
from app.domain.ports import Governor, Slot

LARGEST_PAGE: Final = 250
LARGEST_EVENTS_PAGE: Final = 100
MOST_PAGES: Final = 200  # a list that never ends is a fault of the other side

_S = TypeVar("_S", bound=Shape)


class KommoClient:
    """Kommo's REST v4 for one process. Every method raises the errors of `domain.errors` and nothing else."""

    def __init__(self, http: httpx.AsyncClient, governor: Governor, *, clock: Clock | None = None) -> None:
        self._transport = Transport(http, governor, clock=clock or SystemClock())
        self.governor = governor

    async def account(self, connection: Connection, *, lane: Lane = Lane.SYNC) -> AccountShape:
        return await self._one(connection, Call("GET", "account", lane), AccountShape)

    def users(self, connection: Connection, *, lane: Lane = Lane.SYNC) -> AsyncIterator[UserShape]:
        params = (("with", "role,group,amojo_id,phone_number"),)
        return self._all(connection, Call("GET", "users", lane, params, is_for_admins=True), "users", UserShape)

    async def contact(self, connection: Connection, *, contact_id: str, lane: Lane = Lane.CRM) -> ContactShape:
        call = Call("GET", f"contacts/{_step(contact_id)}", lane, (("with", "leads"),))
        return await self._one(connection, call, ContactShape)

    async def lead(self, connection: Connection, *, lead_id: str, lane: Lane = Lane.CRM) -> LeadShape:
        return await self._one(connection, Call("GET", f"leads/{_step(lead_id)}", lane), LeadShape)

    def leads(self, connection: Connection, *, ids: list[str], lane: Lane = Lane.CRM) -> AsyncIterator[LeadShape]:
        params = tuple(numbered("filter[id]", ids))
        return self._all(connection, Call("GET", "leads", lane, params), "leads", LeadShape)

    async def patch_lead(  # one change: what, in which lane, by whose slot, until when
        self,
        connection: Connection,
        *,
        lead_id: str,
        change: dict[str, Any],
        lane: Lane = Lane.CRM,
        slot: Slot | None = None,
        deadline: Deadline | None = None,
    ) -> None:
        call = Call("PATCH", f"leads/{_step(lead_id)}", lane, json=change)
        await self._transport.answer(connection, call, slot=slot, deadline=deadline)

    async def add_note(  # `entity` is leads or contacts
        self,
        connection: Connection,
        *,
        entity: str,
        entity_id: str,
        text: str,
        lane: Lane = Lane.CRM,
        slot: Slot | None = None,
        deadline: Deadline | None = None,
    ) -> str:
        note = {"note_type": "common", "params": {"text": text}}
        call = Call("POST", f"{entity}/{_step(entity_id)}/notes", lane, json=[note])
        response = await self._transport.answer(connection, call, slot=slot, deadline=deadline)
        written, _ = read_page(response, call, name="notes", shape=NoteShape)
        return written[0].id if written else ""

    async def latest_notes(self, connection: Connection, *, lead_id: str, lane: Lane = Lane.CRM) -> list[NoteShape]:
        """The lead's newest plain notes, one page of them."""
        params = (("filter[note_type]", "common"), ("order[updated_at]", "desc"), ("limit", str(LARGEST_PAGE)))
        call = Call("GET", f"leads/{_step(lead_id)}/notes", lane, params)
        return read_page(await self._transport.answer(connection, call), call, name="notes", shape=NoteShape)[0]

    async def talk(
        self, connection: Connection, *, talk_id: str, lane: Lane, deadline: Deadline | None = None
    ) -> TalkShape:
        return await self._one(connection, Call("GET", f"talks/{_step(talk_id)}", lane), TalkShape, deadline=deadline)

    def talks(  # a contact's talks, in all its chats
        self,
        connection: Connection,
        *,
        contact_id: str | None,
        lane: Lane,
        only_in_work: bool = False,
        deadline: Deadline | None = None,
    ) -> AsyncIterator[TalkShape]:
        params = [("filter[only_in_work]", "1")] if only_in_work else []
        params += numbered("filter[contact_id]", [contact_id]) if contact_id else []
        return self._all(connection, Call("GET", "talks", lane, tuple(params)), "talks", TalkShape, deadline=deadline)

    async def first_talk(self, connection: Connection, *, lane: Lane = Lane.SYNC) -> TalkShape | None:
        call = Call("GET", "talks", lane, (("limit", "1"),))
        found, _ = read_page(await self._transport.answer(connection, call), call, name="talks", shape=TalkShape)
        return found[0] if found else None

    def messages(
        self, connection: Connection, *, talk_id: str, since: datetime, lane: Lane
    ) -> AsyncIterator[TalkMessageShape]:
        params = (("filter[created_at][from]", _seconds(since)),)
        call = Call("GET", f"talks/{_step(talk_id)}/messages", lane, params)
        return self._all(connection, call, "messages", TalkMessageShape)

    async def send_message(  # needs the Chats API add-on and its scope
        self,
        connection: Connection,
        *,
        talk_id: str,
        text: str,
        slot: Slot | None = None,
        deadline: Deadline | None = None,
    ) -> str:
        call = Call("POST", f"talks/{_step(talk_id)}/send_message", Lane.REPLY, json={"text": text}, way="talks")
        response = await self._transport.answer(connection, call, slot=slot, deadline=deadline)
        return read(response, call, SentShape).id

    def events(
        self, connection: Connection, *, types: list[str], since: datetime, lane: Lane = Lane.SYNC
    ) -> AsyncIterator[EventShape]:
        params = (("filter[type]", ",".join(types)), ("filter[created_at][from]", _seconds(since)))
        call = Call("GET", "events", lane, params)
        return self._all(connection, call, "events", EventShape, limit=LARGEST_EVENTS_PAGE)

    def bots(self, connection: Connection, *, lane: Lane = Lane.SYNC) -> AsyncIterator[BotShape]:
        return self._all(connection, Call("GET", "bots", lane, is_for_admins=True), "items", BotShape)

    async def run_bot(
        self, connection: Connection, *, bot_id: int, lead_id: str, deadline: Deadline | None = None
    ) -> None:
        """Kommo accepts with plain text; there is no id of what the bot will say."""
        body = {"entity_id": whole(lead_id), "entity_type": "leads"}
        call = Call("POST", f"bots/{bot_id}/run", Lane.REPLY, json=body, way="salesbot")
        await self._transport.answer(connection, call, deadline=deadline)

    def webhooks(self, connection: Connection, *, lane: Lane = Lane.SYNC) -> AsyncIterator[WebhookShape]:
        return self._all(connection, Call("GET", "webhooks", lane, is_for_admins=True), "webhooks", WebhookShape)

    async def subscribe(self, connection: Connection, *, destination: str, codes: list[str]) -> WebhookShape:
        """A known destination gets the new codes and is enabled again."""
        body = {"destination": destination, "settings": codes, "sort": 10}
        call = Call("POST", "webhooks", Lane.SYNC, json=body, is_for_admins=True)
        return await self._one(connection, call, WebhookShape)

    async def _one(
        self, connection: Connection, call: Call, shape: type[_S], *, deadline: Deadline | None = None
    ) -> _S:
        return read(await self._transport.answer(connection, call, deadline=deadline), call, shape)

    async def _all(  # every page of a list, until Kommo names no next one
        self,
        connection: Connection,
        call: Call,
        name: str,
        shape: type[_S],
        *,
        limit: int = LARGEST_PAGE,
        deadline: Deadline | None = None,
    ) -> AsyncIterator[_S]:
        for page in range(1, MOST_PAGES + 1):
            asked = replace(call, params=(*call.params, ("page", str(page)), ("limit", str(limit))))
            response = await self._transport.answer(connection, asked, deadline=deadline)
            items, has_more = read_page(response, asked, name=name, shape=shape)
            for item in items:
                yield item
            if not has_more:
                return
        raise Retryable(f"The list of {name} does not end.")


def whole(ref: str) -> int:
    """Kommo's JSON wants numbers where its webhooks write text."""
    if not (ref.isascii() and ref.isdecimal()) or len(ref) > 20:  # noqa: PLR2004
        raise Rejected("The id of a lead, contact or user of Kommo is a number.")
    return int(ref)


def _step(ref: str) -> str:
    """An id as one step of a path, whatever is in it."""
    if ref in {"", ".", ".."}:
        raise Rejected("An id is missing.")
    return quote(ref, safe="")


def _seconds(at: datetime) -> str:
    return str(max(0, int(at.timestamp())))
