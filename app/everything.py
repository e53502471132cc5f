"""`ponte run`: everything in one command. Starts what is missing, watches it, and stops what it started.

The children are the same processes that an installation runs by themselves: `ponte api`, `ponte worker`,
`ponte browser` and, while no Kommo credential is set, `ponte sandbox`. One that dies is started again; its sockets stay
open in between.
"""

import asyncio
import json
import os
import signal
import sys
import webbrowser
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import structlog
from pydantic import SecretStr

from app.crew import Child, Crew, address, alone, listen
from app.domain.errors import NeedsHuman
from app.environment import ADDRESSES, prepare, with_simulated_integration
from app.services.accounts.health import NO_WORKER
from app.settings import Settings, secret
from app.store.embedded import Embedded, embedded
from app.store.migrations import migrate, prepare_embedded
from app.wiring.first_accounts import connect_first, sandbox_key, sandbox_token

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What `ponte run` was asked for. `data` None: the project's own `.ponte` and `.env`."""

    port: int = 8000
    sandbox_port: int = 8100
    data: Path | None = None
    ready_json: bool = False
    sandbox_rate: int = 7
    time_scale: float = 1.0
    workers: int = 1
    open_page: bool = False
    browser_port: int = 8001


async def run_everything(options: RunOptions) -> None:
    """Run until SIGTERM or Ctrl-C."""
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    settings = prepare(options.data)
    with alone(settings.ponte_data):
        await _run_alone(options, settings, stop)


async def _run_alone(options: RunOptions, settings: Settings, stop: asyncio.Event) -> None:
    """Start the database if it is ours, bring it up to this release, and serve."""
    server = _database(settings)
    try:
        dsn = server.dsn() if server else (secret(settings.database_url) or "")
        settings = settings.model_copy(update={"database_url": SecretStr(dsn)})
        if server:
            await prepare_embedded(dsn)
        await migrate(dsn)
        serving = asyncio.create_task(_serve(options, settings, database_url=server.tcp_dsn() if server else dsn))
        keeping = asyncio.create_task(_keep(server)) if server else None
        await _until(serving, stop)
        if keeping:
            keeping.cancel()
    finally:
        if server:
            server.stop()


async def _keep(server: Embedded) -> None:
    """Start the database again when it was killed; what was committed is there again."""
    while True:
        await asyncio.sleep(1)
        if not await asyncio.to_thread(server.is_running):
            _log.warning("database.died")
            await asyncio.to_thread(server.start)


async def _until(serving: "asyncio.Task[None]", stop: asyncio.Event) -> None:
    """Wait until serving ends by itself, which is an error, or until we are told to stop, even while starting."""
    told = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, told}, return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    if serving.done():
        await serving
    serving.cancel()
    await asyncio.wait({serving})


def _database(settings: Settings) -> Embedded | None:
    """The embedded server, started, unless the settings name another database."""
    if settings.database_url is not None:
        return None
    server = embedded(settings.ponte_data)
    server.start()
    return server


