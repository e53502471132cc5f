"""`python -m app.sandbox.model`: a simulated model behind the OpenAI API, on loopback, told what to say by its tests.

POST /v1/chat/completions (whole or streamed), POST /v1/embeddings, POST /v1/audio/transcriptions (the play for the text
`audio`, or for the file's name), GET /v1/models. It is steered at /_model: PUT
`script` puts plays in (see `model_script`), `reset` forgets everything, GET `record` shows what was asked. Faults of a
step: a status such as `429`, `hang`, `cut` (the connection dies in mid-answer), `no_finish`, `length`, `empty`, `html`.
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from typing import Any, cast

import orjson
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response, StreamingResponse

from app.sandbox import model_wire as wire
from app.sandbox.box import SandboxOptions
from app.sandbox.model_hearing import transcribe
from app.sandbox.model_script import Json, Script, Step, objects, play_of, step_of
from app.sandbox.server import HangingUpProtocol, listening_socket, url_of
from app.sandbox.silence import hang_up

BAD_REQUEST, UNAUTHORIZED, NOT_FOUND = 400, 401, 404


class SimulatedModel:
    """The routes of one simulated model. With a key, callers must bring it."""

    def __init__(self, script: Script, *, key: str | None = None) -> None:
        self.script = script
        self._key = key

    async def chat(self, request: Request) -> Response:
        """One completion, as the script has it."""
        body = await _body(request)
        if not self._is_known(request):
            return JSONResponse(wire.error(UNAUTHORIZED), UNAUTHORIZED)
        if not isinstance(body.get("messages"), list) or not isinstance(body.get("model"), str):
            return JSONResponse(wire.error(BAD_REQUEST), BAD_REQUEST)
        step = self.script.step_for(body)
        await asyncio.sleep(step.delay)
        return await self._broken(step, request) or self._whole(step, body)

    def _whole(self, step: Step, body: Json) -> Response:
        number = len(self.script.record)
        if body.get("stream"):
            return StreamingResponse(iter(wire.chunks(step, body, number)), media_type="text/event-stream")
        return JSONResponse(wire.completion(step, body, number))

    async def _broken(self, step: Step, request: Request) -> Response | None:
        """The fault of a step, where it is one of the whole exchange."""
        if step.fault.isdecimal():
            headers = {} if step.retry_after is None else {"Retry-After": str(step.retry_after)}
            return JSONResponse(wire.error(int(step.fault)), int(step.fault), headers=headers)
        if step.fault == "hang":
            while not await request.is_disconnected():  # noqa: ASYNC110 - the caller tells it in no other way
                await asyncio.sleep(0.05)
            return Response(status_code=NOT_FOUND)
        if step.fault == "html":
            return HTMLResponse("<!doctype html><title>504 Gateway Time-out</title>")
        if step.fault == "cut" and not (await _body(request)).get("stream"):
            return StreamingResponse(_half(request), media_type="application/json", headers={"Content-Length": "900"})
        return None

    async def embed(self, request: Request) -> Response:
        """Vectors; the fault of a play for the text `embeddings` counts here."""
        body = await _body(request)
        if not self._is_known(request):
            return JSONResponse(wire.error(UNAUTHORIZED), UNAUTHORIZED)
        step = self.script.step_for({"messages": [{"role": "user", "content": "embeddings"}], **body})
        await asyncio.sleep(step.delay)
        return await self._broken(step, request) or JSONResponse(wire.embeddings(body))

    async def transcribe(self, request: Request) -> Response:
        """What is said in a recording."""
        if not self._is_known(request):
            return JSONResponse(wire.error(UNAUTHORIZED), UNAUTHORIZED)
        return await transcribe(self.script, request, self._broken)

    async def models(self) -> Json:
        return {"object": "list", "data": [{"id": "simulated", "object": "model", "owned_by": "sandbox"}]}

    async def tell(self, request: Request) -> Response:
        """Plays, or with `default` what is said where none fits."""
        told = await _body(request)
        try:
            self.script.plays += [play_of(one) for one in objects(told.get("plays"))]
            if "default" in told:
                self.script.default = step_of(told["default"])
        except (TypeError, AttributeError) as error:
            return JSONResponse({"detail": str(error)}, BAD_REQUEST)
        return Response(status_code=204)

    async def reset(self) -> Response:
        self.script.clear()
        self.script.default = Script().default
        return Response(status_code=204)

    async def record(self) -> list[Json]:
        return self.script.record

    def _is_known(self, request: Request) -> bool:
        return self._key is None or request.headers.get("authorization") == f"Bearer {self._key}"


async def _body(request: Request) -> Json:
    try:
        read: Any = orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        return {}
    return cast("Json", read) if isinstance(read, dict) else {}


async def _half(request: Request) -> AsyncIterator[bytes]:
    """Part of an answer, and then the connection is gone."""
    yield b'{"id": "chatcmpl-cut", "choices": [{"index": 0, "message": {"role": "assistant", "content": "A limp'
    await asyncio.sleep(0.05)
    hang_up(request)


def create_app(script: Script, *, key: str | None = None) -> FastAPI:
    """The simulated model as an ASGI application."""
    model = SimulatedModel(script, key=key)
    web = FastAPI(title="Ponte's simulated model", docs_url=None, redoc_url=None, openapi_url=None)
    for path, route, method in (
        ("/v1/chat/completions", model.chat, "POST"),
        ("/v1/embeddings", model.embed, "POST"),
        ("/v1/audio/transcriptions", model.transcribe, "POST"),
        ("/v1/models", model.models, "GET"),
        ("/_model/script", model.tell, "PUT"),
        ("/_model/reset", model.reset, "POST"),
        ("/_model/record", model.record, "GET"),
    ):
        web.add_api_route(path, route, methods=[method], response_model=None)
    return web


class _Server(uvicorn.Server):
    """Says where it listens, once it does."""

    url = ""

    async def startup(self, sockets: "list[Any] | None" = None) -> None:
        await super().startup(sockets)
        sys.stdout.write(orjson.dumps({"model_url": self.url}).decode() + "\n")
        sys.stdout.flush()


def serve(port: int, *, key: str | None = None, says: str | None = None, delay: float = 0.0) -> None:
    """Serve until the process is asked to end."""
    script = Script()
    if says is not None or delay:
        script.default = Step(say=says or script.default.say, delay=delay)
    listener = listening_socket(SandboxOptions(port=port))
    config = uvicorn.Config(
        create_app(script, key=key), http=HangingUpProtocol, ws="none", log_level="critical", access_log=False
    )
    config.timeout_graceful_shutdown = 1
    server = _Server(config)
    server.url = f"{url_of(listener)}/v1"
    asyncio.run(server.serve(sockets=[listener]))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m app.sandbox.model", description="A simulated model, on loopback.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--key", default=None, help="the API key that callers must bring; without it, none")
    parser.add_argument("--says", default=None, help="what is said where no play fits")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before it says that")
    given = parser.parse_args(arguments)
    serve(given.port, key=given.key, says=given.says, delay=given.delay)


if __name__ == "__main__":
    main()
