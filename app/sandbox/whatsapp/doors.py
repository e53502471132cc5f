"""The addresses of the simulated APIs: /whatsapp/v25.0 as Meta has them, /dialog360 as 360dialog has them."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar, cast

import httpx
import orjson
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile

from app.sandbox.messengers import Trouble, What, Work, troubled
from app.sandbox.whatsapp.hooks import Hooks
from app.sandbox.whatsapp.orders import DialogWebhook, NumberOrder, ReadOrder, SendOrder, code_of
from app.sandbox.whatsapp.sending import RefusedError, send
from app.sandbox.whatsapp.world import LINK_LASTS, Attachment, Group, Number, WhatsApp

META: Final = "/whatsapp/{version}"
DIALOG: Final = "/dialog360"
ATTACHMENTS: Final = "whatsapp_business/attachments/"
CHECK_SECONDS: Final = 5.0
M = TypeVar("M", bound=BaseModel)
USUAL_REFUSAL: Final = 131000  # of a call that is made to go wrong
Handler = Callable[[Request, Number], Awaitable[Response]]


def refused(status: int, code: int, details: str) -> JSONResponse:
    """Meta's error; titles are not to be relied on, so there is none worth the name."""
    data = {"messaging_product": "whatsapp", "details": details}
    error = {"message": f"(#{code}) Simulated", "type": "OAuthException", "code": code, "error_data": data}
    return JSONResponse({"error": {**error, "fbtrace_id": "simulated"}}, status)


