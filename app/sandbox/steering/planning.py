"""The switch on the page by which Ponte speaks with new customers by a plan, so that a newcomer sees a user made."""

from typing import Final

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from app.sandbox.box import Sandbox
from app.sandbox.steering.beside import is_beside, settings_of

FLOW: Final = "onboarding"


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
        if not is_beside(box):
            return Plan(can_switch=False)
        return Plan(can_switch=True, on=(await settings_of(box)).get("flow") == FLOW)

    @router.post("/plan", summary="Have it speak by the plan, or not")
    async def _switch(order: PlanOrder) -> Plan:
        found = await settings_of(box, {"flow": FLOW if order.on else ""})
        return Plan(can_switch=True, on=found.get("flow") == FLOW)
