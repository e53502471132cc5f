"""The addresses of the simulated Sheets API: /sheets/token and /v4/spreadsheets, with Google's errors."""

import asyncio
from collections.abc import Callable
from typing import Any, Literal, cast
from urllib.parse import unquote

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from app.sandbox.sheets.grid import Book, Cell, NoRange, Tab, bounds
from app.sandbox.sheets.world import LASTS, Google, Trouble
from app.sandbox.silence import hang_up, silence

Done = Callable[[], Any]
What = Literal["write", "read", "token"]
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LONGEST_CELL = 50_000
_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}


def refused(status: int, message: str) -> JSONResponse:
    return JSONResponse({"error": {"code": status, "message": message, "status": _STATUS[status]}}, status)


class Doors:
    """Each call: token, quota, trouble, sharing; then what it asks."""

    def __init__(self, google: Google, stopping: asyncio.Event) -> None:
        self._google = google
        self._stopping = stopping
        self.router = APIRouter(include_in_schema=False)
        self.router.add_api_route("/sheets/token", self.token, methods=["POST"])
        self.router.add_api_route("/v4/spreadsheets/{path:path}", self.asked, methods=["GET", "POST"])

    async def token(self, request: Request) -> Response:
        self._google.count("token")
        form = await request.form()
        trouble = self._google.next_trouble("token")
        if trouble is not None:
            return await self._troubled(request, trouble, lambda: None)
        token = self._google.token_for(str(form.get("assertion", "")))
        if form.get("grant_type") != GRANT or token is None:
            told = {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
            return JSONResponse(told, 400)
        return JSONResponse({"access_token": token, "expires_in": LASTS - 1, "token_type": "Bearer"})

    async def asked(self, request: Request) -> Response:
        # The path as it came: a tab's name may hold a slash, and is escaped.
        path = request.scope["raw_path"].decode().partition("/v4/spreadsheets/")[2].partition("?")[0]
        what: What = "read" if request.method == "GET" else "write"
        google = self._google
        google.count(what)
        email = google.who(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if email is None:
            return refused(401, "Request had invalid authentication credentials.")
        if not google.spend(email, what):
            return refused(
                429, f"Quota exceeded for quota metric '{what} requests' and limit '60 per minute per user'."
            )
        body: Any = orjson.loads(await request.body() or b"{}")
        work = self._work(path, request, email=email, body=body)
        trouble = google.next_trouble(what)
        return work() if trouble is None else await self._troubled(request, trouble, work)

    def _work(self, path: str, request: Request, *, email: str, body: Any) -> Callable[[], Response]:
        def work() -> Response:
            name, _, rest = path.partition("/")
            book_id, _, verb = name.partition(":")
            book = self._google.books.get(book_id)
            if book is None:
                return refused(404, "Requested entity was not found.")
            if email not in book.editors:
                return refused(403, "The caller does not have permission")
            try:
                return JSONResponse(_answer(book, rest or verb, body, dict(request.query_params)))
            except NoRange as error:
                return refused(400, f"Unable to parse range: {error}")
            except ValueError as error:
                return refused(400, str(error))

        return work

    async def _troubled(self, request: Request, trouble: Trouble, work: Callable[[], Any]) -> Response:
        if trouble.fault in ("lost", "error_after"):
            work()
        if trouble.fault in ("hang", "late"):
            await silence(self._stopping, self._google.clock.scaled(trouble.seconds))
        if trouble.fault == "late":
            work()
        if trouble.fault in ("lost", "hang", "late"):
            hang_up(request)
        return refused(503 if trouble.fault == "error_after" else 500, "Internal error encountered.")


def sheets_router(google: Google, stopping: asyncio.Event) -> APIRouter:
    """All addresses; `stopping` lets every caller go that is kept waiting."""
    return Doors(google, stopping).router


def _answer(book: Book, asked: str, body: Any, params: dict[str, str]) -> dict[str, Any]:
    """What Google says to a call about a spreadsheet, after doing it."""
    if not asked:
        return {"sheets": [{"properties": {"title": title}} for title in book.tabs]}
    if asked == "batchUpdate":
        return _add_tabs(book, body)
    if asked == "values:batchUpdate":
        return _write(book, body)
    reference, is_append = unquote(asked.removeprefix("values/")), asked.endswith(":append")
    if is_append:
        return _append(book, reference.removesuffix(":append"), body, params)
    tab, span = book.tab(reference)
    found = tab.read(span)
    return {"range": reference, "majorDimension": "ROWS", **({"values": found} if found else {})}


def _add_tabs(book: Book, body: Any) -> dict[str, Any]:
    for one in body["requests"]:
        title = str(one["addSheet"]["properties"]["title"])
        if title in book.tabs:
            raise ValueError(f'A sheet with the name "{title}" already exists.')
        book.tabs[title] = Tab(title)
    return {"replies": [{}]}


def _write(book: Book, body: Any) -> dict[str, Any]:
    option = _option(body.get("valueInputOption"))
    for one in body["data"]:
        tab, span = book.tab(one["range"])
        top, left, _, _ = bounds(span)
        for place, values in enumerate(_rows(one["values"])):
            tab.put(top + place, left, values, option)
    return {"spreadsheetId": book.id}


def _append(book: Book, reference: str, body: Any, params: dict[str, str]) -> dict[str, Any]:
    tab, _ = book.tab(reference)
    rows = _rows(body["values"])
    start = tab.append(rows, _option(params.get("valueInputOption")))
    updated = f"{reference.rpartition('!')[0]}!A{start + 1}"
    return {"spreadsheetId": book.id, "updates": {"updatedRange": updated, "updatedRows": len(rows)}}


def _rows(values: object) -> list[list[Cell]]:
    rows = cast("list[list[Cell]]", values)
    if any(isinstance(cell, str) and len(cell) > LONGEST_CELL for row in rows for cell in row):
        raise ValueError("Your input contains more than the maximum of 50000 characters in a single cell.")
    return rows


def _option(given: object) -> str:
    if given not in ("RAW", "USER_ENTERED"):
        raise ValueError("'valueInputOption' is required but not specified")
    return str(given)
