"""The /_sandbox/authapi routes: read which passwords were sent, end them, order trouble."""

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.sandbox.authapi.world import AuthWorld, Fault, Trouble
from app.sandbox.steering.orders import Order


class AuthTroubleOrder(Order):
    fault: Fault
    times: int = Field(default=1, ge=1)
    what: Literal["send", "verify"] = "send"
    seconds: float = Field(default=5, ge=0)


class KeyOrder(Order):
    key: str = Field(default="", description="What callers must bring as a bearer token; empty: nothing.")


class AuthView(BaseModel):
    """`codes` is what the SMS would have said, by phone; `sent` how many there were."""

    codes: dict[str, str]
    sent: dict[str, int]
    registered: list[str]
    requests: list[dict[str, Any]]


def authapi_steering(world: AuthWorld) -> APIRouter:
    """All steering routes of the stand-in Auth API."""
    router = APIRouter(prefix="/_sandbox/authapi", tags=["authapi"])

    @router.get("", summary="Which one-time passwords were sent, and who is registered")
    async def _view() -> AuthView:
        codes = {phone: sent.code for phone, sent in world.valid.items()}
        return AuthView(codes=codes, sent=world.sent, registered=sorted(world.registered), requests=world.requests)

    @router.post("/trouble", status_code=204, summary="The next calls go wrong")
    async def _trouble(order: AuthTroubleOrder) -> None:
        world.trouble.append(Trouble(**order.model_dump()))

    @router.post("/expire", status_code=204, summary="Every password has ended")
    async def _expire() -> None:
        for sent in world.valid.values():
            sent.until = 0

    @router.post("/key", status_code=204, summary="Ask every caller for this key")
    async def _key(order: KeyOrder) -> None:
        world.key = order.key

    return router
