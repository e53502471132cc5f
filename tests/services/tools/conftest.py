"""A conversation with an open turn, beside a simulated Kommo, and salespeople who can be met at any hour."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest_asyncio

from app.domain.agenda import Availability
from app.domain.ids import ConversationId
from app.domain.tools import ToolAnswer, TurnRef
from app.domain.written_hours import parse_hours
from app.store.accounts import Account
from app.store.availability import Availabilities
from app.wiring import House
from tests.builders import written_by_ana
from tests.house import conversation_of, customer_says, deliver, state_of, work_off
from tests.sandbox.player import Player

ZONE = ZoneInfo("America/Sao_Paulo")
ALWAYS = parse_hours(
    {"week": {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}, "holidays": ""}
)


def tomorrow(hour: int = 15) -> str:
    """A local time of tomorrow, as models write times."""
    day = datetime.now(ZONE) + timedelta(days=1)
    return f"{day:%Y-%m-%d}T{hour:02}:00"


@dataclass(frozen=True)
class Open:
    """An open turn, and the tools of the house called on its behalf."""

    house: House
    account: Account
    turn: TurnRef

    async def call(self, tool: str, **arguments: Any) -> ToolAnswer:
        return await self.house.toolbox.call(self.turn, tool, arguments)

    @property
    def number(self) -> ConversationId:
        return self.turn.conversation_id

    def dry(self) -> "Open":
        return replace(self, turn=replace(self.turn, dry_run=True))

    def of_turn(self, number: int) -> "Open":
        return replace(self, turn=replace(self.turn, turn=number))

    async def rows(self, kind: str) -> list[tuple[str, str]]:
        """State and text of what is written to the CRM, in order."""
        sql = """select state, body, details::text as more from outbox where conversation_id = $1 and kind = $2
            order by number"""
        found = await self.house.database.fetch(sql, self.number, kind)
        return [(row["state"], row["body"] or row["more"]) for row in found]


Ask = Callable[..., Awaitable[Open]]


async def ana_writes(open_turn: Open) -> None:
    """A salesperson answers in the chat; her message lies in the mailbox, and nobody has read it yet."""
    sql = "select chat_id, talk_id, contact_id, lead_id from conversations where id = $1"
    chat = await open_turn.house.database.fetchrow(sql, open_turn.number)
    assert chat is not None
    await deliver(open_turn.house.database, open_turn.account, written_by_ana(**dict(chat)))


@pytest_asyncio.fixture
async def ask(house: House, shop: Account, sandbox: Player) -> Ask:
    """A customer writes and a brain is asked, but has not answered yet."""

    async def asked(text: str = "Quero marcar uma visita", **more: Any) -> Open:
        said = await customer_says(sandbox, house, shop, text, **more)
        await work_off(house, but=("ask",))
        number = await conversation_of(house.database, str(said["chat_id"]))
        state = await state_of(house.database, number)
        assert state.turn is not None
        until = datetime.now(UTC) + timedelta(minutes=2)
        return Open(house, shop, TurnRef(shop.id, number, state.turn.number, until))

    return asked


@pytest_asyncio.fixture
async def seller(house: House, shop: Account) -> Availability:
    """Ana can be met at any hour of any day."""
    await house.database.execute("update vendedores set is_active = false where account_id = $1", shop.id)
    await house.database.execute(
        "insert into vendedores (account_id, external_id, name) values ($1, '77', 'Ana')", shop.id
    )
    made = Availability("77", "Ana", "America/Sao_Paulo", ALWAYS)
    await Availabilities(house.database).save(shop.id, made)
    return made
