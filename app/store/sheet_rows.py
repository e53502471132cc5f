"""Lines of the record on their way into a sheet.

A line is `sending` before it is sent, so whoever comes after a death looks whether it is there before it is sent again.
What became of it is written down only by whoever still has the turn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.ids import AccountId
from app.store.database import Database
from app.store.json_text import from_json
from app.store.queries import statements
from app.store.sheets import Turn

SQL = statements("sheet_rows")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the record."""

    id: int
    at: datetime
    what: str
    why: str
    conversation_id: int | None
    details: dict[str, Any]


class SheetRows:
    """The table `sheet_rows`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def collect(self, turn: Turn, now: datetime, *, most: int) -> None:
        """The next lines of the record that belong into the sheet. What was collected all is not looked at again."""
        done = await self._database.execute(SQL["collect"], turn.account_id, turn.number, most)
        if int(done.rpartition(" ")[2]) < most:
            await self._database.execute(SQL["horizon"], turn.account_id, turn.number, now)

    async def claim(self, turn: Turn, *, most: int) -> tuple[str, list[int]]:
        """A tab and the oldest lines that wait for it, from now on `sending`; none, and nothing waits."""
        tab = await self._database.fetchval(SQL["waiting_tab"], turn.account_id)
        if tab is None:
            return "", []
        rows = await self._database.fetch(SQL["claim"], turn.account_id, turn.number, tab, most)
        return tab, sorted(row["event_id"] for row in rows)

    async def lines(self, account_id: AccountId, numbers: Sequence[int]) -> list[Line]:
        """The lines themselves, in order; those of an erased person are not there any more."""
        rows = await self._database.fetch(SQL["lines"], account_id, list(numbers))
        return [
            Line(row["id"], row["at"], row["what"], row["why"], row["conversation_id"], from_json(row["details"]))
            for row in rows
        ]

    async def in_state(self, account_id: AccountId, state: str) -> dict[str, list[int]]:
        """The lines of a state by tab, the oldest first."""
        found: dict[str, list[int]] = {}
        for row in await self._database.fetch(SQL["in_state"], account_id, state):
            found.setdefault(row["tab"], []).append(row["event_id"])
        return found

    async def written(self, turn: Turn, numbers: Sequence[int], now: datetime) -> None:
        """They are in the sheet."""
        async with self._database.transaction() as tx:
            await tx.execute(SQL["written"], turn.account_id, list(numbers), turn.number)
            await tx.execute(SQL["mirrored"], turn.account_id, now, turn.number)

    async def unwritten(self, turn: Turn, numbers: Sequence[int]) -> None:
        """They are certainly not in the sheet, and wait again."""
        await self._database.execute(SQL["unwritten"], turn.account_id, list(numbers), turn.number)

    async def blanked(self, turn: Turn, numbers: Sequence[int]) -> None:
        """Nothing of them is in the sheet any more."""
        await self._database.execute(SQL["blanked"], turn.account_id, list(numbers), turn.number)

    async def pending(self, account_id: AccountId) -> int:
        """How many lines are still on their way."""
        return await self._database.fetchval(SQL["pending"], account_id)

    async def prune(self) -> None:
        """What is in the sheet and will not be looked at again."""
        await self._database.execute(SQL["prune_sheet_rows"])
