"""The addresses of the simulated portal: /rest/<user>/<secret>/<method>, `batch` among them, and files."""

import asyncio
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import parse_qsl

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from app.sandbox.bitrix24.asked import Asked, Params, Refused
from app.sandbox.bitrix24.crm import CRM
from app.sandbox.bitrix24.methods import METHODS
from app.sandbox.bitrix24.schema import wrong
from app.sandbox.bitrix24.world import SECRET, Portal, Trouble
from app.sandbox.silence import hang_up, silence

MOST_COMMANDS = 50
_KNOWN = METHODS | CRM
_TOLD: dict[str, tuple[int, str, str]] = {
    "query_limit": (503, "QUERY_LIMIT_EXCEEDED", "Too many requests"),
    "rate_429": (429, "RATE_LIMIT_EXCEEDED", "Too many requests"),
    "operation_limit": (429, "OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit"),
    "error_500": (500, "INTERNAL_SERVER_ERROR", "Internal server error"),
    "refused": (400, "MESSAGE_INVALID", "The message is not valid"),
}


class Doors:
    """Each call: secret, bucket, trouble, schema; then what it asks."""

    def __init__(self, portal: Portal, stopping: asyncio.Event, scaled: Callable[[float], float]) -> None:
        self._portal = portal
        self._stopping = stopping
        self._scaled = scaled
        self.router = APIRouter(include_in_schema=False)
        self.router.add_api_route("/rest/download.json", self.file, methods=["GET"])
        self.router.add_api_route("/rest/{user}/{secret}/{method}", self.asked, methods=["POST"])

    async def file(self, token: str) -> Response:
        body = self._portal.files.get(int(token.rpartition("|")[2]))
        return Response(body, media_type="image/png") if body else Response(status_code=404)

    async def asked(self, request: Request, user: str, secret: str, method: str) -> Response:
        portal = self._portal
        if secret != SECRET or not user.isdecimal() or int(user) not in portal.users:
            return _refused(401, "INVALID_CREDENTIALS", "Invalid request credentials")
        if not portal.spend():
            return _refused(*_TOLD["query_limit"])
        params: Any = orjson.loads(await request.body() or b"{}")
        portal.calls.append({"method": method, "params": params})
        trouble = portal.next_trouble(method)
        if trouble is None:
            return self._done(request, int(user), method, params)
        return await self._troubled(request, trouble, lambda: self._done(request, int(user), method, params))

    def _done(self, request: Request, user: int, method: str, params: Params) -> Response:
        try:
            result = self._batch(user, params) if method == "batch" else self._one(user, method, params)
        except Refused as refused:
            return _refused(refused.status, refused.code, refused.description)
        told = orjson.dumps({"result": result, "time": self._time(method)})
        return Response(
            told.replace(b"{base}", str(request.base_url).rstrip("/").encode()), media_type="application/json"
        )

    def _one(self, user: int, method: str, params: Params) -> Any:
        if method == "batch":
            raise Refused("ERROR_BATCH_METHOD_NOT_ALLOWED")
        known = _KNOWN.get(method)
        if known is None:
            raise Refused("ERROR_METHOD_NOT_FOUND", 404, "Method not found!")
        problem = wrong(method, params)
        if problem:
            raise Refused("SIMULATOR_VALIDATION", 400, problem)
        return known(Asked(self._portal, user, params))

    def _batch(self, user: int, params: Params) -> Any:
        """What fails is told by its name; with `halt`, nothing is done after it."""
        commands = cast("dict[str, str]", params.get("cmd") or {})
        if len(commands) > MOST_COMMANDS:
            raise Refused("ERROR_BATCH_LENGTH_EXCEEDED", 400, "Max batch length exceeded")
        results, errors, times = dict[str, Any](), dict[str, Any](), dict[str, Any]()
        for name, command in commands.items():
            method, _, query = command.partition("?")
            try:
                results[name] = self._command(user, method, tree_of(query))
                times[name] = self._time(method)
            except Refused as refused:
                errors[name] = {"error": refused.code, "error_description": refused.description}
                if params.get("halt"):
                    break
        told = {"result": results or [], "result_error": errors or [], "result_time": times or []}
        return {**told, "result_total": [], "result_next": []}

    def _command(self, user: int, method: str, params: Params) -> Any:
        """One of a batch: what would refuse the call refuses the command, and the batch is answered all the same."""
        trouble = self._portal.next_trouble_of_command(method)
        if trouble is not None:
            status, code, description = _TOLD[trouble.fault]
            raise Refused(code, status, description)
        return self._one(user, method, params)

    def _time(self, method: str) -> Any:
        operating = self._portal.operating.get(method, 0.0)
        return {"start": 0, "finish": 0, "duration": 0.05, "operating": operating, "operating_reset_at": 0}

    async def _troubled(self, request: Request, trouble: Trouble, work: Callable[[], Response]) -> Response:
        if trouble.fault in _TOLD:
            return _refused(*_TOLD[trouble.fault])
        work()
        if trouble.fault == "hang":
            await silence(self._stopping, self._scaled(trouble.seconds))
        hang_up(request)
        return Response()


def bitrix24_router(portal: Portal, stopping: asyncio.Event, scaled: Callable[[float], float]) -> APIRouter:
    """All addresses; `stopping` lets every caller go that is kept waiting."""
    return Doors(portal, stopping, scaled).router


def tree_of(query: str) -> Params:
    """A PHP query as a map of maps, all texts. A list is a map of its places."""
    tree: Params = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        first, *rest = name.replace("]", "").split("[")
        node: Params = tree
        for step, after in zip([first, *rest], rest, strict=False):
            del after
            node = node.setdefault(step, {})
        node[[first, *rest][-1]] = value
    return tree


def _refused(status: int, code: str, description: str) -> JSONResponse:
    return JSONResponse({"error": code, "error_description": description}, status)
