"""What people were told: once per cause an hour, once when it is well again. Each telling has a job that carries it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.domain.ids import AccountId
from app.store.database import Database, Row, Tx
from app.store.json_text import from_json, to_json
from app.store.queries import statements
from app.store.queue import Job, JobName, enqueue

SQL = statements("notices")


@dataclass(frozen=True, slots=True)
class News:
    """Something to tell. `seller_id` None: the operators. `about` keeps what is told of different things apart."""

    account_id: AccountId
    cause: str
    about: str = ""
    seller_id: str | None = None
    lead_id: str | None = None
    conversation_id: int | None = None
    details: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Notice:
    """A telling that is under way. `sent` are the ways by which it has been told."""

    id: int
    round: int
    account_id: AccountId
    account_name: str
    locale: str
    timezone: str
    channel: str
    cause: str
    seller_id: str | None
    lead_id: str | None
    conversation_id: int | None
    details: dict[str, Any]
    is_open: bool
    sent: frozenset[str]
    round_at: datetime


async def tell(tx: Tx, news: News, now: datetime) -> bool:
    """Put a telling and its job beside whatever else this transaction writes; False when it was told lately."""
    row = await tx.fetchrow(
        SQL["tell"],
        news.account_id,
        news.cause,
        news.about,
        news.seller_id,
        news.lead_id,
        news.conversation_id,
        to_json(news.details),
        now,
    )
    if row is None:
        return False
    await enqueue(tx, [_job(row)])
    return True


async def tell_of_chat(tx: Tx, news: News, now: datetime) -> bool:
    """The same for one chat; False also when its hand-over was what the operators were told of lately."""
    if await tx.fetchval(SQL["told_of_chat"], news.account_id, news.conversation_id, now):
        return False
    return await tell(tx, news, now)


async def well(tx: Tx, account_id: AccountId, cause: str, now: datetime, *, about: str = "") -> bool:
    """What was told is over; False when nothing was told."""
    row = await tx.fetchrow(SQL["well"], account_id, cause, about, now)
    if row is None:
        return False
    await enqueue(tx, [_job(row)])
    return True


def _job(row: Row) -> Job:
    return Job(JobName.NOTIFY, {"notice": row["id"], "round": row["round"]})


class Notices:
    """The table `notices`, for the one who carries."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, notice_id: int, number: int) -> Notice | None:
        """The telling, unless it is done or another has taken its place."""
        row = await self._database.fetchrow(SQL["notice"], notice_id, number)
        if row is None:
            return None
        plain = {name: row[name] for name in Notice.__dataclass_fields__ if name not in ("details", "sent")}
        return Notice(**plain, details=from_json(row["details"]), sent=frozenset(row["sent"]))

    async def sent_by(self, notice: Notice, way: str) -> None:
        await self._database.execute(SQL["sent_by"], notice.id, notice.round, way)

    async def refused_by(self, notice: Notice, way: str, why: str) -> None:
        """This way will not carry it, however often it is asked."""
        await self._database.execute(SQL["undeliverable"], notice.account_id, f"{way}:{why}")
        await self.sent_by(notice, way)

    async def done(self, notice: Notice, now: datetime) -> None:
        await self._database.execute(SQL["delivered_notice"], notice.id, notice.round, now)

    async def untold(self, now: datetime) -> list[Job]:
        """Jobs for the tellings whose own job died."""
        return [_job(row) for row in await self._database.fetch(SQL["untold"], now)]
