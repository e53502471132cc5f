"""The vendor's consent page: an administrator chooses the account and lets the integration in, or does not."""

import html
from collections.abc import Iterable
from typing import Annotated
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.sandbox.account import Account
from app.sandbox.box import Sandbox
from app.sandbox.grants import Integration
from app.sandbox.steering.say import OrderError

POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"
STYLE = (
    ":root{color-scheme:light dark}body{font:1rem/1.5 system-ui;max-width:32rem;margin:clamp(1rem,8vh,4rem) auto;"
    "padding:0 1rem}button,select{font:inherit;padding:.4rem 1rem;max-width:100%}"
)
PLATFORM = "2"  # kommo.com, not the Russian edition


def consent_router(box: Sandbox) -> APIRouter:
    """The page and its two buttons."""
    router = APIRouter(include_in_schema=False)

    @router.get("/oauth")
    async def _page(
        client_id: str, state: Annotated[str, Query(max_length=4_096)] = "", mode: str = "popup"
    ) -> Response:
        del mode
        integration = known(box, client_id)
        page = drawn(integration, state, box.world.accounts.values())
        return HTMLResponse(page, headers={"Content-Security-Policy": POLICY})

    @router.post("/oauth")
    async def _pressed(request: Request) -> Response:
        said = dict(parse_qsl((await request.body()).decode(errors="replace"), max_num_fields=20))
        state = said.get("state", "")
        integration = known(box, said.get("client_id", ""))
        owner = box.world.find(said.get("account", ""))
        if owner is None:
            raise OrderError(404, "There is no such account.")
        told = granted(box, integration, owner) if said.get("allow") == "yes" else {"error": "access_denied"}
        return RedirectResponse(address(integration, {**told, **({"state": state} if state else {})}), status_code=302)

    return router


def granted(box: Sandbox, integration: Integration, account: Account) -> dict[str, str]:
    """What the redirect says when access was granted."""
    return {
        "code": box.grants.code(integration, account),
        "referer": box.world.base_url.partition("://")[2],
        "platform": PLATFORM,
        "client_id": integration.client_id,
    }


def address(integration: Integration, told: dict[str, str]) -> str:
    """The integration's own address with what it is told."""
    mark = "&" if "?" in integration.redirect_uri else "?"
    return f"{integration.redirect_uri}{mark}{urlencode(told)}"


def known(box: Sandbox, client_id: str) -> Integration:
    integration = box.grants.integration(client_id)
    if integration is None:
        raise OrderError(404, "There is no such integration.")
    return integration


def drawn(integration: Integration, state: str, accounts: Iterable[Account]) -> str:
    choices = "".join(f'<option value="{one.id}">{html.escape(one.subdomain)}</option>' for one in accounts)
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(value)}">'
        for name, value in (("client_id", integration.client_id), ("state", state))
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Simulated Kommo</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style><body>'
        "<h1>Allow access?</h1><p>Ponte asks for access to an account of this simulated Kommo.</p>"
        f'<form method="post" action="/oauth">{hidden}'
        f'<p><label>Account <select name="account">{choices}</select></label></p>'
        '<p><button name="allow" value="yes">Allow</button> <button name="allow" value="no">Deny</button></p>'
        "</form></body></html>"
    )
