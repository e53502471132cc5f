"""How a call reaches a portal: in its lane, within its budget, to the account's own host only.

Reads are tried up to three times within ten seconds; what acts is never repeated here, for Bitrix24 knows no
idempotency key. A portal that says it is too much is told to the governor before it is told to the caller, and a method
that has used up its running time of ten minutes is not called again before that is over.
"""

from collections.abc import Iterable
from typing import Any, Final, TypeVar, cast
from urllib.parse import quote, urlsplit

import httpx
from pydantic import ValidationError

from app.channels.bitrix24.client.budgets import Budgets
from app.channels.bitrix24.client.refusals import BY_HAND, PACE, Call, meaning, refusal
from app.channels.bitrix24.payloads import Shape
from app.channels.bitrix24.payloads.answers import BatchShape, Envelope, ProblemShape, TimeShape
from app.channels.bitrix24.payloads.credentials import credentials_of
from app.channels.calling import read_again, take_turn
from app.channels.http import SHOWN, broken, exchange, masked
from app.domain.account import Connection
from app.domain.clock import Clock
from app.domain.errors import AppError, NeedsHuman, NotStarted
from app.domain.ports import Governor, Slot

MOST_COMMANDS: Final = 50  # of one batch

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_S = TypeVar("_S", bound=Shape)


class Transport:
    """Carries calls for one process."""

    def __init__(self, http: httpx.AsyncClient, governor: Governor, *, clock: Clock) -> None:
        self._http = http
        self._governor = governor
        self._clock = clock
        self._budgets = Budgets()

    async def ask(self, connection: Connection, call: Call, *, slot: Slot | None = None) -> Envelope:
        """The answer to one call, successful."""
        if call.acts or slot:
            return await self._once(connection, call, slot)
        return await read_again(lambda: self._once(connection, call, None))

    async def batch(self, connection: Connection, calls: dict[str, Call]) -> dict[str, Any]:
        """Up to fifty calls in one: by name a result, or the error of that command. What must rest is left out."""
        rests = {name: why for name, one in calls.items() if (why := self._rest(connection, one.method)) is not None}
        awake = {name: one for name, one in calls.items() if name not in rests}
        return {**rests, **(await self._together(connection, awake) if awake else {})}

    async def _together(self, connection: Connection, calls: dict[str, Call]) -> dict[str, Any]:
        commands = {name: f"{one.method}?{query_of(one.params)}" for name, one in calls.items()}
        acts = any(one.acts for one in calls.values())
        whole = Call("batch", {"halt": 0, "cmd": commands}, next(iter(calls.values())).lane, acts=acts)
        told = shaped(_by_name((await self.ask(connection, whole)).result), whole, BatchShape)
        problems = {name: _problem(said) for name, said in told.errors.items() if name in calls}
        for name, one in calls.items():
            code = problems[name].error if name in problems else ""
            ran = _time(told.times.get(name))
            self._budgets.heed(connection, one.method, code=code, time=ran, now=self._now())
        failed = {name: meaning(problem, calls[name]) for name, problem in problems.items()}
        await self._obey(connection, failed.values())
        return {**{name: told.result[name] for name in calls if name in told.result}, **failed}

    async def _once(self, connection: Connection, call: Call, slot: Slot | None) -> Envelope:
        request = self._request(connection, call)
        if (rest := self._rest(connection, call.method)) is not None:
            raise rest
        await take_turn(self._governor, connection, call.lane, slot)
        response = await exchange(self._http, request, acts=call.acts)
        told = _read(response, call)
        self._budgets.heed(connection, call.method, code=told.error, time=told.time, now=self._now())
        error = refusal(response, told, call)
        if error is not None:
            await self._obey(connection, [error])
            raise error
        return told

    async def _obey(self, connection: Connection, errors: Iterable[AppError]) -> None:
        """Tell the governor, once, what an answer said of the pace of everything. A method's own time is not that."""
        waits = {error.code: error.after for error in errors if isinstance(error, NotStarted)}
        if BY_HAND in waits:
            await self._governor.hold(connection, self._clock.now() + waits[BY_HAND])
        elif PACE in waits:
            await self._governor.slow_down(connection, waits[PACE])

    def _rest(self, connection: Connection, method: str) -> NotStarted | None:
        return self._budgets.resting(connection, method, self._now())

    def _request(self, connection: Connection, call: Call) -> httpx.Request:
        """The secret is a step of the path: what may be shown of the request leaves it out."""
        webhook = credentials_of(connection.token).webhook
        return self._http.build_request(
            "POST",
            f"{base_of(connection)}/rest/{webhook}/{call.method}",
            json=call.params,
            headers={"Accept": "application/json"},
            extensions={SHOWN: f"/rest/.../{call.method}"},
        )

    def _now(self) -> float:
        return self._clock.now().timestamp()


