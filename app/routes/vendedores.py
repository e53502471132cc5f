"""Salespeople: who there is, adding and changing them."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from app.domain.written_hours import parse_hours
from app.routes.bounds import BoundedRoute
from app.routes.deps import Admin, Reader, Services
from app.routes.examples import shows
from app.routes.fields import Strict, Words
from app.routes.watching import Limit
from app.services.vendedores.roster import NewSeller, Shown

router = APIRouter(tags=["vendedores"], route_class=BoundedRoute)
SellerId = Annotated[
    str, Path(pattern=r"^[!-~]{1,128}$", description="As GET /vendedores shows it, or the user's messenger id.")
]
Cursor = Annotated[str | None, Query(pattern=r"^[!-~]{1,128}$", description="From the answer before, for the rest.")]
Fresh = Annotated[bool, Query(description="Ask the CRM before answering.")]
Area = Annotated[Words, Field(min_length=1, max_length=80)]
_AT = "2026-11-21T15:41:17.906720Z"

ANA: dict[str, Any] = {
    "id": "11087001",
    "name": "Ana",
    "phone": "+5511990000001",
    "origin": "crm",
    "is_active": True,
    "is_admin": True,
    "groups": ["Equipe A"],
    "roles": [],
    "areas": ["vendas"],
    "takes_chats": True,
    "at_work": True,
    "open_handovers": 1,
    "left_crm_at": None,
    "synced_at": _AT,
}
RITA: dict[str, Any] = {
    **ANA,
    "id": "local-1",
    "name": "Rita",
    "phone": "+5511990000002",
    "origin": "local",
    "is_admin": False,
    "groups": [],
    "open_handovers": 0,
}


class SellerView(BaseModel):
    """A salesperson. `origin` is crm or local; `at_work`: active and inside the hours now."""

    id: str
    name: str
    phone: str
    origin: str
    is_active: bool
    is_admin: bool
    groups: list[str]
    roles: list[str]
    areas: list[str]
    takes_chats: bool
    at_work: bool
    open_handovers: int
    left_crm_at: datetime | None
    synced_at: datetime


class SellersAnswer(BaseModel):
    vendedores: list[SellerView]
    cursor: str | None = None


def render(shown: Shown) -> SellerView:
    """A salesperson as answers show one."""
    member, seller = shown.member, shown.member.seller
    return SellerView(
        id=seller.external_id,
        name=seller.name,
        phone=seller.phone,
        origin="local" if seller.is_local else "crm",
        is_active=seller.is_active,
        is_admin=seller.is_admin,
        groups=list(seller.groups),
        roles=list(seller.roles),
        areas=list(member.areas),
        takes_chats=member.takes_chats,
        at_work=shown.at_work,
        open_handovers=member.open_handovers,
        left_crm_at=member.gone_at,
        synced_at=member.synced_at,
    )


@router.get(
    "/vendedores",
    summary="All salespeople",
    responses=shows({"vendedores": [ANA, RITA], "cursor": None}, 401, 403, 422, 502, 503),
)
async def sellers(
    services: Services,
    who: Reader,
    active: Annotated[bool | None, Query(description="Only those who may work, or only the others.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
    fresh: Fresh = False,
) -> SellersAnswer:
    """Of the CRM and local, those too who left: history names them."""
    page, following = await services.staff.roster.page(
        who.account_id, is_active=active, cursor=cursor, limit=limit, fresh=fresh
    )
    return SellersAnswer(vendedores=[render(one) for one in page], cursor=following)


@router.get(
    "/vendedores/reais",
    summary="The CRM's users",
    responses=shows({"vendedores": [ANA], "cursor": None}, 401, 403, 422, 502, 503),
)
async def real_sellers(
    services: Services, who: Reader, limit: Limit = 50, cursor: Cursor = None, fresh: Fresh = False
) -> SellersAnswer:
    """Those who may work, as the CRM lists them; nobody is made up, and nobody local is here."""
    page, following = await services.staff.roster.page(
        who.account_id, is_local=False, is_active=True, cursor=cursor, limit=limit, fresh=fresh
    )
    return SellersAnswer(vendedores=[render(one) for one in page], cursor=following)


@router.get(
    "/vendedores/dinamicos",
    summary="Who may work: the CRM's users and local salespeople",
    responses=shows({"vendedores": [ANA, RITA], "cursor": None}, 401, 403, 422, 502, 503),
)
async def dynamic_sellers(
    services: Services, who: Reader, limit: Limit = 50, cursor: Cursor = None, fresh: Fresh = False
) -> SellersAnswer:
    """`at_work` tells who is inside the hours now, `open_handovers` how many chats wait at each."""
    page, following = await services.staff.roster.page(
        who.account_id, is_active=True, cursor=cursor, limit=limit, fresh=fresh
    )
    return SellersAnswer(vendedores=[render(one) for one in page], cursor=following)


class AddSeller(Strict):
    """Somebody whom the CRM does not know."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Rita", "phone": "+5511990000002", "areas": ["vendas"]}]}
    )

    name: Words = Field(min_length=1, max_length=200, validation_alias=AliasChoices("name", "nome"))
    phone: Words = Field(max_length=64, validation_alias=AliasChoices("phone", "telefone"))
    areas: list[Area] = Field(default=[], max_length=50)
    hours: dict[str, Any] | None = Field(
        default=None,
        validation_alias=AliasChoices("hours", "horarios"),
        description='{"week": {"mon": ["09:00-18:00"]}, "holidays": "BR"}; without it, the hours of the account.',
    )


@router.post(
    "/vendedores/adicionar",
    summary="Add a local salesperson",
    responses=shows(RITA, 401, 403, 409, 413, 422, 503),
)
async def add_seller(body: AddSeller, services: Services, who: Admin) -> SellerView:
    """Commands typed on this phone count from now on. Hours change by PUT /vendedores/{id}/disponibilidade."""
    hours = parse_hours(body.hours) if body.hours is not None else None
    new = NewSeller(body.name, body.phone, tuple(body.areas), hours)
    return render(await services.staff.roster.add(who.account_id, new, who=who.who))


class ChangeSeller(Strict):
    """What is named is changed; what is not stays. An empty phone gives back the CRM's."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"areas": ["vendas", "suporte"], "takes_chats": True}]})

    name: Words | None = Field(
        default=None, min_length=1, max_length=200, validation_alias=AliasChoices("name", "nome")
    )
    phone: Words | None = Field(default=None, max_length=64, validation_alias=AliasChoices("phone", "telefone"))
    areas: list[Area] | None = Field(default=None, max_length=50)
    takes_chats: bool | None = Field(default=None, validation_alias=AliasChoices("takes_chats", "recebe_conversas"))
    active: bool | None = Field(default=None, validation_alias=AliasChoices("active", "ativo"))


@router.patch(
    "/vendedores/{seller_id}",
    summary="Change a salesperson",
    responses=shows(ANA, 401, 403, 404, 409, 413, 422, 503),
)
async def change_seller(seller_id: SellerId, body: ChangeSeller, services: Services, who: Admin) -> SellerView:
    """Areas, phone and whether hand-overs go there; name and active only of local ones, for the rest is the CRM's."""
    given = body.model_dump(exclude_none=True)
    if "active" in given:
        given["is_active"] = given.pop("active")
    return render(await services.staff.roster.change(who.account_id, seller_id, given, who=who.who))
