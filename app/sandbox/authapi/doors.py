"""The addresses of the stand-in Auth API: /authapi/otp/send and /authapi/otp/verify. It refuses any other body."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.sandbox.authapi.world import AuthWorld, Trouble
from app.sandbox.silence import hang_up, silence

Phone = Annotated[str, Field(pattern=r"^\+91[6-9]\d{9}$")]
_STATUS: Final = {"already_registered": 409, "otp_expired": 410, "invalid_otp": 400}


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OnboardingData(Strict):
    name: str = Field(min_length=2)
    sector: str = Field(min_length=1)
    pincode: str = Field(pattern=r"^[1-9]\d{5}$")


class Metadata(Strict):
    source: Literal["whatsapp"]
    onboarding_data: OnboardingData


class SendBody(Strict):
    phone_number: Phone
    user_type: Literal["MSME"]
    metadata: Metadata


class VerifyBody(Strict):
    phone_number: Phone
    user_type: Literal["MSME"]
    otp: str = Field(pattern=r"^\d{4,8}$")


def refused(status: int, code: str, **headers: str) -> JSONResponse:
    return JSONResponse({"error": {"code": code, "message": code.replace("_", " ")}}, status, headers=headers)


class Doors:
    """Each call: key, body, trouble; then what it asks."""

    def __init__(self, world: AuthWorld, stopping: asyncio.Event) -> None:
        self._world = world
        self._stopping = stopping
        self.router = APIRouter(include_in_schema=False)
        self.router.add_api_route("/authapi/otp/send", self.send, methods=["POST"])
        self.router.add_api_route("/authapi/otp/verify", self.verify, methods=["POST"])

    async def send(self, request: Request) -> Response:
        return await self._called(request, "send", SendBody, lambda body: self._world.send(body["phone_number"]))

    async def verify(self, request: Request) -> Response:
        check = self._world.verify
        return await self._called(request, "verify", VerifyBody, lambda body: check(body["phone_number"], body["otp"]))

    async def _called(
        self, request: Request, what: str, form: type[Strict], work: Callable[[dict[str, Any]], str]
    ) -> Response:
        world = self._world
        if world.key and request.headers.get("Authorization") != f"Bearer {world.key}":
            return refused(401, "unauthorized")
        try:
            body = form.model_validate_json(await request.body()).model_dump()
        except ValidationError:
            return refused(422, "invalid_request")
        world.requests.append(body)

        def answer() -> Response:
            code = work(body)
            return refused(_STATUS[code], code) if code else JSONResponse({"success": True})

        trouble = world.next_trouble(what)
        return answer() if trouble is None else await self._troubled(request, trouble, answer)

    async def _troubled(self, request: Request, trouble: Trouble, work: Callable[[], Response]) -> Response:
        if trouble.fault in ("error_after", "lost"):
            work()
        if trouble.fault == "hang":
            await silence(self._stopping, self._world.clock.scaled(trouble.seconds))
        if trouble.fault in ("lost", "hang"):
            hang_up(request)
        answers = {
            "rate_429": refused(429, "rate_limited", **{"Retry-After": "1"}),
            "rate_429_long": refused(429, "rate_limited", **{"Retry-After": "3600"}),
            "too_soon": refused(429, "too_soon"),
            "already": refused(409, "already_registered"),
            "bad_phone": refused(400, "invalid_phone_number"),
            "unauthorized": refused(401, "unauthorized"),
            "error_after": refused(503, "unavailable"),
        }
        return answers.get(trouble.fault) or refused(500, "internal")


def authapi_router(world: AuthWorld, stopping: asyncio.Event) -> APIRouter:
    """All addresses; `stopping` lets every caller go that is kept waiting."""
    return Doors(world, stopping).router
