"""A model that plays a part: what it says may depend on what its tools told it. OpenAI's API over real HTTP."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Json = dict[str, Any]
# n8n's agent has this tool for an answer in the shape that was asked for.
SHAPED = "format_final_json_response"


@dataclass(frozen=True)
class Asked:
    """One request as the model sees it."""

    body: Json

    @property
    def said(self) -> str:
        """What the newest message of the user says."""
        return [str(one["content"]) for one in self.body["messages"] if one["role"] == "user"][-1]

    @property
    def told(self) -> list[str]:
        """What its tools have answered so far, oldest first."""
        return [str(one["content"]) for one in self.body["messages"] if one["role"] == "tool"]

    @property
    def tools(self) -> list[str]:
        return [one["function"]["name"] for one in self.body.get("tools", ())]


@dataclass(frozen=True)
class Call:
    """The model uses a tool."""

    tool: str
    arguments: Json


@dataclass(frozen=True)
class Broken:
    """The model's server refuses."""

    status: int


def shaped(**answer: Any) -> Call:
    """The answer to the customer, in the contract's shape."""
    return Call(SHAPED, {"output": {"action": "reply", "reply": "", **answer}})


Part = Callable[[Asked], "Call | Broken"]


@dataclass
class Model:
    """`plays`: by a word of the customer's, what the model does."""

    url: str
    plays: dict[str, Part] = field(default_factory=dict[str, Part])
    asked: list[Asked] = field(default_factory=list[Asked])
    delay: float = 0

    async def complete(self, request: Request) -> Response:
        asked = Asked(await request.json())
        self.asked.append(asked)
        await asyncio.sleep(self.delay)
        part = next((play for word, play in self.plays.items() if word in asked.said), None)
        does = part(asked) if part else shaped(reply="Recebi.")
        if isinstance(does, Broken):
            return JSONResponse({"error": {"message": "Simulated.", "type": "server_error"}}, does.status)
        return JSONResponse(_completion(does, len(self.asked), str(asked.body["model"])))


def _completion(call: Call, number: int, model: str) -> Json:
    function = {"name": call.tool, "arguments": json.dumps(call.arguments, ensure_ascii=False)}
    called = {"id": f"call_{number}", "type": "function", "function": function}
    message = {"role": "assistant", "content": None, "tool_calls": [called]}
    return {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
    }


@asynccontextmanager
async def playing() -> AsyncIterator[Model]:
    """A model at work, ended at the end."""
    sock = socket.create_server(("127.0.0.1", 0))
    model = Model(f"http://127.0.0.1:{sock.getsockname()[1]}/v1")
    app = Starlette(routes=[Route("/v1/chat/completions", model.complete, methods=["POST"])])
    web = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, ws="none"))
    task = asyncio.create_task(web.serve(sockets=[sock]))
    try:
        yield model
    finally:
        web.should_exit = True
        await task
        sock.close()
