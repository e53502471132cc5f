"""How a call reaches Chatwoot: in its lane, within its budget, to the account's own installation only.

Reads are tried up to three times; what acts is never repeated here, for Chatwoot knows no idempotency key. A 429 is
told to the governor before it is told to the caller.
"""

import json
import re
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import httpx
from pydantic import TypeAdapter

from app.channels.calling import read_again, take_turn
from app.channels.chatwoot.client.refusals import Call, refusal
from app.channels.chatwoot.payloads import tokens_of
from app.channels.guard import is_loopback
from app.channels.http import broken, exchange, masked, place
from app.domain.account import Connection, told_ref
from app.domain.errors import NeedsHuman, NotStarted
from app.domain.ports import Governor, Slot

_PLACE: Final = re.compile(r"([1-9]\d{0,17}):([1-9]\d{0,17})", re.ASCII)
_S = TypeVar("_S")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an account of ours lives in Chatwoot: the vendor's account, and one of its inboxes."""

    account: int
    inbox: int

    def __str__(self) -> str:
        return f"{self.account}:{self.inbox}"


def place_of(connection: Connection) -> Place:
    """The vendor's account and inbox, out of `<account id>:<inbox id>`, below the installation or alone."""
    found = _PLACE.fullmatch(told_ref(connection.external_ref))
    if found is None:
        hint = "It is <account id>:<inbox id>, as the addresses of Chatwoot's own pages show them."
        raise NeedsHuman("The account's reference for Chatwoot cannot be read.", hint=hint)
    return Place(int(found[1]), int(found[2]))


def reference_of(connection: Connection) -> str:
    """`<installation>/<account id>:<inbox id>`: every installation counts its accounts and inboxes from one."""
    parts = urlsplit(base_of(connection))
    home = f"{parts.netloc.lower().removesuffix(':443')}{parts.path}"
    return f"{home}/{place_of(connection)}"


class Transport:
    """Carries calls for one process. Keeps nothing between two of them."""

    def __init__(self, http: httpx.AsyncClient, governor: Governor) -> None:
        self._http = http
        self._governor = governor

    async def answer(self, connection: Connection, call: Call, *, slot: Slot | None = None) -> httpx.Response:
        """The vendor's answer to one call, successful by its status."""
        if call.acts or slot:
            return await self._once(connection, call, slot)
        return await read_again(lambda: self._once(connection, call, None))

    async def _once(self, connection: Connection, call: Call, slot: Slot | None) -> httpx.Response:
        request = self._request(connection, call)
        await take_turn(self._governor, connection, call.lane, slot)
        response = await exchange(self._http, request, acts=call.acts, within=call.within)
        error = refusal(response, call)
        if error is None:
            return response
        if response.status_code == 429 and isinstance(error, NotStarted):  # noqa: PLR2004
            await self._governor.slow_down(connection, error.after)
        raise error

    def _request(self, connection: Connection, call: Call) -> httpx.Request:
        tokens = tokens_of(connection.token)
        token = tokens.bot if call.as_bot and tokens.bot else tokens.user
        return self._http.build_request(
            call.method,
            f"{base_of(connection)}/api/v1/{call.path}",
            params=list(call.params) or None,
            **_body(call),
            headers={"api_access_token": token, "Accept": "application/json"},
        )


def _body(call: Call) -> dict[str, Any]:
    """JSON; with a file a form, in which yes and no are words."""
    if call.file is None:
        return {"json": call.json}
    fields = {name: str(value).lower() if isinstance(value, bool) else value for name, value in call.json.items()}
    return {"data": fields, "files": [("attachments[]", (call.file.name, call.file.body, call.file.content_type))]}


def base_of(connection: Connection) -> str:
    """The installation's address, refused where a token must not travel: anything but https, or loopback."""
    try:
        parts = urlsplit(connection.base_url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    is_safe = bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))
    if not is_safe or parts.username or parts.password or parts.query or parts.fragment:
        hint = "It begins with https://, such as https://app.chatwoot.com; a loopback address is the sandbox's."
        raise NeedsHuman(f"{masked(connection.base_url)} is no address of a Chatwoot.", hint=hint)
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def read(response: httpx.Response, call: Call, shape: type[_S], *, within: tuple[str, ...] = ()) -> _S:
    """The answer as this type, or what stands in it under a path of names."""
    try:
        told: Any = json.loads(response.content)
        for name in within:
            told = told[name]
        return TypeAdapter(shape).validate_python(told)
    except (ValueError, LookupError, TypeError, RecursionError):
        raise broken(f"{place(response.request)} was answered in an unknown shape.", acts=call.acts) from None
