"""The account's panel: what people change about it, without its password ever being shown."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from app.routes.bounds import BoundedRoute
from app.routes.deps import Admin, Reader, Services
from app.routes.errors import errors
from app.routes.examples import shows
from app.routes.fields import Strict, Words
from app.services.provisioning.panels import PanelChange, PanelView

router = APIRouter(prefix="/admin/panels", tags=["provisioning"], route_class=BoundedRoute)
Sum = Annotated[str, Field(pattern=r"^[0-9]{1,9}(\.[0-9]{1,2})?$", description="Such as 1000.00.")]
_AT = "2026-11-21T15:41:17.906720Z"


class PanelBody(Strict):
    """What is not named stays as it is. A new address needs the password anew."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "recipe": "sandbox",
                    "base_url": "https://1.1.1.1",
                    "admin_user": "admin",
                    "admin_password": "secret",
                    "daily_cap": "1000.00",
                    "confirm_above": "100.00",
                }
            ]
        },
    )

    recipe: str | None = Field(default=None, pattern="^[a-z][a-z0-9_-]{0,63}$", description="Which recipe knows it.")
    base_url: Words | None = Field(default=None, min_length=1, max_length=500)
    admin_user: Words | None = Field(default=None, min_length=1, max_length=200)
    admin_password: Words | None = Field(default=None, min_length=1, max_length=200)
    user_password: Words | None = Field(
        default=None, min_length=1, max_length=100, description="Every new user gets this one."
    )
    generate: bool = Field(default=False, description="Every new user gets a password of its own.")
    daily_cap: Sum | None = None
    confirm_above: Sum | None = None

    def change(self) -> PanelChange:
        return PanelChange(
            *(self.recipe, self.base_url, self.admin_user, self.admin_password, self.user_password, self.generate),
            daily_cap=_sum(self.daily_cap),
            confirm_above=_sum(self.confirm_above),
        )


def _sum(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


class PanelAnswer(BaseModel):
    """A panel. `passwords`: fixed or generated. `stopped_why`: nobody goes there until it is resumed."""

    recipe: str
    base_url: str
    admin_user: str
    passwords: str
    daily_cap: str
    confirm_above: str
    stopped_at: datetime | None
    stopped_why: str
    stopped_evidence: list[str]
    checked_at: datetime | None
    checked_as: str


class PanelPage(BaseModel):
    panels: list[PanelAnswer]


PANEL: dict[str, Any] = {
    "recipe": "sandbox",
    "base_url": "https://1.1.1.1",
    "admin_user": "admin",
    "passwords": "generated",
    "daily_cap": "1000.00",
    "confirm_above": "100.00",
    "stopped_at": None,
    "stopped_why": "",
    "stopped_evidence": [],
    "checked_at": _AT,
    "checked_as": "ok",
}


def _shown(one: PanelView) -> PanelAnswer:
    return PanelAnswer.model_validate(one, from_attributes=True)


@router.get("", summary="The account's panel", responses=shows({"panels": [PANEL]}, 401, 403, 503))
async def list_panels(services: Services, who: Reader) -> PanelPage:
    """None or one; the command is `ponte panels list`."""
    return PanelPage(panels=[_shown(one) for one in await services.provisioning.panels.listing(who.account_id)])


@router.put("", summary="Set or change the panel", responses=shows(PANEL, 401, 403, 413, 422, 503))
async def set_panel(body: PanelBody, services: Services, who: Admin) -> PanelAnswer:
    """A panel that was stopped goes on, for whoever changes it has looked. Audited, without the passwords."""
    return _shown(await services.provisioning.panels.set(who.account_id, body.change(), who=who.who))


@router.post(
    "/check", summary="Log in and look at every form", responses={**shows(PANEL, 401, 403, 404), **errors(503)}
)
async def check_panel(services: Services, who: Admin) -> PanelAnswer:
    """Writes nothing there. `checked_as` is ok, or a code of what is wrong; 503 when no browser is at work."""
    return _shown(await services.provisioning.panels.check(who.account_id))


@router.post("/resume", summary="Let everybody go to the panel again", responses=shows(PANEL, 401, 403, 404, 409, 503))
async def resume_panel(services: Services, who: Admin) -> PanelAnswer:
    """After a refused login or a changed page, when a person has looked. What died is replayed at /admin/dead."""
    return _shown(await services.provisioning.panels.resume(who.account_id, who=who.who))
