"""The account's Google Sheet: where the record is mirrored, and a flow's words are read. No key is ever shown."""

from datetime import datetime
from typing import Annotated, Any

import orjson
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from app.routes.bounds import BoundedRoute
from app.routes.deps import Admin, Reader, Services
from app.routes.errors import errors
from app.routes.examples import shows
from app.routes.fields import Strict, Words
from app.services.mirroring.desk import SheetChange, SheetView

router = APIRouter(prefix="/admin/sheets", tags=["sheets"], route_class=BoundedRoute)
Tab = Annotated[Words, Field(max_length=100)]


class SheetBody(Strict):
    """What is not named stays as it is. Another spreadsheet gets everything that the record holds."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "spreadsheet": "1AbCdEfGhIjKlMnOpQrStUvWxYz",
                    "conversation_tab": "conversation_events",
                    "browser_tab": "browser_events",
                    "words_tab": "",
                }
            ]
        },
    )

    spreadsheet: Words | None = Field(default=None, max_length=500, description="Its address, or the id in it.")
    conversation_tab: Tab | None = Field(default=None, description="Where conversation events go.")
    browser_tab: Tab | None = Field(default=None, description="Where the browser's events go.")
    words_tab: Tab | None = Field(
        default=None, description="Where a flow's words are, with the columns key, locale, text; empty: nowhere."
    )
    other_events: list[Words] | None = Field(
        default=None, max_length=20, description="Other kinds of lines of the audit that are mirrored too."
    )
    service_account: dict[str, Any] | None = Field(
        default=None, description="The key file of a service account of your own; {} is the installation's again."
    )

    def change(self) -> SheetChange:
        key = self.service_account
        return SheetChange(
            *(self.spreadsheet, self.conversation_tab, self.browser_tab, self.words_tab),
            other_events=None if self.other_events is None else tuple(self.other_events),
            service_account=None if key is None else orjson.dumps(key).decode() if key else "",
        )


class SheetAnswer(BaseModel):
    """A sheet. `share_with` must be an editor of the spreadsheet. `waiting`: rows that are still on their way."""

    spreadsheet: str
    conversation_tab: str
    browser_tab: str
    words_tab: str
    other_events: list[str]
    share_with: str
    has_own_key: bool
    waiting: int
    mirrored_at: datetime | None
    failing_since: datetime | None
    failed_as: str
    words_read_at: datetime | None
    words_trouble: str


class SheetPage(BaseModel):
    sheets: list[SheetAnswer]


class WordsBody(Strict):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"dry_run": True}]})

    dry_run: bool = Field(default=False, description="Tell what is wrong, and change nothing.")


class WordsAnswer(BaseModel):
    """What the tab holds. With a problem nothing was changed."""

    texts: int
    keys: int
    changed: bool
    problems: list[str]


SHEET: dict[str, Any] = {
    "spreadsheet": "1AbCdEfGhIjKlMnOpQrStUvWxYz",
    "conversation_tab": "conversation_events",
    "browser_tab": "browser_events",
    "words_tab": "",
    "other_events": [],
    "share_with": "ponte@example.iam.gserviceaccount.com",
    "has_own_key": False,
    "waiting": 0,
    "mirrored_at": "2026-11-21T15:41:17.906720Z",
    "failing_since": None,
    "failed_as": "",
    "words_read_at": None,
    "words_trouble": "",
}
WORDS: dict[str, Any] = {"texts": 12, "keys": 9, "changed": True, "problems": []}


def _shown(one: SheetView) -> SheetAnswer:
    return SheetAnswer.model_validate(one, from_attributes=True)


@router.get("", summary="The account's sheet", responses=shows({"sheets": [SHEET]}, 401, 403, 503))
async def list_sheets(services: Services, who: Reader) -> SheetPage:
    """None or one; the command is `ponte sheets list`."""
    return SheetPage(sheets=[_shown(one) for one in await services.mirroring.desk.listing(who.account_id)])


@router.put("", summary="Set or change the sheet", responses=shows(SHEET, 401, 403, 413, 422, 503))
async def set_sheet(body: SheetBody, services: Services, who: Admin) -> SheetAnswer:
    """It is tried at once. A key is kept encrypted and never shown. The command is `ponte sheets set`."""
    return _shown(await services.mirroring.desk.set(who.account_id, body.change(), who=who.who))


@router.delete("", summary="Mirror no more", responses=errors(401, 403, 404, 503), status_code=204)
async def remove_sheet(services: Services, who: Admin) -> None:
    """What is in the spreadsheet stays there. The command is `ponte sheets remove`."""
    await services.mirroring.desk.remove(who.account_id, who=who.who)


@router.post("/check", summary="Ask Google for the spreadsheet", responses=shows(SHEET, 401, 403, 404, 502, 503))
async def check_sheet(services: Services, who: Admin) -> SheetAnswer:
    """Writes nothing; if it answers, what waits goes on at once. The command is `ponte sheets check`."""
    return _shown(await services.mirroring.desk.check(who.account_id))


@router.post("/words", summary="Read a flow's words", responses=shows(WORDS, 401, 403, 404, 413, 422, 502, 503))
async def read_words(body: WordsBody, services: Services, who: Admin) -> WordsAnswer:
    """All of them or none: a problem names its row. Otherwise they are read every quarter of an hour."""
    report = await services.mirroring.words.read(who.account_id, dry_run=body.dry_run, who=who.who)
    return WordsAnswer.model_validate(report, from_attributes=True)
