"""The dashboards' views over HTTP, as JSON or as CSV for a spreadsheet."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel

from app.routes.deps import Reader, Services
from app.routes.errors import errors
from app.routes.watching import Limit
from app.services.accounts.reports import FIRST_DAY, LAST_DAY, Report, View

router = APIRouter(tags=["watching"])

_EXAMPLE = {
    "view": "vw_latencia",
    "columns": ["day", "stage", "turns", "p50_seconds", "p95_seconds", "max_seconds"],
    "rows": [
        {
            "day": "2026-11-20",
            "stage": "total",
            "turns": 148,
            "p50_seconds": 4.81,
            "p95_seconds": 9.3,
            "max_seconds": 12.004,
        }
    ],
    "cursor": None,
}
_CSV = "day,stage,turns,p50_seconds,p95_seconds,max_seconds\n2026-11-20,total,148,4.81,9.3,12.004\n"
# How a cell begins that a spreadsheet would calculate; the full-width twins of the signs count too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def _thinkable(day: date) -> date:
    """No calendar of a database ends there."""
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"a day from {FIRST_DAY} to {LAST_DAY}")
    return day


Day = Annotated[date, AfterValidator(_thinkable)]


class Format(StrEnum):
    JSON = "json"
    CSV = "csv"


class ReportAnswer(BaseModel):
    """The rows of a page, each with the view's columns."""

    view: View
    columns: list[str]
    rows: list[dict[str, Any]]
    cursor: str | None = None


@router.get(
    "/reports/{view}",
    summary="A dashboard's figures",
    response_model=ReportAnswer,
    responses={
        **errors(401, 403, 422, 503),
        200: {
            "description": "The rows; with `format=csv` a table, and the header `X-Next-Cursor` for the rest.",
            "content": {"application/json": {"example": _EXAMPLE}, "text/csv": {"example": _CSV}},
        },
    },
)
async def report(
    services: Services,
    who: Reader,
    view: Annotated[View, Path(description="Which of the dashboards' views.")],
    since: Annotated[Day | None, Query(alias="from", description="The first day.")] = None,
    until: Annotated[Day | None, Query(alias="to", description="The last day.")] = None,
    format: Annotated[Format, Query(description="json, or csv for a spreadsheet.")] = Format.JSON,  # noqa: A002
    limit: Limit = 200,
    cursor: Annotated[str | None, Query(max_length=500, description="From the answer before, for the rest.")] = None,
) -> Response:
    """By days of the account's zone, oldest first; a month where none is named. Both days are included.

    Times are told on the account's clock, with its distance from UTC. The CSV is UTF-8 with a byte order mark, so that
    Excel shows accents.
    """
    page = await services.reporting.report(who.account_id, view, days=(since, until), cursor=cursor, limit=limit)
    if format is Format.CSV:
        return Response(as_csv(page), media_type="text/csv", headers=_leading(view, page))
    answer = ReportAnswer(view=view, columns=list(page.columns), rows=list(page.rows), cursor=page.cursor)
    return JSONResponse(answer.model_dump(mode="json"))


def _leading(view: View, page: Report) -> dict[str, str]:
    """A file name, and where the rest is: a table has no room for a cursor."""
    headers = {"Content-Disposition": f'attachment; filename="{view}.csv"', "X-Content-Type-Options": "nosniff"}
    return headers | ({"X-Next-Cursor": page.cursor} if page.cursor else {})


def as_csv(page: Report) -> str:
    """A table as RFC 4180 has it. Names and ids come from outside, so no cell may begin a formula.

    It begins with a byte order mark: without one, Excel takes it for the letters of an older Windows.
    """
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(page.columns)
    writer.writerows(_cells(row, page.columns) for row in page.rows)
    return out.getvalue()


def _cells(row: Mapping[str, Any], columns: Sequence[str]) -> list[str]:
    return [cell(row[column]) for column in columns]


def cell(value: Any) -> str:
    """One cell. Text that a spreadsheet would calculate gets an apostrophe in front, which it hides; numbers stay."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
