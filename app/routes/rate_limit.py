"""Doors that anybody may knock at: so many calls from one address, then 429 with Retry-After. Webhooks never."""

from typing import Annotated

from fastapi import Depends, Request

from app.routes.deps import Services
from app.routes.forwarded import caller


async def _counted(request: Request, services: Services) -> None:
    """One call of this address, counted for all processes together."""
    known = caller(request)
    await services.admission.knocking.admit("oauth", str(known) if known else "unknown")


Counted = Annotated[None, Depends(_counted)]
