"""Steering OAuth: integrations, tokens that end, accounts that take an integration out, bots that ask what to say."""

import hashlib
import hmac
from typing import Any
from urllib.parse import urlencode

import httpx
from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.sandbox import consent, widget
from app.sandbox.account import Account
from app.sandbox.box import Sandbox
from app.sandbox.grants import Integration
from app.sandbox.steering.orders import Order
from app.sandbox.steering.say import OrderError, account_of

HOOK_SECONDS = 5.0


class IntegrationOrder(Order):
    """Make an integration, or change its settings."""

    client_id: str = Field(min_length=8, max_length=64)
    client_secret: str = Field(min_length=8, max_length=128)
    redirect_uri: str = Field(min_length=1)
    uninstall_uri: str | None = None


class OfAccount(Order):
    account: int | str | None = Field(default=None, description="Id or subdomain; without it the default account.")
    account_id: int | None = None


class OfIntegration(OfAccount):
    client_id: str


class WidgetStep(OfIntegration):
    chat: str = Field(description="The chat in which the bot runs; it must have a lead.")
    url: str = Field(description="What the widget's step asks.")


class Told(BaseModel):
    """The status that the integration's address answered with; 0: nothing came."""

    status: int


class Ended(BaseModel):
    tokens: int


def add_grants(router: APIRouter, box: Sandbox) -> None:
    @router.post("/integration", status_code=204, summary="Make an integration that accounts may let in")
    async def _integration(order: IntegrationOrder) -> None:
        box.grants.register(Integration(**order.model_dump()))

    @router.post("/expire", summary="The account's access tokens end now; refresh tokens stay good")
    async def _expire(order: OfAccount) -> Ended:
        return Ended(tokens=box.grants.expire(account_of(box.world, order.account, order.account_id)))

    @router.post(
        "/install", summary="Install the integration's widget: its redirect address is called, server to server"
    )
    async def _install(order: OfIntegration) -> Told:
        integration, account = both(box, order)
        told = {**consent.granted(box, integration, account), "from_widget": "1"}
        return await called(consent.address(integration, told), within=3.0)

    @router.post("/uninstall", summary="Take the integration out of an account: tokens end, its address hears of it")
    async def _uninstall(order: OfIntegration) -> Told:
        integration, account = both(box, order)
        box.grants.revoke(integration, account)
        if integration.uninstall_uri is None:
            return Told(status=0)
        return await called(f"{integration.uninstall_uri}?{urlencode(farewell(integration, account))}")

    @router.post("/widget", summary="A Salesbot stops at its widget step and asks what to say")
    async def _widget(order: WidgetStep) -> dict[str, Any]:
        integration, account = both(box, order)
        chat = account.chat_named(order.chat)
        if chat is None or chat.lead_id is None:
            raise OrderError(404, "There is no such chat, or it has no lead.")
        return await widget.ask(box.world, account, chat, url=order.url, integration=integration)


def both(box: Sandbox, order: OfIntegration) -> tuple[Integration, Account]:
    return consent.known(box, order.client_id), account_of(box.world, order.account, order.account_id)


def farewell(integration: Integration, account: Account) -> dict[str, str]:
    """The hook's query, signed as the vendor signs it."""
    message = f"{integration.client_id}|{account.id}".encode()
    signature = hmac.new(integration.client_secret.encode(), message, hashlib.sha256).hexdigest()
    return {"account_id": str(account.id), "client_uuid": integration.client_id, "signature": signature}


async def called(address: str, *, within: float = HOOK_SECONDS) -> Told:
    """Once, whatever comes of it."""
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=within) as client:
            return Told(status=(await client.get(address)).status_code)
    except (httpx.HTTPError, httpx.InvalidURL):
        return Told(status=0)
