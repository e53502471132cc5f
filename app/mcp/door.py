"""The tools over HTTP: `/mcp/{turn token}`, with an API key beside it.

The token stands in the path, because n8n's credential is static and its endpoint is an expression. So the path is
taken off the request before anybody else sees it: nothing behind this door can log it.
"""

import asyncio
from typing import TYPE_CHECKING, cast

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from app.domain.callers import address_of
from app.domain.tools import Toolbox
from app.mcp.hosts import Hosts
from app.services.tools.admittance import Admittance

if TYPE_CHECKING:
    from app.mcp.protocol import Protocol

_PATHS = ("/mcp", "/mcp/", "/mcp/{token}")


def routes_of(door: "ToolsDoor") -> list[Route]:
    """The paths of the door. It is no operation of the API, so OpenAPI does not show it."""
    return [Route(path, door, include_in_schema=False) for path in _PATHS]


class ToolsDoor:
    """An ASGI application; finds who is admitted among the services of the running app."""

    def __init__(self, hosts: Hosts, *, version: str) -> None:
        self._hosts = hosts
        self._version = version
        self._protocol: Protocol | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at host, key and token, then let the SDK answer.

        Raises:
            Unauthorised, Forbidden: answered by the app's table of errors.
        """
        headers = Headers(scope=scope)
        bare: Scope = {**scope, "path": "/mcp", "raw_path": b"/mcp", "path_params": {}, "query_string": b""}
        if not (self._hosts.has(headers.get("host", "")) and self._hosts.is_origin(headers.get("origin", ""))):
            return await _WRONG_HOST(bare, receive, send)
        admittance = cast("Admittance", scope["app"].state.doors.admittance)
        token, client = str(scope["path_params"].get("token", "")), scope.get("client")
        turn = await admittance.admit(_key(headers), token, address_of(client[0]) if client else None)
        if scope["method"] != "POST":
            return await _NO_STREAM(bare, receive, send)
        protocol = await self.prepared(admittance.toolbox)
        return await protocol.answer({**bare, "ponte.turn": turn}, receive, send)

    async def prepared(self, toolbox: Toolbox) -> "Protocol":
        """The SDK's side, made ready once. In a thread: it takes a second to import, and others are being answered."""
        if self._protocol is None:
            self._protocol = await asyncio.to_thread(_protocol, toolbox, self._version)
        return self._protocol


def _protocol(toolbox: Toolbox, version: str) -> "Protocol":
    from app.mcp.protocol import Protocol  # noqa: PLC0415 - a start must not pay for it

    return Protocol(toolbox, version)


def _key(headers: Headers) -> str | None:
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    return headers.get("x-api-key") or (bearer.strip() if scheme.lower() == "bearer" else None)


def _error(status: int, code: str, message: str, hint: str, **headers: str) -> JSONResponse:
    body = {"error": {"code": code, "message": message, "hint": hint}}
    return JSONResponse(body, status_code=status, headers=headers)


_WRONG_HOST = _error(
    421,
    "wrong_host",
    "Tools are not called by this name.",
    "Use the address of PUBLIC_URL or N8N_PONTE_URL, or loopback.",
)
_NO_STREAM = _error(
    405, "method_not_allowed", "Tools are called by POST.", "There is no stream and no session here.", Allow="POST"
)
