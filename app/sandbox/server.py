"""Serving the sandbox on a loopback address: the REST API, the steering routes and the page, in one process."""

import asyncio
import ipaddress
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import orjson
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.domain.errors import NeedsHuman
from app.sandbox.attachments import attachment
from app.sandbox.authapi.doors import authapi_router
from app.sandbox.authapi.steering import authapi_steering
from app.sandbox.bitrix24.doors import bitrix24_router
from app.sandbox.bitrix24.steering import bitrix24_steering
from app.sandbox.box import Sandbox, SandboxOptions
from app.sandbox.chatwoot.doors import chatwoot_router
from app.sandbox.chatwoot.steering import chatwoot_steering
from app.sandbox.consent import consent_router
from app.sandbox.gate import HANG_UP, PREFIX, Receive, Scope, Send, header
from app.sandbox.grants import TOKEN_PATH
from app.sandbox.model_hearing import transcribe
from app.sandbox.model_script import Script
from app.sandbox.panel.doors import panel_router
from app.sandbox.panel.steering import panel_steering
from app.sandbox.sheets.doors import sheets_router
from app.sandbox.sheets.steering import sheets_steering
from app.sandbox.shop import shop_router
from app.sandbox.steering.doors import steering_router
from app.sandbox.steering.say import OrderError
from app.sandbox.twilio.doors import twilio_router
from app.sandbox.twilio.steering import twilio_steering
from app.sandbox.whatsapp.doors import whatsapp_router
from app.sandbox.whatsapp.steering import whatsapp_steering

PAGE = Path(__file__).parent / "page"
POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
GRACE_SECONDS = 1
FORBIDDEN = 403


class SandboxApp:
    """The ASGI application: calls of the simulated vendor go past the web framework, for speed."""

    def __init__(self, options: SandboxOptions) -> None:
        self.box = Sandbox(options)
        self.web = web_app(self.box)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            if not is_local(scope):
                refusal = JSONResponse({"detail": "The sandbox answers loopback only."}, FORBIDDEN)
                return await refusal(scope, receive, send)
            if scope["path"].startswith(PREFIX) or scope["path"] == TOKEN_PATH:
                return await self.box.gate(scope, receive, send)
        return await self.web(scope, receive, send)


def create_app(options: SandboxOptions) -> SandboxApp:
    """The sandbox as an ASGI application; `box.world.base_url` must be set by whoever serves it."""
    return SandboxApp(options)


def web_app(box: Sandbox) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
        await box.hooks.start()
        yield
        await box.hooks.stop()
        await box.whatsapp_hooks.stop()
        await box.twilio_hooks.stop()
        await box.bitrix24_hooks.stop()

    web = FastAPI(
        title="Ponte sandbox",
        summary="A simulated Kommo that can be steered and read.",
        openapi_url="/_sandbox/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    web.include_router(steering_router(box))
    web.include_router(consent_router(box))
    web.include_router(panel_steering(box.panel))
    web.include_router(authapi_steering(box.authapi))
    web.include_router(authapi_router(box.authapi, box.gate.stopping))
    web.include_router(sheets_steering(box.google))
    web.include_router(sheets_router(box.google, box.gate.stopping))
    web.include_router(bitrix24_steering(box.bitrix24, box.bitrix24_hooks))
    web.include_router(bitrix24_router(box.bitrix24, box.gate.stopping, box.clock.scaled))
    web.include_router(chatwoot_steering(box.chatwoot, box.chatwoot_hooks))
    web.include_router(chatwoot_router(box.chatwoot, box.gate.stopping))
    web.include_router(panel_router(box.panel, box.gate.stopping))
    web.include_router(twilio_steering(box.twilio, box.twilio_hooks))
    web.include_router(twilio_router(box.twilio, box.twilio_hooks, box.gate.stopping))
    web.include_router(whatsapp_steering(box.whatsapp, box.whatsapp_hooks))
    web.include_router(whatsapp_router(box.whatsapp, box.whatsapp_hooks, box.gate.stopping))
    web.include_router(shop_router())
    web.add_api_route("/v1/audio/transcriptions", hearing, methods=["POST"], include_in_schema=False)
    web.add_api_route("/", index, include_in_schema=False)
    web.add_api_route("/page/{name:path}", page_file, include_in_schema=False)
    web.add_api_route("/v2/{amojo_id}/attachments/{message_id}/{name}", attachment, include_in_schema=False)
    web.add_exception_handler(OrderError, refused_order)
    return web


async def hearing(request: Request) -> Response:
    """The simulated model's ears, so that the page's voice messages are heard: there they always say the same."""
    return await transcribe(Script(), request)


async def refused_order(_request: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, OrderError) else 500
    return JSONResponse({"detail": str(error)}, status)


async def index() -> Response:
    if not (PAGE / "index.html").is_file():
        return PlainTextResponse("The sandbox is running. Its page is not part of this installation.\n")
    return page_response(PAGE / "index.html")


async def page_file(name: str) -> Response:
    wanted = (PAGE / name).resolve()
    if not wanted.is_relative_to(PAGE.resolve()) or not wanted.is_file():
        return PlainTextResponse("There is no such file.\n", 404)
    return page_response(wanted)


def page_response(path: Path) -> Response:
    headers = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}
    return FileResponse(path, headers=headers)


