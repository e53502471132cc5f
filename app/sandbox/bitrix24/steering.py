"""The /_sandbox/bitrix24 routes: customers and salespeople write, sessions end, things go wrong, and what was said."""

from typing import Any

from fastapi import APIRouter
from pydantic import Field

from app.sandbox.bitrix24.hooks import HookFault, Hooks
from app.sandbox.bitrix24.world import APPLICATION_TOKEN, JOAO, SECRET, Chat, Fault, Portal, Trouble, user_view
from app.sandbox.steering.orders import Order
from app.sandbox.steering.say import OrderError

PICTURE = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


class SayOrder(Order):
    """A customer writes; the chat is opened where it is not there yet. `lead` and the others bind it to the CRM."""

    chat: str = "Maria"
    text: str = ""
    connector: str = "livechat"
    picture: bool = False
    cards: dict[str, int] = Field(default_factory=dict[str, int])
    phone: str = ""


class WriteOrder(Order):
    """A salesperson writes in the chat."""

    chat: str = "Maria"
    text: str
    user: int = JOAO


class ChatOrder(Order):
    chat: str = "Maria"


class TroubleOrder(Order):
    fault: Fault
    method: str = ""
    times: int = Field(default=1, ge=1)
    seconds: float = Field(default=5, ge=0)


class HooksOrder(Order):
    faults: list[HookFault]


class LimitsOrder(Order):
    capacity: float | None = Field(default=None, ge=0, description="Of the bucket; 0 lifts it.")
    operating: dict[str, float] = Field(default_factory=dict[str, float])
    supervisor: int = Field(default=0, ge=0, description="A user who is in every chat from its beginning.")


def bitrix24_steering(portal: Portal, hooks: Hooks) -> APIRouter:
    """All steering routes of one simulated portal."""
    router = APIRouter(prefix="/_sandbox/bitrix24", tags=["bitrix24"])
    _add_people(router, portal)
    _add_trouble(router, portal, hooks)
    return router


def _add_people(router: APIRouter, portal: Portal) -> None:
    @router.post("/say", status_code=201, summary="A customer writes")
    async def _say(order: SayOrder) -> dict[str, int]:
        chat = _find(portal, order.chat) or _open(portal, order)
        files = [portal.number()] if order.picture else []
        portal.files |= dict.fromkeys(files, PICTURE)
        message = portal.write(chat, chat.customer, order.text, files)
        return {"chat_id": chat.id, "message_id": message.id, "session_id": chat.session}

    @router.post("/write", status_code=201, summary="A salesperson writes")
    async def _write(order: WriteOrder) -> dict[str, int]:
        return {"message_id": portal.write(_needed(portal, order.chat), order.user, order.text).id}

    @router.post("/finish", status_code=204, summary="The session is over")
    async def _finish(order: ChatOrder) -> None:
        portal.finish(_needed(portal, order.chat))

    @router.get("/state", summary="Everything that was said, written and shown")
    async def _state() -> dict[str, Any]:
        return {
            "webhook": f"1/{SECRET}",
            "application_token": APPLICATION_TOKEN,
            "chats": [_view(portal, one) for one in portal.chats.values()],
            "comments": portal.comments,
            "cards": portal.cards,
            "seen": portal.seen,
            "calls": portal.calls,
            "bots": [{"code": one.code, "mode": one.mode, "queued": len(one.queue)} for one in portal.bots.values()],
        }


def _add_trouble(router: APIRouter, portal: Portal, hooks: Hooks) -> None:
    @router.post("/trouble", status_code=204, summary="The next calls go wrong")
    async def _trouble(order: TroubleOrder) -> None:
        portal.trouble.append(Trouble(**order.model_dump()))

    @router.delete("/trouble", status_code=204, summary="Nothing goes wrong any more")
    async def _relief() -> None:
        portal.trouble.clear()
        hooks.faults.clear()

    @router.post("/hooks", status_code=204, summary="What befalls the next webhooks, in order")
    async def _hooks(order: HooksOrder) -> None:
        hooks.faults = list(order.faults)

    @router.get("/delivered", summary="Every webhook, with what it was answered")
    async def _delivered() -> list[dict[str, Any]]:
        return hooks.delivered

    @router.post("/limits", status_code=204, summary="Another bucket, or methods that have run for long")
    async def _limits(order: LimitsOrder) -> None:
        if order.capacity is not None:
            portal.bucket = portal.capacity = order.capacity
        portal.operating |= order.operating
        portal.supervisor = order.supervisor or portal.supervisor

    @router.post("/reset", status_code=204, summary="A new portal")
    async def _reset() -> None:
        portal.reset()
        hooks.reset()


def _open(portal: Portal, order: SayOrder) -> Chat:
    bound: dict[str, int] = {}
    for kind, number in order.cards.items():
        known = {
            "ASSIGNED_BY_ID": "1",
            "STATUS_SEMANTIC_ID": "P",
            "CLOSED": "N",
            "TITLE": order.chat,
            "NAME": order.chat,
        }
        phones = {"PHONE": [{"VALUE": order.phone, "VALUE_TYPE": "WORK"}]} if order.phone else {}
        portal.cards[kind].setdefault(number, {**known, **phones})
        bound[kind.upper()] = number
    return portal.open_chat(order.chat, connector=order.connector, bound=bound)


def _find(portal: Portal, name: str) -> Chat | None:
    return next((one for one in portal.chats.values() if one.name == name), None)


def _needed(portal: Portal, name: str) -> Chat:
    found = _find(portal, name)
    if found is None:
        raise OrderError(404, "There is no such chat.")
    return found


def _view(portal: Portal, chat: Chat) -> dict[str, Any]:
    messages = [
        {
            "id": one.id,
            "text": one.text,
            "author": one.author,
            "at": one.at,
            "by": user_view(portal.users[one.author])["type"],
        }
        for one in chat.messages
    ]
    known = {"id": chat.id, "name": chat.name, "operator": chat.operator, "members": sorted(chat.members)}
    return {**known, "session": chat.session, "messages": messages}
