"""The /_sandbox/chatwoot routes: what customers and agents do, trouble, and a look at everything."""

from dataclasses import asdict
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.sandbox.chatwoot import views
from app.sandbox.chatwoot.entities import INCOMING, OUTGOING, Conversation, Message, Status, User
from app.sandbox.chatwoot.hooks import Hooks
from app.sandbox.chatwoot.world import Fault, HookFault, Trouble, World
from app.sandbox.steering.orders import Order
from app.sandbox.steering.say import OrderError


class SayOrder(Order):
    """A customer writes into an inbox, in their conversation there."""

    phone: str = Field(default="+5511999990001", pattern=r"^\+[1-9]\d{6,14}$")
    name: str = "Maria"
    text: str | None = None
    inbox: int = 1
    attachment: Literal["", "image", "audio", "file"] = ""


class WriteOrder(Order):
    """An agent writes, to the customer or as a private note."""

    conversation: int
    text: str
    user: int = 2
    private: bool = False


class StatusOrder(Order):
    conversation: int
    status: Status


class AssignOrder(Order):
    conversation: int
    user: int | None = 2


class FailOrder(Order):
    """The messenger behind the inbox did not deliver a message."""

    conversation: int
    message: int
    error: str = ""


class TapOrder(Order):
    """The customer taps an answer on the website: it is written onto the message that asked."""

    conversation: int
    message: int
    value: str


class TroubleOrder(Order):
    fault: Fault
    times: int = Field(default=1, ge=1)
    path: str = ""
    method: str = "POST"
    seconds: float = Field(default=5, ge=0)


class HookTroubleOrder(Order):
    fault: HookFault
    times: int = Field(default=1, ge=1)


class WaysOrder(Order):
    """How the server is: slow writes race; old ones sign nothing; accounts may keep what a bot loses."""

    slowness: float | None = Field(default=None, ge=0, le=5)
    unsigned: bool | None = None
    keeps_pending: bool | None = None
    lock_to_single: bool | None = None
    channel_type: str | None = None
    webhook_url: str | None = None


class AccountOrder(Order):
    """Another agent."""

    id: int
    name: str
    inboxes: list[int] = Field(default_factory=lambda: [1])


class Told(BaseModel):
    conversation: int
    message: int
    contact: int


def chatwoot_steering(world: World, hooks: Hooks) -> APIRouter:
    """All steering routes of one simulated Chatwoot."""
    router = APIRouter(prefix="/_sandbox/chatwoot", tags=["chatwoot"])
    add_people(router, world)
    add_fates(router, world)
    add_reading(router, world, hooks)
    add_trouble(router, world, hooks)
    return router


def add_people(router: APIRouter, world: World) -> None:
    @router.post("/say", summary="A customer writes")
    async def _say(order: SayOrder) -> Told:
        talk = await _talk_of(world, order)
        kept: list[dict[str, Any]] = []
        one = Message(world.number(), order.text, INCOMING, sender=("contact", talk.contact_id), attachments=kept)
        if order.attachment:
            ending = {"image": "png", "audio": "ogg", "file": "pdf"}[order.attachment]
            link = f"{world.base_url}/chatwoot/rails/active_storage/blobs/redirect/{one.id}/sent.{ending}"
            kept.append({"id": one.id, "message_id": one.id, "file_type": order.attachment, "data_url": link})
        world.add_message(talk, one)
        return Told(conversation=talk.id, message=one.id, contact=talk.contact_id)

    @router.post("/write", summary="An agent writes")
    async def _write(order: WriteOrder) -> Told:
        talk = _talk(world, order.conversation)
        sender = ("user", order.user)
        one = Message(world.number(), order.text, OUTGOING, private=order.private, sender=sender)
        world.add_message(talk, one)
        return Told(conversation=talk.id, message=one.id, contact=talk.contact_id)

    @router.post("/status", status_code=204, summary="An agent changes the status")
    async def _status(order: StatusOrder) -> None:
        world.set_status(_talk(world, order.conversation), order.status)

    @router.post("/assign", status_code=204, summary="An agent is given the conversation, or nobody")
    async def _assign(order: AssignOrder) -> None:
        world.set_assignee(_talk(world, order.conversation), ("user", order.user) if order.user else None)