def is_local(scope: Scope) -> bool:
    """Named by a loopback name and, where a browser asks, asked by our own page: no rebinding, no foreign sites."""
    host = header(scope, b"host")
    origin = header(scope, b"origin")
    return is_loopback(host_name(host)) and origin in ("", f"http://{host}")


def host_name(host: str) -> str:
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class HangingUpProtocol(HttpToolsProtocol):
    """HTTP that can also be rude: a fault may close the connection without a word."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        scope = cast("dict[str, Any]", self.scope)
        scope["extensions"] = {HANG_UP: self.transport.abort}


class SandboxServer(uvicorn.Server):
    """Says when it listens, and lets every waiting caller go when it must end."""

    def __init__(self, config: uvicorn.Config, app: SandboxApp) -> None:
        super().__init__(config)
        self._app = app

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._app.box.options.ready_json:
            sys.stdout.write(orjson.dumps({"sandbox_url": self._app.box.world.base_url}).decode() + "\n")
            sys.stdout.flush()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._app.box.stop_waiting()
        await super().shutdown(sockets)


def listening_socket(options: SandboxOptions) -> socket.socket:
    """The inherited socket or a new one; anything but a loopback address is refused."""
    if options.fd is not None:
        return checked_socket(socket.socket(fileno=options.fd))
    if not is_loopback(options.host):
        raise SystemExit(
            f"The sandbox has no locks on its doors: it listens on a loopback address, not on {options.host}."
        )
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    # The protocol is named so that asyncio turns Nagle's delay off on accepted connections.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((options.host, options.port))
    except OSError as error:
        raise NeedsHuman(
            f"Port {options.port} cannot be had: {error.strerror}.", hint="Give another one: --port 0 takes a free one."
        ) from error
    listener.listen(2048)
    return listener


def checked_socket(listener: socket.socket) -> socket.socket:
    host = str(listener.getsockname()[0])
    if not is_loopback(host):
        raise SystemExit(f"The inherited socket listens on {host}; the sandbox serves loopback addresses only.")
    return listener


def url_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def serve_async(options: SandboxOptions) -> None:
    """Serve until SIGTERM or SIGINT, in the running loop."""
    listener = listening_socket(options)
    app = create_app(options)
    app.box.world.base_url = app.box.google.base_url = app.box.chatwoot.base_url = url_of(listener)
    app.box.bitrix24_hooks.domain = url_of(listener).partition("://")[2]
    config = uvicorn.Config(
        app,
        http=HangingUpProtocol,
        ws="none",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        backlog=2048,
    )
    await SandboxServer(config, app).serve(sockets=[listener])


def serve(options: SandboxOptions) -> None:
    """Serve in a loop of its own; returns when the process was asked to end."""
    asyncio.run(serve_async(options))
