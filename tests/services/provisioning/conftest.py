"""A desk and a browser process's work over a twin of the panel, beside a real Postgres."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import httpx
import orjson
import pytest
import pytest_asyncio

from app.channels.guard import Guard
from app.domain.ids import AccountId, ConversationId
from app.services.provisioning.access import Access
from app.services.provisioning.assembly import Provisioners, provisioners_of
from app.services.provisioning.desk import BalanceWish, Patience, UserWish
from app.services.provisioning.panels import PanelChange
from app.services.provisioning.running import Pace, Running
from app.storage.folder import FolderStore
from app.store.accounts import Account
from app.store.database import Database
from app.store.dead import DeadThings
from app.store.panels import PanelBook
from app.store.provisioning import Provisionings
from app.store.provisioning_requests import Provisioning
from app.store.secrets import Vault
from tests.services.provisioning.twin import TwinPanels

QUICK = Patience(no_browser=timedelta(seconds=0.1), look=timedelta(seconds=0.01), answer=timedelta(seconds=30))


@dataclass
class MovingClock:
    """The machine's clock, which a test may put forward."""

    by: timedelta = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by

    def move(self, by: timedelta) -> None:
        self.by += by


@dataclass
class Place:
    """Everything around one account's panel."""

    database: Database
    account: Account
    vault: Vault
    guard: Guard
    clock: MovingClock
    keys: list[str]
    files: FolderStore
    panels: TwinPanels = field(default_factory=TwinPanels)

    @property
    def id(self) -> AccountId:
        return self.account.id

    @property
    def services(self) -> Provisioners:
        return provisioners_of(
            *(self.database, self.clock), vault=self.vault, guard=self.guard, files=self.files, patience=QUICK
        )

    @property
    def rows(self) -> Provisionings:
        return Provisionings(self.database, self.vault)

    @property
    def book(self) -> PanelBook:
        return PanelBook(self.database, self.vault)

    def access(self, most_names: int = 10) -> Access:
        """For flows and brains, which wait but a moment."""
        patience = timedelta(seconds=0.05)
        return Access(
            self.database, desk=self.services.desk, vault=self.vault, most_names=most_names, patience=patience
        )

    def running(self, seed: int = 1, pace: Pace | None = None) -> Running:
        """The work of one more browser process."""
        return Running(self.database, self.clock, vault=self.vault, browser=self.panels, pace=pace, chance=Random(seed))

    async def set_panel(self, **changes: Any) -> None:
        known = {"recipe": "twin", "base_url": "https://panel.example.com", "admin_user": "ana", "admin_password": "s"}
        await self.services.panels.set(self.id, PanelChange(**{**known, **changes}), who="test", is_operator=True)

    async def ask(self, candidate: str = "sofia1234", conversation: str = "c-1", **more: Any) -> Provisioning:
        wish = UserWish(conversation, "Sofía", candidate, **more)
        return await self.services.desk.create_user(self.id, wish, who="n8n")

    async def give(
        self, amount: str = "25.00", key: str = "k-1", *, username: str = "sofia1234", **more: Any
    ) -> Provisioning:
        wish = BalanceWish(username, Decimal(amount), key, **more)
        return await self.services.desk.assign_balance(self.id, wish, who="n8n")

    async def now(self, one: Provisioning) -> Provisioning:
        return await self.services.desk.show(self.id, one.id)

    async def work(self, *, tries: int = 1) -> None:
        """As often as that: do what is due, and let half a minute pass."""
        for _ in range(tries):
            await self.running().drain(self.id)
            self.clock.move(timedelta(seconds=17))

    async def dies(self) -> None:
        """The lease of a process that was killed ends."""
        await self.database.execute("update panel_leases set held_until = now() - interval '1 second'")

    async def replay(self, one: Provisioning) -> None:
        assert await DeadThings(self.database).replay(self.id, "provisioning", one.id, who="test")
        await self.database.execute(
            "update provisionings set not_before = $1, deadline = $2 where id = $3",
            self.clock.now(),
            self.clock.now() + timedelta(minutes=15),
            one.id,
        )

    async def log(self, what: str) -> list[dict[str, Any]]:
        rows = await self.database.fetch("select details from event_log where what = $1 order by id", what)
        return [orjson.loads(row["details"]) for row in rows]

    async def causes(self) -> list[str]:
        rows = await self.database.fetch("select cause from notices where is_open order by cause")
        return [row["cause"] for row in rows]


@pytest_asyncio.fixture
async def place(database: Database, account: Account, secret_key: str, tmp_path: Path) -> AsyncIterator[Place]:
    async with httpx.AsyncClient(verify=False, trust_env=False) as http:
        clock = MovingClock()
        made = Place(
            database, account, Vault([secret_key]), Guard(http), clock, [secret_key], FolderStore(tmp_path / "media")
        )
        await made.set_panel()
        yield made


@pytest_asyncio.fixture
async def chat(place: Place) -> ConversationId:
    """A conversation of ours, in Spanish."""
    number = await place.database.fetchval(
        """insert into conversations (account_id, channel, chat_id, locale) values ($1, 'kommo', 'chat-1', 'es')
        returning id""",
        place.id,
    )
    return ConversationId(number)


@pytest.fixture
def panels(place: Place) -> TwinPanels:
    return place.panels
