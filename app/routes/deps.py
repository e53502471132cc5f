"""What every route may ask for: the services, and who is calling."""

from collections.abc import Awaitable, Callable
from typing import Annotated, cast

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials

from app.routes.doors import Doors
from app.routes.forwarded import caller as called_from
from app.services.accounts.directory import Identity, Scope, require


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
