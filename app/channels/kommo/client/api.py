"""The calls we make, one method each, in the order of https://developers.kommo.com/reference."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, TypeVar
from urllib.parse import quote

import httpx

from app.channels.http import broken
from app.channels.kommo.client.refusals import Call
from app.channels.kommo.client.transport import Transport, Turn, numbered, read, read_page
from app.channels.kommo.payloads import (
    AccountCardShape,
    AccountShape,
    BotShape,
    ContactShape,
    EventShape,
    FieldShape,
    LeadCardShape,
    LeadShape,
    Linked,
    NoteShape,
    PipelineShape,
    SentShape,
    Shape,
    TalkMessageShape,
    TalkShape,
    TaskShape,
    TemplateShape,
    UserShape,
    WebhookShape,
)
from app.domain.account import Connection, Lane
from app.domain.clock import Clock, SystemClock
from app.domain.errors import Rejected, Retryable
from app.domain.ports import Governor, TokenStore

MOST_IDS: Final = 50  # in one query string
LARGEST_NOTES_PAGE: Final = 250
LARGEST_EVENTS_PAGE: Final = 100
LARGEST_TEMPLATES_PAGE: Final = 50
MOST_PAGES: Final = 200  # a list that never ends is a fault of the other side

_S = TypeVar("_S", bound=Shape)


class KommoClient:
    """Kommo's REST v4 for one process. Every method raises the errors of `domain.errors` and nothing else."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        governor: Governor,
        *,
        clock: Clock | None = None,
        tokens: TokenStore | None = None,
    ) -> None:
        self._transport = Transport(http, governor, clock=clock or SystemClock(), tokens=tokens)
        self.governor = governor

    async def account(self, connection: Connection, *, lane: Lane = Lane.SYNC) -> AccountShape:
        return await self._one(connection, Call("GET", "account", lane), AccountShape)

    async def account_card(self, connection: Connection) -> tuple[AccountCardShape, str]:
        """The account for a person who checks it, and the vendor's own clock as its answer's header told it."""
        call = Call("GET", "account", Lane.CRM, (("with", "datetime_settings"),))
        response = await self._transport.answer(connection, call)
        return read(response, call, AccountCardShape), response.headers.get("date", "")

    def users(self, connection: Connection, *, lane: Lane = Lane.SYNC) -> AsyncIterator[UserShape]:
        params = (("with", "role,group,amojo_id,phone_number"),)
        return self._all(
            connection, Call("GET", "users", lane, params, is_for_admins=True), name="users", shape=UserShape
        )

    async def contact(self, connection: Connection, *, contact_id: str, lane: Lane = Lane.CRM) -> ContactShape:
        call = Call("GET", f"contacts/{_step(contact_id)}", lane, (("with", "leads"),))
        return await self._one(connection, call, ContactShape)

    def contacts_like(self, connection: Connection, *, words: str, lane: Lane) -> AsyncIterator[ContactShape]:
        """Contacts in whose fields the words stand anywhere, with their leads; whoever asks must look again."""
        params = (("query", words), ("with", "leads"))
        return self._all(connection, Call("GET", "contacts", lane, params), name="contacts", shape=ContactShape)

    async def add_contact(self, connection: Connection, *, new: dict[str, Any], lane: Lane) -> str:
        """One new contact; its id."""
        return await self._added(connection, Call("POST", "contacts", lane, json=[new]), name="contacts")

    async def add_lead(self, connection: Connection, *, new: dict[str, Any], lane: Lane) -> str:
        """One new lead, with the contacts that `new` embeds; its id."""
        return await self._added(connection, Call("POST", "leads", lane, json=[new]), name="leads")

    async def add_task(self, connection: Connection, *, new: dict[str, Any], lane: Lane) -> str:
        """Something for a salesperson to do by a time; its id."""
        return await self._added(connection, Call("POST", "tasks", lane, json=[new]), name="tasks")

    def tasks_on(self, connection: Connection, *, on: tuple[str, str], lane: Lane) -> AsyncIterator[TaskShape]:
        """The tasks of `("leads", id)` or `("contacts", id)`."""
        params = (("filter[entity_type]", on[0]), *numbered("filter[entity_id]", [on[1]]))
        return self._all(connection, Call("GET", "tasks", lane, params), name="tasks", shape=TaskShape)

    def templates(self, connection: Connection, *, lane: Lane = Lane.SYNC) -> AsyncIterator[TemplateShape]:
        """Message templates; Kommo shows an integration only those that it made itself."""
        params = (("with", "reviews"),)
        call = Call("GET", "chats/templates", lane, params, page_size=LARGEST_TEMPLATES_PAGE, is_for_admins=True)
        return self._all(connection, call, name="chat_templates", shape=TemplateShape)

    async def lead(self, connection: Connection, *, lead_id: str, lane: Lane = Lane.CRM) -> LeadShape:
        return await self._one(connection, Call("GET", f"leads/{_step(lead_id)}", lane), LeadShape)

    async def lead_card(self, connection: Connection, *, lead_id: str) -> LeadCardShape:
        call = Call("GET", f"leads/{_step(lead_id)}", Lane.CRM, (("with", "contacts"),))
        return await self._one(connection, call, LeadCardShape)

    def leads(self, connection: Connection, *, ids: list[str], lane: Lane = Lane.CRM) -> AsyncIterator[LeadShape]:
        params = tuple(numbered("filter[id]", ids))
        return self._all(connection, Call("GET", "leads", lane, params), name="leads", shape=LeadShape)

    def lead_fields(self, connection: Connection, *, lane: Lane = Lane.CRM) -> AsyncIterator[FieldShape]:
        call = Call("GET", "leads/custom_fields", lane)
        return self._all(connection, call, name="custom_fields", shape=FieldShape)

    async def leads_of(self, connection: Connection, *, user_ids: list[str], lane: Lane = Lane.SYNC) -> list[LeadShape]:
        """The leads that these users are responsible for: those that changed last, one page of them."""
        params = (*numbered("filter[responsible_user_id]", user_ids), ("order[updated_at]", "desc"))
        call = Call("GET", "leads", lane, (*params, ("limit", str(LARGEST_NOTES_PAGE))))
        return read_page(await self._transport.answer(connection, call), call, name="leads", shape=LeadShape)[0]

    async def patch_lead(
        self,
        connection: Connection,
        *,
        lead_id: str,
        change: dict[str, Any],
        turn: Turn | None = None,
        lane: Lane = Lane.CRM,
    ) -> None:
        """Only what `change` names is changed."""
        call = Call("PATCH", f"leads/{_step(lead_id)}", turn.lane if turn else lane, json=change)
        await self._transport.answer(connection, call, turn=turn)

    async def add_note(
        self, connection: Connection, *, on: tuple[str, str], text: str, turn: Turn | None = None
    ) -> str:
        """A plain note on `("leads", id)` or `("contacts", id)`; its id."""
        entity, entity_id = on
        note = {"note_type": "common", "params": {"text": text}}
        call = Call("POST", f"{entity}/{_step(entity_id)}/notes", _lane(turn), json=[note])
        response = await self._transport.answer(connection, call, turn=turn)
        written, _ = read_page(response, call, name="notes", shape=NoteShape)
        return written[0].id if written else ""

    async def latest_notes(self, connection: Connection, *, lead_id: str, lane: Lane = Lane.CRM) -> list[NoteShape]:
        """The lead's newest plain notes, one page of them."""
        params = (("filter[note_type]", "common"), ("order[updated_at]", "desc"), ("limit", str(LARGEST_NOTES_PAGE)))
        call = Call("GET", f"leads/{_step(lead_id)}/notes", lane, params)
        return read_page(await self._transport.answer(connection, call), call, name="notes", shape=NoteShape)[0]

    def notes(
        self, connection: Connection, *, since: datetime, until: datetime | None = None, lane: Lane = Lane.SYNC
    ) -> AsyncIterator[NoteShape]:
        """The plain notes on all leads that were written since then."""
        params = (("filter[note_type]", "common"), ("filter[updated_at][from]", _seconds(since)))
        params += (("filter[updated_at][to]", _seconds(until)),) if until else ()
        call = Call("GET", "leads/notes", lane, params, page_size=LARGEST_NOTES_PAGE)
        return self._all(connection, call, name="notes", shape=NoteShape)

    async def talk(self, connection: Connection, *, talk_id: str, lane: Lane, turn: Turn | None = None) -> TalkShape:
        return await self._one(connection, Call("GET", f"talks/{_step(talk_id)}", lane), TalkShape, turn=turn)

    def talks(self, connection: Connection, *, contact_ids: list[str], lane: Lane) -> AsyncIterator[TalkShape]:
        """All talks of some contacts, in all their chats, open and closed."""
        call = Call("GET", "talks", lane, tuple(numbered("filter[contact_id]", contact_ids)))
        return self._all(connection, call, name="talks", shape=TalkShape)

    def talks_in_work(self, connection: Connection, *, contact_id: str, turn: Turn) -> AsyncIterator[TalkShape]:
        params = (("filter[only_in_work]", "1"), *numbered("filter[contact_id]", [contact_id]))
        call = Call("GET", "talks", turn.lane, params)
        return self._all(connection, call, name="talks", shape=TalkShape, turn=turn)

    async def first_talk(self, connection: Connection, *, lane: Lane = Lane.SYNC) -> TalkShape | None:
        call = Call("GET", "talks", lane, (("limit", "1"),))
        found, _ = read_page(await self._transport.answer(connection, call), call, name="talks", shape=TalkShape)
        return found[0] if found else None

    def messages(
        self, connection: Connection, *, talk_id: str, since: datetime, lane: Lane
    ) -> AsyncIterator[TalkMessageShape]:
        params = (("filter[created_at][from]", _seconds(since)),)
        call = Call("GET", f"talks/{_step(talk_id)}/messages", lane, params)
        return self._all(connection, call, name="messages", shape=TalkMessageShape)

    async def send_message(self, connection: Connection, *, talk_id: str, text: str, turn: Turn) -> str:
        """Needs the Chats API add-on and its scope; the id of the accepted message."""
        call = Call("POST", f"talks/{_step(talk_id)}/send_message", turn.lane, json={"text": text}, way="talks")
        return read(await self._transport.answer(connection, call, turn=turn), call, SentShape).id

    def events(
        self, connection: Connection, *, types: list[str], since: datetime, until: datetime | None = None
    ) -> AsyncIterator[EventShape]:
        params = (("filter[type]", ",".join(types)), ("filter[created_at][from]", _seconds(since)))
        params += (("filter[created_at][to]", _seconds(until)),) if until else ()
        call = Call("GET", "events", Lane.SYNC, params, page_size=LARGEST_EVENTS_PAGE)
        return self._all(connection, call, name="events", shape=EventShape)

    def bots(self, connection: Connection, *, lane: Lane = Lane.SYNC) -> AsyncIterator[BotShape]:
        return self._all(connection, Call("GET", "bots", lane, is_for_admins=True), name="items", shape=BotShape)

    async def run_bot(
        self, connection: Connection, *, bot_id: int, lead_id: str, turn: Turn | None = None, lane: Lane = Lane.REPLY
    ) -> None:
        """Kommo accepts with plain text; there is no id of what the bot will say."""
        body = {"entity_id": whole(lead_id), "entity_type": "leads"}
        call = Call("POST", f"bots/{bot_id}/run", turn.lane if turn else lane, json=body, way="salesbot")
        await self._transport.answer(connection, call, turn=turn)

    async def continue_bot(self, connection: Connection, *, path: str, text: str, turn: Turn) -> None:
        """A bot that stopped at our step goes on with the text as `json.message`; its address works once."""
        body = {"data": {"status": "ok", "message": text}}
        await self._transport.answer(connection, Call("POST", path, turn.lane, json=body), turn=turn)

    def webhooks(self, connection: Connection, *, lane: Lane = Lane.SYNC) -> AsyncIterator[WebhookShape]:
        return self._all(
            connection, Call("GET", "webhooks", lane, is_for_admins=True), name="webhooks", shape=WebhookShape
        )

    async def subscribe(self, connection: Connection, *, destination: str, codes: list[str]) -> WebhookShape:
        """A known destination gets the new codes and is enabled again."""
        body = {"destination": destination, "settings": codes, "sort": 10}
        call = Call("POST", "webhooks", Lane.SYNC, json=body, is_for_admins=True)
        return await self._one(connection, call, WebhookShape)

    async def unsubscribe(self, connection: Connection, *, destination: str) -> None:
        call = Call("DELETE", "webhooks", Lane.SYNC, json={"destination": destination}, is_for_admins=True)
        await self._transport.answer(connection, call)

    def pipelines(self, connection: Connection) -> AsyncIterator[PipelineShape]:
        call = Call("GET", "leads/pipelines", Lane.SYNC)
        return self._all(connection, call, name="pipelines", shape=PipelineShape)

    async def _added(self, connection: Connection, call: Call, *, name: str) -> str:
        """The id of the one thing that a list of one made."""
        response = await self._transport.answer(connection, call)
        made, _ = read_page(response, call, name=name, shape=Linked)
        if not made:
            raise broken(f"POST {call.path} was answered without an id.", acts=True)
        return made[0].id

    async def _one(self, connection: Connection, call: Call, shape: type[_S], *, turn: Turn | None = None) -> _S:
        return read(await self._transport.answer(connection, call, turn=turn), call, shape)

    async def _all(
        self, connection: Connection, call: Call, *, name: str, shape: type[_S], turn: Turn | None = None
    ) -> AsyncIterator[_S]:
        """Every page of a list, until Kommo names no next one."""
        for page in range(1, MOST_PAGES + 1):
            asked = replace(call, params=(*call.params, ("page", str(page)), ("limit", str(call.page_size))))
            response = await self._transport.answer(connection, asked, turn=turn)
            items, has_more = read_page(response, asked, name=name, shape=shape)
            for item in items:
                yield item
            if not has_more:
                return
        raise Retryable(f"The list of {name} does not end.")


def _lane(turn: Turn | None) -> Lane:
    """Part of a send, or work on the card."""
    return turn.lane if turn else Lane.CRM


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
