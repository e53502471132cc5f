"""Where channels knock. Nothing here needs an API key: the secret in the path names the account."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel

from app.domain.errors import Retryable
from app.domain.knocking import Knocked
from app.routes.bounds import LARGEST, bounded, said
from app.routes.counting import WEBHOOKS
from app.routes.deps import Services
from app.routes.errors import answer
from app.routes.examples import OK, RECEIVED, TEST, shows
from app.routes.forwarded import caller
from app.services.accounts.directory import NotFromThere, Unauthorised

router = APIRouter(tags=["webhooks"])


ChannelName = Annotated[str, Path(description="Which vendor writes.", examples=["kommo"])]
Secret = Annotated[str, Path(description="Names the account; `ponte kommo connect` shows it.", examples=["hook_..."])]


class Received(BaseModel):
    """`decoded`: in the mailbox. `raw`: kept, the worker will read it. `quarantined`: kept, but cannot be read."""

    status: str
    reason: str = ""


def _url(request: Request, public_url: str | None) -> str:
    """The address that the vendor called, which its signature may cover: behind a proxy only the settings know it."""
    if public_url is None:
        return str(request.url)
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{public_url.rstrip('/')}{request.url.path}{query}"


async def take(request: Request, services: Services, *, channel: str, secret: str | None) -> Response:
    """Read, hand over, acknowledge after the commit."""
    label = channel if services.webhooks.knows(channel) else "unknown"  # strangers must not make up labels
    largest = services.webhooks.largest(channel) or LARGEST
    body = await bounded(request, largest=largest)
    if body is None:
        WEBHOOKS.labels(label, "too_large").inc()
        # The connection stays: closed over what was not read, it would take the answer with it.
        return answer(413, "too_large", said(largest), "Split it.")
    try:
        url = _url(request, services.webhooks.public_url)
        knocked = Knocked(body, dict(request.headers), url, caller(request))
        if secret is None:
            receipt = await services.webhooks.receive_bare(channel, knocked)
        else:
            receipt = await services.webhooks.receive(channel, secret, knocked)
    except (Unauthorised, NotFromThere):
        WEBHOOKS.labels(label, "refused").inc()
        raise
    except Retryable:
        WEBHOOKS.labels(label, "not_stored").inc()
        raise
    WEBHOOKS.labels(label, receipt.state).inc()
    wanted = services.webhooks.acknowledgement(channel)
    if wanted is not None:
        return Response(wanted.body, media_type=wanted.media_type)
    return JSONResponse({"status": receipt.state, "reason": receipt.reason})


FORM = {
    "requestBody": {
        "description": "The body as the CRM sends it: form-encoded with PHP brackets, at most 1 MiB.",
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {"type": "string"},
                "example": "account%5Bid%5D=30100200&message%5Badd%5D%5B0%5D%5Bid%5D=ae72&message%5Badd%5D%5B0%5D"
                "%5Bchat_id%5D=0a9d&message%5Badd%5D%5B0%5D%5Btext%5D=Oi&message%5Badd%5D%5B0%5D%5Btype%5D=incoming",
            }
        },
    }
}


@router.head("/webhooks/test", include_in_schema=False)
@router.get("/webhooks/test", summary="Check that webhooks reach this installation", responses=shows(TEST))
async def test_address() -> dict[str, str]:
    """Answers 200 to anybody: for a browser or a tunnel check."""
    return {"status": "ok", "message": "Webhooks reach Ponte. Real ones go to /webhooks/{channel}/{secret}."}


@router.post(
    "/webhooks/kommo",
    summary="A Kommo webhook without a secret in its path",
    responses=shows(RECEIVED, 401, 403, 413, 422, 503),
    response_model=Received,
    openapi_extra=FORM,
)
async def bare_kommo(
    request: Request,
    services: Services,
    key: Annotated[
        str | None, Query(description="The webhook secret, for consoles that cannot change the path.")
    ] = None,
) -> Response:
    """Works with `?key=`, or by `account[id]` alone where the operator allows that for the account."""
    return await take(request, services, channel="kommo", secret=key)


@router.post(
    "/webhooks/{channel}/{secret}",
    summary="A webhook of a channel",
    responses=shows(RECEIVED, 401, 403, 413, 422, 503),
    response_model=Received,
    openapi_extra=FORM,
)
async def receive(
    request: Request,
    services: Services,
    channel: ChannelName,
    secret: Secret,
) -> Response:
    """Stored before it is acknowledged; a repeat is a success that changes nothing."""
    return await take(request, services, channel=channel, secret=secret)


@router.head("/webhooks/kommo", include_in_schema=False)
@router.get("/webhooks/kommo", summary="Kommo's check of the address", responses=shows(OK))
async def check_bare() -> dict[str, str]:
    """Kommo's settings page asks before it saves the address."""
    return {"status": "ok"}


