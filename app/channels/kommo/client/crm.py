"""The calls about the account and its CRM, one method each: https://developers.kommo.com/reference."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, Final

from app.channels.kommo.client.calls import Calls, lane_of, seconds, step
from app.channels.kommo.client.refusals import Call
from app.channels.kommo.client.transport import Turn, numbered, read, read_page
from app.channels.kommo.payloads.crm import (
    AccountCardShape,
    AccountShape,
    ContactShape,
    FieldShape,
    LeadCardShape,
    LeadShape,
    NoteShape,
    PipelineShape,
    TaskShape,
    UserShape,
    WebhookShape,
)
from app.domain.account import Connection, Lane

MOST_IDS: Final = 50  # in one query string
LARGEST_NOTES_PAGE: Final = 250


class CrmCalls(Calls):
    """Users, contacts, leads and their notes and tasks, pipelines, webhooks."""

    async def account(self, connection: Connection, *, lane: Lane = Lane.SYNC) -> AccountShape:
        return await self.one(connection, Call("GET", "account", lane), AccountShape)

    async def account_card(self, connection: Connection) -> tuple[AccountCardShape, str]:
        """The account for a person who checks it, and the vendor's own clock as its answer's header told it."""
        call = Call("GET", "account", Lane.CRM, (("with", "datetime_settings"),))
        response = await self.transport.answer(connection, call)
        return read(response, call, AccountCardShape), response.headers.get("date", "")

    def users(self, connection: Connection, *, lane: Lane = Lane.SYNC) -> AsyncIterator[UserShape]:
        params = (("with", "role,group,amojo_id,phone_number"),)
        return self.all(
            connection, Call("GET", "users", lane, params, is_for_admins=True), name="users", shape=UserShape
        )

    async def contact(self, connection: Connection, *, contact_id: str, lane: Lane = Lane.CRM) -> ContactShape:
        call = Call("GET", f"contacts/{step(contact_id)}", lane, (("with", "leads"),))
        return await self.one(connection, call, ContactShape)

    def contacts_like(self, connection: Connection, *, words: str, lane: Lane) -> AsyncIterator[ContactShape]:
        """Contacts in whose fields the words stand anywhere, with their leads; whoever asks must look again."""
        params = (("query", words), ("with", "leads"))
        return self.all(connection, Call("GET", "contacts", lane, params), name="contacts", shape=ContactShape)

    async def add_contact(self, connection: Connection, *, new: dict[str, Any], lane: Lane) -> str:
        """One new contact; its id."""
        return await self.added(connection, Call("POST", "contacts", lane, json=[new]), name="contacts")

    async def add_lead(self, connection: Connection, *, new: dict[str, Any], lane: Lane) -> str:
        """One new lead, with the contacts that `new` embeds; its id."""
        return await self.added(connection, Call("POST", "leads", lane, json=[new]), name="leads")

    async def add_task(self, connection: Connection, *, new: dict[str, Any], lane: Lane) -> str:
        """Something for a salesperson to do by a time; its id."""
        return await self.added(connection, Call("POST", "tasks", lane, json=[new]), name="tasks")

    def tasks_on(self, connection: Connection, *, on: tuple[str, str], lane: Lane) -> AsyncIterator[TaskShape]:
        """The tasks of `("leads", id)` or `("contacts", id)`."""
        params = (("filter[entity_type]", on[0]), *numbered("filter[entity_id]", [on[1]]))
        return self.all(connection, Call("GET", "tasks", lane, params), name="tasks", shape=TaskShape)

    async def lead(self, connection: Connection, *, lead_id: str, lane: Lane = Lane.CRM) -> LeadShape:
        return await self.one(connection, Call("GET", f"leads/{step(lead_id)}", lane), LeadShape)

    async def lead_card(self, connection: Connection, *, lead_id: str) -> LeadCardShape:
        call = Call("GET", f"leads/{step(lead_id)}", Lane.CRM, (("with", "contacts"),))
        return await self.one(connection, call, LeadCardShape)

    def leads(self, connection: Connection, *, ids: list[str], lane: Lane = Lane.CRM) -> AsyncIterator[LeadShape]:
        params = tuple(numbered("filter[id]", ids))
        return self.all(connection, Call("GET", "leads", lane, params), name="leads", shape=LeadShape)

    def lead_fields(self, connection: Connection, *, lane: Lane = Lane.CRM) -> AsyncIterator[FieldShape]:
        call = Call("GET", "leads/custom_fields", lane)
        return self.all(connection, call, name="custom_fields", shape=FieldShape)

    async def leads_of(self, connection: Connection, *, user_ids: list[str], lane: Lane = Lane.SYNC) -> list[LeadShape]:
        """The leads that these users are responsible for: those that changed last, one page of them."""
        params = (*numbered("filter[responsible_user_id]", user_ids), ("order[updated_at]", "desc"))
        call = Call("GET", "leads", lane, (*params, ("limit", str(LARGEST_NOTES_PAGE))))
        return read_page(await self.transport.answer(connection, call), call, name="leads", shape=LeadShape)[0]

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
        call = Call("PATCH", f"leads/{step(lead_id)}", turn.lane if turn else lane, json=change)
        await self.transport.answer(connection, call, turn=turn)

    async def add_note(
        self, connection: Connection, *, on: tuple[str, str], text: str, turn: Turn | None = None
    ) -> str:
        """A plain note on `("leads", id)` or `("contacts", id)`; its id."""
        entity, entity_id = on
        note = {"note_type": "common", "params": {"text": text}}
        call = Call("POST", f"{entity}/{step(entity_id)}/notes", lane_of(turn), json=[note])
        response = await self.transport.answer(connection, call, turn=turn)
        written, _ = read_page(response, call, name="notes", shape=NoteShape)
        return written[0].id if written else ""

    async def latest_notes(self, connection: Connection, *, lead_id: str, lane: Lane = Lane.CRM) -> list[NoteShape]:
        """The lead's newest plain notes, one page of them."""
        params = (("filter[note_type]", "common"), ("order[updated_at]", "desc"), ("limit", str(LARGEST_NOTES_PAGE)))
        call = Call("GET", f"leads/{step(lead_id)}/notes", lane, params)
        return read_page(await self.transport.answer(connection, call), call, name="notes", shape=NoteShape)[0]

    def notes(
        self, connection: Connection, *, since: datetime, until: datetime | None = None, lane: Lane = Lane.SYNC
    ) -> AsyncIterator[NoteShape]:
        """The plain notes on all leads that were written since then."""
        params = (("filter[note_type]", "common"), ("filter[updated_at][from]", seconds(since)))
        params += (("filter[updated_at][to]", seconds(until)),) if until else ()
        call = Call("GET", "leads/notes", lane, params, page_size=LARGEST_NOTES_PAGE)
        return self.all(connection, call, name="notes", shape=NoteShape)

    def webhooks(self, connection: Connection, *, lane: Lane = Lane.SYNC) -> AsyncIterator[WebhookShape]:
        return self.all(
            connection, Call("GET", "webhooks", lane, is_for_admins=True), name="webhooks", shape=WebhookShape
        )

    async def subscribe(self, connection: Connection, *, destination: str, codes: list[str]) -> WebhookShape:
        """A known destination gets the new codes and is enabled again."""
        body = {"destination": destination, "settings": codes, "sort": 10}
        call = Call("POST", "webhooks", Lane.SYNC, json=body, is_for_admins=True)
        return await self.one(connection, call, WebhookShape)

    async def unsubscribe(self, connection: Connection, *, destination: str) -> None:
        call = Call("DELETE", "webhooks", Lane.SYNC, json={"destination": destination}, is_for_admins=True)
        await self.transport.answer(connection, call)

    def pipelines(self, connection: Connection) -> AsyncIterator[PipelineShape]:
        call = Call("GET", "leads/pipelines", Lane.SYNC)
        return self.all(connection, call, name="pipelines", shape=PipelineShape)
