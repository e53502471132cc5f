"""Spreadsheets in memory: what a cell becomes by how it is entered, and where an append goes."""

import re
from dataclasses import dataclass, field
from typing import Literal

Cell = str | int | float | bool
Kind = Literal["text", "number", "bool", "formula"]
_SPAN = re.compile(r"([A-Z]{1,2})(\d*)(?::([A-Z]{1,2})(\d*))?")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


class NoRange(Exception):
    """`Unable to parse range`: there is no such tab, or the span is none."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A cell as Sheets keeps it. `formula` is what USER_ENTERED makes of a text that begins so."""

    value: Cell
    kind: Kind


def entered(value: Cell, option: str) -> Stored:
    """A value as it is kept. RAW leaves it; USER_ENTERED parses it as if it had been typed."""
    if isinstance(value, bool):
        return Stored(value, "bool")
    if not isinstance(value, str):
        return Stored(value, "number")
    if option == "RAW":
        return Stored(value, "text")
    if value[:1] in ("=", "+", "@") and len(value) > 1:
        return Stored(value, "formula")
    if _NUMBER.fullmatch(value):
        return Stored(float(value), "number")
    return Stored(value.removeprefix("'"), "text")


@dataclass(slots=True)
class Tab:
    """A sheet of a spreadsheet; rows are as long as what was written into them."""

    title: str
    rows: list[list[Stored]] = field(default_factory=list[list[Stored]])

    def put(self, row: int, column: int, values: list[Cell], option: str) -> None:
        while len(self.rows) <= row:
            self.rows.append([])
        cells = self.rows[row]
        while len(cells) < column + len(values):
            cells.append(Stored("", "text"))
        for place, value in enumerate(values):
            cells[column + place] = entered(value, option)

    def append(self, rows: list[list[Cell]], option: str) -> int:
        """After the table that begins at the first row; returns where."""
        start = next((n for n, cells in enumerate(self.rows) if not _filled(cells)), len(self.rows))
        for _ in rows:
            self.rows.insert(start, [])
        for place, values in enumerate(rows):
            self.put(start + place, 0, values, option)
        return start

    def read(self, span: str) -> list[list[Cell]]:
        top, left, bottom, right = bounds(span)
        found = [[cell.value for cell in row[left : right + 1]] for row in self.rows[top : bottom + 1]]
        return _trimmed([_trimmed_row(row) for row in found])


@dataclass(slots=True)
class Book:
    """A spreadsheet, and who may write into it."""

    id: str
    editors: set[str] = field(default_factory=set[str])
    tabs: dict[str, Tab] = field(default_factory=dict[str, Tab])

    def tab(self, reference: str) -> tuple[Tab, str]:
        """The tab and the span of a reference such as `'My tab'!A1:C3`."""
        title, mark, span = reference.rpartition("!")
        title = title[1:-1].replace("''", "'") if title.startswith("'") else title
        if not mark or title not in self.tabs or _SPAN.fullmatch(span) is None:
            raise NoRange(reference)
        return self.tabs[title], span


def bounds(span: str) -> tuple[int, int, int, int]:
    """Top, left, bottom, right; the last ones are part of it."""
    found = _SPAN.fullmatch(span)
    if found is None:
        raise NoRange(span)
    left, top, right, bottom = found.groups()
    first = int(top) - 1 if top else 0
    last = int(bottom) - 1 if bottom else (first if top and right is None else 10**9)
    return first, _column(left), last, _column(right or left)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _filled(cells: list[Stored]) -> bool:
    return any(cell.value != "" for cell in cells)


def _trimmed_row(row: list[Cell]) -> list[Cell]:
    while row and row[-1] == "":
        row = row[:-1]
    return row


def _trimmed(rows: list[list[Cell]]) -> list[list[Cell]]:
    while rows and not rows[-1]:
        rows = rows[:-1]
    return rows
