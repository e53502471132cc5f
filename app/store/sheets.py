"""The sheets of accounts: which, whose turn it is at one, and how it fares there."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain.ids import AccountId
from app.store import notices
from app.store.database import Database, Row
from app.store.json_text import to_json
from app.store.notices import News
from app.store.queries import statements
from app.store.secrets import Vault

SQL = statements("sheets")
DOWN, REFUSED, WORDS = "sheet_down", "sheet_refused", "sheet_words"  # what operators are told of


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet of an account. `key` None: the installation's service account. `flow`: the account's own."""

    account_id: AccountId
    spreadsheet: str
    conversation_tab: str
    browser_tab: str
    words_tab: str = ""
    other_events: tuple[str, ...] = ()
    key: str | None = field(default=None, repr=False)
    timezone: str = "UTC"
    flow: str = ""
    prepared_at: datetime | None = None
    failing_since: datetime | None = None
    failed_as: str = ""
    not_before: datetime | None = None
    mirrored_at: datetime | None = None
    words_read_at: datetime | None = None
    words_trouble: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to write into a sheet. Whoever is late has one that is over."""

    account_id: AccountId
    number: int


class SheetBook:
    """The table `sheets`, as people set it."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def get(self, account_id: AccountId) -> Sheet | None:
        row = await self._database.fetchrow(SQL["sheet"], account_id)
        return None if row is None else self._read(row)

    async def save(self, sheet: Sheet, *, anew: bool, who: str) -> None:
        """In place of what was there. `anew`: it is another spreadsheet, which has none of the lines yet."""
        one = sheet
        tabs = (one.conversation_tab, one.browser_tab, one.words_tab)
        told = {"spreadsheet": one.spreadsheet, "tabs": list(tabs), "other_events": list(one.other_events)}
        sealed = None if one.key is None else self._vault.seal(one.key)
        async with self._database.transaction() as tx:
            kept = self._vault.holds(await tx.fetchval(SQL["key_kept"], one.account_id), one.key)
            args = (one.account_id, one.spreadsheet, *tabs, list(one.other_events), sealed, kept)
            await tx.execute(SQL["set_sheet"], *args)
            if anew:
                await tx.execute(SQL["begin_anew"], one.account_id)
            details = to_json(told | {"own_key": sealed is not None})
            await tx.execute(SQL["log_sheet"], one.account_id, who, "sheet_set", details)

    async def drop(self, account_id: AccountId, now: datetime, *, who: str) -> bool:
        """Nothing is mirrored any more; what is in the spreadsheet stays there. False: there was none."""
        async with self._database.transaction() as tx:
            if await tx.fetchval(SQL["drop_sheet"], account_id) is None:
                return False
            await tx.execute(SQL["log_sheet"], account_id, who, "sheet_removed", "{}")
            for cause in (DOWN, REFUSED, WORDS):
                await notices.well(tx, account_id, cause, now)
        return True

    async def try_now(self, account_id: AccountId) -> None:
        """Whoever asks for it has looked: it is not left alone any longer, and its tabs are looked at again."""
        await self._database.execute(SQL["try_now"], account_id)

    async def with_words(self) -> list[AccountId]:
        """The accounts whose words are kept in a sheet."""
        return [AccountId(row["account_id"]) for row in await self._database.fetch(SQL["word_sheets"])]

    async def words_read(self, account_id: AccountId, now: datetime, trouble: str) -> None:
        """How the last look at the words ended; operators hear of trouble, and of its end."""
        async with self._database.transaction() as tx:
            await tx.execute(SQL["words_read"], account_id, now, trouble)
            if trouble:
                await notices.tell(tx, News(account_id, WORDS), now)
            else:
                await notices.well(tx, account_id, WORDS, now)

    def _read(self, row: Row) -> Sheet:
        taken = {name: row[name] for name in Sheet.__dataclass_fields__ if name not in ("key", "other_events", "flow")}
        key = None if row["sealed_key"] is None else self._vault.open(row["sealed_key"])
        return Sheet(**taken, other_events=tuple(row["other_events"]), key=key, flow=row["flow"] or "")


class SheetTurns:
    """One writer at a time for each sheet, over all processes; and how it fares."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, now: datetime) -> list[AccountId]:
        """Sheets at which nobody is, and that have something to do or have not been looked at lately."""
        return [AccountId(row["account_id"]) for row in await self._database.fetch(SQL["due_sheets"], now)]

    async def take(self, account_id: AccountId, now: datetime, lasts: timedelta) -> Turn | None:
        """None: somebody is there, or it is left alone for a while."""
        number = await self._database.fetchval(SQL["take_sheet"], account_id, now, lasts)
        return None if number is None else Turn(account_id, number)

    async def keep(self, turn: Turn, lasts: timedelta) -> bool:
        """Still at work; False: it was lost."""
        return await self._database.fetchval(SQL["keep_sheet"], turn.account_id, turn.number, lasts) is not None

    async def give(self, turn: Turn) -> None:
        await self._database.execute(SQL["give_sheet"], turn.account_id, turn.number)

    async def prepared(self, turn: Turn) -> None:
        """Its tabs are there."""
        await self._database.execute(SQL["prepared"], turn.account_id, turn.number)

    async def tries(self, turn: Turn) -> int:
        """How often it has failed in a row."""
        return await self._database.fetchval(SQL["tries"], turn.account_id) or 0

    async def went_well(self, turn: Turn, now: datetime) -> None:
        """It takes what we write: if operators were told otherwise, they hear so."""
        async with self._database.transaction() as tx:
            if await tx.fetchval(SQL["went_well"], turn.account_id, turn.number):
                for cause in (DOWN, REFUSED):
                    await notices.well(tx, turn.account_id, cause, now)

    async def went_wrong(self, turn: Turn, now: datetime, trouble: "Trouble") -> None:
        """Leave it alone for a while; operators are told where that is called for, once."""
        async with self._database.transaction() as tx:
            told = (now, now + trouble.rest, trouble.code, trouble.is_refusal)
            tries = await tx.fetchval(SQL["went_wrong"], turn.account_id, turn.number, *told)
            if tries is not None and trouble.cause:
                await notices.tell(tx, News(turn.account_id, trouble.cause), now)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong at a sheet, and how long it is left alone. `cause`: what operators are told, if anything."""

    code: str
    rest: timedelta
    is_refusal: bool = False
    cause: str = ""


@dataclass(frozen=True, slots=True)
class SheetsState:
    """Figures of the whole installation."""

    sheets: int
    failing: int
    waiting: int


class SheetOverview:
    """What monitors ask."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def state(self) -> SheetsState:
        row = await self._database.fetchrow(SQL["sheets_state"])
        return SheetsState(row["sheets"], row["failing"], row["waiting"]) if row else SheetsState(0, 0, 0)
