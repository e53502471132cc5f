"""The process `ponte browser`: what waits for panels is done here, by a real browser, and may be asked for here.

It serves the same paths for it as the API, takes no other jobs than its own, and any number of it may run: each panel
account is visited by one at a time.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
import uvicorn
from fastapi import FastAPI
from pgqueuer.core.applications import PgQueuer

from app.browser.base import Panels
from app.jobs.browser import BROWSER_HANDLERS, BROWSER_SCHEDULES, sweep
from app.routes import errors, provisioning, release
from app.services.provisioning.running import Running
from app.serving import web_server
from app.settings import Settings
from app.store.panels import BROWSER_ROLE
from app.store.polling import QueueDriver
from app.store.queue import queries
from app.wiring import House, open_house
from app.wiring.browser import running_of
from app.worker import chore, entrypoint, work

SERVICE = "RPA Bot API"
DESCRIPTION = "Makes users and gives balances on somebody else's panel, by a real browser."
_log = structlog.get_logger()


@dataclass(frozen=True)
class At:
    """What the process works with."""

    house: House
    running: Running


def create_app(settings: Settings, *, browser: Panels | None = None) -> FastAPI:
    """The web application with the queue beside it. `browser` stands in for a real one."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with open_house(settings, role=BROWSER_ROLE) as house, running_of(house, browser) as running:
            app.state.doors, app.state.at = house.doors, At(house, running)
            stop = asyncio.Event()
            working = asyncio.create_task(_work(house, running, stop))
            _log.info("browser.started")
            try:
                yield
            finally:
                stop.set()
                await working
                _log.info("browser.stopped")

    app = FastAPI(
        title="Ponte browser service",
        version=release.current(),
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    errors.install(app)
    app.include_router(provisioning.router)

    @app.get("/health", summary="Is the browser service at work?", tags=["system"])
    async def healthy() -> dict[str, Any]:
        """`status` and `service` as monitors have always read them, the browser beside. Needs no key."""
        at: At = app.state.at
        component = await at.running.component()
        is_down = component.get("status") == "down"
        return {
            "status": "unhealthy" if is_down else "healthy",
            "service": SERVICE,
            "version": release.current(),
            "browser": component,
        }

    return app


async def _work(house: House, running: Running, stop: asyncio.Event) -> None:
    """The queue, with the jobs of this process alone."""

    async def build(_: House, driver: QueueDriver) -> PgQueuer:
        engine = PgQueuer(driver, queries=queries(driver))
        for name, handler in BROWSER_HANDLERS.items():
            engine.entrypoint(name, on_failure="hold")(entrypoint(name, handler, running))
        for schedule in BROWSER_SCHEDULES:
            engine.schedule(schedule.name, schedule.cron, clean_old=True)(chore(schedule.name, schedule.chore, running))
        engine.qm.min_dequeue_poll_interval = timedelta(milliseconds=20)
        return engine

    async def begin(_: House) -> None:
        await chore("provision_sweep", sweep, running)(None)

    await work(house, stop, build=build, begin=begin)


def server(settings: Settings, *, host: str = "127.0.0.1", port: int = 8001) -> uvicorn.Server:
    """The web server, for `serve`."""
    return web_server(
        create_app(settings),
        host=host,
        port=port,
        drain_seconds=settings.drain_seconds,
    )
