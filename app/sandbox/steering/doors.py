"""The /_sandbox routes."""

from collections.abc import AsyncIterator, Iterator
from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from app.sandbox.account import Account
from app.sandbox.box import Sandbox
from app.sandbox.entities import Talk
from app.sandbox.faults import FaultOrder, FaultReport
from app.sandbox.steering import accounts, state
from app.sandbox.steering.granting import add_grants
from app.sandbox.steering.language import add_language
from app.sandbox.steering.orders import (
    AccountOrder,
    AccountView,
    Aging,
    Entry,
    Granted,
    GrantOrder,
    Made,
    MakeLead,
    Noted,
    Reset,
    Said,
    Say,
    WriteNote,
)
from app.sandbox.steering.planning import add_plan
from app.sandbox.steering.say import OrderError, account_of, make_lead, say, write_note
from app.sandbox.talks import age, close_talk

LONGEST_WAIT = 20.0
SENT_AT_ONCE = 200


def steering_router(box: Sandbox) -> APIRouter:
    """All steering routes of one sandbox."""
    router = APIRouter(prefix="/_sandbox", tags=["sandbox"])
    add_people(router, box)
    add_reading(router, box)
    add_trouble(router, box)
    add_accounts(router, box)
    add_grants(router, box)
    add_plan(router, box)
    add_language(router, box)
    return router


def add_people(router: APIRouter, box: Sandbox) -> None:
    @router.post("/say", summary="Somebody writes in a chat")
    async def _say(order: Say) -> Said:
        return say(box.world, order)

    @router.post("/note", summary="A salesperson writes a note on a lead")
    async def _note(order: WriteNote) -> Noted:
        note_id, lead_id = write_note(box.world, order)
        return Noted(note_id=note_id, lead_id=lead_id)

    @router.post("/lead", summary="One more open lead for a contact")
    async def _lead(order: MakeLead) -> Made:
        lead_id, contact_id = make_lead(box.world, order)
        return Made(lead_id=lead_id, contact_id=contact_id)

    @router.post("/talks/{talk_id}/close", status_code=204, summary="Close a talk, as a salesperson would")
    async def _close(talk_id: int, account: int | str | None = None) -> None:
        owner = account_of(box.world, account, None)
        close_talk(box.world, owner, _talk(owner, talk_id), closed_by=owner.current_user_id)

    @router.post("/talks/{talk_id}/age", status_code=204, summary="Let time go by in a talk's chat")
    async def _age(talk_id: int, order: Aging | None = None, account: int | str | None = None) -> None:
        owner = account_of(box.world, account, None)
        chat = owner.chats[_talk(owner, talk_id).chat_id]
        age(box.world, owner, chat, hours=(order or Aging()).hours)


def _talk(owner: Account, talk_id: int) -> Talk:
    talk = owner.talks.get(talk_id)
    if talk is None:
        raise OrderError(404, "There is no such talk.")
    return talk


def add_reading(router: APIRouter, box: Sandbox) -> None:
    @router.get("/record", summary="Every call received and every hook sent, in order", response_model=list[Entry])
    async def _record(
        after: Annotated[int, Query(ge=0, description="Only what has a higher number.")] = 0,
        limit: Annotated[int | None, Query(ge=1, description="So many at most; without it, all.")] = None,
    ) -> Response:
        entries = box.record.read(after=after, limit=limit)
        return StreamingResponse(as_list(entries), media_type="application/json")

    @router.get("/state", summary="The account as the page draws it; waits for a change where asked")
    async def _state(
        account: int | str | None = None,
        after: int = 0,
        wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT, description="Seconds to wait for a newer version.")] = 0,
    ) -> Response:
        owner = account_of(box.world, account, None)
        await state.changed(owner, after=after, seconds=wait, stopping=box.gate.stopping)
        owner = box.world.find(owner.id) or owner
        return Response(orjson.dumps(state.picture(owner)), media_type="application/json")


async def as_list(entries: Iterator[bytes]) -> AsyncIterator[bytes]:
    """A JSON list, some entries at a time, so that a long record holds nobody else up."""
    parts: list[bytes] = [b"["]
    is_first = True
    for entry in entries:
        parts.append(entry if is_first else b"," + entry)
        is_first = False
        if len(parts) >= SENT_AT_ONCE:
            yield b"".join(parts)
            parts = []
    yield b"".join([*parts, b"]"])


def add_trouble(router: APIRouter, box: Sandbox) -> None:
    @router.post("/faults", summary="Order trouble")
    async def _order(order: FaultOrder) -> FaultReport:
        return box.faults.order(order)

    @router.get("/faults", summary="The trouble in force and how often it struck")
    async def _faults() -> FaultReport:
        return box.faults.report()

    @router.delete("/faults", status_code=204, summary="No more trouble")
    async def _clear() -> None:
        box.faults.clear()

    @router.post("/reset", status_code=204, summary="Back to the fresh state")
    async def _reset(order: Reset | None = None) -> None:
        box.reset(everything=order is not None and order.all)


def add_accounts(router: APIRouter, box: Sandbox) -> None:
    @router.get("/accounts", summary="All accounts with their tokens")
    async def _accounts() -> list[AccountView]:
        return [accounts.view(account) for account in box.world.accounts.values()]

    @router.post("/grant", summary="The administrator allows the integration: a code, valid once for twenty minutes")
    async def _grant(order: GrantOrder) -> Granted:
        account = account_of(box.world, order.account, order.account_id)
        integration, code = box.grants.allow(account, order.redirect_uri)
        return Granted(
            client_id=integration.client_id,
            client_secret=integration.client_secret,
            redirect_uri=integration.redirect_uri,
            code=code,
            referer=box.world.base_url.partition("://")[2],
        )

    @router.post("/accounts", summary="Make an account or change one")
    async def _account(order: AccountOrder) -> AccountView:
        return accounts.make_or_change(box.world, order)
