"""Where a Salesbot stops and waits for what it shall say: the secret names the account, the token is signed."""

from typing import Annotated
from urllib.parse import parse_qsl

import orjson
from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.domain.errors import Rejected
from app.routes.bounds import bounded, said
from app.routes.deps import Services
from app.routes.errors import answer
from app.routes.examples import OK, shows
from app.routes.fields import Words

router = APIRouter(tags=["webhooks"])


class WidgetRequest(BaseModel):
    """What the bot's step sends. What the customer wrote comes by the webhook and is not read here."""

    model_config = ConfigDict(extra="ignore")

    token: Words = Field(min_length=1, max_length=8_192)
    return_url: Words = Field(min_length=1, max_length=2_048)


BODY = {
    "requestBody": {
        "description": "As Kommo sends it: JSON, or a form with the same names; at most 1 MiB.",
        "content": {
            "application/json": {
                "schema": WidgetRequest.model_json_schema(),
                "example": {
                    "token": "eyJhbGciOiJIUzI1NiJ9.eyJhY2NvdW50X2lkIjozMDEwMDIwMH0.c2lnbmF0dXJl",
                    "data": {"message": "oi", "lead": "41800001"},
                    "return_url": "https://examplestore.kommo.com/api/v4/salesbot/321/continue/123",
                },
            }
        },
    }
}


@router.post(
    "/kommo/salesbot/{secret}",
    summary="A Salesbot waits for its text",
    responses=shows(OK, 400, 401, 409, 413, 422, 503),
    openapi_extra=BODY,
)
async def salesbot(
    request: Request,
    services: Services,
    secret: Annotated[str, Path(description="The webhook's secret.", examples=["hook_..."])],
) -> Response:
    """Acknowledged within Kommo's two seconds; the next message on its lead is said by this bot, as `json.message`."""
    body = await bounded(request)
    if body is None:
        return answer(413, "too_large", said(), "Split it.")
    asked = _read(body)
    await services.admission.bots.receive("kommo", secret, token=asked.token, return_url=asked.return_url)
    return JSONResponse({"status": "ok"})


def _read(body: bytes) -> WidgetRequest:
    """Kommo's pages show JSON; older ones a form."""
    try:
        if body.lstrip()[:1] == b"{":
            return WidgetRequest.model_validate(orjson.loads(body))
        return WidgetRequest.model_validate(dict(parse_qsl(body.decode(), max_num_fields=100)))
    except (ValidationError, ValueError):
        raise Rejected(
            "The body holds no token and return_url.", hint="See /docs for an example.", code="invalid_request"
        ) from None
