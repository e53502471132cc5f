"""The /_sandbox/twilio routes: accounts, what people write, trouble, and what was sent."""

import base64
from typing import Final

from fastapi import APIRouter, Request
from pydantic import Field

from app.sandbox.messengers import Group, add_trouble
from app.sandbox.steering.orders import Order
from app.sandbox.steering.say import OrderError
from app.sandbox.twilio import bodies
from app.sandbox.twilio.hooks import Hooks
from app.sandbox.twilio.world import Account, File, Message, Twilio

SID: Final = "AC" + "1" * 32


class NewAccount(Order):
    """An account with one WhatsApp number."""

    sid: str = Field(default=SID, pattern=r"^AC[0-9a-f]{32}$")
    token: str = Field(default="simulated-auth-token", min_length=8)
    number: str = Field(default="14155238886", pattern=r"^\d{8,15}$")
    api_key: str = ""
    api_secret: str = ""
    webhook: str = ""
    status_webhook: str = ""
    is_shared: bool = False
    tells_statuses: bool = True
    stays_queued: bool = False


class FileOrder(Order):
    mime: str = "image/jpeg"
    base64: str = Field(description="The bytes.")


class SayOrder(Order):
    """A customer writes. `sender` is a phone with its plus, or WhatsApp's id of somebody; `more` are further fields."""

    account: str = SID
    sender: str = Field(pattern=r"^(\+\d{7,15}|[A-Z]{2}\.[A-Za-z0-9.]{1,140})$")
    name: str = "Maria"
    text: str = ""
    files: list[FileOrder] = Field(default_factory=list[FileOrder])
    more: dict[str, str] = Field(default_factory=dict[str, str])


class FormOrder(Order):
    """Any other webhook of a number, signed."""

    account: str = SID
    fields: dict[str, str]


class PersonOrder(Order):
    """How it is with somebody: a code with which nothing reaches them, or that they wrote so many seconds ago."""

    account: str = SID
    sender: str
    trouble: int = 0
    wrote_seconds_ago: float | None = None


class TemplateOrder(Order):
    account: str = SID
    sid: str = Field(pattern=r"^HX[0-9a-f]{32}$")
    places: int = Field(default=0, ge=0)
    approved: bool = True


def twilio_steering(world: Twilio, hooks: Hooks) -> APIRouter:
    """All steering routes of the simulated Twilio."""
    router = APIRouter(prefix="/_sandbox/twilio", tags=["twilio"])
    add_accounts(router, world, hooks)
    add_people(router, world, hooks)
    add_trouble(router, world, hooks)
    return router


def add_accounts(router: APIRouter, world: Twilio, hooks: Hooks) -> None:
    @router.post("/accounts", status_code=201, summary="An account with its number, or the same anew")
    async def _account(order: NewAccount) -> dict[str, str]:
        world.accounts[order.sid] = Account(**order.model_dump())
        return {"sid": order.sid, "token": order.token, "number": order.number}

    @router.get("/accounts/{sid}/messages", summary="All messages of an account, oldest first")
    async def _messages(sid: str) -> list[Group]:
        account = _account_of(world, sid)
        return [
            {
                **bodies.message(account, one),
                "content_sid": one.content_sid,
                "media_url": one.media_url,
                "at": one.created,
            }
            for one in account.messages
        ]

    @router.get("/accounts/{sid}/typing", summary="What was marked as read while somebody typed")
    async def _typing(sid: str) -> list[str]:
        return _account_of(world, sid).typing

    @router.post("/templates", status_code=204, summary="An approved template")
    async def _template(order: TemplateOrder) -> None:
        account = _account_of(world, order.account)
        account.templates[order.sid] = order.places
        (account.unapproved.discard if order.approved else account.unapproved.add)(order.sid)

    @router.post("/reset", status_code=204, summary="No accounts, no trouble")
    async def _reset() -> None:
        world.reset()
        hooks.reset()


def add_people(router: APIRouter, world: Twilio, hooks: Hooks) -> None:
    @router.post("/say", status_code=201, summary="A customer writes")
    async def _say(order: SayOrder, request: Request) -> dict[str, str]:
        account = _account_of(world, order.account)
        sender, now = f"whatsapp:{order.sender}", world.clock.now()
        account.person(sender).last_wrote = now
        made = Message(
            world.new_sid("SM"),
            sender,
            account.address,
            order.text,
            inbound=True,
            created=now,
            sent=now,
            status="received",
            files=[_file(world, one) for one in order.files],
        )
        account.messages.append(made)
        home = f"{str(request.base_url).rstrip('/')}/twilio"
        told = bodies.received(account, made, name=order.name, home=home, more=list(order.more.items()))
        hooks.fire(account, account.webhook, told)
        return {"sid": made.sid}

    @router.post("/form", status_code=204, summary="Any other webhook")
    async def _form(order: FormOrder) -> None:
        account = _account_of(world, order.account)
        hooks.fire(account, account.webhook, list(order.fields.items()))

    @router.post("/people", status_code=204, summary="How it is with somebody")
    async def _person(order: PersonOrder) -> None:
        person = _account_of(world, order.account).person(f"whatsapp:{order.sender}")
        person.trouble = order.trouble
        if order.wrote_seconds_ago is not None:
            person.last_wrote = world.clock.now() - order.wrote_seconds_ago


def _file(world: Twilio, order: FileOrder) -> File:
    return File(world.new_sid("ME"), order.mime, base64.b64decode(order.base64), world.new_sid("key"))


def _account_of(world: Twilio, sid: str) -> Account:
    if sid not in world.accounts:
        raise OrderError(404, "There is no such account.")
    return world.accounts[sid]
