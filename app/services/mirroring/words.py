"""A flow's words out of a tab with the columns key, locale and text: all of them or, with one slip in them, none.

Several rows of a key are its variants. The same rules hold as for words that come by PATCH /admin/account.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from app.domain.clock import Clock
from app.domain.errors import AppError, NeedsHuman
from app.domain.ids import AccountId
from app.domain.ports import FlowBook
from app.services.accounts.preferences import Preferences, checked
from app.services.mirroring.desk import NONE
from app.services.mirroring.reception import Reception
from app.store.database import Database
from app.store.queue import Job, JobName, enqueue
from app.store.secrets import Vault
from app.store.sheets import SheetBook
from app.store.upkeep import Chores

_log = structlog.get_logger()
COLUMNS: Final = ("key", "locale", "text")
WHO: Final = "sheet"
_MOST_TOLD: Final = 20


@dataclass(frozen=True, slots=True)
class WordsReport:
    """What a tab holds. With problems nothing was changed."""

    texts: int
    keys: int
    changed: bool
    problems: list[str]


class SheetWords:
    """Reads words."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        vault: Vault,
        reception: Reception,
        book: FlowBook,
        preferences: Preferences,
    ) -> None:
        self._database = database
        self._clock = clock
        self._reception = reception
        self._flows = book
        self._preferences = preferences
        self._book = SheetBook(database, vault)
        self._chores = Chores(database)

    async def sweep(self) -> None:
        """The chore: a job for every account whose words are kept in a sheet."""
        jobs = [Job(JobName.SHEET_WORDS, {"account": int(one)}) for one in await self._book.with_words()]
        wanted = await self._chores.not_queued(jobs)
        async with self._database.transaction() as tx:
            await enqueue(tx, wanted)

    async def carry(self, account_id: AccountId) -> None:
        """The job: read them; trouble is kept with the sheet and told, and the words stay as they were."""
        try:
            report = await self.read(account_id)
        except AppError as error:
            _log.warning("sheet.words_failed", account_id=int(account_id), code=error.code)
            if isinstance(error, NeedsHuman):
                await self._book.words_read(account_id, self._clock.now(), error.message)
            return
        if report.problems:
            _log.warning("sheet.words_refused", account_id=int(account_id), problems=len(report.problems))

    async def read(self, account_id: AccountId, *, dry_run: bool = False, who: str = WHO) -> WordsReport:
        """Read the tab and set what it holds, unless something in it cannot be said. `dry_run` changes nothing.

        Raises:
            AppError: the tab cannot be read.
        """
        sheet = await self._book.get(account_id)
        if sheet is None:
            raise NONE
        if not sheet.words_tab:
            raise NeedsHuman("The sheet has no tab for words.", hint="Name it: `ponte sheets set --words-tab ...`.")
        rows = await self._reception.open(sheet).read(sheet.words_tab, "A:C")
        words, problems = words_of(rows, book=self._flows, flow=sheet.flow)
        before = (await self._preferences.show(account_id))["flow_words"]
        is_other = not problems and words != before
        if not dry_run:
            if is_other:
                await self._preferences.change(account_id, {"flow_words": words}, who=who)
            await self._book.words_read(account_id, self._clock.now(), "; ".join(problems[:_MOST_TOLD]))
        texts = sum(len(ways) for ways in words.values())
        return WordsReport(texts, len(words), is_other and not dry_run, problems)


def words_of(rows: Sequence[Sequence[str]], *, book: FlowBook, flow: str) -> tuple[dict[str, list[str]], list[str]]:
    """The words as the account's setting has them, and what is wrong with which row. Pure.

    A key without a flow belongs to `flow`, the account's, or else to the first: older sheets stay as they are.
    """
    first = tuple(cell.strip().lower() for cell in rows[0]) if rows else ()
    if first[: len(COLUMNS)] != COLUMNS:
        return {}, [f"row 1: the columns are {', '.join(COLUMNS)}, in this order"]
    flows = book.flows()
    home = flow or next(iter(flows), "")
    words: dict[str, list[str]] = {}
    problems: list[str] = []
    for number, row in enumerate(rows[1:], start=2):
        key, locale, text = (*(cell.strip() for cell in row), "", "", "")[: len(COLUMNS)]
        if not (key or locale or text):
            continue
        name = _name(key, locale, home=home)
        if why := _trouble(name, text, book=book):
            problems.append(f"row {number}: {why}")
        else:
            words.setdefault(name, []).append(text)
    if not words and not problems:
        problems.append("the tab holds no words")
    return words, problems or _too_much(words)


def _name(key: str, locale: str, *, home: str) -> str:
    full = key if "." in key or not home else f"{home}.{key}"
    return f"{full}.{locale}" if locale else full


def _trouble(name: str, text: str, *, book: FlowBook) -> str:
    if not text:
        return f"{name}: the text is empty"
    return book.trouble_in({name: [text]}) or next(iter(_too_much({name: [text]})), "")


def _too_much(words: dict[str, list[str]]) -> list[str]:
    """What the setting itself refuses: texts that are too long, or too many of them."""
    try:
        checked({"flow_words": words})
    except AppError as error:
        return [f"{error.message} {error.hint}"]
    return []
