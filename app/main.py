"""The web process: FastAPI over the services of a house. Nothing else."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache

import structlog
import uvicorn
from fastapi import APIRouter, FastAPI
from starlette.routing import BaseRoute

from app.domain.callers import trusted_proxies
from app.mcp.door import ToolsDoor, routes_of
from app.mcp.hosts import Hosts
from app.routes import (
    agenda,
    agendamento,
    broadcasts,
    checks,
    contract,
    control,
    dead,
    disponibilidade,
    erasure,
    errors,
    evidence,
    faq,
    feedback,
    inbox,
    keys,
    media,
    oauth,
    owners,
    panels,
    preferences,
    proactive,
    profiles,
    provisioning,
    reference,
    release,
    reports,
    retention,
    rotation,
    salesbot,
    sending,
    sessions,
    sheets,
    templates,
    triggers,
    vendedores,
    vendedores_sync,
    watching,
    webhooks,
    workflows,
)
from app.routes.forwarded import Forwarded
from app.serving import web_server
from app.settings import Settings
from app.wiring import House, open_house

_log = structlog.get_logger()

DESCRIPTION = """The bridge between a company's CRM inbox and its automations.

Everything but health, version, webhooks and OAuth needs an API key: `X-API-Key: ...` or `Authorization: Bearer ...`.
Errors have one shape: `{"error": {"code", "message", "hint"}}`; the hint says what to do."""

# In the order in which the reference shows them.
ROUTERS = (
    webhooks.router,
    control.router,
    sending.router,
    contract.router,
    watching.router,
    media.router,
    reports.router,
    checks.router,
    oauth.router,
    salesbot.router,
    erasure.router,
    profiles.router,
    retention.router,
    dead.router,
    proactive.router,
    broadcasts.router,
    sessions.router,
    templates.router,
    triggers.router,
    vendedores.router,
    vendedores_sync.router,
    owners.router,
    agendamento.router,
    agenda.router,
    disponibilidade.router,
    preferences.router,
    keys.router,
    rotation.router,
    provisioning.router,
    evidence.router,
    faq.router,
    feedback.router,
    panels.router,
    sheets.router,
    inbox.router,
    reference.router,
    workflows.router,
)


def _tell_what_is_not_needed(settings: Settings) -> None:
    if settings.redis_url is not None:
        _log.warning("settings.not_needed", setting="REDIS_URL", why="Postgres keeps everything")


def create_app(settings: Settings, *, house: House | None = None) -> FastAPI:
    """The web application. With a `house` it uses that one; else it opens its own and closes it again."""
    tools = ToolsDoor(Hosts(settings.own_addresses()), version=release.current())

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        if house is not None:
            app.state.doors = house.doors
            yield
            return
        async with open_house(settings) as own, AsyncExitStack() as stack:
            app.state.doors = own.doors
            _tell_what_is_not_needed(settings)
            if settings.n8n_reply_url is not None:  # its first call of a tool need not wait for the SDK's import
                stack.callback(asyncio.create_task(tools.prepared(own.toolbox)).cancel)
            yield

    app = FastAPI(
        title="Ponte",
        version=release.current(),
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,  # app/routes/reference.py: from our own files
        redoc_url=None,
    )
    app.add_middleware(Forwarded, trusted=trusted_proxies(settings.trusted_proxies))
    errors.install(app)
    app.router.routes.extend([*_doors(), *routes_of(tools)])
    return app


@cache
def _doors() -> Sequence[BaseRoute]:
    """The doors of every application of this process: FastAPI works out what each one takes, once, on the first call.

    They hold nothing of one application: whom they serve is `app.state.doors`.
    """
    whole = APIRouter(generate_unique_id_function=lambda route: route.name)
    for router in ROUTERS:
        whole.include_router(router)
    return tuple(whole.routes)


def server(settings: Settings, *, host: str = "127.0.0.1", port: int = 8000) -> uvicorn.Server:
    """The web server, for `serve`."""
    return web_server(
        create_app(settings),
        host=host,
        port=port,
        drain_seconds=settings.drain_seconds,
    )
