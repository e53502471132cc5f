"""The keys to an account: seen, made and revoked. Every change is in the audit."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from app.routes.bounds import BoundedRoute
from app.routes.deps import Admin, Services
from app.routes.errors import errors
from app.routes.examples import shows
from app.routes.fields import Strict, Words
from app.routes.watching import Limit
from app.services.accounts.directory import Scope

router = APIRouter(prefix="/admin", tags=["settings"], route_class=BoundedRoute)
_LAST_ID = 2**63 - 1

KEY: dict[str, Any] = {
    "id": 2,
    "label": "n8n",
    "scopes": ["node"],
    "created_at": "2026-11-21T15:41:17.906720Z",
    "revoked_at": None,
    "retires_at": None,
}


class KeyView(BaseModel):
    """An API key, without itself: that is kept nowhere."""

    id: int
    label: str
    scopes: list[str]
    created_at: datetime
    revoked_at: datetime | None
    retires_at: datetime | None = Field(default=None, description="Another has taken its place; it opens until then.")


class KeysAnswer(BaseModel):
    keys: list[KeyView]
    cursor: int | None = None


@router.get("/keys", summary="The API keys", responses=shows({"keys": [KEY], "cursor": None}, 401, 403, 422, 503))
async def keys(
    services: Services,
    who: Admin,
    limit: Limit = 50,
    cursor: Annotated[int, Query(ge=0, le=_LAST_ID, description="From the answer before, for the rest.")] = 0,
) -> KeysAnswer:
    """In the order in which they were made, the revoked ones too."""
    page, following = await services.keyring.page(who.account_id, after=cursor, limit=limit)
    return KeysAnswer.model_validate({"keys": page, "cursor": following}, from_attributes=True)


class AddKey(Strict):
    """Who gets the key, and what it may do."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"label": "n8n", "scopes": ["node"]}]})

    label: Words = Field(min_length=1, max_length=120, description="What the audit calls the holder.")
    scopes: list[Scope] = Field(min_length=1, max_length=3, description="read, node (and read) or admin (and all).")


class NewKeyView(BaseModel):
    """The key is shown this once."""

    id: int
    key: str


@router.post(
    "/keys",
    summary="Make an API key",
    responses=shows({"id": 2, "key": "ponte_x3J0..."}, 401, 403, 413, 422, 503),
)
async def add_key(body: AddKey, services: Services, who: Admin) -> NewKeyView:
    """It is shown once and kept as a hash. The command is `ponte keys add`."""
    made = await services.keyring.add(who.account_id, label=body.label, scopes=body.scopes, who=who.who)
    return NewKeyView(id=made.id, key=made.key)


@router.delete(
    "/keys/{key_id}",
    summary="Revoke an API key",
    responses=errors(401, 403, 404, 409, 422, 503),
    status_code=204,
)
async def revoke_key(
    key_id: Annotated[int, Path(ge=1, le=_LAST_ID, description="From GET /admin/keys.")],
    services: Services,
    who: Admin,
) -> None:
    """Nobody gets in with it any more. The last one with the scope admin stays: 409."""
    await services.keyring.revoke(who.account_id, key_id, who=who.who)
