"""The door of this room: what a spreadsheet can be asked, and by whom. Values go in as they are, never as formulas."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from app.domain.errors import NeedsHuman, NotStarted

Cell = str | int
Cells = Sequence[Cell]


class SheetRefused(NeedsHuman):
    """Google will not have it: the key, the sharing, the spreadsheet or the tab. Nothing was written."""

    code = "sheet_refused"


class SheetBusy(NotStarted):
    """The quota is used up. Nothing was written."""

    code = "sheet_quota"

    def __init__(self, after: timedelta = timedelta(0)) -> None:
        super().__init__("Google's quota for this service account is used up for the minute.", after=after)


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """Who we are to Google. The key is in no repr, no log and no error."""

    email: str
    private_key: str = field(repr=False)
    token_uri: str


class Spreadsheet(Protocol):
    """One spreadsheet.

    Every call raises SheetBusy or NotStarted (nothing happened), Retryable (a read without an answer), OutcomeUnknown
    (a write that may have happened) or SheetRefused.
    """

    async def tabs(self) -> list[str]:
        """The titles of its tabs."""
        ...

    async def add_tab(self, title: str) -> None: ...

    async def read(self, tab: str, span: str) -> list[list[str]]:
        """The cells of a span such as `A1:J1`, row by row, as text; what is empty at an end is left out."""
        ...

    async def write(self, tab: str, spans: Mapping[str, Sequence[Cells]]) -> None:
        """Put rows at spans, in place of what is there."""
        ...

    async def append(self, tab: str, rows: Sequence[Cells]) -> None:
        """Put rows after the last one."""
        ...


class Sheets(Protocol):
    """Where spreadsheets are."""

    def open(self, spreadsheet: str, account: ServiceAccount) -> Spreadsheet:
        """The spreadsheet of this id; nothing is asked yet."""
        ...

    def account_of(self, text: str) -> ServiceAccount:
        """The service account that a key file holds.

        Raises:
            Rejected: it holds none; the message quotes nothing of it.
        """
        ...
