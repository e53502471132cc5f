"""A mirror over the simulated Google Sheets, which is a process of its own, beside a real Postgres."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import httpx
import orjson
import pytest_asyncio

from app.domain.clock import FixedClock
from app.domain.ids import AccountId
from app.services.flows.book import Book
from app.services.mirroring.assembly import Mirroring, mirroring_of
from app.services.mirroring.desk import BROWSER_TAB, CONVERSATION_TAB, SheetChange
from app.sheets.google import GoogleSheets
from app.store.accounts import Account
from app.store.database import Database
from app.store.json_text import to_json
from app.store.secrets import Vault
from tests.sandbox.player import Player

BOOK = "1SandboxSpreadsheet"
BUDGET = timedelta(seconds=20)


@dataclass
class Place:
    """An account with a sheet. The clock stands still unless it is moved."""

    database: Database
    account: Account
    vault: Vault
    http: httpx.AsyncClient
    player: Player
    key: dict[str, str]
    clock: Any = field(default_factory=lambda: FixedClock(datetime.now(UTC)))
    budget: timedelta = BUDGET

    @property
    def id(self) -> AccountId:
        return self.account.id

    @property
    def google(self) -> GoogleSheets:
        return GoogleSheets(self.http, self.clock, base_url=str(self.player.http.base_url), budget=self.budget)

    @property
    def rooms(self) -> Mirroring:
        """The rooms of one more process."""
        key = orjson.dumps(self.key).decode()
        return mirroring_of(
            self.database, self.clock, vault=self.vault, sheets=self.google, key=key, book=Book(), chance=Random(1)
        )

    async def set(self, **changes: Any) -> None:
        await self.rooms.desk.set(self.id, SheetChange(**{"spreadsheet": BOOK, **changes}), who="test")

    async def carry(self) -> None:
        await self.rooms.mirror.carry(self.id)

    async def rested(self) -> None:
        """As if it had been left alone for long enough."""
        self.clock.move(timedelta(minutes=10))

    async def log(self, what: str, details: dict[str, Any], *, who: str = "flow", why: str = "", n: int = 1) -> None:
        """Lines of the record; `%` in a value is the line's number."""
        sql = (
            "insert into event_log (account_id, conversation_id, who, what, why, details) "
            "select $1, 7, $2, $3, $4, replace($5, '%', i::text)::jsonb from generate_series(1, $6::int) i"
        )
        await self.database.execute(sql, self.id, who, what, why, to_json(details), n)

    async def steer(self, path: str, **order: Any) -> None:
        await self.player.steer(f"sheets/{path}", order)

    async def cells(self, tab: str = CONVERSATION_TAB) -> list[list[dict[str, Any]]]:
        """Every row below the headings, each cell with what kind it is."""
        answer = await self.player.http.get(f"/_sandbox/sheets/books/{BOOK}")
        return answer.json().get(tab, [[]])[1:]

    async def rows(self, tab: str = CONVERSATION_TAB) -> list[list[Any]]:
        return [[cell["value"] for cell in row] for row in await self.cells(tab)]

    async def names(self) -> list[str]:
        """The column of the names, which tests count by."""
        return [str(row[3]) for row in await self.rows()]

    async def browser_rows(self) -> list[list[Any]]:
        return await self.rows(BROWSER_TAB)

    async def calls(self) -> dict[str, int]:
        return (await self.player.http.get("/_sandbox/sheets/calls")).json()

    async def states(self) -> dict[str, int]:
        rows = await self.database.fetch("select state, count(*) as n from sheet_rows group by state")
        return {row["state"]: row["n"] for row in rows}

    async def causes(self) -> list[str]:
        rows = await self.database.fetch("select cause from notices where is_open order by cause")
        return [row["cause"] for row in rows]


@pytest_asyncio.fixture
async def bare_place(
    database: Database, account: Account, secret_key: str, sandbox_process: Player
) -> AsyncIterator[Place]:
    """The same without a sheet."""
    await sandbox_process.steer("sheets/reset", {})
    key = await sandbox_process.steer("sheets/accounts", {"name": "ponte"})
    await sandbox_process.steer("sheets/books", {"id": BOOK, "editors": [key["client_email"]]})
    async with httpx.AsyncClient(verify=False, trust_env=False, timeout=30) as http:
        yield Place(database, account, Vault([secret_key]), http, sandbox_process, key)


@pytest_asyncio.fixture
async def place(bare_place: Place) -> Place:
    await bare_place.set()
    return bare_place
