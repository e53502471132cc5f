"""The mirror's work: lines of the record, in their order, into the sheet of their account.

At least once: a line is marked before it is sent, and one of which nobody knows whether it arrived is looked for by its
key before it is sent again. One writer at a time; whoever fails leaves the sheet alone for a while. Nobody waits.
"""

from collections.abc import Sequence
from datetime import timedelta
from random import Random, SystemRandom

import structlog

from app.domain.clock import Clock
from app.domain.errors import AppError, OutcomeUnknown, Rejected
from app.domain.ids import AccountId
from app.services.mirroring import columns
from app.services.mirroring.pace import trouble_of
from app.services.mirroring.reception import Reception
from app.sheets.base import Spreadsheet
from app.store.database import Database
from app.store.queue import Job, JobName, enqueue
from app.store.secrets import Vault
from app.store.sheet_rows import SheetRows
from app.store.sheets import Sheet, SheetBook, SheetTurns, Turn
from app.store.upkeep import Chores

_log = structlog.get_logger()
BATCH = 500  # rows in one call: it counts as one write of sixty a minute
BLANKED_AT_ONCE = 200
LEASE = timedelta(seconds=90)  # longer than two calls may take


class Overtaken(Exception):
    """Somebody else has the turn."""


class Mirror:
    """Carries lines into sheets."""

    def __init__(
        self, database: Database, clock: Clock, *, vault: Vault, reception: Reception, chance: Random | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._reception = reception
        self._chance = chance or SystemRandom()
        self._book = SheetBook(database, vault)
        self._turns = SheetTurns(database)
        self._rows = SheetRows(database)
        self._chores = Chores(database)

    async def sweep(self) -> None:
        """The chore: a job for every sheet that has something to do."""
        due = await self._turns.due(self._clock.now())
        jobs = [Job(JobName.MIRROR, {"account": int(account_id)}) for account_id in due]
        wanted = await self._chores.not_queued(jobs)
        async with self._database.transaction() as tx:
            await enqueue(tx, wanted)

    async def carry(self, account_id: AccountId) -> None:
        """The job: everything that is due at the account's sheet. What fails is kept and tried again later."""
        turn = await self._turns.take(account_id, self._clock.now(), LEASE)
        if turn is None:
            return
        try:
            await self._tried(turn)
        except Overtaken:
            _log.warning("sheet.overtaken", account_id=int(account_id))
        finally:
            await self._turns.give(turn)

    async def prune(self) -> None:
        await self._rows.prune()

    async def _tried(self, turn: Turn) -> None:
        try:
            sheet = await self._book.get(turn.account_id)
            if sheet is not None:
                await self._carried(sheet, turn)
        except AppError as error:
            tries = await self._turns.tries(turn)
            trouble = trouble_of(error, tries, self._chance.random())
            _log.warning("sheet.failed", account_id=int(turn.account_id), code=trouble.code, tries=tries + 1)
            await self._turns.went_wrong(turn, self._clock.now(), trouble)

    async def _carried(self, sheet: Sheet, turn: Turn) -> None:
        await self._rows.collect(turn, self._clock.now(), most=BATCH)
        if not await self._rows.pending(sheet.account_id):
            return
        there = self._reception.open(sheet)
        if sheet.prepared_at is None:
            await self._prepare(there, sheet)
            await self._turns.prepared(turn)
        await self._look_up(there, sheet, turn)
        await self._blank(there, sheet, turn)
        while await self._next_batch(there, sheet, turn):
            await self._rows.collect(turn, self._clock.now(), most=BATCH)
        await self._turns.went_well(turn, self._clock.now())

    async def _prepare(self, there: Spreadsheet, sheet: Sheet) -> None:
        """The tabs and their headings; what people have written there stays."""
        known = await there.tabs()
        for tab in columns.COLUMNS:
            title, key = title_of(sheet, tab), f"{columns.key_letter(tab)}1"
            if title not in known:
                await there.add_tab(title)
            first = await there.read(title, f"A1:{key}")
            if not any(first):
                await there.write(title, {f"A1:{key}": [columns.heading(tab)]})
            elif len(first[0]) < len(columns.heading(tab)):
                await there.write(title, {f"{key}:{key}": [[columns.KEY]]})

    async def _look_up(self, there: Spreadsheet, sheet: Sheet, turn: Turn) -> None:
        """Whether what may have been sent is there."""
        for tab, numbers in (await self._rows.in_state(sheet.account_id, "sending")).items():
            await self._hold(turn)
            found = await self._places(there, sheet, tab, numbers)
            await self._rows.written(turn, list(found), self._clock.now())
            await self._rows.unwritten(turn, [one for one in numbers if one not in found])

    async def _blank(self, there: Spreadsheet, sheet: Sheet, turn: Turn) -> None:
        """Take out what the rows of an erased person say; the keys stay, so that the table has no hole."""
        for tab, every in (await self._rows.in_state(sheet.account_id, "blank")).items():
            for start in range(0, len(every), BLANKED_AT_ONCE):
                await self._hold(turn)
                numbers = every[start : start + BLANKED_AT_ONCE]
                await self._blank_some(there, sheet, tab, numbers)
                await self._rows.blanked(turn, numbers)

    async def _blank_some(self, there: Spreadsheet, sheet: Sheet, tab: str, numbers: Sequence[int]) -> None:
        found = await self._places(there, sheet, tab, numbers)
        empty: list[str] = [""] * len(columns.COLUMNS[tab])
        last = columns.last_letter(tab)
        spans = {f"A{place}:{last}{place}": [empty] for each in found.values() for place in each}
        if spans:
            await there.write(title_of(sheet, tab), spans)

    async def _places(self, there: Spreadsheet, sheet: Sheet, tab: str, numbers: Sequence[int]) -> dict[int, list[int]]:
        letter = columns.key_letter(tab)
        return columns.places(await there.read(title_of(sheet, tab), f"{letter}:{letter}"), numbers)

    async def _next_batch(self, there: Spreadsheet, sheet: Sheet, turn: Turn) -> bool:
        """Send the oldest that wait; False: nothing does."""
        await self._hold(turn)
        tab, numbers = await self._rows.claim(turn, most=BATCH)
        if not numbers:
            return False
        lines = await self._rows.lines(sheet.account_id, numbers)
        rows = [columns.row_of(tab, line, timezone=sheet.timezone) for line in lines]
        try:
            if rows:
                await there.append(title_of(sheet, tab), rows)
        except OutcomeUnknown:
            raise  # they stay as they are, and are looked for
        except AppError:
            await self._rows.unwritten(turn, numbers)
            raise
        await self._rows.written(turn, numbers, self._clock.now())
        return True

    async def _hold(self, turn: Turn) -> None:
        if not await self._turns.keep(turn, LEASE):
            raise Overtaken


def title_of(sheet: Sheet, tab: str) -> str:
    """What the account calls a tab."""
    match tab:
        case columns.CONVERSATION:
            return sheet.conversation_tab
        case columns.BROWSER:
            return sheet.browser_tab
        case _:
            raise Rejected(f"There is no tab {tab}.")