def add_fates(router: APIRouter, world: World) -> None:
    @router.post("/fail", status_code=204, summary="A message was not delivered")
    async def _fail(order: FailOrder) -> None:
        talk = _talk(world, order.conversation)
        one = next((each for each in talk.messages if each.id == order.message), None)
        if one is None:
            raise OrderError(404, "There is no such message.")
        one.status = "failed"
        one.attributes = {**one.attributes, "external_error": order.error}
        world.happens("message_updated", talk, one, [])

    @router.post("/tap", status_code=204, summary="A customer taps an answer")
    async def _tap(order: TapOrder) -> None:
        talk = _talk(world, order.conversation)
        one = next((each for each in talk.messages if each.id == order.message), None)
        items: list[dict[str, str]] = one.attributes.get("items", []) if one else []
        chosen = [item for item in items if item["value"] == order.value]
        if one is None or not chosen:
            raise OrderError(404, "There is no such answer.")
        one.attributes = {**one.attributes, "submitted_values": chosen}
        world.happens("message_updated", talk, one, [])

    @router.post("/agents", status_code=204, summary="One more agent")
    async def _agent(order: AccountOrder) -> None:
        world.users[order.id] = User(order.id, order.name, f"token-{order.id}", "agent", set(order.inboxes))


async def _talk_of(world: World, order: SayOrder) -> Conversation:
    """The latest conversation of this person in the inbox; else a new one."""
    if order.inbox not in world.inboxes:
        raise OrderError(404, "There is no such inbox.")
    person = next((one for one in world.contacts.values() if one.phone_number == order.phone), None)
    if person is None:
        told = {"name": order.name, "phone_number": order.phone}
        person = await world.add_contact(told, inbox_id=order.inbox, source_id=order.phone[1:])
    link = world.link(person.id, order.inbox, order.phone[1:])
    theirs = [one for one in world.conversations.values() if one.contact_inbox_id == link.id]
    return theirs[-1] if theirs else world.add_conversation(link)


def _talk(world: World, number: int) -> Conversation:
    talk = world.conversations.get(number)
    if talk is None:
        raise OrderError(404, "There is no such conversation.")
    return talk


def add_reading(router: APIRouter, world: World, hooks: Hooks) -> None:
    @router.get("/calls", summary="Every call that came, in order")
    async def _calls() -> list[dict[str, Any]]:
        return world.calls

    @router.get("/hooks", summary="Every webhook that was posted, with how it was answered")
    async def _hooks() -> list[dict[str, Any]]:
        return [asdict(one) for one in hooks.sent]

    @router.get("/state", summary="Contacts and conversations with everything in them")
    async def _state() -> dict[str, Any]:
        talks = [
            views.conversation(world, talk)
            | {"all": [views.message(world, talk, one) | {"at": one.created_at} for one in talk.messages]}
            for talk in world.conversations.values()
        ]
        people = [views.contact(world, one) for one in world.contacts.values()]
        return {"contacts": people, "conversations": talks, "labels": list(world.labels.values()), "notes": world.notes}


def add_trouble(router: APIRouter, world: World, hooks: Hooks) -> None:
    @router.post("/trouble", status_code=204, summary="The next calls go wrong")
    async def _trouble(order: TroubleOrder) -> None:
        world.trouble.append(Trouble(**order.model_dump()))

    @router.delete("/trouble", status_code=204, summary="Nothing goes wrong any more")
    async def _relief() -> None:
        world.trouble.clear()
        world.hook_trouble.clear()

    @router.post("/hook-trouble", status_code=204, summary="The next webhooks go wrong")
    async def _hook_trouble(order: HookTroubleOrder) -> None:
        world.hook_trouble.append((order.fault, order.times))

    @router.post("/ways", status_code=204, summary="Change how the server is")
    async def _ways(order: WaysOrder) -> None:
        world.slowness = world.slowness if order.slowness is None else order.slowness
        world.keeps_pending = world.keeps_pending if order.keeps_pending is None else order.keeps_pending
        hooks.unsigned = hooks.unsigned if order.unsigned is None else order.unsigned
        if order.lock_to_single is not None:
            world.inboxes[1].lock_to_single = order.lock_to_single
        world.inboxes[1].channel_type = order.channel_type or world.inboxes[1].channel_type
        world.inboxes[1].webhook_url = order.webhook_url or world.inboxes[1].webhook_url

    @router.post("/reset", status_code=204, summary="Nobody has written, nothing goes wrong")
    async def _reset() -> None:
        hooks.reset()
        world.reset()
