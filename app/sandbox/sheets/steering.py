"""The /_sandbox/sheets routes: make service accounts and spreadsheets, order trouble, read what was written."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.sandbox.sheets.grid import Cell, Kind
from app.sandbox.sheets.world import Fault, Google, Trouble
from app.sandbox.steering.orders import Order
from app.sandbox.steering.say import OrderError


class AccountOrder(Order):
    name: str = Field(default="ponte", pattern="^[a-z][a-z0-9-]{0,29}$")


class BookOrder(Order):
    """A spreadsheet; the editors are the addresses with which it is shared."""

    id: str = Field(min_length=10, max_length=200)
    editors: list[str] = Field(default_factory=list[str])
    tabs: list[str] = Field(default_factory=lambda: ["Sheet1"])


class RowsOrder(Order):
    """What somebody types into a tab, in place of what it held."""

    tab: str
    rows: list[list[str]]


class TroubleOrder(Order):
    fault: Fault
    times: int = Field(default=1, ge=1)
    what: Literal["write", "read", "token"] = "write"
    seconds: float = Field(default=5, ge=0)


class QuotaOrder(Order):
    quota: int | None = Field(default=None, ge=0, description="Calls of a kind a minute for each user.")
    refill: bool = Field(default=False, description="As if a minute had passed.")
    end_tokens: bool = Field(default=False, description="Every token has ended.")


class CellView(BaseModel):
    value: Cell
    kind: Kind


def sheets_steering(google: Google) -> APIRouter:
    """All steering routes of one simulated Google."""
    router = APIRouter(prefix="/_sandbox/sheets", tags=["sheets"])
    add_reading(router, google)
    add_orders(router, google)
    add_trouble(router, google)
    return router


def add_reading(router: APIRouter, google: Google) -> None:
    @router.get("/calls", summary="How many calls of each kind came")
    async def _calls() -> dict[str, int]:
        return google.calls

    @router.get("/books/{book_id}", summary="Every cell of a spreadsheet, with what kind it is")
    async def _book(book_id: str) -> dict[str, list[list[CellView]]]:
        if (book := google.books.get(book_id)) is None:
            raise OrderError(404, "There is no such spreadsheet.")
        return {
            title: [[CellView(value=cell.value, kind=cell.kind) for cell in row] for row in tab.rows]
            for title, tab in book.tabs.items()
        }


def add_orders(router: APIRouter, google: Google) -> None:
    @router.post("/accounts", status_code=201, summary="A service account: its key file")
    async def _account(order: AccountOrder) -> dict[str, str]:
        return google.new_account(order.name)

    @router.post("/books", status_code=201, summary="A spreadsheet, shared with these editors")
    async def _new(order: BookOrder) -> dict[str, str]:
        return {"id": google.new_book(order.id, editors=order.editors, tabs=order.tabs).id}

    @router.post("/books/{book_id}/rows", status_code=204, summary="Type rows into a tab")
    async def _rows(book_id: str, order: RowsOrder) -> None:
        book = google.books.get(book_id)
        if book is None or order.tab not in book.tabs:
            raise OrderError(404, "There is no such tab.")
        book.tabs[order.tab].rows.clear()
        for place, row in enumerate(order.rows):
            book.tabs[order.tab].put(place, 0, list(row), "USER_ENTERED")


def add_trouble(router: APIRouter, google: Google) -> None:
    @router.post("/trouble", status_code=204, summary="The next calls go wrong")
    async def _trouble(order: TroubleOrder) -> None:
        google.trouble.append(Trouble(**order.model_dump()))

    @router.post("/quota", status_code=204, summary="Change the quota, or let its minute pass")
    async def _quota(order: QuotaOrder) -> None:
        google.quota = google.quota if order.quota is None else order.quota
        if order.refill:
            google.refill()
        if order.end_tokens:
            google.end_tokens()

    @router.post("/reset", status_code=204, summary="No spreadsheets, no trouble")
    async def _reset() -> None:
        google.reset()
