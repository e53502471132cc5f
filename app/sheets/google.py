"""Google Sheets over its REST API, version 4: https://developers.google.com/workspace/sheets/api/reference/rest.

Everything is written raw (`valueInputOption=RAW`): what looks like a formula, a number or a date stays the text it is.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, cast
from urllib.parse import quote

import httpx
import orjson

from app.domain.clock import Clock
from app.domain.errors import AppError, NotStarted, OutcomeUnknown, Retryable
from app.sheets.base import Cells, ServiceAccount, SheetBusy, SheetRefused
from app.sheets.tokens import Tokens, service_account

BASE_URL: Final = "https://sheets.googleapis.com"
CALL_BUDGET: Final = timedelta(seconds=20)
_OK, _BUSY, _FAULT = 300, 429, 500
_RAW: Final = "RAW"


class GoogleSheets:
    """Implements `Sheets`. Tokens are kept while they hold, one for each service account."""

    def __init__(
        self, http: httpx.AsyncClient, clock: Clock, *, base_url: str = BASE_URL, budget: timedelta = CALL_BUDGET
    ) -> None:
        self._http = http
        self._tokens = Tokens(http, clock)
        self._base_url = base_url.rstrip("/")
        self._budget = budget

    def open(self, spreadsheet: str, account: ServiceAccount) -> "GoogleSpreadsheet":
        return GoogleSpreadsheet(self, spreadsheet, account)

    def account_of(self, text: str) -> ServiceAccount:
        return service_account(text, base_url=self._base_url)

    async def call(
        self,
        account: ServiceAccount,
        method: str,
        path: str,
        *,
        body: object = None,
        acts: bool = False,
        **params: str,
    ) -> dict[str, Any]:
        """One call; `acts` says that it changes the spreadsheet."""
        token = await self._within(self._tokens.token(account), acts=False)
        response = await self._within(self._sent(token, method, path, body=body, params=params), acts=acts)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            self._tokens.forget(account)
        if response.status_code >= _OK:
            raise _meaning(response, acts=acts)
        try:
            return cast("dict[str, Any]", orjson.loads(response.content))
        except orjson.JSONDecodeError:
            raise _no_answer("JSONDecodeError", acts=acts) from None

    async def _sent(
        self, token: str, method: str, path: str, *, body: object, params: Mapping[str, str]
    ) -> httpx.Response:
        content = None if body is None else orjson.dumps(body)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        url = f"{self._base_url}/v4/spreadsheets/{path}"
        return await self._http.request(method, url, params=dict(params), content=content, headers=headers)

    async def _within(self, work: Any, *, acts: bool) -> Any:
        """Within the budget, with the library's errors in our words; none of theirs, which show addresses."""
        try:
            async with asyncio.timeout(self._budget.total_seconds()):
                return await work
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotStarted(f"Google cannot be reached ({type(error).__name__}).", code="sheet_down") from None
        except (httpx.HTTPError, TimeoutError) as error:
            raise _no_answer(type(error).__name__, acts=acts) from None


class GoogleSpreadsheet:
    """Implements `Spreadsheet`."""

    def __init__(self, google: GoogleSheets, spreadsheet: str, account: ServiceAccount) -> None:
        self._google = google
        self._id = quote(spreadsheet, safe="")
        self._account = account

    async def tabs(self) -> list[str]:
        found = await self._google.call(self._account, "GET", self._id, fields="sheets.properties.title")
        return [str(one["properties"]["title"]) for one in found.get("sheets", [])]

    async def add_tab(self, title: str) -> None:
        body = {"requests": [{"addSheet": {"properties": {"title": title}}}]}
        await self._google.call(self._account, "POST", f"{self._id}:batchUpdate", body=body, acts=True)

    async def read(self, tab: str, span: str) -> list[list[str]]:
        path = f"{self._id}/values/{_path(_range(tab, span))}"
        found = await self._google.call(self._account, "GET", path, valueRenderOption="UNFORMATTED_VALUE")
        return [[str(cell) for cell in row] for row in found.get("values", [])]

    async def write(self, tab: str, spans: Mapping[str, Sequence[Cells]]) -> None:
        data = [{"range": _range(tab, span), "values": list(rows)} for span, rows in spans.items()]
        body = {"valueInputOption": _RAW, "data": data}
        await self._google.call(self._account, "POST", f"{self._id}/values:batchUpdate", body=body, acts=True)

    async def append(self, tab: str, rows: Sequence[Cells]) -> None:
        path = f"{self._id}/values/{_path(_range(tab, 'A1'))}:append"
        how = {"valueInputOption": _RAW, "insertDataOption": "INSERT_ROWS"}
        body = {"values": [list(row) for row in rows]}
        await self._google.call(self._account, "POST", path, body=body, acts=True, **how)


def _range(tab: str, span: str) -> str:
    """Quoted, for a tab may have any name."""
    return f"'{tab.replace(chr(39), chr(39) * 2)}'!{span}"


def _path(span: str) -> str:
    return quote(span, safe="")


def _meaning(response: httpx.Response, *, acts: bool) -> AppError:
    """What a refusal means to us. Its own words are not passed on: they quote what was sent."""
    status = response.status_code
    if status == _BUSY:
        wished = response.headers.get("Retry-After", "")
        return SheetBusy(timedelta(seconds=int(wished) if wished.isdigit() else 0))
    if status >= _FAULT:
        return _no_answer(f"HTTP {status}", acts=acts)
    hints = {
        400: ("sheet_tab", "It has no such tab, or a row does not fit.", "Look at the tabs with `ponte sheets list`."),
        401: ("sheet_key", "It does not take our token.", "Set the key of a service account that exists."),
        403: ("sheet_forbidden", "It is not shared with us.", "Share it with the service account, as an editor."),
        404: ("sheet_missing", "There is no such spreadsheet.", "Look at the id in the spreadsheet's address."),
    }
    code, said, hint = hints.get(status, ("sheet_refused", f"It answers {status}.", "See `ponte sheets list`."))
    return SheetRefused(f"Google refuses the spreadsheet: {said}", hint=hint, code=code)


def _no_answer(why: str, *, acts: bool) -> AppError:
    if acts:
        return OutcomeUnknown(f"Google did not say whether it wrote ({why}).", code="sheet_down")
    return Retryable(f"Google Sheets does not answer ({why}).", code="sheet_down")
