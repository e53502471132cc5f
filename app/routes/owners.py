"""Whose is this? The salesperson of a conversation, a contact or a lead, and the rule that says so."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel

from app.domain.ids import ContactId, LeadId
from app.routes.deps import Reader, Services
from app.routes.examples import shows
from app.routes.fields import Ref
from app.routes.vendedores import Fresh
from app.services.vendedores.owner import Owner

router = APIRouter(tags=["vendedores"])
ConversationRef = Annotated[Ref, Path(description="From GET /conversations/active, or the chat's own id.")]
CrmNumber = Annotated[int, Path(ge=1, lt=2**63, description="The id, as the CRM shows it.")]

OWNER: dict[str, Any] = {
    "vendedor": {
        "id": "11087001",
        "name": "Ana",
        "phone": "+5511990000001",
        "is_active": True,
        "messenger_id": "d2d2d2d2-0000-4000-8000-000000000001",
    },
    "rule": "responsible_for_lead",
    "lead_id": "41800001",
    "candidates": [{"lead_id": "41800001", "vendedor_id": "11087001"}],
    "as_of": "2026-11-21T15:41:17.906720Z",
    "stale": False,
}


class OwnerPerson(BaseModel):
    id: str
    name: str
    phone: str
    is_active: bool
    messenger_id: str


class OwnedLead(BaseModel):
    lead_id: str
    vendedor_id: str | None


class OwnerAnswer(BaseModel):
    """`vendedor` is null when nobody owns it, or when several do: then `candidates` names them, and nobody is guessed.

    `as_of`: when the CRM said so; `stale`: it could not be asked again now.
    """

    vendedor: OwnerPerson | None
    rule: str
    lead_id: str | None
    candidates: list[OwnedLead]
    as_of: datetime | None
    stale: bool


def _render(owner: Owner) -> OwnerAnswer:
    seller = owner.seller.seller if owner.seller else None
    person = None
    if seller is not None:
        person = OwnerPerson(
            id=seller.external_id,
            name=seller.name,
            phone=seller.phone,
            is_active=seller.is_active,
            messenger_id=seller.messenger_id,
        )
    return OwnerAnswer(
        vendedor=person,
        rule=owner.rule.value,
        lead_id=owner.lead_id,
        candidates=[OwnedLead(lead_id=lead_id, vendedor_id=seller_id) for lead_id, seller_id in owner.candidates],
        as_of=owner.as_of,
        stale=owner.stale,
    )


@router.get(
    "/vendedor/conversa/{conversation_id}",
    summary="Whose conversation is this?",
    responses=shows(OWNER, 401, 403, 404, 409, 422, 502, 503),
)
async def owner_of_conversation(
    conversation_id: ConversationRef, services: Services, who: Reader, fresh: Fresh = False
) -> OwnerAnswer:
    """By its lead, else its contact's open leads, else who wrote last in it."""
    return _render(await services.staff.ownership.of_conversation(who.account_id, conversation_id, fresh=fresh))


@router.get(
    "/vendedor/contato/{contact_id}",
    summary="Whose contact is this?",
    responses=shows(OWNER, 401, 403, 404, 422, 502, 503),
)
async def owner_of_contact(contact_id: CrmNumber, services: Services, who: Reader, fresh: Fresh = False) -> OwnerAnswer:
    """By the contact's open leads; without any, who wrote last to the contact."""
    return _render(await services.staff.ownership.of_contact(who.account_id, ContactId(str(contact_id)), fresh=fresh))


@router.get(
    "/vendedor/lead/{lead_id}",
    summary="Whose lead is this?",
    responses=shows({**OWNER}, 401, 403, 404, 422, 502, 503),
)
async def owner_of_lead(lead_id: CrmNumber, services: Services, who: Reader, fresh: Fresh = False) -> OwnerAnswer:
    """Who is responsible for it in the CRM."""
    return _render(await services.staff.ownership.of_lead(who.account_id, LeadId(str(lead_id)), fresh=fresh))
