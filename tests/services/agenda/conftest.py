"""A team of three with hours of their own, and a clock that stands on a Wednesday at ten in São Paulo."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from app.domain.agenda import Availability
from app.domain.clock import FixedClock
from app.domain.written_hours import parse_hours
from app.services.accounts.notifying import Notifying
from app.services.agenda.assembly import Scheduling, scheduling_of
from app.services.agenda.knowing import Knowing
from app.services.conversation.steering import Steering
from app.store.accounts import Account, Accounts
from app.store.availability import Availabilities
from app.store.database import Database

SAO_PAULO = "America/Sao_Paulo"
# Without holidays: the twentieth of November is one.
OFFICE = parse_hours(
    {"week": {day: ["09:00-12:00", "13:00-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")}, "holidays": ""}
)


async def join(database: Database, account: Account, seller_id: str, name: str) -> None:
    """Somebody works here, hours or not."""
    sql = "insert into vendedores (account_id, external_id, name) values ($1, $2, $3)"
    await database.execute(sql, account.id, seller_id, name)


Hire = Callable[..., Awaitable[Availability]]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 18, 13, 0, tzinfo=UTC))


@pytest.fixture
def scheduling(database: Database, clock: FixedClock, accounts: Accounts) -> Scheduling:
    notifying = Notifying(database, clock, accounts, {})
    knowing = Knowing(database, clock, accounts, {})
    messenger = Steering(database, clock, accounts)
    return scheduling_of(database, clock, knowing=knowing, messenger=messenger, notifier=notifying)


@pytest.fixture
def hire(database: Database, account: Account) -> Hire:
    """Adds a salesperson with hours."""

    async def hired(seller_id: str, name: str = "Ana", **fields: object) -> Availability:
        await join(database, account, seller_id, name)
        known = {"timezone": SAO_PAULO, "hours": OFFICE, **fields}
        made = Availability(seller_id, name, **known)
        await Availabilities(database).save(account.id, made)
        return made

    return hired


@pytest_asyncio.fixture
async def team(hire: Hire) -> list[Availability]:
    return [await hire("1", "Ana"), await hire("2", "Bruno"), await hire("3", "Caio")]
