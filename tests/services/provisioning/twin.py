"""A panel that behaves as `app.browser.base` says, without a browser: its users, its troubles, and who is there."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from app.domain.provisioning import NewUser, PanelAccount, SeenUser, UserExists, WriteInDoubt

Point = Literal["open", "look", "before_write", "after_write", "read_back", "check"]


class Killed(BaseException):
    """The process is gone; no `except Exception` sees it, and nothing is tidied up by anybody who is dead."""


@dataclass
class TwinPanels:
    """All panels, with one list of users. `troubles` are raised one after the other, each at its point, once."""

    users: dict[str, Decimal] = field(default_factory=dict[str, Decimal])
    passwords: dict[str, str] = field(default_factory=dict[str, str])
    troubles: list[tuple[Point, BaseException]] = field(default_factory=list[tuple[Point, BaseException]])
    calls: list[str] = field(default_factory=list[str])
    writes: Counter[str] = field(default_factory=Counter[str])
    there: int = 0
    most_there: int = 0
    is_blind: bool = False  # shows no balances
    swallows: bool = False  # says yes and does nothing
    closed: asyncio.Event | None = None  # forms are sent when it is set
    hidden: set[str] = field(default_factory=set[str])  # names of another agency: taken, and shown to nobody here

    @asynccontextmanager
    async def open(
        self, account: PanelAccount, *, run: str, secrets: Collection[str] = ()
    ) -> AsyncGenerator["TwinPanel"]:
        del account, run, secrets
        self.call("open")
        self.there += 1
        self.most_there = max(self.most_there, self.there)
        try:
            yield TwinPanel(self)
        finally:
            self.there -= 1

    async def is_visited(self) -> bool:
        return self.there > 0

    async def is_left(self) -> bool:
        return self.there == 0

    async def component(self) -> dict[str, object]:
        return {"status": "up", "version": "twin", "runs": len(self.calls), "resident_mib": None}

    def call(self, point: Point) -> None:
        self.calls.append(point)
        self.trouble(point)

    def trouble(self, point: Point) -> None:
        """What goes wrong here, if anything does."""
        trouble = next(((where, error) for where, error in self.troubles if where == point), None)
        if trouble is not None:
            self.troubles.remove(trouble)
            raise trouble[1]


@dataclass
class TwinPanel:
    """One visit."""

    world: TwinPanels
    has_written: bool = False

    async def look(self, username: str) -> SeenUser | None:
        self.world.call("look")
        if self.has_written:
            self.world.trouble("read_back")
        if username not in self.world.users:
            return None
        return SeenUser(username, None if self.world.is_blind else self.world.users[username])

    async def create_user(self, user: NewUser) -> None:
        self.world.call("before_write")
        if self.world.closed is not None:
            await self.world.closed.wait()
        self.has_written = True
        if user.username in self.world.users or user.username in self.world.hidden:
            raise UserExists("taken")
        if not self.world.swallows:
            self.world.users[user.username] = Decimal(0)
            self.world.passwords[user.username] = user.password
            self.world.writes[user.username] += 1
        self.world.call("after_write")

    async def assign_balance(self, username: str, amount: Decimal) -> None:
        self.world.call("before_write")
        self.has_written = True
        if not self.world.swallows:
            self.world.users[username] += amount
            self.world.writes[username] += 1
        self.world.call("after_write")

    async def check(self) -> None:
        self.world.call("check")


def lost() -> WriteInDoubt:
    return WriteInDoubt("the answer was lost")
