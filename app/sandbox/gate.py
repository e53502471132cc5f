"""The door of the simulated REST API: patience, token, faults, the answer, and the record of all of it."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, cast

from app.sandbox.account import Account
from app.sandbox.api_v4 import routes
from app.sandbox.errors import RefusedError, blocked, problem, refuse
from app.sandbox.exchange import HTML, Answer, Call
from app.sandbox.faults import Faults, FaultState
from app.sandbox.grants import TOKEN_PATH, Grants
from app.sandbox.limits import Limits, too_many
from app.sandbox.record import Record, masked_url, readable
from app.sandbox.world import World

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PREFIX = "/api/v4/"
HANG_UP = "sandbox.hang_up"
LARGEST_BODY = 2 * 1024 * 1024
WITHOUT_EFFECT = frozenset({"error_500", "error_before", "lost", "html_403", "rate_429"})
HANGING_UP = frozenset({"lost", "hang"})


class Gate:
    """An ASGI application for everything under /api/v4, and for the token endpoint."""

    def __init__(self, world: World, limits: Limits, grants: Grants, *, faults: Faults, record: Record) -> None:
        self._world = world
        self._limits = limits
        self._grants = grants
        self._faults = faults
        self._record = record
        self.stopping = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        at = self._world.clock.now()
        body = await read_body(receive)
        answer, effect, account, rule = self._decide(scope, body, at)
        self._write_down(scope, body, at=at, answer=answer, effect=effect, account=account, rule=rule)
        if rule is not None and rule.fault in HANGING_UP:
            await self._hang_up(scope, rule)
            return
        await send_answer(send, answer)

    def _decide(
        self, scope: Scope, body: bytes, at: float
    ) -> tuple[Answer, Answer | None, Account | None, FaultState | None]:
        """What the caller is told, what really happened where that differs, whose call it was, and the fault in it."""
        client = scope.get("client") or ("", 0)
        refusal = self._limits.refusal(client[0], at)
        if refusal is not None:
            return refusal, None, None, None
        if scope["path"] == TOKEN_PATH:
            return self._token_answer(scope, body, at), None, None, None
        token = token_of(scope)
        account = self._world.by_token.get(token) or self._grants.account_of(token, at)
        if account is None:
            return problem(401, "Wrong or missing access token."), None, None, None
        rule = self._faults.for_call(scope["method"], scope["path"], account_id=account.id)
        if rule is not None and rule.fault in WITHOUT_EFFECT:
            return failure(rule), None, account, rule
        answer = self._answer(account, scope, body)
        if rule is None:
            return answer, None, account, None
        return failure(rule), answer, account, rule

    def _token_answer(self, scope: Scope, body: bytes, at: float) -> Answer:
        if scope["method"] != "POST":
            return problem(405, "Allowed methods: POST.")
        return self._grants.exchange(body, at)

    def _answer(self, account: Account, scope: Scope, body: bytes) -> Answer:
        call = Call(
            account=account,
            method=scope["method"],
            path=scope["path"],
            query_string=scope["query_string"].decode("latin-1"),
            body=body,
            base_url=self._world.base_url,
        )
        try:
            refuse_body(scope, body)
            return routes.answer(self._world, call, scope["path"].removeprefix(PREFIX).rstrip("/").split("/"))
        except RefusedError as refused:
            return refused.answer

    def _write_down(
        self,
        scope: Scope,
        body: bytes,
        *,
        at: float,
        answer: Answer,
        effect: Answer | None,
        account: Account | None,
        rule: FaultState | None,
    ) -> None:
        entry: dict[str, Any] = {
            "at": at,
            "kind": "call",
            "method": scope["method"],
            "path": scope["path"],
            "query": masked_query(scope),
            "status": 0 if rule is not None and rule.fault in HANGING_UP else answer.status,
            "request": masked(scope["path"], readable(body)),
            "response": masked(scope["path"], readable(answer.body)),
            "account_id": account.id if account else None,
        }
        if rule is not None:
            entry |= {"fault": rule.fault, "effect": None if effect is None else effect_view(effect)}
        self._record.add(entry)

    async def _hang_up(self, scope: Scope, rule: FaultState) -> None:
        if rule.fault == "hang":
            stopped = asyncio.ensure_future(self.stopping.wait())
            await asyncio.wait({stopped}, timeout=self._world.clock.scaled(rule.seconds))
            stopped.cancel()
        scope["extensions"][HANG_UP]()


def effect_view(effect: Answer) -> dict[str, Any]:
    return {"status": effect.status, "response": readable(effect.body)}


def failure(rule: FaultState) -> Answer:
    """What the caller is told when this fault strikes."""
    if rule.fault == "html_403":
        return blocked()
    if rule.fault == "rate_429":
        return too_many(rule.retry_after)
    if rule.fault == "error_500":
        return problem(500, "Internal server error.")
    return Answer(502, b"<html><body><h1>502 Bad Gateway</h1></body></html>", HTML)


def token_of(scope: Scope) -> str:
    scheme, _, token = header(scope, b"authorization").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def refuse_body(scope: Scope, body: bytes) -> None:
    if len(body) > LARGEST_BODY:
        raise refuse(413, "The request body is too large.")
    content_type = header(scope, b"content-type").partition(";")[0].strip()
    if body and content_type not in ("application/json", "application/hal+json"):
        raise refuse(415, "The request body must be application/json.")


def masked(path: str, value: Any) -> Any:
    """Subscriptions carry the receiver's secret in their address, grants are secrets: neither is kept."""
    if path == TOKEN_PATH:
        return "***"
    if not path.startswith(f"{PREFIX}webhooks") or value is None:
        return value
    return mask_destinations(value)


def masked_query(scope: Scope) -> str:
    query: str = scope["query_string"].decode("latin-1")
    return "***" if query and scope["path"].startswith(f"{PREFIX}webhooks") else query


def mask_destinations(value: Any) -> Any:
    if isinstance(value, dict):
        pairs = cast("dict[str, Any]", value)
        return {key: mask_destination(key, one) for key, one in pairs.items()}
    if isinstance(value, list):
        return [mask_destinations(one) for one in cast("list[Any]", value)]
    return value


def mask_destination(key: str, value: Any) -> Any:
    return masked_url(str(value)) if key == "destination" else mask_destinations(value)


async def read_body(receive: Receive) -> bytes:
    """The body, cut a little behind the largest one that is allowed."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        chunk: bytes = message.get("body", b"")
        if size <= LARGEST_BODY:
            parts.append(chunk)
            size += len(chunk)
        if not message.get("more_body", False):
            return b"".join(parts)


async def send_answer(send: Send, answer: Answer) -> None:
    headers = [(b"content-length", str(len(answer.body)).encode())]
    if answer.body:
        headers.append((b"content-type", answer.content_type.encode()))
    headers += [(key.encode(), value.encode()) for key, value in answer.headers.items()]
    if answer.status == 204:  # noqa: PLR2004  # the one status that has no body by definition
        headers = []
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
