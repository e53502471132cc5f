"""What a line of the record looks like in a sheet. Pure."""

from collections.abc import Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.sheets.base import Cell
from app.store.sheet_rows import Line

CONVERSATION, BROWSER = "conversation", "browser"
KEY: Final = "row_key"
# As operators have always known them; behind them the key by which a line is found again.
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    CONVERSATION: (
        "timestamp",
        "conversation_id",
        "event_type",
        "extracted_name",
        "candidate_username",
        "generated_username",
        "attempt",
        "status",
        "error_detail",
    ),
    BROWSER: ("timestamp", "username", "operation", "status", "details", "operator"),
}
LONGEST_CELL: Final = 5_000  # Google takes 50,000 characters; nobody reads as many
_LETTERS: Final = "ABCDEFGHIJ"


def heading(tab: str) -> list[Cell]:
    return [*COLUMNS[tab], KEY]


def key_letter(tab: str) -> str:
    """The column of the key."""
    return _LETTERS[len(COLUMNS[tab])]


def last_letter(tab: str) -> str:
    """The last column before it."""
    return _LETTERS[len(COLUMNS[tab]) - 1]


def key_of(number: int) -> str:
    """By what a line is found again: the number that the record gave it."""
    return f"ponte-{number}"


def row_of(tab: str, line: Line, *, timezone: str) -> list[Cell]:
    """A line as a row of its tab."""
    told = {
        **line.details,
        "timestamp": line.at.astimezone(ZoneInfo(timezone)).isoformat(timespec="seconds"),
        "event_type": line.what,
        "conversation_id": line.details.get("conversation") or line.conversation_id,
    }
    if tab == CONVERSATION and not _is_ours(line):
        told |= {"error_detail": line.why}
    return [*(_cell(told.get(name)) for name in COLUMNS[tab]), key_of(line.id)]


def _is_ours(line: Line) -> bool:
    """Whether it was written with these columns in mind; of any other kind the reason is what there is to say."""
    return bool(line.details.keys() & set(COLUMNS[CONVERSATION])) or not line.why


def _cell(value: Any) -> Cell:
    """Counts as numbers, everything else as the text it is."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return "" if value is None else str(value)[:LONGEST_CELL]
    text = str(value)
    if text.isascii() and text.isdigit() and len(text) <= 2:  # noqa: PLR2004 - attempts; ids stay text
        return int(text)
    return text[:LONGEST_CELL]


def places(keys: Sequence[Sequence[str]], wanted: Sequence[int]) -> dict[int, list[int]]:
    """In which rows these lines are, by the column of keys; a line that was written twice is in two."""
    numbers = {key_of(number): number for number in wanted}
    found: dict[int, list[int]] = {}
    for place, row in enumerate(keys, start=1):
        if row and (number := numbers.get(row[0])) is not None:
            found.setdefault(number, []).append(place)
    return found
