"""What a list of users shows: one user, or anyone at all."""

from decimal import Decimal
from typing import Final

from playwright.async_api import Locator

from app.browser.amounts import read_amount
from app.browser.chromium.endings import ChangedError
from app.browser.chromium.places import any_of, any_place
from app.browser.chromium.walk import Walk
from app.browser.wording import plain
from app.domain.provisioning import SeenUser

_LONGEST_CELL: Final = 200


class Reading:
    """The list on a walk's page. Nobody is said to be absent unless the panel says so, or shows only others."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk
        self._look = walk.recipe.look
        self._parts = walk.recipe.parts
        self._budgets = walk.recipe.budgets

    async def user(self, username: str) -> SeenUser | None:
        """The user of exactly this name, on whichever page of the list."""
        for _ in range(self._look.pages):
            rows = await self._rows()
            if rows is None:
                return None
            if (found := await self._among(rows.filter(has_text=username), username)) is not None:
                return found
            await self._cell(rows.first, self._look.columns.username)
            if not await self._turn_page():
                return None
        raise ChangedError("the list of users has more pages than the recipe allows")

    async def _among(self, rows: Locator, username: str) -> SeenUser | None:
        """The row of this name, else one that differs in capitals alone: a panel that folds them has no other."""
        named = [(await self._cell(row, self._look.columns.username), row) for row in await rows.all()]
        alike = [(name, row) for name, row in named if name.casefold() == username.casefold()]
        for name, row in sorted(alike, key=lambda one: one[0] != username)[:1]:
            return SeenUser(name, await self._balance(row))
        return None

    async def anyone(self) -> str | None:
        """The first user of the list."""
        rows = await self._rows()
        return None if rows is None else await self._cell(rows.first, self._look.columns.username)

    async def _rows(self) -> Locator | None:
        """The rows; None where the list says that it is empty."""
        rows = any_place(self._walk.page, self._parts[self._look.rows])
        nobody = any_place(self._walk.page, self._parts[self._look.nobody])
        await self._walk.wait_for(any_of([rows, nobody]), f"neither {self._look.rows} nor {self._look.nobody} is there")
        return rows if await rows.count() else None

    async def _balance(self, row: Locator) -> Decimal:
        shown = await self._cell(row, self._look.columns.balance)
        try:
            return read_amount(shown, self._walk.recipe.amounts)
        except ValueError:
            raise ChangedError("a balance is not written as the recipe says") from None

    async def _cell(self, row: Locator, name: str) -> str:
        cell = any_place(row, self._parts[name])
        if await cell.count() != 1:
            raise ChangedError(f"{name} is not there once in a row")
        text = plain(await cell.inner_text(timeout=self._budgets.act), longest=_LONGEST_CELL)
        if not text:
            raise ChangedError(f"{name} is empty")
        return text

    async def _turn_page(self) -> bool:
        if self._look.more is None or not await any_place(self._walk.page, self._parts[self._look.more]).count():
            return False
        await self._walk.turn(self._look.more)
        return True
