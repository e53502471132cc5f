"""The account's second inbox, in which its conversations are shown as well. No token is ever shown."""

import json
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from app.routes.bounds import BoundedRoute
from app.routes.deps import Admin, Reader, Services
from app.routes.errors import errors
from app.routes.examples import shows
from app.routes.fields import Strict, Words
from app.services.inbox_mirror.desk import InboxChange, InboxView

router = APIRouter(prefix="/admin/inbox", tags=["inbox"], route_class=BoundedRoute)


class InboxBody(Strict):
    """The whole of it. Another inbox than the one before begins empty."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "base_url": "https://app.chatwoot.com",
                    "vendor_account": 1,
                    "inbox_id": 3,
                    "bot_id": 2,
                    "user_token": "an administrator's access token",
                    "bot_token": "the agent bot's access token",
                }
            ]
        },
    )

    kind: Words = Field(default="chatwoot", max_length=40, description="What it is.")
    base_url: Words = Field(min_length=8, max_length=300, description="The installation's address.")
    vendor_account: int = Field(ge=1, le=2**53, description="The number of the account there.")
    inbox_id: int = Field(ge=1, le=2**53, description="The number of an inbox of the type API there.")
    bot_id: int = Field(ge=1, le=2**53, description="The number of the agent bot there.")
    user_token: SecretStr = Field(min_length=1, max_length=500, description="An administrator's access token.")
    bot_token: SecretStr = Field(min_length=1, max_length=500, description="The agent bot's access token.")
    since: datetime | None = Field(default=None, description="Show what was said from this time on, too.")

    def change(self) -> InboxChange:
        tokens = {"user": self.user_token.get_secret_value(), "bot": self.bot_token.get_secret_value()}
        token = json.dumps({**tokens, "bot_id": self.bot_id})
        since = self.since.astimezone() if self.since else None
        return InboxChange(self.kind, self.base_url, f"{self.vendor_account}:{self.inbox_id}", token, since=since)


class InboxAnswer(BaseModel):
    """A second inbox. `waiting`: lines on their way. `twins`: people with a same phone there, to be merged by hand."""

    kind: str
    base_url: str
    external_ref: str
    chats: int
    waiting: int
    twins: int
    mirrored_at: datetime | None
    failing_since: datetime | None
    failed_as: str


class InboxPage(BaseModel):
    inboxes: list[InboxAnswer]


class LabelsAnswer(BaseModel):
    """The labels that were not there before."""

    made: list[str]


INBOX: dict[str, Any] = {
    "kind": "chatwoot",
    "base_url": "https://app.chatwoot.com",
    "external_ref": "1:3",
    "chats": 12,
    "waiting": 0,
    "twins": 0,
    "mirrored_at": "2026-11-21T15:41:17.906720Z",
    "failing_since": None,
    "failed_as": "",
}
LABELS: dict[str, Any] = {"made": ["bot-active", "journey-first-contact"]}


def _shown(one: InboxView) -> InboxAnswer:
    return InboxAnswer.model_validate(one, from_attributes=True)


@router.get("", summary="The account's second inbox", responses=shows({"inboxes": [INBOX]}, 401, 403, 503))
async def list_inboxes(services: Services, who: Reader) -> InboxPage:
    """None or one; the command is `ponte inbox list`."""
    return InboxPage(inboxes=[_shown(one) for one in await services.inboxes.desk.listing(who.account_id)])


@router.put("", summary="Set the second inbox", responses=shows(INBOX, 401, 403, 404, 413, 422, 502, 503))
async def set_inbox(body: InboxBody, services: Services, who: Admin) -> InboxAnswer:
    """It is looked at before it is kept. Tokens are kept encrypted. The command is `ponte inbox set`."""
    return _shown(await services.inboxes.desk.set(who.account_id, body.change(), who=who.who))


@router.delete(
    "", summary="Show the conversations there no more", responses=errors(401, 403, 404, 503), status_code=204
)
async def remove_inbox(services: Services, who: Admin) -> None:
    """What is there stays there. The command is `ponte inbox remove`."""
    await services.inboxes.desk.remove(who.account_id, who=who.who)


@router.post("/check", summary="Ask for the second inbox", responses=shows(INBOX, 401, 403, 404, 502, 503))
async def check_inbox(services: Services, who: Admin) -> InboxAnswer:
    """Writes nothing; if it answers, what waits goes on at once. The command is `ponte inbox check`."""
    return _shown(await services.inboxes.desk.check(who.account_id))


@router.post("/labels", summary="Make the labels there", responses=shows(LABELS, 401, 403, 404, 502, 503))
async def make_labels(services: Services, who: Admin) -> LabelsAnswer:
    """Those of the table that the inbox lacks. The command is `ponte inbox labels`."""
    return LabelsAnswer(made=await services.inboxes.desk.make_labels(who.account_id))
