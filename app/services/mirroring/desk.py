"""The sheet of an account as people see and change it. No key is ever shown: only for whom it is."""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from app.domain.clock import Clock
from app.domain.errors import NotFound, Rejected
from app.domain.ids import AccountId
from app.services.mirroring.reception import Reception
from app.store.accounts import Accounts
from app.store.database import Database
from app.store.secrets import Vault
from app.store.sheet_rows import SheetRows
from app.store.sheets import Sheet, SheetBook

CONVERSATION_TAB: Final = "conversation_events"
BROWSER_TAB: Final = "browser_events"
_ADDRESS: Final = re.compile(r"https://docs\.google\.com/spreadsheets/d/([\w-]+)", re.ASCII)
_ID: Final = re.compile(r"[\w-]{10,200}", re.ASCII)
_EVENT: Final = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)
_LONGEST_TAB: Final = 100
_MOST_EVENTS: Final = 20
NONE: Final = NotFound("The account has no sheet.", hint="Set one with `ponte sheets set` or PUT /admin/sheets.")


@dataclass(frozen=True, slots=True)
class SheetChange:
    """What somebody wants changed. None: as it was. An empty `words_tab`: words are read from nowhere.

    An empty `service_account`: the installation's.
    """

    spreadsheet: str | None = None
    conversation_tab: str | None = None
    browser_tab: str | None = None
    words_tab: str | None = None
    other_events: tuple[str, ...] | None = None
    service_account: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class SheetView:
    """A sheet as people see it. `share_with`: the service account that needs to be an editor of the spreadsheet."""

    spreadsheet: str
    conversation_tab: str
    browser_tab: str
    words_tab: str
    other_events: list[str]
    share_with: str
    has_own_key: bool
    waiting: int
    mirrored_at: datetime | None
    failing_since: datetime | None
    failed_as: str
    words_read_at: datetime | None
    words_trouble: str


class SheetDesk:
    """Looks after sheets."""

    def __init__(self, database: Database, clock: Clock, *, vault: Vault, reception: Reception) -> None:
        self._clock = clock
        self._reception = reception
        self._accounts = Accounts(database, vault)
        self._book = SheetBook(database, vault)
        self._rows = SheetRows(database)

    async def listing(self, account_id: AccountId) -> list[SheetView]:
        """The account's sheet, if it has one."""
        found = await self._book.get(account_id)
        return [] if found is None else [await self._view(found)]

    async def set(self, account_id: AccountId, change: SheetChange, *, who: str) -> SheetView:
        """Change it, or set the first; it is tried at once. Another spreadsheet gets everything the record holds.

        Raises:
            Rejected: something is missing or makes no sense.
        """
        await self._accounts.get(account_id)
        before = await self._book.get(account_id)
        sheet = changed(account_id, before, change)
        self._reception.email(sheet.key)  # a key that is none is said now
        await self._book.save(sheet, anew=before is None or before.spreadsheet != sheet.spreadsheet, who=who)
        return await self.view(account_id)

    async def check(self, account_id: AccountId) -> SheetView:
        """Ask Google for the spreadsheet, writing nothing; if it answers, what waits goes on at once.

        Raises:
            AppError: what Google says to it.
        """
        sheet = await self._book.get(account_id)
        if sheet is None:
            raise NONE
        await self._reception.open(sheet).tabs()
        await self._book.try_now(account_id)
        return await self.view(account_id)

    async def remove(self, account_id: AccountId, *, who: str) -> None:
        """Mirror no more; what is in the spreadsheet stays there."""
        if not await self._book.drop(account_id, self._clock.now(), who=who):
            raise NONE

    async def view(self, account_id: AccountId) -> SheetView:
        found = await self._book.get(account_id)
        if found is None:
            raise NONE
        return await self._view(found)

    async def _view(self, one: Sheet) -> SheetView:
        return SheetView(
            *(one.spreadsheet, one.conversation_tab, one.browser_tab, one.words_tab, list(one.other_events)),
            share_with=self._reception.email(one.key),
            has_own_key=one.key is not None,
            waiting=await self._rows.pending(one.account_id),
            mirrored_at=one.mirrored_at,
            failing_since=one.failing_since,
            failed_as=one.failed_as,
            words_read_at=one.words_read_at,
            words_trouble=one.words_trouble,
        )


def changed(account_id: AccountId, before: Sheet | None, change: SheetChange) -> Sheet:
    """The sheet as it will be. Pure.

    Raises:
        Rejected: something is missing or makes no sense.
    """
    if before is None and change.spreadsheet is None:
        raise Rejected("A spreadsheet is needed.", hint="Its address, or the id in it.")
    sheet = before or Sheet(account_id, "", CONVERSATION_TAB, BROWSER_TAB)
    if change.spreadsheet is not None:
        sheet = replace(sheet, spreadsheet=_id_of(change.spreadsheet))
    if change.other_events is not None:
        sheet = replace(sheet, other_events=_events(change.other_events))
    if change.service_account is not None:
        sheet = replace(sheet, key=change.service_account or None)
    tabs = {name: getattr(change, name) for name in ("conversation_tab", "browser_tab", "words_tab")}
    sheet = replace(sheet, **{name: _tab(name, title) for name, title in tabs.items() if title is not None})
    if len({sheet.conversation_tab, sheet.browser_tab, sheet.words_tab}) < 3:  # noqa: PLR2004 - three tabs
        raise Rejected("Each tab needs a name of its own.", hint="They have different columns.")
    return sheet


def _id_of(said: str) -> str:
    """People paste the address."""
    found = _ADDRESS.match(said.strip())
    name = found[1] if found else said.strip()
    if not _ID.fullmatch(name):
        raise Rejected("This is no spreadsheet.", hint="Paste its address, or the id between /d/ and /edit in it.")
    return name


def _events(given: tuple[str, ...]) -> tuple[str, ...]:
    if len(given) > _MOST_EVENTS or not all(_EVENT.fullmatch(one) for one in given):
        hint = f"At most {_MOST_EVENTS}, each as the audit calls it, such as handoff_asked_for_person."
        raise Rejected("other_events cannot be that.", hint=hint)
    return tuple(dict.fromkeys(given))


def _tab(name: str, title: str) -> str:
    if name != "words_tab" and not title.strip():
        raise Rejected(f"{name} needs a name.")
    if len(title) > _LONGEST_TAB or not title.isprintable():
        raise Rejected(f"{name} cannot be that.", hint=f"At most {_LONGEST_TAB} letters, on one line.")
    return title.strip()
