"""The SDK's side of the door: what is listed and what is called, for the turn that the request speaks for.

The only module that imports the SDK, and it is imported when a tool is first wanted: that takes a second and some
15 MB, which a start need not pay for.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import mcp_types as types
import orjson
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from app.domain.tools import Tool, ToolAnswer, Toolbox, TurnRef

# Where the door leaves the turn for the handlers of its request.
TURN = "ponte.turn"
# What is left there of a call that names no tool, or whose arguments are no object: what to do instead.
WRONG = "ponte.wrong"
MOST_BYTES = 256 * 1024
_INSTRUCTIONS = "The tools of one turn of one conversation. An answer that is an error says what to do instead."

_NO_OBJECT = (
    "The arguments of a tool are one JSON object with its parameters as names, not a list or a text. Look at the "
    "schema of {name}, correct them and call it again."
)
_NO_NAME = "The name of a tool is a text. Call one of: {names}."

Context = ServerRequestContext[Any, Request]


class Protocol:
    """Speaks streamable HTTP without sessions: every request stands alone, on whichever process it lands."""

    def __init__(self, toolbox: Toolbox, version: str) -> None:
        self._toolbox = toolbox
        self._listed = types.ListToolsResult(tools=[_told(tool) for tool in toolbox.tools()])
        self._server: Server[Any] = Server(
            "ponte",
            version=version,
            instructions=_INSTRUCTIONS,
            on_list_tools=self._list,
            on_call_tool=self._call,
        )
        self._server.middleware.append(self._understood)

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. The manager is as light as a request, and what it starts ends with it."""
        manager = StreamableHTTPSessionManager(
            self._server, json_response=True, stateless=True, max_request_body_size=MOST_BYTES
        )
        async with manager.run():
            await manager.handle_request(scope, receive, send)

    async def _understood(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        """Before the SDK refuses in words for programs what models get wrong: an object as text, or none at all."""
        params = ctx.params
        if ctx.method != "tools/call" or params is None:
            return await call_next(ctx)
        name, given = params.get("name"), _opened(params.get("arguments"))
        wrong = None
        if not isinstance(name, str):
            wrong = _NO_NAME.format(names=", ".join(tool.name for tool in self._listed.tools))
        elif given is not None and not isinstance(given, Mapping):
            wrong = _NO_OBJECT.format(name=name[:64])
        if wrong is not None:
            cast("Request", ctx.request).scope[WRONG] = wrong
            name, given = "", None
        return await call_next(replace(ctx, params={**params, "name": name, "arguments": given}))

    async def _list(self, _: Context, __: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return self._listed

    async def _call(self, context: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        scope = cast("Request", context.request).scope
        if wrong := scope.get(WRONG):
            return _answered(ToolAnswer(ok=False, text=wrong, data={"code": "wrong_arguments"}))
        turn = cast("TurnRef", scope[TURN])
        return _answered(await self._toolbox.call(turn, params.name, params.arguments or {}))


def _opened(given: object) -> object:
    """An object that a model has written as a text is that object."""
    if not isinstance(given, str):
        return given
    try:
        return orjson.loads(given) if given.strip() else None
    except orjson.JSONDecodeError:
        return given


def _told(tool: Tool) -> types.Tool:
    return types.Tool(name=tool.name, description=tool.description, input_schema=dict(tool.parameters))


def _answered(answer: ToolAnswer) -> types.CallToolResult:
    """As text, which is all that n8n reads, and as data."""
    said = types.TextContent(type="text", text=answer.text)
    data = {"ok": answer.ok, **answer.data}
    return types.CallToolResult(content=[said], structured_content=data, is_error=not answer.ok)
