"""The /_sandbox/whatsapp routes: numbers, what people write and read, trouble, and what was sent."""

import base64
from dataclasses import replace
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import Field

from app.sandbox.messengers import Group, add_trouble
from app.sandbox.steering.orders import Order
from app.sandbox.steering.say import OrderError
from app.sandbox.whatsapp import bodies
from app.sandbox.whatsapp.hooks import Hooks
from app.sandbox.whatsapp.world import Approved, Attachment, Number, WhatsApp


class NewNumber(Order):
    """A business's number, as its owner has it."""

    id: str = Field(default="900100200300", pattern=r"^\d{5,20}$")
    phone: str = Field(default="551130000000", pattern=r"^\d{8,15}$")
    token: str = Field(default="simulated-token", min_length=8)
    app_secret: str = Field(default="simulated-app-secret", min_length=8)
    webhook: str = ""
    signs: Literal["meta", "dialog", "nobody"] = "meta"
    shape: Literal["entries", "flat"] = "entries"
    refuses_at_once: bool = False
    tells_statuses: bool = True


class FileOrder(Order):
    mime: str = "image/jpeg"
    base64: str = Field(description="The bytes.")
    caption: str = ""
    name: str = ""


class SayOrder(Order):
    """A customer writes. `phone` or `user_id`, or both; without `text` and `file`, `content` of the type as it is."""

    number: str = "900100200300"
    phone: str = Field(default="", pattern=r"^\d{0,15}$")
    user_id: str = ""
    name: str = "Maria"
    type: str = "text"
    text: str | None = None
    content: Any = None
    file: FileOrder | None = None
    id: str | None = Field(default=None, description="An id of one's own, for the same message once more.")


class EchoOrder(Order):
    """Somebody of the business writes on the phone."""

    number: str = "900100200300"
    phone: str = Field(pattern=r"^\d{8,15}$")
    text: str


class ChangeOrder(Order):
    """Any other webhook of a number."""

    number: str = "900100200300"
    field: str = "messages"
    value: dict[str, Any]


class PersonOrder(Order):
    """How it is with somebody: a code with which nothing reaches them, or that they wrote so many seconds ago."""

    number: str = "900100200300"
    phone: str = Field(pattern=r"^\d{8,15}$")
    trouble: int = 0
    wrote_seconds_ago: float | None = None


class TemplateOrder(Order):
    number: str = "900100200300"
    name: str
    language: str = "pt_BR"
    status: str = "APPROVED"
    places: int = Field(default=0, ge=0)


def whatsapp_steering(world: WhatsApp, hooks: Hooks) -> APIRouter:
    """All steering routes of the simulated WhatsApp."""
    router = APIRouter(prefix="/_sandbox/whatsapp", tags=["whatsapp"])
    add_numbers(router, world, hooks)
    add_people(router, world, hooks)
    add_trouble(router, world, hooks)
    return router


def add_numbers(router: APIRouter, world: WhatsApp, hooks: Hooks) -> None:
    @router.post("/numbers", status_code=201, summary="A number, or the same anew")
    async def _number(order: NewNumber) -> dict[str, str]:
        world.numbers[order.id] = Number(**order.model_dump())
        return {"id": order.id, "token": order.token}

    @router.get("/numbers/{number_id}/sent", summary="What was sent from a number, oldest first")
    async def _sent(number_id: str) -> list[Group]:
        return _number_of(world, number_id).sent

    @router.get("/numbers/{number_id}/read", summary="What was marked as read")
    async def _read(number_id: str) -> list[str]:
        return _number_of(world, number_id).read

    @router.post("/templates", status_code=204, summary="A template of a number's business account")
    async def _template(order: TemplateOrder) -> None:
        made = Approved(order.name, order.language, order.status, order.places)
        _number_of(world, order.number).templates.append(made)

    @router.post("/reset", status_code=204, summary="No numbers, no trouble")
    async def _reset() -> None:
        world.reset()
        hooks.reset()


def add_people(router: APIRouter, world: WhatsApp, hooks: Hooks) -> None:
    @router.post("/say", status_code=201, summary="A customer writes")
    async def _say(order: SayOrder) -> Group:
        number = _number_of(world, order.number)
        person = world.person(number, order.phone, order.user_id)
        person.name, person.last_wrote = order.name, world.clock.now()
        message_id = order.id or world.new_id("wamid.IN")
        kind, content = _content(world, number, order)
        shown = replace(person, phone=order.phone)  # whoever has a username may hide it
        told = bodies.message(shown, message_id, world.clock.now(), kind=kind, content=content)
        value = {"contacts": [bodies.contact(shown)], "messages": [told]}
        hooks.fire(number, bodies.entry(number, "messages", value))
        return {"id": message_id, "chat": person.key}

    @router.post("/echo", status_code=201, summary="Somebody of the business writes on the phone")
    async def _echo(order: EchoOrder) -> Group:
        number = _number_of(world, order.number)
        message_id = world.new_id("wamid.ECHO")
        person = world.person(number, order.phone)
        told = bodies.echo(number, person, message_id, world.clock.now(), text=order.text)
        hooks.fire(number, bodies.entry(number, "smb_message_echoes", {"message_echoes": [told]}))
        return {"id": message_id}

    @router.post("/change", status_code=204, summary="Any other webhook")
    async def _change(order: ChangeOrder) -> None:
        number = _number_of(world, order.number)
        hooks.fire(number, bodies.entry(number, order.field, order.value))

    @router.post("/people", status_code=204, summary="How it is with somebody")
    async def _person(order: PersonOrder) -> None:
        person = world.person(_number_of(world, order.number), order.phone)
        person.trouble = order.trouble
        if order.wrote_seconds_ago is not None:
            person.last_wrote = world.clock.now() - order.wrote_seconds_ago


def _content(world: WhatsApp, number: Number, order: SayOrder) -> tuple[str, Any]:
    if order.file is not None:
        made = Attachment(world.new_id("7"), order.file.mime, base64.b64decode(order.file.base64))
        number.attachments[made.id] = made
        return order.type, bodies.media(order.type, made, caption=order.file.caption, name=order.file.name)
    return (order.type, {"body": order.text}) if order.text is not None else (order.type, order.content)


def _number_of(world: WhatsApp, number_id: str) -> Number:
    if number_id not in world.numbers:
        raise OrderError(404, "There is no such number.")
    return world.numbers[number_id]
