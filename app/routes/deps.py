"""What every route may ask for: the services, and who is calling."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials

from app.routes.forwarded import caller as called_from
from app.services.accounts.admission import Admission
from app.services.accounts.checks import Checks
from app.services.accounts.dead import Dead
from app.services.accounts.directory import Directory, Identity, Scope, require
from app.services.accounts.doctor import Doctor
from app.services.accounts.health import Health
from app.services.accounts.keyring import Keyring
from app.services.accounts.preferences import Preferences
from app.services.accounts.reports import Reporting
from app.services.accounts.rotating import Rotating
from app.services.agenda.assembly import Scheduling
from app.services.conversation.attachments import Attachments
from app.services.conversation.callbacks import Callbacks
from app.services.conversation.executions import Executions
from app.services.conversation.explain import Explaining
from app.services.conversation.faq import FaqDesk
from app.services.conversation.feedback import Feedback
from app.services.conversation.steering import Steering
from app.services.conversation.webhooks import Webhooks
from app.services.erasure.erasing import Erasing
from app.services.inbox_mirror.assembly import InboxMirroring
from app.services.mirroring.assembly import Mirroring
from app.services.proactive.assembly import Proactive
from app.services.profiles.knowing import Knowing
from app.services.provisioning.assembly import Provisioners
from app.services.registration.sessions import SessionDesk
from app.services.retention.purging import Retaining
from app.services.tools.admittance import Admittance
from app.services.vendedores.staff import Staff
from app.services.workflows.library import Library


@dataclass(frozen=True)
class Doors:
    """The services behind the routes."""

    directory: Directory
    staff: Staff
    scheduling: Scheduling
    preferences: Preferences
    keyring: Keyring
    rotating: Rotating
    webhooks: Webhooks
    steering: Steering
    callbacks: Callbacks
    executions: Executions
    explaining: Explaining
    attachments: Attachments
    reporting: Reporting
    health: Health
    admission: Admission
    checks: Checks
    doctor: Doctor
    erasing: Erasing
    profiles: Knowing
    retention: Retaining
    dead: Dead
    proactive: Proactive
    workflows: Library
    admittance: Admittance
    provisioning: Provisioners
    mirroring: Mirroring
    inboxes: InboxMirroring
    faq: FaqDesk
    feedback: Feedback
    sessions: SessionDesk


async def doors(request: Request) -> Doors:
    """The services of this process. A coroutine, because FastAPI runs a plain function in a thread."""
    return cast("Doors", request.app.state.doors)


_header = APIKeyHeader(name="X-API-Key", auto_error=False, description="An API key, such as PONTE_API_KEY from `.env`.")
_bearer = HTTPBearer(auto_error=False, description="The same API key as a bearer token.")


async def identity(
    request: Request,
    services: Annotated[Doors, Depends(doors)],
    key: Annotated[str | None, Security(_header)] = None,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)] = None,
) -> Identity:
    """The caller, by either of the two headers."""
    return await services.directory.identify(key or (bearer.credentials if bearer else None), called_from(request))


def caller(scope: Scope) -> Callable[[Identity], Awaitable[Identity]]:
    """A dependency: the caller, who must have this scope."""

    async def allowed(who: Annotated[Identity, Depends(identity)]) -> Identity:
        require(who, scope)
        return who

    return allowed


Services = Annotated[Doors, Depends(doors)]
Reader = Annotated[Identity, Depends(caller(Scope.READ))]
Node = Annotated[Identity, Depends(caller(Scope.NODE))]
Admin = Annotated[Identity, Depends(caller(Scope.ADMIN))]
