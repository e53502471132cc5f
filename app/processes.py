"""The processes of an installation, as commands of `ponte`: all of them at once, or one alone."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from app import environment, logs
from app.administration import settings_of
from app.crew import listen
from app.domain.errors import NeedsHuman
from app.settings import Settings, secret

if TYPE_CHECKING:
    from uvicorn import Server

Fd = Annotated[int | None, typer.Option(help="Serve on this inherited listening socket.")]
LAST_PORT = 65_535
Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(min=0, max=LAST_PORT, help="Port to listen on.")]


def run(
    port: Annotated[int, typer.Option(min=0, max=LAST_PORT, help="Port of the API; 0 takes a free one.")] = 8000,
    sandbox_port: Annotated[
        int | None, typer.Option(min=0, max=LAST_PORT, help="Port of the sandbox; 0 takes a free one.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Keep all state, .env included, in this folder.")] = None,
    ready_json: Annotated[bool, typer.Option(help="Print one line of JSON when everything is up.")] = False,
    sandbox_rate: Annotated[
        int, typer.Option(min=0, help="The simulated Kommo's calls a second; 0 sets no limit.")
    ] = 7,
    time_scale: Annotated[
        float, typer.Option(min=0.001, help="How much faster the simulated Kommo's long waits pass.")
    ] = 1.0,
    workers: Annotated[int, typer.Option(min=1, max=16, help="How many worker processes.")] = 1,
    browser_port: Annotated[
        int | None, typer.Option(min=0, max=LAST_PORT, help="Port of the browser service; 0 takes a free one.")
    ] = None,
) -> None:
    """Run everything: database, API, worker and, without a Kommo credential, a simulated Kommo."""
    from app.everything import RunOptions, run_everything  # noqa: PLC0415 - the other commands start faster without

    logs.configure("WARNING" if ready_json else "INFO")
    box = sandbox_port if sandbox_port is not None else (0 if port == 0 else 8100)
    options = RunOptions(
        *(port, box, data, ready_json, sandbox_rate, time_scale, workers),
        open_page=not ready_json and sys.stdout.isatty(),
        browser_port=browser_port if browser_port is not None else (0 if port == 0 else 8001),
    )
    asyncio.run(run_everything(options))


def api(
    fd: Fd = None,
    host: Host = "127.0.0.1",
    port: Port = 8000,
) -> None:
    """Serve the HTTP API."""
    from app.main import server  # noqa: PLC0415 - the other commands start faster without

    _serve_web(server, fd, host=host, port=port)


def worker() -> None:
    """Work on the job queue."""
    from app.worker import serve  # noqa: PLC0415 - the other commands start faster without

    _follow_parent()
    settings = settings_of()
    _need_settings(settings)
    asyncio.run(_answers(settings))
    asyncio.run(serve(settings))


def browser(
    fd: Fd = None,
    host: Host = "127.0.0.1",
    port: Port = 8001,
) -> None:
    """Make users and give balances on a panel, by a real browser. Any number may run."""
    from app.browser_service import server  # noqa: PLC0415 - the other commands start faster without

    _serve_web(server, fd, host=host, port=port)


def _serve_web(server: "Callable[..., Server]", fd: int | None, *, host: str, port: int) -> None:
    """Serve one of our web processes until it is told to stop."""
    from app.serving import serve  # noqa: PLC0415 - the other commands start faster without

    _follow_parent()
    settings = settings_of()
    _need_settings(settings)
    listening = listen(port, host=host).detach() if fd is None else fd
    asyncio.run(_answers(settings))
    asyncio.run(serve(server(settings, host=host, port=port), fd=listening))


def sandbox(
    fd: Fd = None,
    port: Annotated[int, typer.Option(min=0, max=LAST_PORT, help="Port; 0 takes a free one.")] = 8100,
    rate: Annotated[int, typer.Option(min=0, help="Calls a second from one address; 0 sets no limit.")] = 7,
    time_scale: Annotated[float, typer.Option(min=0.001, help="How much faster long waits pass.")] = 1.0,
    token: Annotated[str | None, typer.Option(help="The default account's token.")] = None,
    lives: Annotated[Path | None, typer.Option(help="File that counts the starts: no start repeats old ids.")] = None,
    client_id: Annotated[str | None, typer.Option(help="The integration that accounts may let in.")] = None,
    client_secret: Annotated[str, typer.Option(help="Its secret.")] = "",
    public_url: Annotated[str, typer.Option(help="Where its /oauth/kommo/callback is.")] = "",
    ponte_url: Annotated[str, typer.Option(help="The Ponte beside it, whose plan the page may switch on.")] = "",
    ready_json: Annotated[bool, typer.Option(help="Print one line of JSON when listening.")] = False,
) -> None:
    """Run the simulated Kommo alone, on loopback."""
    from app.sandbox.box import SandboxOptions  # noqa: PLC0415
    from app.sandbox.server import serve  # noqa: PLC0415

    _follow_parent()
    settings = environment.read()
    if settings.has_real_kommo():
        hint = "Unset KOMMO_TOKEN and KOMMO_CLIENT_ID to play with the sandbox."
        raise NeedsHuman("A real Kommo credential is set.", hint=hint)
    options = SandboxOptions(
        *("127.0.0.1", port, fd, time_scale, rate, token, ready_json, lives, client_id, client_secret, public_url),
        ponte_url=ponte_url,
        ponte_key=secret(settings.ponte_api_key) or "",
    )
    serve(options)


def _follow_parent() -> None:
    """A child of `ponte run` ends with its parent, however that went: its standard input closes."""
    if os.environ.get("PONTE_FOLLOW"):
        threading.Thread(target=_end_with, args=(sys.stdin,), daemon=True).start()


def _end_with(stream: TextIO) -> None:
    stream.read()
    os.kill(os.getpid(), signal.SIGTERM)


def _need_settings(settings: Settings) -> None:
    """What a part alone cannot do without, looked at before it begins: a slip is one line, not a traceback."""
    if settings.database_url is None:
        raise NeedsHuman("DATABASE_URL is not set.", hint="Set it, or use `ponte run`, which brings a database along.")
    environment.vault(settings)


async def _answers(settings: Settings) -> None:
    """The same of its database."""
    from app.store.checkup import Checkup  # noqa: PLC0415 - the other commands start faster without
    from app.store.database import Database  # noqa: PLC0415

    database = Database(secret(settings.database_url) or "", size=1, pooled=settings.database_pooled)
    try:
        await Checkup(database).server()
    finally:
        await database.close()
