"""How a call reaches Kommo: in its lane, within its budget, to Kommo's own hosts only.

Reads are tried up to three times within ten seconds; what acts is never repeated here, for Kommo knows no idempotency
key: whoever asked must read back first. A 429 or a ban is told to the governor before it is told to the caller.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import httpx
from pydantic import Field, ValidationError

from app.channels.calling import read_again, require_fresh
from app.channels.http import CALL_BUDGET, broken, exchange, masked, place
from app.channels.kommo.client.refusals import BAN, Call, may_be_a_ban, nothing_there, refusal
from app.channels.kommo.payloads import Shape
from app.domain.account import Connection, Lane
from app.domain.clock import Clock
from app.domain.errors import AppError, NeedsHuman, NotStarted
from app.domain.ports import Governor, Slot, TokenStore

SEND_BUDGET: Final = CALL_BUDGET  # a whole send, all its calls together; the send lease is built on it

_NO_CONTENT = 204
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_HOSTS = (".kommo.com", ".amocrm.com")
_S = TypeVar("_S", bound=Shape)


class Turn:
    """The right to one call at once, and the time for all calls of one send. The slot serves the first of them."""

    lane: Final = Lane.REPLY

    def __init__(self, slot: Slot, *, within: timedelta = SEND_BUDGET) -> None:
        self._slot: Slot | None = slot
        self.ends_at = asyncio.get_running_loop().time() + within.total_seconds()

    def take_slot(self) -> Slot | None:
        slot, self._slot = self._slot, None
        return slot

    def left(self) -> timedelta:
        return timedelta(seconds=max(0.0, self.ends_at - asyncio.get_running_loop().time()))


class Envelope(Shape):
    """A HAL list: its items under one name, and whether there are more."""

    embedded: dict[str, Any] = Field(default={}, validation_alias="_embedded")
    links: dict[str, Any] = Field(default={}, validation_alias="_links")


class Transport:
    """Carries calls for one process. Keeps nothing between two of them.

    A refused token (401) has done nothing, whatever the call: it is renewed once and the call is made again.
    """

    def __init__(
        self, http: httpx.AsyncClient, governor: Governor, *, clock: Clock, tokens: TokenStore | None = None
    ) -> None:
        self._http = http
        self._governor = governor
        self._clock = clock
        self._tokens = tokens

    async def answer(self, connection: Connection, call: Call, *, turn: Turn | None = None) -> httpx.Response:
        """The vendor's answer to one call, successful by its status."""
        if call.acts or turn:
            return await self._once(connection, call, turn)
        return await read_again(lambda: self._once(connection, call, None))

    async def _once(self, connection: Connection, call: Call, turn: Turn | None) -> httpx.Response:
        response = await self._said(connection, call, turn)
        if response.status_code == 401 and (token := await self._renewed(connection, turn)):  # noqa: PLR2004
            connection = replace(connection, token=token)
            response = await self._said(connection, call, turn)
        await self._heed(connection, call, response, turn)
        return response

    async def _renewed(self, connection: Connection, turn: Turn | None) -> str | None:
        """Another token, if this account's is one that is renewed. A send waits no longer than it has time."""
        if self._tokens is None:
            return None
        try:
            async with asyncio.timeout_at(turn.ends_at if turn else None):
                return await self._tokens.renewed(connection.account_id, connection.token)
        except TimeoutError:
            raise NotStarted("The account's token was not renewed in time.") from None

    async def _said(self, connection: Connection, call: Call, turn: Turn | None) -> httpx.Response:
        request = self._request(connection, call)
        slot = (turn and turn.take_slot()) or await self._slot(connection, call, turn)
        require_fresh(slot)
        within = min(CALL_BUDGET, turn.left()) if turn else CALL_BUDGET
        if not within:
            raise NotStarted(f"No time was left for {place(request)}.")
        return await exchange(self._http, request, acts=call.acts, within=within)

    async def _slot(self, connection: Connection, call: Call, turn: Turn | None) -> Slot:
        try:
            async with asyncio.timeout_at(turn.ends_at if turn else None):
                return await self._governor.slot(connection, call.lane)
        except TimeoutError:
            raise NotStarted(f"No slot came in time for {call.method} {call.path}.") from None

    async def _heed(self, connection: Connection, call: Call, response: httpx.Response, turn: Turn | None) -> None:
        banned = may_be_a_ban(response, call) and await self._is_banned(connection, call, turn)
        error = refusal(response, call, banned=banned)
        if error is None:
            return
        if banned:
            await self._governor.hold(connection, self._clock.now() + BAN)
        elif response.status_code == 429 and isinstance(error, NotStarted):  # noqa: PLR2004
            await self._governor.slow_down(connection, error.after)
        raise error

    async def _is_banned(self, connection: Connection, call: Call, turn: Turn | None) -> bool:
        """Whether the account itself is refused like that, which it never is to one who may call at all."""
        look = Call("GET", "account", call.lane)
        if (call.method, call.path) == (look.method, look.path):
            return True
        try:
            await self._slot(connection, look, turn)
            within = min(CALL_BUDGET, turn.left()) if turn else CALL_BUDGET
            seen = await exchange(self._http, self._request(connection, look), acts=False, within=within)
        except AppError:
            return True  # the safe side: everything waits a little
        return may_be_a_ban(seen, look)

    def _request(self, connection: Connection, call: Call) -> httpx.Request:
        return self._http.build_request(
            call.method,
            f"{base_of(connection)}/api/v4/{call.path}",
            params=list(call.params) or None,
            json=call.json,
            headers={"Authorization": f"Bearer {connection.token}", "Accept": "application/json"},
        )


def base_of(connection: Connection) -> str:
    """The account's own address, refused where it is not Kommo's: the token would travel there."""
    try:
        parts = urlsplit(connection.base_url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    is_kommo = parts.scheme == "https" and host.endswith(_HOSTS) and port in {None, 443}
    is_sandbox = parts.scheme in {"http", "https"} and host in _LOOPBACK
    has_more = parts.username or parts.password or parts.query or parts.fragment or parts.path not in {"", "/"}
    if has_more or not (is_kommo or is_sandbox):
        hint = "It must be https://<subdomain>.kommo.com, or a loopback address for the sandbox."
        raise NeedsHuman(f"{masked(connection.base_url)} is not an address of Kommo.", hint=hint)
    return f"{parts.scheme}://{parts.netloc}"


def read(response: httpx.Response, call: Call, shape: type[_S]) -> _S:
    """The one object of an answer."""
    if response.status_code == _NO_CONTENT:
        raise nothing_there(call)
    try:
        return shape.model_validate_json(response.content)
    except ValidationError:
        raise broken(f"{place(response.request)} was answered in an unknown shape.", acts=call.acts) from None


def read_page(response: httpx.Response, call: Call, *, name: str, shape: type[_S]) -> tuple[list[_S], bool]:
    """The items of a page, and whether another follows; 204 is an empty list."""
    if response.status_code == _NO_CONTENT:
        return [], False
    envelope = read(response, call, Envelope)
    found: Any = envelope.embedded.get(name) or []
    try:
        items = [shape.model_validate(item) for item in found]
    except (ValidationError, TypeError):
        raise broken(f"{place(response.request)} was answered in an unknown shape.", acts=call.acts) from None
    return items, bool(envelope.links.get("next"))


def numbered(name: str, values: list[str]) -> Iterator[tuple[str, str]]:
    """A list in a query string, as PHP reads it."""
    return ((f"{name}[]", value) for value in values)
