"""How a call reaches WhatsApp: in its lane, within its budget, under the key that its host wants.

Nothing is repeated here. WhatsApp knows no idempotency key, and 360dialog closes the door on who asks for media in vain
too often: whoever called decides, with a job's patience.
"""

from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import httpx
from pydantic import ValidationError

from app.channels.calling import take_turn
from app.channels.guard import Answer, Bounds, Guard
from app.channels.http import broken, exchange, place
from app.channels.whatsapp.client.places import Home, home_of
from app.channels.whatsapp.client.refusals import refusal, slows_all
from app.channels.whatsapp.payloads import Shape
from app.domain.account import Connection, Lane
from app.domain.ports import Governor, Slot

UNREAD: Final = "was answered in an unknown shape."
_S = TypeVar("_S", bound=Shape)


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `path` is below the account's API, as its `Home` says it."""

    method: str
    path: str
    lane: Lane
    params: tuple[tuple[str, str], ...] = ()
    json: Any = None
    form: dict[str, str] = field(default_factory=dict[str, str], hash=False)
    file: tuple[str, bytes, str] | None = None  # name, bytes, type

    @property
    def acts(self) -> bool:
        return self.method != "GET"


class Transport:
    """Carries calls for one process. Keeps nothing between two of them."""

    def __init__(self, http: httpx.AsyncClient, governor: Governor, *, guard: Guard) -> None:
        self._http = http
        self._governor = governor
        self._guard = guard

    async def ask(self, connection: Connection, call: Call, shape: type[_S], *, slot: Slot | None = None) -> _S:
        """One call, and its answer in its shape."""
        request = self._request(home_of(connection), connection, call)
        await take_turn(self._governor, connection, call.lane, slot)
        response = await exchange(self._http, request, acts=call.acts)
        error = refusal(response, acts=call.acts)
        if error is not None:
            if (wait := slows_all(response)) is not None:
                await self._governor.slow_down(connection, wait)
            raise error
        try:
            return shape.model_validate_json(response.content or b"{}")
        except ValidationError:
            raise broken(f"{place(request)} {UNREAD}", acts=call.acts) from None

    async def fetch(self, connection: Connection, url: str, *, lane: Lane, bounds: Bounds) -> Answer:
        """The bytes of an attachment, with our key, from the vendor's hosts only, through the guard."""
        home = home_of(connection)
        target = home.media(url)
        await take_turn(self._governor, connection, lane)
        return await self._guard.get(target, bounds=bounds, home=home.base, headers=home.headers(connection.token))

    async def vouch_for(self, connection: Connection, link: str) -> None:
        """Whether the vendor may be told to fetch this."""
        await self._guard.vouch_for(link, home=home_of(connection).base)

    def _request(self, home: Home, connection: Connection, call: Call) -> httpx.Request:
        return self._http.build_request(
            call.method,
            f"{home.base}/{call.path}",
            params=list(call.params) or None,
            json=call.json,
            data=call.form or None,
            files={"file": call.file} if call.file else None,
            headers={**home.headers(connection.token), "Accept": "application/json"},
        )
