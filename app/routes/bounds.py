"""No request may bring more than a mebibyte, but webhooks what their vendor may send.

What is larger is not read into memory, and its sender gets a 413.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import HTTPException
from fastapi.routing import APIRoute
from starlette.types import Message, Receive

LARGEST = 1 << 20


def said(largest: int = LARGEST) -> str:
    return f"The body is larger than {largest >> 20} MiB."


async def bounded(request: Request, *, largest: int = LARGEST) -> bytes | None:
    """The raw body, or None when it is larger than that; stops reading there."""
    if _declares_too_much(request, largest):
        return None
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > largest:
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
    size = LARGEST + 1 if _declares_too_much(request, LARGEST) else 0

    async def receive() -> Message:
        nonlocal size
        message = await request.receive() if size <= LARGEST else {"type": "http.request"}
        size += len(message.get("body", b""))
        if size > LARGEST:
            raise HTTPException(413, said())
        return message

    return receive


def _declares_too_much(request: Request, largest: int) -> bool:
    declared = request.headers.get("content-length", "")
    return declared.isdecimal() and int(declared) > largest
