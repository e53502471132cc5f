"""How a call reaches Twilio: in its lane, within its budget, under the account's own key.

Nothing is repeated here: Twilio knows no idempotency key, and whoever called decides.
"""

from dataclasses import dataclass
from typing import Any, Final, TypeVar

import httpx
from pydantic import ValidationError

from app.channels.calling import take_turn
from app.channels.guard import Answer, Bounds, Guard, Refused
from app.channels.http import broken, exchange, place
from app.channels.twilio.client.places import Home, home_of
from app.channels.twilio.client.refusals import refusal, slows_all
from app.channels.twilio.payloads import Shape
from app.domain.account import Connection, Lane
from app.domain.ports import Governor, Slot

UNREAD: Final = "was answered in an unknown shape."
_S = TypeVar("_S", bound=Shape)


@dataclass(frozen=True, slots=True)
class Call:
    """One call, to a whole address that its `Home` has said."""

    method: str
    url: str
    lane: Lane
    params: tuple[tuple[str, str], ...] = ()
    form: tuple[tuple[str, str], ...] = ()
    json: Any = None

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
        request = self.request(connection, call)
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

    async def fetch(self, connection: Connection, link: str, *, lane: Lane, bounds: Bounds) -> Answer:
        """The bytes of an attachment. Twilio sends us on to an address of its store, which gets no key of ours."""
        home = home_of(connection)
        await take_turn(self._governor, connection, lane)
        try:
            return await self._guard.get(link, bounds=bounds, home=home.base, headers=_authorised(home, connection))
        except Refused as error:
            if error.code != "redirected":
                raise
        await take_turn(self._governor, connection, lane)
        request = self.request(connection, Call("GET", link, lane))
        response = await exchange(self._http, request, acts=False)
        error = refusal(response, acts=False)
        if "location" not in response.headers:
            raise error or broken(f"{place(request)} led nowhere.", acts=False)
        there = str(request.url.join(response.headers["location"]))
        return await self._guard.get(there, bounds=bounds, home=home.base)

    def request(self, connection: Connection, call: Call) -> httpx.Request:
        """The call as it leaves."""
        request = self._http.build_request(
            call.method,
            call.url,
            params=list(call.params) or None,
            data=dict(call.form) or None,
            json=call.json,
            headers={"Accept": "application/json"},
        )
        request.headers.update(_authorised(home_of(connection), connection))
        return request

    async def vouch_for(self, connection: Connection, link: str) -> None:
        """Whether the vendor may be told to fetch this."""
        await self._guard.vouch_for(link, home=home_of(connection).base)


def _authorised(home: Home, connection: Connection) -> dict[str, str]:
    """The one header that holds the key."""
    blank = httpx.Request("GET", home.base)
    return {"Authorization": next(home.auth(connection.token).auth_flow(blank)).headers["Authorization"]}
