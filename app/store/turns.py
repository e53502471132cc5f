"""Turns as the asking sees them: the question with its burst and history, and the stamps of its stages."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from app.domain.brain import Line, ReplyRequest
from app.domain.ids import AccountId, ConversationId
from app.domain.messages import Author, Media, MessageKind
from app.store.database import Database, Row, Tx
from app.store.queries import statements

SQL = statements("turns")
HISTORY = 40  # lines a brain is told of
_MEDIA = TypeAdapter(Media)


@dataclass(frozen=True, slots=True)
class Question:
    """An open turn. `burst` is what must be answered; `history` what was said before and beside it."""

    account_id: AccountId
    conversation_id: ConversationId
    channel: str
    number: int
    epoch: int
    rung: int
    locale: str
    timezone: str
    contact_id: str | None
    lead_id: str | None
    business: str
    burst: tuple[Line, ...]
    history: tuple[Line, ...]

    def request(self, now: datetime, deadline: datetime) -> ReplyRequest:
        """What the brain is told."""
        return ReplyRequest(
            account_id=self.account_id,
            conversation_id=self.conversation_id,
            turn=self.number,
            epoch=self.epoch,
            burst=self.burst,
            history=self.history,
            locale=self.locale,
            timezone=self.timezone,
            now=now,
            deadline=deadline,
            contact_id=self.contact_id,
            lead_id=self.lead_id,
            business=self.business,
        )


def _line(row: Row) -> Line:
    media = _MEDIA.validate_json(row["media"]) if row["media"] else None
    return Line(Author(row["author"]), row["text"], row["at"], MessageKind(row["kind"]), media)


class Turns:
    """The attempts to answer, in Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def question(self, conversation_id: ConversationId, number: int) -> Question | None:
        """The question of a turn that is still open."""
        head = await self._database.fetchrow(SQL["question"], conversation_id, number)
        if head is None:
            return None
        burst = await self._database.fetch(SQL["burst"], conversation_id, head["answers"])
        before = await self._database.fetch(SQL["history"], conversation_id, HISTORY, head["answers"])
        return Question(
            account_id=AccountId(head["account_id"]),
            conversation_id=conversation_id,
            channel=head["channel"],
            number=head["number"],
            epoch=head["epoch"],
            rung=head["rung"],
            locale=head["locale"],
            timezone=head["timezone"],
            contact_id=head["contact_id"],
            lead_id=head["lead_id"],
            business=head["business"],
            burst=tuple(_line(row) for row in burst),
            history=tuple(_line(row) for row in reversed(before)),
        )

    async def lock(self, tx: Tx, conversation_id: ConversationId) -> None:
        await tx.execute(SQL["lock"], conversation_id)

    async def stamp(self, tx: Tx, question: Question, *, brain: str, asked_at: datetime, answered_at: datetime) -> None:
        """Note who was asked when, and when the answer came."""
        await tx.execute(SQL["stamp"], question.conversation_id, question.number, brain, asked_at, answered_at)

    async def unasked(self, older_than: timedelta) -> list[tuple[ConversationId, int, int]]:
        """Turns that have been open for too long."""
        rows = await self._database.fetch(SQL["unasked"], older_than)
        return [(ConversationId(r["conversation_id"]), r["number"], r["rung"]) for r in rows]
