"""A stand-in for n8n's public API on real HTTP: as strict about bodies, scopes and keys as n8n 2.41 is.

What it does was read in n8n's own OpenAPI document and seen on a running n8n: read-only and unknown keys are refused,
publishing takes a moment until the webhook is there, and what a credential holds is never shown.
"""

import asyncio
import itertools
import re
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

Json = dict[str, Any]
KEY = "n8n-key"
SCOPES = frozenset(
    {
        *(f"workflow:{verb}" for verb in ("create", "read", "update", "list", "activate")),
        *(f"credential:{verb}" for verb in ("create", "update", "list")),
        *(f"tag:{verb}" for verb in ("create", "list")),
        "workflowTags:update",
    }
)
READ_ONLY = {"id", "active", "createdAt", "updatedAt", "versionId", "isArchived", "triggerCount", "meta", "tags"}
WORKFLOW_KEYS = {"name", "nodes", "connections", "settings", "staticData", "pinData", "nodeGroups"}
NODE_KEYS = {
    *("id", "name", "type", "typeVersion", "position", "parameters", "credentials", "webhookId", "disabled", "notes"),
    *("notesInFlow", "executeOnce", "alwaysOutputData", "retryOnFail", "maxTries", "waitBetweenTries", "onError"),
}
SETTING_KEYS = {
    *("executionOrder", "timezone", "errorWorkflow", "executionTimeout", "saveDataErrorExecution", "callerPolicy"),
    *("saveDataSuccessExecution", "saveManualExecutions", "saveExecutionProgress", "availableInMCP"),
}
ROUTES = (
    ("GET", "discover", "", "discover"),
    ("GET", "workflows", "workflow:list", "list_workflows"),
    ("GET", "workflows/([^/]+)", "workflow:read", "show_workflow"),
    ("POST", "workflows", "workflow:create", "create_workflow"),
    ("PUT", "workflows/([^/]+)", "workflow:update", "update_workflow"),
    ("POST", "workflows/([^/]+)/activate", "workflow:activate", "publish"),
    ("PUT", "workflows/([^/]+)/tags", "workflowTags:update", "set_tags"),
    ("GET", "credentials", "credential:list", "list_credentials"),
    ("POST", "credentials", "credential:create", "create_credential"),
    ("PATCH", "credentials/([^/]+)", "credential:update", "update_credential"),
    ("GET", "tags", "tag:list", "list_tags"),
    ("POST", "tags", "tag:create", "create_tag"),
)
Answering = Callable[[Json], Response]


