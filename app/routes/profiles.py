"""What is known of a person: shown to nodes, put right by administrators. By POST: an address is logged."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.routes.bounds import BoundedRoute
from app.routes.deps import Admin, Node, Services
from app.routes.examples import shows
from app.routes.fields import Ref, Strict, Words
from app.services.profiles.knowing import Whom, shown

router = APIRouter(tags=["profiles"], route_class=BoundedRoute)
_AT = "2026-11-21T15:41:17.906720Z"
PROFILE: dict[str, Any] = {
    "contact_ids": ["59400001"],
    "name": {"value": "Maria Souza", "source": "said", "at": _AT},
    "place": None,
    "language": {"value": "pt-BR", "source": "said", "at": _AT},
    "topics": [{"topic": "price", "at": _AT}],
    "consent": {"consent": "granted", "source": "form", "at": _AT},
    "seen_at": _AT,
}


class WhomAsked(Strict):
    """Who is meant: exactly one of the three."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"contact_id": "59400001"}]})

    contact_id: Ref | None = None
    conversation_id: Ref | None = None
    phone: Words | None = Field(default=None, min_length=4, max_length=64, description="With + and its country.")

    @model_validator(mode="after")
    def _one(self) -> "WhomAsked":
        if sum(one is not None for one in (self.contact_id, self.conversation_id, self.phone)) != 1:
            raise ValueError("give exactly one of contact_id, conversation_id, phone")
        return self

    @property
    def whom(self) -> Whom:
        return Whom(self.contact_id or "", self.conversation_id or "", self.phone or "")


class Correction(WhomAsked):
    """What is put right. It counts before all that is learnt; null takes a fact away, and it may be learnt anew."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"contact_id": "59400001", "name": "Maria Souza", "place": None}]}
    )

    name: Words | None = Field(default=None, max_length=60)
    place: Words | None = Field(default=None, max_length=60)
    language: Words | None = Field(default=None, max_length=5, description="pt-BR, es or en.")

    @property
    def facts(self) -> dict[str, str | None]:
        return {name: getattr(self, name) for name in ("name", "place", "language") if name in self.model_fields_set}


class FactView(BaseModel):
    """`source`: channel (as CRM or messenger show it), said (by the customer) or corrected (by your people)."""

    value: str
    source: str
    at: datetime


class TopicView(BaseModel):
    topic: str
    at: datetime


class ConsentView(BaseModel):
    """To being written to first: granted, refused or unknown; since when, and where it was said."""

    consent: str
    source: str
    at: datetime | None


class ProfileView(BaseModel):
    """One person. `contact_ids` are several where the account takes one phone for one person."""

    contact_ids: list[str]
    name: FactView | None
    place: FactView | None
    language: FactView | None
    topics: list[TopicView]
    consent: ConsentView
    seen_at: datetime | None


@router.post(
    "/contacts/profile",
    summary="What is known of a person",
    responses=shows(PROFILE, 401, 403, 404, 409, 413, 422, 503),
)
async def profile(body: WhomAsked, services: Services, who: Node) -> ProfileView:
    """Name, place, language, last topics and consent, each with where it is from. What nobody has said is null.

    Read-only, though a POST: a phone in an address would stand in the logs of everything on the way.
    """
    return ProfileView.model_validate(shown(await services.profiles.show(who.account_id, body.whom)))


@router.patch(
    "/admin/contacts/profile",
    summary="Put right what is known of a person",
    responses=shows(PROFILE, 401, 403, 404, 409, 413, 422, 503),
)
async def correct_profile(body: Correction, services: Services, who: Admin) -> ProfileView:
    """What is not named stays. The audit keeps who changed which fact, and not to what."""
    return ProfileView.model_validate(
        shown(await services.profiles.correct(who.account_id, body.whom, body.facts, who=who.who))
    )
