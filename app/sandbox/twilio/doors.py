"""The addresses of the simulated Twilio, below /twilio: its REST of 2010, its senders, and its store of attachments."""

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Final, cast
from urllib.parse import parse_qsl, urlencode

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from app.sandbox.messengers import Trouble, What, Work, troubled
from app.sandbox.twilio import bodies
from app.sandbox.twilio.hooks import Hooks
from app.sandbox.twilio.sending import send
from app.sandbox.twilio.world import Account, Message, RefusedError, Twilio

HOME: Final = "/twilio"
REST: Final = f"{HOME}/{bodies.API_VERSION}/Accounts/{{sid}}"
SENDERS: Final = f"{HOME}/v2/Channels/Senders"
TYPING: Final = f"{HOME}/v2/Indicators/Typing.json"
FILTERS: Final = frozenset({"To", "From", "DateSent", "DateSent<", "DateSent>", "PageSize", "Page", "PageToken"})
HOOK_FIELDS: Final = frozenset(
    f"{one}_{part}" for one in ("callback", "fallback", "status_callback") for part in ("url", "method")
)
USUAL_REFUSAL: Final = 20001  # of a call that is made to go wrong
Handler = Callable[[Request, Account], Awaitable[Response]]


def refused(error: RefusedError) -> JSONResponse:
    """Twilio's error."""
    info = f"https://www.twilio.com/docs/errors/{error.code}"
    return JSONResponse(
        {"code": error.code, "message": error.message, "more_info": info, "status": error.status}, error.status
    )


