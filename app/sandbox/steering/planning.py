"""The switch on the page by which Ponte speaks with new customers by a plan, so that a newcomer sees a user being made.

The page knows no key. This process is told Ponte's address and key by whoever starts both; alone it switches nothing.
"""

from collections.abc import Mapping
from typing import Any, Final

import httpx
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from app.sandbox.box import Sandbox
from app.sandbox.steering.say import OrderError

FLOW: Final = "onboarding"
PATIENCE: Final = 10.0  # seconds


class Plan(BaseModel):
    """Whether new customers are spoken with by the plan, and whether that can be changed from here."""

    can_switch: bool
    on: bool = False


class PlanOrder(BaseModel):
    model_config = ConfigDict(extra="forbid")

    on: bool


def add_plan(router: APIRouter, box: Sandbox) -> None:
    @router.get("/plan", summary="Does Ponte speak with new customers by a plan?")
    async def _plan() -> Plan:
        return await _said(box, "GET") if box.options.ponte_url else Plan(can_switch=False)

    @router.post("/plan", summary="Have it speak by the plan, or not")
    async def _switch(order: PlanOrder) -> Plan:
        if not box.options.ponte_url:
            raise OrderError(409, "No Ponte was named to this sandbox: start both with `ponte run`.")
        return await _said(box, "PATCH", {"flow": FLOW if order.on else ""})


async def _said(box: Sandbox, method: str, change: Mapping[str, Any] | None = None) -> Plan:
    """What Ponte's own settings of the account say."""
    options = box.options
    headers = {"X-API-Key": options.ponte_key}
    try:
        async with httpx.AsyncClient(base_url=options.ponte_url, trust_env=False, timeout=PATIENCE) as http:
            answer = await http.request(method, "/admin/account", json=change, headers=headers)
            answer.raise_for_status()
            return Plan(can_switch=True, on=answer.json().get("flow") == FLOW)
    except (httpx.HTTPError, ValueError):
        raise OrderError(502, "Ponte does not answer.") from None