WHATSAPP: dict[str, Any] = {
    "requestBody": {
        "description": "The body as WhatsApp sends it: JSON, at most 3 MiB, signed with X-Hub-Signature-256.",
        "content": {
            "application/json": {
                "schema": {"type": "object"},
                "example": {"object": "whatsapp_business_account", "entry": [{"id": "100200300", "changes": []}]},
            }
        },
    }
}


@router.post(
    "/webhook/whatsapp",
    summary="A WhatsApp webhook without a secret in its path",
    responses=shows(RECEIVED, 401, 403, 413, 422, 503),
    response_model=Received,
    openapi_extra=WHATSAPP,
)
async def bare_whatsapp(request: Request, services: Services) -> Response:
    """The same as with a secret: the body names its number, and its signature shows that it is the account's."""
    return await take(request, services, channel="whatsapp", secret=None)


@router.get("/webhook/whatsapp", summary="WhatsApp's check of the address", responses=shows(OK, 401, 422))
async def check_whatsapp(
    request: Request,
    services: Services,
    token: Annotated[str, Query(alias="hub.verify_token", description="The webhook secret of an account.")] = "",
) -> Response:
    """Answers the challenge to whoever knows an account's webhook secret."""
    wanted = await services.webhooks.greet("whatsapp", token, request.query_params)
    return JSONResponse({"status": "ok"}) if wanted is None else PlainTextResponse(wanted)


TWILIO: dict[str, Any] = {
    "requestBody": {
        "description": "The body as Twilio sends it: a form, at most 1 MiB, signed with X-Twilio-Signature.",
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {"type": "string"},
                "example": "MessageSid=SM0123&AccountSid=AC0123&From=whatsapp%3A%2B5511987654321"
                "&To=whatsapp%3A%2B14155238886&Body=Oi&SmsStatus=received",
            }
        },
    }
}


@router.post(
    "/webhook",
    summary="A Twilio webhook without a secret in its path",
    responses=shows(RECEIVED, 401, 403, 413, 422, 503),
    response_model=Received,
    openapi_extra=TWILIO,
)
async def bare_twilio(request: Request, services: Services) -> Response:
    """The same as with a secret, for existing consoles: the form names account and number, its signature shows whose.

    The answer is empty TwiML, whatever is said to it later.
    """
    return await take(request, services, channel="twilio", secret=None)


@router.head("/webhooks/{channel}/{secret}", include_in_schema=False)
@router.get("/webhooks/{channel}/{secret}", summary="A channel's check of the address", responses=shows(OK, 422))
async def check(request: Request, services: Services, channel: ChannelName, secret: Secret) -> Response:
    """Answers 200 whatever the secret, so that it tells nobody which secrets exist; a challenge only who has one."""
    wanted = await services.webhooks.greet(channel, secret, request.query_params)
    return JSONResponse({"status": "ok"}) if wanted is None else PlainTextResponse(wanted)
