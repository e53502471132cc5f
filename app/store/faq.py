"""Answers to questions that come again and again, in Postgres. What may be kept is for services to say."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.domain.ids import AccountId, ConversationId
from app.store.database import Database, Tx
from app.store.json_text import to_json
from app.store.queries import statements

SQL = statements("faq")
USUAL_DAYS: Final = 30  # an answer holds so long where the account has set nothing
_LAST_ID: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Known:
    """An answer that may be given again."""

    id: int
    balloons: tuple[str, ...]
    is_exact: bool


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """What a brain has said to a first question. `names` are words of the question that could name somebody."""

    account_id: AccountId
    locale: str
    gist: str
    question: str
    balloons: tuple[str, ...]
    brain: str
    is_known: bool
    conversation_id: ConversationId
    turn: int
    holds: timedelta
    names: tuple[str, ...]
    since: datetime  # nothing of ours that answers nothing may have been said after that


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as an operator reads it."""

    id: int
    state: str
    locale: str
    question: str
    balloons: list[str]
    brain: str
    hits: int
    hit_at: datetime | None
    approved_by: str | None
    created_at: datetime
    expires_at: datetime


class FaqAnswers:
    """Reads and writes `faq_answers`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def hit(
        self, account_id: AccountId, key: tuple[str, str, str], *, conversation_id: ConversationId, since: datetime
    ) -> Known | None:
        """The answer for language, gist and question, counted; None: there is none that may be given."""
        row = await self._database.fetchrow(SQL["hit"], account_id, *key, conversation_id, since)
        return Known(row["id"], tuple(row["balloons"]), row["is_exact"]) if row else None

    async def learn(self, new: NewAnswer) -> None:
        """Keep an answer, confirm the one that there is, or put it in its place."""
        key = (new.account_id, new.locale, new.gist, new.question, list(new.balloons), new.brain, new.is_known)
        source = (new.conversation_id, new.turn, new.holds, list(new.names), new.since)
        await self._database.execute(SQL["learn"], *key, *source)

    async def page(self, account_id: AccountId, *, before: int | None, limit: int) -> list[Kept]:
        """Newest first."""
        rows = await self._database.fetch(SQL["page"], account_id, before or _LAST_ID, limit)
        return [Kept(**dict(row)) for row in rows]

    async def approve(self, account_id: AccountId, number: int, *, who: str) -> bool:
        """A person stands by an answer; False: there is no such one."""
        async with self._database.transaction() as tx:
            days = await tx.fetchval(SQL["days_kept"], account_id, USUAL_DAYS)
            found = await tx.fetchval(SQL["approve"], account_id, number, who, timedelta(days=days or USUAL_DAYS))
            if found:
                await _log(tx, account_id, who, "faq_approved", number)
        return bool(found)

    async def forget(self, account_id: AccountId, number: int, *, who: str) -> bool:
        async with self._database.transaction() as tx:
            found = await tx.fetchval(SQL["forget"], account_id, number)
            if found:
                await _log(tx, account_id, who, "faq_forgotten", number)
        return bool(found)

    async def forget_all(self, account_id: AccountId, *, who: str) -> int:
        """How many there were."""
        async with self._database.transaction() as tx:
            count = await tx.fetchval(SQL["forget_all"], account_id)
            await tx.execute(SQL["log"], account_id, who, "faq_forgotten", to_json({"answers": count}))
        return count


async def _log(tx: Tx, account_id: AccountId, who: str, what: str, number: int) -> None:
    await tx.execute(SQL["log"], account_id, who, what, to_json({"answer": number}))


async def judge(tx: Tx, account_id: AccountId, turn: tuple[int, int], *, is_good: bool, who: str) -> None:
    """Somebody says of the answer of a turn whether it was good: what was learned from it hears that."""
    await tx.execute(SQL["judge"], account_id, *turn, is_good, who)


async def doubt(tx: Tx, account_id: AccountId, turn: tuple[int, int], *, is_bad: bool) -> None:
    """A customer finds the answer of a turn bad, or no longer does."""
    await tx.execute(SQL["doubt"], account_id, *turn, is_bad)
