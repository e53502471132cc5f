"""The addresses of the simulated Application API, below /chatwoot: token, rights, trouble; then what is asked."""

import asyncio
import re
from typing import Any, Final

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from app.sandbox.chatwoot import account, contacts, conversations, uploads
from app.sandbox.chatwoot.asked import NOT_FOUND, Answer, Asked, Handler, group
from app.sandbox.chatwoot.entities import Bot, User
from app.sandbox.chatwoot.uploads import FILES, Upload
from app.sandbox.chatwoot.world import ACCOUNT, Trouble, World, Wrong
from app.sandbox.silence import hang_up, silence

ROOT: Final = "/chatwoot/api/v1/accounts/"
UNKNOWN_TOKEN: Final = Wrong(401, {"error": "Invalid Access Token"})
NOT_FOR_BOTS: Final = Wrong(401, {"error": "Access to this endpoint is not authorized for bots"})

# Method, path below the account, what does it, whether a bot may.
_ROUTES: Final[list[tuple[str, str, Handler, bool]]] = [
    ("GET", "", account.show, False),
    ("GET", "agents", account.agents, False),
    ("GET", "agent_bots", account.bots, False),
    ("PATCH", "agent_bots/#", account.change_bot, False),
    ("GET", "inboxes/#", account.inbox, False),
    ("GET", "inboxes/#/agent_bot", account.inbox_bot, False),
    ("POST", "inboxes/#/set_agent_bot", account.set_inbox_bot, False),
    ("GET", "labels", account.labels, False),
    ("POST", "labels", account.add_label, False),
    ("GET", "webhooks", account.hooks, False),
    ("POST", "webhooks", account.add_hook, False),
    ("DELETE", "webhooks/#", account.drop_hook, False),
    ("POST", "contacts", contacts.create, False),
    ("POST", "contacts/filter", contacts.find, False),
    ("GET", "contacts/#", contacts.show, False),
    ("PUT", "contacts/#", contacts.change, False),
    ("PATCH", "contacts/#", contacts.change, False),
    ("DELETE", "contacts/#", contacts.drop, False),
    ("POST", "contacts/#/contact_inboxes", contacts.link, False),
    ("GET", "contacts/#/conversations", contacts.conversations, False),
    ("POST", "contacts/#/notes", contacts.note, False),
    ("POST", "bulk_actions", conversations.bulk, False),
    ("GET", "conversations", conversations.listing, False),
    ("POST", "conversations", conversations.create, True),
    ("GET", "conversations/#", conversations.show, True),
    ("POST", "conversations/#/toggle_status", conversations.toggle_status, True),
    ("POST", "conversations/#/toggle_typing_status", conversations.typing, True),
    ("POST", "conversations/#/custom_attributes", conversations.set_attributes, True),
    ("GET", "conversations/#/labels", conversations.show_labels, True),
    ("POST", "conversations/#/labels", conversations.set_labels, True),
    ("POST", "conversations/#/assignments", conversations.assign, True),
    ("GET", "conversations/#/messages", conversations.messages, False),
    ("POST", "conversations/#/messages", conversations.say, True),
]
_COMPILED: Final = [
    (method, re.compile(path.replace("#", r"(\d{1,18})")), handler, bots) for method, path, handler, bots in _ROUTES
]


# What does nothing, with what it says.
_WITHOUT_EFFECT: Final[dict[str, Response]] = {
    "error_500": Response(b"Internal Server Error\n", 500, media_type="text/plain"),
    "rate_429": Response(b"Retry later\n", 429, media_type="text/plain"),
    "refused": JSONResponse({"message": "Content is invalid", "attributes": ["content"]}, 422),
}
PICTURE: Final = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


class Doors:
    """Each call in its turn, and a record of all of them."""

    def __init__(self, world: World, stopping: asyncio.Event) -> None:
        self._world = world
        self._stopping = stopping
        self.router = APIRouter(include_in_schema=False)
        methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
        self.router.add_api_route(ROOT + "{path:path}", self.asked, methods=methods)
        self.router.add_api_route(FILES + "redirect/{name:path}", self.redirect)
        self.router.add_api_route(FILES + "proxy/{name:path}", self.file)

    async def asked(self, request: Request, path: str) -> Response:
        entry: dict[str, Any] = {"method": request.method, "path": path, "query": dict(request.query_params)}
        entry |= {"token": request.headers.get("api_access_token", "")}
        body, files = await _taken(request, entry)
        self._world.calls.append(entry)
        trouble = self._world.next_trouble(request.method, path)
        if trouble is not None and (told := _WITHOUT_EFFECT.get(trouble.fault)) is not None:
            entry["status"] = told.status_code
            return told
        status, shown = await self._answer(request, path, body, files)
        entry["status"] = status
        if trouble is not None:
            return await self._troubled(request, trouble)
        return Response(status_code=status) if shown is None else JSONResponse(shown, status)

    async def redirect(self, name: str) -> Response:
        """Files lie elsewhere, and are told so."""
        return RedirectResponse(f"{self._world.base_url}/chatwoot/rails/active_storage/disk/{name}")

    async def file(self, name: str) -> Response:
        """The server fetches them itself where it is asked to."""
        if name in self._world.files:
            kind, body = self._world.files[name]
            return Response(body, media_type=kind)
        kind = {"png": "image/png", "ogg": "audio/ogg"}.get(name.rpartition(".")[2], "application/pdf")
        return Response(PICTURE, media_type=kind)

    async def _answer(self, request: Request, path: str, body: Any, files: list[Upload]) -> Answer:
        try:
            handler, asked = self._find(request, path, body)
            asked.files = files
            return await handler(asked)
        except Wrong as wrong:
            return wrong.status, wrong.body

    def _find(self, request: Request, path: str, body: Any) -> tuple[Handler, Asked]:
        caller = self._caller(request.headers.get("api_access_token", ""))
        number, _, rest = path.partition("/")
        if number != str(ACCOUNT):
            raise NOT_FOUND
        for method, pattern, handler, bots in _COMPILED:
            found = pattern.fullmatch(rest)
            if found and method == request.method:
                if isinstance(caller, Bot) and not bots:
                    raise NOT_FOR_BOTS
                numbers = [int(one) for one in found.groups()]
                return handler, Asked(self._world, caller, numbers, dict(request.query_params), group(body))
        raise NOT_FOUND

    def _caller(self, token: str) -> User | Bot:
        everybody: list[User | Bot] = [*self._world.users.values(), *self._world.bots.values()]
        for one in everybody:
            if token and one.token == token:
                return one
        raise UNKNOWN_TOKEN

    async def _troubled(self, request: Request, trouble: Trouble) -> Response:
        """What was asked is done; its answer is lost."""
        if trouble.fault == "hang":
            await silence(self._stopping, self._world.clock.scaled(trouble.seconds))
        if trouble.fault in ("hang", "lost"):
            hang_up(request)
        return Response(b"<html>502 Bad Gateway</html>", 502, media_type="text/html")


async def _taken(request: Request, entry: dict[str, Any]) -> tuple[Any, list[Upload]]:
    """What came, read as JSON or as a form; the record is given it too."""
    raw = await request.body()
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        entry["body"] = _readable(raw)
        return entry["body"], []
    fields, files = await uploads.read(request)
    entry |= await uploads.recorded(request, fields, files)
    return fields, files


def _readable(body: bytes) -> Any:
    try:
        return orjson.loads(body) if body else None
    except orjson.JSONDecodeError:
        return None


def chatwoot_router(world: World, stopping: asyncio.Event) -> APIRouter:
    """The API of one simulated Chatwoot."""
    return Doors(world, stopping).router
