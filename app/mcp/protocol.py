"""The SDK's side of the door: what is listed and what is called, for the turn that the request speaks for.

The only module that imports the SDK, and it is imported when a tool is first wanted: that takes a second and some
15 MB, which a start need not pay for.
"""

from typing import Any, cast

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from app.domain.tools import Tool, ToolAnswer, Toolbox, TurnRef

# Where the door leaves the turn for the handlers of its request.
TURN = "ponte.turn"
MOST_BYTES = 256 * 1024
_INSTRUCTIONS = "The tools of one turn of one conversation. An answer that is an error says what to do instead."

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

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. The manager is as light as a request, and what it starts ends with it."""
        manager = StreamableHTTPSessionManager(
            self._server, json_response=True, stateless=True, max_request_body_size=MOST_BYTES
        )
        async with manager.run():
            await manager.handle_request(scope, receive, send)

    async def _list(self, _: Context, __: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return self._listed

    async def _call(self, context: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        turn = cast("TurnRef", cast("Request", context.request).scope[TURN])
        return _answered(await self._toolbox.call(turn, params.name, params.arguments or {}))


def _told(tool: Tool) -> types.Tool:
    return types.Tool(name=tool.name, description=tool.description, input_schema=dict(tool.parameters))


def _answered(answer: ToolAnswer) -> types.CallToolResult:
    """As text, which is all that n8n reads, and as data."""
    said = types.TextContent(type="text", text=answer.text)
    data = {"ok": answer.ok, **answer.data}
    return types.CallToolResult(content=[said], structured_content=data, is_error=not answer.ok)