class Doors:
    """Each call: whose token, trouble, and then what it asks."""

    def __init__(self, world: WhatsApp, hooks: Hooks, stopping: asyncio.Event) -> None:
        self._world = world
        self._hooks = hooks
        self._stopping = stopping
        self.router = APIRouter(include_in_schema=False)
        self._add(f"{META}/{{id}}/messages", self._send, "POST")
        self._add(f"{META}/{{id}}/media", self._upload, "POST")
        self._add(f"{META}/{{id}}/message_templates", self._templates, "GET")
        self._add(f"{META}/{ATTACHMENTS}", self._bytes, "GET")
        self._add(f"{META}/{{id}}", self._number, "GET")
        self._add(f"{META}/{{id}}", self._configure, "POST")
        self._add(f"{DIALOG}/messages", self._send, "POST")
        self._add(f"{DIALOG}/media", self._upload, "POST")
        self._add(f"{DIALOG}/v1/configs/webhook", self._dialog_webhook, "GET")
        self._add(f"{DIALOG}/v1/configs/webhook", self._dialog_webhook, "POST")
        self._add(f"{DIALOG}/v1/configs/templates", self._dialog_templates, "GET")
        self._add(f"{DIALOG}/{ATTACHMENTS}", self._bytes, "GET")
        self._add(f"{DIALOG}/{{id}}", self._media, "GET")

    def _add(self, path: str, handler: Handler, method: str) -> None:
        async def answer(request: Request) -> Response:
            return await self._asked(request, handler)

        self.router.add_api_route(path, answer, methods=[method])

    async def _asked(self, request: Request, handler: Handler) -> Response:
        world = self._world
        world.calls.append({"method": request.method, "path": request.url.path})
        found = self._numbers(request)
        if not found:
            is_dialog = request.url.path.startswith(DIALOG)
            told = JSONResponse({"meta": {"success": False, "http_code": 401}}, 401)
            return told if is_dialog else refused(401, 190, "Invalid OAuth access token")
        wanted = request.path_params.get("id", "")
        number = next((one for one in found if one.id == wanted), found[0])
        trouble = world.next_trouble(await _kind_of(request))
        try:
            if trouble is None:
                return await handler(request, number)
            return await self._troubled(request, trouble, lambda: handler(request, number))
        except RefusedError as error:
            return refused(error.status, error.code, error.details)

    def _numbers(self, request: Request) -> list[Number]:
        """360dialog's key opens one number; Meta's token may open many."""
        if request.url.path.startswith(DIALOG):
            return self._world.of_token(request.headers.get("D360-API-KEY", ""))
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return self._world.of_token(token) if scheme == "Bearer" else []

    async def _troubled(self, request: Request, trouble: Trouble, work: Work) -> Response:
        if trouble.fault == "refuse":
            told = refused(trouble.status, trouble.code or USUAL_REFUSAL, "Ordered")
            told.headers.update(trouble.headers)
            return told
        seconds = self._world.clock.scaled(trouble.seconds)
        return await troubled(request, trouble.fault, work, stopping=self._stopping, seconds=seconds)

    async def _send(self, request: Request, number: Number) -> Response:
        _require(request, number)
        body = await _json(request)
        if body.get("status") is not None:
            number.read.append(_read(ReadOrder, body).message_id)
            return JSONResponse({"success": True})
        order = _read(SendOrder, body)
        return JSONResponse(send(self._world, self._hooks, number, order=order, body=body))

    async def _upload(self, request: Request, number: Number) -> Response:
        _require(request, number)
        form = await request.form()
        file = form.get("file")
        if form.get("messaging_product") != "whatsapp" or not isinstance(file, UploadFile):
            raise RefusedError(400, 131008, "Required parameter is missing")
        made = Attachment(self._world.new_id("7"), str(file.content_type), await file.read())
        number.attachments[made.id] = made
        return JSONResponse({"id": made.id})

    async def _number(self, request: Request, number: Number) -> Response:
        if request.path_params["id"] != number.id:
            return await self._media(request, number)
        known = {"id": number.id, "display_phone_number": number.phone, "verified_name": number.name}
        ways = {
            "application": "https://example.com/hooks",
            **({"phone_number": number.webhook} if number.webhook else {}),
        }
        fields = {**known, "quality_rating": "GREEN", "webhook_configuration": ways}
        wanted = request.query_params.get("fields", "id,display_phone_number,verified_name").split(",")
        if strange := [one for one in wanted if one not in fields]:
            raise RefusedError(400, 100, f"Tried accessing nonexisting field ({strange[0]})")
        return JSONResponse({name: fields[name] for name in {"id", *wanted}})

    async def _configure(self, request: Request, number: Number) -> Response:
        """Meta calls the address before it takes it."""
        _require(request, number)
        wanted = _read(NumberOrder, await _json(request)).webhook_configuration
        challenge = secrets.token_hex(8)
        asked = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": wanted.verify_token}
        try:
            async with httpx.AsyncClient(trust_env=False, timeout=CHECK_SECONDS) as http:
                said = await http.get(wanted.override_callback_uri, params=asked)
        except (httpx.HTTPError, httpx.InvalidURL):
            raise RefusedError(400, 2200, "Callback verification failed") from None
        if said.status_code != 200 or said.text != challenge:  # noqa: PLR2004
            raise RefusedError(400, 2200, "Callback verification failed")
        number.webhook = wanted.override_callback_uri
        return JSONResponse({"success": True})

    async def _media(self, request: Request, number: Number) -> Response:
        """Where an attachment is for the next five minutes."""
        file = number.attachments.get(request.path_params["id"])
        if file is None:
            raise RefusedError(400, 100, "Object does not exist")
        key = secrets.token_hex(8)
        file.links[key] = self._world.clock.now() + self._world.clock.scaled(LINK_LASTS)
        home = str(request.base_url) + f"whatsapp/{request.path_params.get('version')}"
        if request.url.path.startswith(DIALOG):  # as Meta's own address, whose host the caller has to swap
            home = "https://lookaside.fbsbx.com"
        url = f"{home}/{ATTACHMENTS}?mid={file.id}&ext=1&hash={key}"
        told = {"url": url, "mime_type": file.mime, "sha256": file.digest, "file_size": len(file.body), "id": file.id}
        return JSONResponse({"messaging_product": "whatsapp", **told})

    async def _bytes(self, request: Request, number: Number) -> Response:
        file = number.attachments.get(request.query_params.get("mid", ""))
        ends = file.links.get(request.query_params.get("hash", "")) if file else None
        if file is None or ends is None or ends < self._world.clock.now():
            return Response("Not found", 404)
        return Response(file.body, media_type=file.mime)

    async def _templates(self, request: Request, number: Number) -> Response:
        if request.path_params["id"] != number.waba_id:
            raise RefusedError(400, 100, "Object does not exist")
        start, limit = int(request.query_params.get("after", "0")), int(request.query_params.get("limit", "25"))
        page = number.templates[start : start + limit]
        more = start + limit < len(number.templates)
        paging = {"cursors": {"after": str(start + limit)}, **({"next": "https://example.com"} if more else {})}
        return JSONResponse({"data": [_shown(one) for one in page], "paging": paging})

    async def _dialog_templates(self, request: Request, number: Number) -> Response:
        del request
        return JSONResponse(
            {"waba_templates": [_shown(one) for one in number.templates], "total": len(number.templates)}
        )

    async def _dialog_webhook(self, request: Request, number: Number) -> Response:
        if request.method == "POST":
            number.webhook = _read(DialogWebhook, await _json(request)).url
        return JSONResponse({"url": number.webhook})


def whatsapp_router(world: WhatsApp, hooks: Hooks, stopping: asyncio.Event) -> APIRouter:
    """All addresses; `stopping` lets every caller go that is kept waiting."""
    return Doors(world, hooks, stopping).router


def _shown(one: Any) -> Group:
    return {"name": one.name, "language": one.language, "status": one.status, "category": "UTILITY", "id": one.name}


async def _kind_of(request: Request) -> What:
    """What is marked as read is posted to where messages are, and says nothing."""
    if request.url.path.endswith("/messages"):
        return "read" if b'"status"' in await request.body() else "send"
    return "media" if request.url.path.endswith(ATTACHMENTS) else "read"


def _require(request: Request, number: Number) -> None:
    """At Meta the path names the number."""
    if request.path_params.get("id", number.id) != number.id:
        raise RefusedError(400, 100, "Object does not exist")


async def _json(request: Request) -> Group:
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise RefusedError(400, 100, "The body is not JSON")
    try:
        body: object = orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        raise RefusedError(400, 100, "The body is not JSON") from None
    if not isinstance(body, dict):
        raise RefusedError(400, 100, "The body is no object")
    return cast("Group", body)


def _read(shape: type[M], body: Group) -> M:
    try:
        return shape.model_validate(body)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors(include_url=False, include_input=False)[0]["loc"])
        raise RefusedError(400, code_of(error), f"Invalid parameter {where}") from None
