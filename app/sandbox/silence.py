"""A simulated vendor that says nothing: it keeps its caller waiting, and hangs up."""

import asyncio

from fastapi import Request

from app.sandbox.gate import HANG_UP


async def silence(stopping: asyncio.Event, seconds: float) -> None:
    """For so many real seconds, unless the sandbox ends."""
    waiting = asyncio.ensure_future(stopping.wait())
    await asyncio.wait({waiting}, timeout=seconds)
    waiting.cancel()


def hang_up(request: Request) -> None:
    """The connection is cut; whatever is answered afterwards reaches nobody."""
    request.scope["extensions"][HANG_UP]()
