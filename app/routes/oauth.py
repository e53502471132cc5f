"""Where a vendor's administrator lets us in and out. Public, so counted by address; nothing here needs an API key."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel

from app.domain.errors import NeedsHuman, OutcomeUnknown, Retryable, Untrusted
from app.routes.deps import Services
from app.routes.errors import errors
from app.routes.examples import OK, shows
from app.routes.fields import Words
from app.routes.oauth_pages import PRIVATE, PageRoute, arrived_page, wants_page
from app.routes.rate_limit import Counted
from app.services.accounts.consenting import Consenting, Return

router = APIRouter(tags=["oauth"], route_class=PageRoute)

CONNECTED: dict[str, Any] = {"status": "connected", "account_id": 1}


class Arrived(BaseModel):
    """`connected`: the account is ours to serve, its webhook follows. `pending`: kept, and done as soon as can be."""

    status: Literal["connected", "pending"]
    account_id: int | None = None


@router.get(
    "/oauth/kommo/start",
    summary="Let an administrator of a Kommo account grant access",
    status_code=302,
    response_class=RedirectResponse,
    responses={302: {"description": "To Kommo's consent page; `state` works once, for twenty minutes."}}
    | errors(409, 429, 503),
)
async def oauth_start(services: Services, counted: Counted) -> Response:
    """Open it in a browser that is signed in to the account. Needs KOMMO_CLIENT_ID, its secret and PUBLIC_URL."""
    del counted
    return RedirectResponse(await services.admission.consenting.start("kommo"), status_code=302, headers=PRIVATE)


@router.get(
    "/oauth/kommo/callback",
    summary="Where Kommo sends the administrator back",
    response_model=Arrived,
    responses=shows(CONNECTED, 400, 409, 422, 429, 502, 503),
)
async def oauth_callback(
    request: Request,
    services: Services,
    counted: Counted,
    code: Annotated[Words, Query(max_length=8_192, description="Works once, within twenty minutes.")] = "",
    referer: Annotated[Words, Query(max_length=1_024, description="The account's host.")] = "",
    state: Annotated[Words, Query(max_length=2_048, description="What /oauth/kommo/start gave.")] = "",
    from_widget: Annotated[Words, Query(max_length=16, description="1 when a widget was installed.")] = "",
    error: Annotated[Words, Query(max_length=256, description="Why access was not granted.")] = "",
) -> Response:
    """The host is looked at before our secret goes there; the code is stored before anything is done with it.

    The installation of a widget comes from server to server, without a state, and is acknowledged at once.
    """
    del counted
    is_widget = from_widget not in ("", "0")
    back = Return(code=code, referer=referer, state=state, error=error, from_widget=is_widget)
    code_id = await services.admission.consenting.arrive("kommo", back)
    found = Arrived(status="pending") if is_widget else await _redeemed(services.admission.consenting, code_id)
    return _rendered(request, found)


async def _redeemed(consenting: Consenting, code_id: int) -> Arrived:
    """A browser waits for what becomes of it; what cannot be told now is the worker's."""
    try:
        outcome = await consenting.redeem(code_id)
    except (Retryable, OutcomeUnknown):
        return Arrived(status="pending")
    if outcome is None or outcome.stage in ("code", "pair"):
        return Arrived(status="pending")
    if outcome.stage == "done":
        return Arrived(status="connected", account_id=outcome.account_id)
    if outcome.reason == "code_refused":
        raise Untrusted(
            "Kommo does not take this code.", hint="Start again at /oauth/kommo/start.", code="code_refused"
        )
    raise NeedsHuman("Kommo let us in, but then refused us.", hint="`ponte doctor` says more.", code=outcome.reason)


def _rendered(request: Request, found: Arrived) -> Response:
    """For a program JSON, for a browser a page."""
    if wants_page(request):
        return arrived_page(request, found.status)
    return JSONResponse(found.model_dump(), headers=PRIVATE)


@router.get(
    "/oauth/kommo/uninstall",
    summary="Kommo's word that an account took the integration out",
    responses=shows(OK, 401, 409, 422, 429, 503),
)
async def oauth_uninstall(
    services: Services,
    counted: Counted,
    account_id: Annotated[Words, Query(max_length=64, description="The account's id at Kommo.")] = "",
    client_uuid: Annotated[Words, Query(max_length=128, description="Our integration's id.")] = "",
    client_id: Annotated[Words, Query(max_length=128, description="The same, as Kommo's settings page names it.")] = "",
    signature: Annotated[Words, Query(max_length=256, description="HMAC-SHA256 of `client_id|account_id`.")] = "",
) -> dict[str, str]:
    """Believed only with its signature, and then the account's tokens are tried: an old hook closes nothing."""
    del counted
    await services.admission.consenting.uninstalled(
        "kommo", account_ref=account_id, client_id=client_uuid or client_id, signature=signature
    )
    return {"status": "ok"}
