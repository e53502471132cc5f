"""How a call becomes what its caller asked for: one shape, every page of a list, the id of what was made."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from typing import Final, TypeVar
from urllib.parse import quote

import httpx

from app.channels.http import broken
from app.channels.kommo.client.refusals import Call
from app.channels.kommo.client.transport import Transport, Turn, read, read_page
from app.channels.kommo.payloads import Shape
from app.channels.kommo.payloads.crm import Linked
from app.domain.account import Connection, Lane
from app.domain.clock import Clock, SystemClock
from app.domain.errors import Rejected, Retryable
from app.domain.ports import Governor, TokenStore

MOST_PAGES: Final = 200  # a list that never ends is a fault of the other side

_S = TypeVar("_S", bound=Shape)


class Calls:
    """What the calls of Kommo's REST v4 are made of."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        governor: Governor,
        *,
        clock: Clock | None = None,
        tokens: TokenStore | None = None,
    ) -> None:
        self.transport = Transport(http, governor, clock=clock or SystemClock(), tokens=tokens)
        self.governor = governor

    async def added(self, connection: Connection, call: Call, *, name: str) -> str:
        """The id of the one thing that a list of one made."""
        response = await self.transport.answer(connection, call)
        made, _ = read_page(response, call, name=name, shape=Linked)
        if not made:
            raise broken(f"POST {call.path} was answered without an id.", acts=True)
        return made[0].id

    async def one(self, connection: Connection, call: Call, shape: type[_S], *, turn: Turn | None = None) -> _S:
        return read(await self.transport.answer(connection, call, turn=turn), call, shape)

    async def all(
        self, connection: Connection, call: Call, *, name: str, shape: type[_S], turn: Turn | None = None
    ) -> AsyncIterator[_S]:
        """Every page of a list, until Kommo names no next one."""
        for page in range(1, MOST_PAGES + 1):
            asked = replace(call, params=(*call.params, ("page", str(page)), ("limit", str(call.page_size))))
            response = await self.transport.answer(connection, asked, turn=turn)
            items, has_more = read_page(response, asked, name=name, shape=shape)
            for item in items:
                yield item
            if not has_more:
                return
        raise Retryable(f"The list of {name} does not end.")


def lane_of(turn: Turn | None) -> Lane:
    """Part of a send, or work on the card."""
    return turn.lane if turn else Lane.CRM


def whole(ref: str) -> int:
    """Kommo's JSON wants numbers where its webhooks write text."""
    if not (ref.isascii() and ref.isdecimal()) or len(ref) > 20:  # noqa: PLR2004
        raise Rejected("The id of a lead, contact or user of Kommo is a number.")
    return int(ref)


def step(ref: str) -> str:
    """An id as one step of a path, whatever is in it."""
    if ref in {"", ".", ".."}:
        raise Rejected("An id is missing.")
    return quote(ref, safe="")


def seconds(at: datetime) -> str:
    return str(max(0, int(at.timestamp())))