class Doors:
    """Each call: whose key, trouble, and then what it asks."""

    def __init__(self, world: Twilio, hooks: Hooks, stopping: asyncio.Event) -> None:
        self._world = world
        self._hooks = hooks
        self._stopping = stopping
        self.router = APIRouter(include_in_schema=False)
        self._add(f"{REST}/Messages.json", self._send, "POST", what="send")
        self._add(f"{REST}/Messages.json", self._list, "GET")
        self._add(f"{REST}/Messages/{{message}}/Media.json", self._media, "GET")
        self._add(f"{REST}/Messages/{{message}}/Media/{{file}}", self._file, "GET", what="media")
        self._add(f"{HOME}/v1/ContentAndApprovals", self._contents, "GET")
        self._add(SENDERS, self._senders, "GET")
        self._add(f"{SENDERS}/{{sender}}", self._sender, "POST")
        self._add(TYPING, self._typing, "POST")
        self.router.add_api_route(f"{HOME}/store/{{key}}", self._stored, methods=["GET"])

    def _add(self, path: str, handler: Handler, method: str, *, what: What = "read") -> None:
        async def answer(request: Request) -> Response:
            return await self._asked(request, handler, what)

        self.router.add_api_route(path, answer, methods=[method])

    async def _asked(self, request: Request, handler: Handler, what: What) -> Response:
        query = request.url.query
        self._world.calls.append({"method": request.method, "path": request.url.path, "query": query})
        trouble = self._world.next_trouble(what)
        try:
            account = self._account(request)
            if trouble is None:
                return await handler(request, account)
            return await self._troubled(request, trouble, lambda: handler(request, account))
        except RefusedError as error:
            return refused(error)

    def _account(self, request: Request) -> Account:
        """By basic auth, and in the REST of 2010 the path names the same account."""
        scheme, _, packed = request.headers.get("Authorization", "").partition(" ")
        try:
            user, _, password = base64.b64decode(packed, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            user, password = "", ""
        for one in self._world.accounts.values():
            if scheme == "Basic" and one.opens(user, password):
                if request.path_params.get("sid", one.sid) == one.sid:
                    return one
                raise RefusedError(404, 20404, "The requested resource was not found")
        raise RefusedError(401, 20003, "Authenticate")

    async def _troubled(self, request: Request, trouble: Trouble, work: Work) -> Response:
        if trouble.fault == "refuse":
            told = refused(RefusedError(trouble.status, trouble.code or USUAL_REFUSAL, "Ordered"))
            told.headers.update(trouble.headers)
            return told
        seconds = self._world.clock.scaled(trouble.seconds)
        return await troubled(request, trouble.fault, work, stopping=self._stopping, seconds=seconds)

    async def _send(self, request: Request, account: Account) -> Response:
        if request.headers.get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
            raise RefusedError(400, 20001, "The body is no form")
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        made = send(self._world, self._hooks, account, form)
        return JSONResponse({**bodies.message(account, made), "status": "queued", "error_code": None}, 201)

    async def _typing(self, request: Request, account: Account) -> Response:
        """By the id of what the customer wrote, which is marked as read."""
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        if form.keys() != {"channel", "messageId"} or form["channel"] != "whatsapp":
            raise RefusedError(400, 20001, "channel and messageId are required")
        if not any(one.inbound and one.sid == form["messageId"] for one in account.messages):
            raise RefusedError(404, 20404, "The requested resource was not found")
        account.typing.append(form["messageId"])
        return JSONResponse({"success": True})

    async def _list(self, request: Request, account: Account) -> Response:
        query = request.query_params
        if strange := sorted(set(query) - FILTERS):
            raise RefusedError(400, 20001, f"Unknown parameter {strange[0]}")
        found = [one for one in reversed(account.messages) if _fits(one, query)]
        size, start = _number(query, "PageSize", 50, most=1000), _number(query, "PageToken", 0, most=10**9, prefix="PA")
        path = f"/{bodies.API_VERSION}/Accounts/{account.sid}/Messages.json"
        following = {**query, "Page": str(start // size + 1), "PageToken": f"PA{start + size}"}
        return JSONResponse(
            {
                "messages": [bodies.message(account, one) for one in found[start : start + size]],
                "page": start // size,
                "page_size": size,
                "next_page_uri": f"{path}?{urlencode(following)}" if start + size < len(found) else None,
                "uri": path,
            }
        )

    async def _media(self, request: Request, account: Account) -> Response:
        one = _message_of(account, request)
        return JSONResponse({"media_list": bodies.media(account, one), "next_page_uri": None})

    async def _file(self, request: Request, account: Account) -> Response:
        """The store has the bytes, under an address that needs no key."""
        wanted = request.path_params["file"]
        file = next((one for one in _message_of(account, request).files if one.sid == wanted), None)
        if file is None:
            raise RefusedError(404, 20404, "The requested resource was not found")
        return Response(status_code=307, headers={"location": f"{HOME}/store/{file.key}"})

    async def _stored(self, request: Request) -> Response:
        """It refuses a key, as a signed address does: two ways of authorising are one too many."""
        file = self._world.file(request.path_params["key"])
        if file is None or "authorization" in request.headers:
            return Response("<Error><Code>InvalidArgument</Code></Error>", 400, media_type="application/xml")
        return Response(file.body, media_type=file.mime)

    async def _contents(self, request: Request, account: Account) -> Response:
        size = _number(request.query_params, "PageSize", 50, most=1000)
        start = _number(request.query_params, "PageToken", 0, most=10**9, prefix="PA")
        found = sorted(account.templates)
        following = {"PageSize": str(size), "Page": str(start // size + 1), "PageToken": f"PA{start + size}"}
        more = f"https://content.twilio.com/v1/ContentAndApprovals?{urlencode(following)}"
        meta = {"page": start // size, "page_size": size, "next_page_url": more if start + size < len(found) else None}
        page = found[start : start + size]
        return JSONResponse({"contents": [bodies.content(account, sid) for sid in page], "meta": meta})

    async def _senders(self, request: Request, account: Account) -> Response:
        if request.query_params.get("Channel") != "whatsapp":
            raise RefusedError(400, 20001, "Channel is required")
        found = [] if account.is_shared else [bodies.sender(account)]
        return JSONResponse({"senders": found, "meta": {"next_page_url": None, "page": 0, "page_size": 50}})

    async def _sender(self, request: Request, account: Account) -> Response:
        if account.is_shared or request.path_params["sender"] != account.sender_sid:
            raise RefusedError(404, 20404, "The requested resource was not found")
        webhook = _webhook(await request.body())
        account.webhook = webhook.get("callback_url", account.webhook)
        account.status_webhook = webhook.get("status_callback_url", account.status_webhook)
        return JSONResponse(bodies.sender(account), 202)


def twilio_router(world: Twilio, hooks: Hooks, stopping: asyncio.Event) -> APIRouter:
    """All addresses; `stopping` lets every caller go that is kept waiting."""
    return Doors(world, hooks, stopping).router


def _fits(one: Message, query: Mapping[str, str]) -> bool:
    """What still waits has no DateSent, and is in no list by it."""
    if query.get("To", one.to) != one.to or query.get("From", one.sender) != one.sender:
        return False
    after, before = (_at(query[name]) if name in query else None for name in ("DateSent>", "DateSent<"))
    if after is None and before is None:
        return True
    return one.sent is not None and (after or 0) <= one.sent and (before is None or one.sent <= before)


def _at(text: str) -> float:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise RefusedError(400, 20001, "The date cannot be read") from None
    return found.timestamp()


def _number(query: Mapping[str, str], name: str, usual: int, *, most: int, prefix: str = "") -> int:
    text = query.get(name, str(usual)).removeprefix(prefix)
    if not text.isdecimal() or int(text) > most:
        raise RefusedError(400, 20001, f"{name} is invalid")
    return int(text)


def _message_of(account: Account, request: Request) -> Message:
    wanted = request.path_params["message"]
    for one in account.messages:
        if one.sid == wanted:
            return one
    raise RefusedError(404, 20404, "The requested resource was not found")


def _webhook(body: bytes) -> dict[str, str]:
    """The one thing of a sender that can be changed here."""
    try:
        told: object = orjson.loads(body)
    except orjson.JSONDecodeError:
        told = None
    sender = _group(told)
    webhook = _group(sender.get("webhook"))
    if sender.keys() != {"webhook"} or not webhook or not HOOK_FIELDS.issuperset(webhook):
        raise RefusedError(400, 20001, "The sender's fields are invalid")
    return {name: str(value) for name, value in webhook.items()}


def _group(value: object) -> dict[str, object]:
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}
