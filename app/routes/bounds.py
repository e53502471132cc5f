"""No request may bring more than a mebibyte. What is larger is not read into memory, and its sender gets a 413."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import HTTPException
from fastapi.routing import APIRoute
from starlette.types import Message, Receive

LARGEST = 1 << 20
SAID = "The body is larger than 1 MiB."


async def bounded(request: Request) -> bytes | None:
    """The raw body, or None when it is larger than that; stops reading there."""
    if _declares_too_much(request):
        return None
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST:
            return None
        parts.append(part)
    return b"".join(parts)


class BoundedRoute(APIRoute):
    """A route whose body FastAPI reads: before the caller is known, so the bound is all that protects us."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_bounded(request: Request) -> Response:
            return await handle(Request(request.scope, _bounded_receive(request)))

        return handle_bounded


def _bounded_receive(request: Request) -> Receive:
    size = LARGEST + 1 if _declares_too_much(request) else 0

    async def receive() -> Message:
        nonlocal size
        message = await request.receive() if size <= LARGEST else {"type": "http.request"}
        size += len(message.get("body", b""))
        if size > LARGEST:
            raise HTTPException(413, SAID)
        return message

    return receive


def _declares_too_much(request: Request) -> bool:
    declared = request.headers.get("content-length", "")
    return declared.isdecimal() and int(declared) > LARGEST