class Cut(Response):
    """The line is cut in the middle of the answer."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG002 - as ASGI has it
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})
        await send({"type": "http.response.body", "body": b""})


@dataclass
class Death:
    """It dies at the call of that number: before or after it did what was asked, for good or only then."""

    at: int
    is_done: bool
    is_for_good: bool
    status: int | None = None  # what a proxy before it answers; None: the line is cut
    calls: int = 0

    def strikes(self) -> bool:
        self.calls += 1
        return self.calls == self.at or (self.is_for_good and self.calls > self.at)

    async def of(self, call: Coroutine[Any, Any, Response]) -> Response:
        if self.is_done and self.calls == self.at:
            await call
        call.close()
        return Response("bad gateway", self.status) if self.status else Cut()


@dataclass
class StandIn:
    """One n8n. `writes` are the calls that changed something, `refuse` the paths that it refuses with a 400."""

    scopes: frozenset[str] = SCOPES
    is_old: bool = False
    workflows: dict[str, Json] = field(default_factory=dict[str, Json])
    credentials: dict[str, Json] = field(default_factory=dict[str, Json])
    held: dict[str, Json] = field(default_factory=dict[str, Json])
    tags: dict[str, str] = field(default_factory=dict[str, str])
    writes: list[str] = field(default_factory=list[str])
    refuse: set[str] = field(default_factory=set[str])
    answer: Answering = lambda _: JSONResponse({"reply": "Oi!", "action": "reply"})
    url: str = ""
    page: int = 3  # shorter than n8n's, so that there is more than one
    death: "Death | None" = None
    _live: dict[str, int] = field(default_factory=dict[str, int])
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def named(self, name: str) -> Json:
        return next(one for one in self.workflows.values() if one["name"] == name)

    def node(self, workflow: str, name: str) -> Json:
        return next(one for one in self.named(workflow)["nodes"] if one["name"] == name)

    async def dying(self, request: Request, path: str) -> Response:
        """The same, until it is time to die."""
        if self.death is None or not self.death.strikes():
            return await self.api(request, path)
        return await self.death.of(self.api(request, path))

    async def api(self, request: Request, path: str) -> Response:
        if request.headers.get("x-n8n-api-key") != KEY:
            return said(401, "unauthorized")
        for method, pattern, scope, name in ROUTES:
            found = re.fullmatch(pattern, path)
            if found and method == request.method:
                return await self._called(request, path, scope, getattr(self, name), found.groups())
        return said(404, "not found")

    async def _called(self, request: Request, path: str, scope: str, handler: Any, ids: tuple[str, ...]) -> Response:
        if scope and scope not in self.scopes:
            return said(403, "Forbidden")
        if ids and not {ids[0]} & {*self.workflows, *self.credentials}:
            return said(404, "Not Found")
        if request.method == "GET":
            return handler(request, *ids)
        if {path, path.split("/", maxsplit=1)[0]} & self.refuse:
            return said(400, "request/body is refused by this test")
        self.writes.append(f"{request.method} {path}")
        return handler(await request.json(), *ids)

    def discover(self, _: Request) -> Response:
        shown = {"data": {"scopes": sorted(self.scopes), "resources": {}}}
        return said(404, "not found") if self.is_old else JSONResponse(shown)

    def list_workflows(self, request: Request) -> Response:
        return self._page(request, list(self.workflows.values()))

    def list_credentials(self, request: Request) -> Response:
        return self._page(request, list(self.credentials.values()))

    def list_tags(self, request: Request) -> Response:
        return self._page(request, [{"id": number, "name": name} for name, number in self.tags.items()])

    def show_workflow(self, _: Request, number: str) -> Response:
        return JSONResponse(self.workflows[number])

    def create_workflow(self, body: Json) -> Response:
        return self._saved(str(next(self._numbers)), body, {})

    def update_workflow(self, body: Json, number: str) -> Response:
        return self._saved(number, body, self.workflows[number])

    def create_credential(self, body: Json) -> Response:
        return self._kept(f"c{next(self._numbers)}", body)

    def update_credential(self, body: Json, number: str) -> Response:
        return self._kept(number, {**self.credentials[number], **body})

    def create_tag(self, body: Json) -> Response:
        number = self.tags.setdefault(body["name"], f"t{next(self._numbers)}")
        return JSONResponse({"id": number, "name": body["name"]}, 201)

    def _page(self, request: Request, rows: list[Json]) -> Response:
        start = int(request.query_params.get("cursor", 0))
        following = start + self.page
        cursor = str(following) if following < len(rows) else None
        return JSONResponse({"data": rows[start:following], "nextCursor": cursor})

    def _saved(self, number: str, body: Json, before: Json) -> Response:
        if (problem := wrong_with(body)) is not None:
            return said(400, problem)
        kept = {
            "id": number,
            "active": before.get("active", False),
            "tags": before.get("tags", []),
            "isArchived": False,
        }
        self.workflows[number] = {**body, **kept, "versionId": str(next(self._numbers)), "meta": None}
        return JSONResponse(self.workflows[number])

    def publish(self, _: Json, number: str) -> Response:
        self.workflows[number]["active"] = True
        self._live[number] = 2  # calls until its webhook is there
        return JSONResponse(self.workflows[number])

    def set_tags(self, body: list[Json], number: str) -> Response:
        names = {number: name for name, number in self.tags.items()}
        self.workflows[number]["tags"] = [{"id": one["id"], "name": names[one["id"]]} for one in body]
        return JSONResponse(self.workflows[number]["tags"])

    def _kept(self, number: str, body: Json) -> Response:
        self.held[number] = body["data"]
        self.credentials[number] = {"id": number, "name": body["name"], "type": body["type"]}
        return JSONResponse(self.credentials[number])

    async def webhook(self, request: Request, path: str) -> Response:
        number = next((number for number in self.workflows if self._has(number, path)), None)
        if number is None or self._live.get(number, -1) < 0:
            return said(404, f'The requested webhook "POST {path}" is not registered.')
        self._live[number] -= 1
        if self._live[number] > 0:
            return said(404, f'The requested webhook "POST {path}" is not registered.')
        self._live[number] = 0
        secret = next((held for held in self.held.values() if "name" in held), {"name": "X-API-Key", "value": ""})
        if request.headers.get(secret["name"]) != secret["value"]:
            return Response("Authorization data is wrong!", 403)
        return await asyncio.to_thread(self.answer, await request.json())

    def _has(self, number: str, path: str) -> bool:
        return any(node["parameters"].get("path") == path for node in self.workflows[number]["nodes"])


def wrong_with(body: Json) -> str | None:
    """What n8n's validator would say; None where it would say nothing."""
    if found := READ_ONLY & set(body):
        return f"request/body/{min(found)} is read-only"
    if not {"name", "nodes", "connections", "settings"} <= set(body):
        return "request/body must have required properties name, nodes, connections, settings"
    strange = set(body) - WORKFLOW_KEYS or set(body["settings"]) - SETTING_KEYS
    strange = strange or {key for node in body["nodes"] for key in set(node) - NODE_KEYS}
    return f"request/body must NOT have additional properties: {min(strange)}" if strange else None


def said(status: int, message: str) -> Response:
    return JSONResponse({"message": message}, status)


@asynccontextmanager
async def standing_in(**how: Any) -> AsyncIterator[StandIn]:
    """An n8n that answers on loopback."""
    n8n = StandIn(**how)
    app = FastAPI()
    app.add_api_route("/api/v1/{path:path}", n8n.dying, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    app.add_api_route("/webhook/{path}", n8n.webhook, methods=["POST"])
    # Named as TCP, or asyncio leaves Nagle's delay on and every answer waits forty milliseconds.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, ws="none"))
    task = asyncio.create_task(server.serve(sockets=[sock]))
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it in no other way
        await asyncio.sleep(0.01)
    n8n.url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    try:
        yield n8n
    finally:
        server.should_exit = True
        await task
        sock.close()


def http() -> httpx.AsyncClient:
    return httpx.AsyncClient(trust_env=False)
