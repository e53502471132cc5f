"""Turns that are over, as they were asked and answered: what a replay reads. Changes nothing."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from app.domain.ids import AccountId, ConversationId
from app.store.database import Database, Row
from app.store.queries import statements
from app.store.turns import HISTORY, Question, around, line_of
from app.store.turns import SQL as TURNS

SQL = statements("replay")


@dataclass(frozen=True, slots=True)
class _Added:
    add: tuple[str, ...] = ()


_TAGS = TypeAdapter(_Added)


@dataclass(frozen=True, slots=True)
class PastTurn:
    """A turn with its answer. `outcome` is its state, with the reason where it has one."""

    question: Question
    asked_at: datetime
    answered_at: datetime | None
    brain: str
    state: str
    outcome: str
    balloons: tuple[str, ...]
    tags: tuple[str, ...]


class PastTurns:
    """Reads them from Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def since(self, account_id: AccountId, since: datetime, limit: int) -> list[PastTurn]:
        """Oldest first."""
        rows = await self._database.fetch(SQL["turns"], account_id, since, limit)
        return [await self._read(account_id, row) for row in rows]

    async def _read(self, account_id: AccountId, row: Row) -> PastTurn:
        conversation_id = ConversationId(row["conversation_id"])
        burst = await self._database.fetch(TURNS["burst"], conversation_id, row["answers"])
        before = await self._database.fetch(SQL["before"], conversation_id, row["answers"], HISTORY)
        answered = await self._database.fetch(SQL["answered"], conversation_id, row["number"])
        question = Question(
            account_id=account_id,
            conversation_id=conversation_id,
            channel=row["channel"],
            number=row["number"],
            epoch=row["epoch"],
            rung=row["rung"],
            locale=row["locale"],
            timezone=row["timezone"],
            contact_id=row["contact_id"],
            lead_id=row["lead_id"],
            business=row["business"],
            burst=tuple(line_of(one) for one in burst),
            history=tuple(line_of(one) for one in reversed(before)),
            settled_at=row["settled_at"],
            **around(row),
        )
        outcome = f"{row['state']}: {row['reason']}" if row["reason"] else str(row["state"])
        said = tuple(one["body"] for one in answered if one["kind"] == "message")
        tags = tuple(
            tag for one in answered if one["kind"] == "tags" for tag in _TAGS.validate_json(one["details"]).add
        )
        times = row["asked_at"], row["answered_at"]
        return PastTurn(question, *times, row["brain"], str(row["state"]), outcome, said, tags)