async def _serve(options: RunOptions, settings: Settings, *, database_url: str) -> None:
    """Start the children, connect the account, say that all is up, and serve until cancelled."""
    api, box, browser = listen(options.port), listen(options.sandbox_port), listen(options.browser_port)
    simulated = not settings.has_real_kommo()
    if simulated:
        settings = with_simulated_integration(settings, api=address(api), box=address(box))
    crew = Crew(_environment(settings, simulated=simulated))
    ponte = [sys.executable, "-m", "app.cli"]
    try:
        if simulated:
            speed = ["--rate", str(options.sandbox_rate), "--time-scale", str(options.time_scale)]
            known = ["--token", sandbox_token(settings), "--lives", str(settings.ponte_data / "sandbox.lives")]
            if settings.kommo_client_id:
                known += ["--client-id", settings.kommo_client_id, "--public-url", settings.public_url or ""]
                known += ["--client-secret", secret(settings.kommo_client_secret) or ""]
            known += ["--ponte-url", address(api)]
            command = [*ponte, "sandbox", "--fd", str(box.fileno()), *speed, *known]
            own_key = {"PONTE_API_KEY": sandbox_key(settings)}
            await crew.start(Child("sandbox", command, (box.fileno(),), own_key))
            await _until_answers(f"{address(box)}/_sandbox/accounts")
        await crew.start(Child("api", [*ponte, "api", "--fd", str(api.fileno())], (api.fileno(),)))
        await _until_answers(f"{address(api)}/version")
        webhook = await connect_first(settings, api=address(api), box=address(box) if simulated else None)
        for number in range(options.workers):
            await crew.start(Child(f"worker-{number + 1}", [*ponte, "worker"]))
        await crew.start(Child("browser", [*ponte, "browser", "--fd", str(browser.fileno())], (browser.fileno(),)))
        ready = {
            "url": address(api),
            "sandbox_url": address(box) if simulated else None,
            "browser_url": address(browser),
            "api_key": secret(settings.ponte_api_key),
            "webhook_url": webhook,
            "database_url": database_url,
        }
        await _until_healthy(address(api))
        told = {name: ready[name] for name in ("url", "sandbox_url")}
        (settings.ponte_data / ADDRESSES).write_text(json.dumps(told), encoding="utf-8")
        _announce(options, ready)
        await asyncio.Event().wait()
    finally:
        await crew.stop(settings.drain_seconds + 3)
        for sock in (api, box, browser):
            sock.close()


def _environment(settings: Settings, *, simulated: bool) -> dict[str, str]:
    """What the children are told. Everything else they read from the same `.env` is in here already."""
    told = {name.upper(): value for name, value in settings.model_dump().items() if value is not None}
    plain = {
        name: value.get_secret_value() if hasattr(value, "get_secret_value") else str(value)
        for name, value in told.items()
    }
    base = {name: value for name, value in os.environ.items() if name not in plain}
    return {**base, **plain, "PONTE_FOLLOW": "1", **({"KOMMO_TOKEN": ""} if simulated else {})}


async def _until_answers(url: str) -> None:
    """Wait until something answers there."""
    async with httpx.AsyncClient(trust_env=False, timeout=2) as http:
        for _ in range(300):
            try:
                await http.get(url)
            except httpx.HTTPError:
                await asyncio.sleep(0.1)
            else:
                return
    raise NeedsHuman("A part of Ponte did not start within 30 seconds.", hint="Look at the lines above this one.")


async def _until_healthy(url: str) -> None:
    """Wait until the worker has shown itself; what else an operator should look at is no reason to wait."""
    async with httpx.AsyncClient(trust_env=False, timeout=2) as http:
        for _ in range(300):
            if await _has_worker(http, url):
                return
            await asyncio.sleep(0.1)


async def _has_worker(http: httpx.AsyncClient, url: str) -> bool:
    try:
        parts: dict[str, Any] = (await http.get(f"{url}/health")).json().get("components", {})
    except (httpx.HTTPError, ValueError):
        return False  # the database is on its way
    queue = parts.get("queue", {})
    return queue.get("status") in {"healthy", "degraded"} and queue["message"] != NO_WORKER


def _announce(options: RunOptions, ready: dict[str, str | None]) -> None:
    if options.ready_json:
        print(json.dumps(ready), flush=True)  # noqa: T201 - it is what was asked for
        return
    lines = ["", f"  Ponte is up at {ready['url']}  (reference: {ready['url']}/docs)"]
    if ready["sandbox_url"]:
        lines += [f"  Play with it at {ready['sandbox_url']}"]
    if ready["webhook_url"] is None:
        lines += ["  Connect an account at PUBLIC_URL/oauth/kommo/start, in a browser that is signed in to it"]
    env = options.data / ".env" if options.data else ".env"
    lines += [f"  The API key is PONTE_API_KEY in {env}", "  Ctrl-C stops everything.", ""]
    print("\n".join(lines), flush=True)  # noqa: T201 - a person reads it
    if options.open_page and ready["sandbox_url"]:
        webbrowser.open(ready["sandbox_url"])