def base_of(connection: Connection) -> str:
    """The portal's own address. Portals live under any host, for they are also sold to be run at home."""
    try:
        parts = urlsplit(connection.base_url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    has_more = parts.username or parts.password or parts.query or parts.fragment or parts.path not in {"", "/"}
    is_https = parts.scheme == "https" and "." in host
    is_sandbox = parts.scheme in {"http", "https"} and host in _LOOPBACK
    if has_more or not (is_https or is_sandbox):
        hint = "It must be https://<portal>, without the webhook's path, or a loopback address for the sandbox."
        raise NeedsHuman(f"{masked(connection.base_url)} is not an address of a portal.", hint=hint)
    return f"{parts.scheme}://{parts.netloc}"


def host_of(connection: Connection) -> str:
    """The portal, as its events name it."""
    return urlsplit(base_of(connection)).netloc.lower()


def query_of(params: dict[str, Any]) -> str:
    """Parameters as PHP reads them in a batch: `a[b][0]=c`. Pure."""
    return "&".join(f"{quote(name, safe='[]')}={quote(value, safe='')}" for name, value in _flat(params))


def _flat(params: dict[str, Any], under: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in params.items():
        name = f"{under}[{key}]" if under else key
        if isinstance(value, dict):
            found += _flat(cast("dict[str, Any]", value), name)
        elif isinstance(value, list):
            found += _flat({str(place): one for place, one in enumerate(cast("list[Any]", value))}, name)
        else:
            found.append((name, str(int(value)) if isinstance(value, bool) else str(value)))
    return found


def read(told: Envelope, call: Call, shape: type[_S]) -> _S:
    """The one object of an answer."""
    return shaped(told.result, call, shape)


def shaped(result: Any, call: Call, shape: type[_S]) -> _S:
    """A result as we know it."""
    try:
        return shape.model_validate(result)
    except ValidationError:
        raise broken(f"{call.method} was answered in an unknown shape.", acts=call.acts) from None


def shaped_all(result: Any, call: Call, shape: type[_S]) -> list[_S]:
    """The items of a list."""
    items: list[Any] = list(_by_name(result).values()) if isinstance(result, dict) else result or []
    return [shaped(item, call, shape) for item in items]


def _read(response: httpx.Response, call: Call) -> Envelope:
    """The envelope, also of a refusal. What is no JSON is empty: its status says all there is."""
    try:
        return Envelope.model_validate_json(response.content)
    except ValidationError:
        if response.is_success:
            raise broken(f"{call.method} was answered in an unknown shape.", acts=call.acts) from None
        return Envelope()


def _by_name(found: Any) -> dict[str, Any]:
    """PHP writes an empty map as a list."""
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _problem(said: Any) -> ProblemShape:
    try:
        return ProblemShape.model_validate(said)
    except ValidationError:
        return ProblemShape(error="UNKNOWN")


def _time(said: Any) -> TimeShape:
    """A command's running time; nothing where it is not told."""
    try:
        return TimeShape.model_validate(said)
    except ValidationError:
        return TimeShape()
