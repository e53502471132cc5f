"""Turns as the asking sees them: the question with its burst and history, and the stamps of its stages."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from app.domain.brain import Line, PersonKnown, ReplyRequest, SellerName, Usage
from app.domain.concealing import concealed
from app.domain.content import Form
from app.domain.conversation import Event
from app.domain.hours import WeeklyHours, is_open
from app.domain.ids import AccountId, ConversationId
from app.domain.messages import Author, Media, MessageKind
from app.domain.written_hours import written_hours
from app.store.database import Database, Row, Tx
from app.store.events import encode
from app.store.faq import USUAL_DAYS
from app.store.json_text import from_json, to_json
from app.store.policies import capabilities_of, policy_of
from app.store.profiles import known_of
from app.store.queries import statements

SQL = statements("turns")
HISTORY = 40  # lines a brain is told of
_MEDIA = TypeAdapter(Media)


@dataclass(frozen=True, slots=True)
class Stage:
    """How one brain ended. `outcome` is a code; `detail` is for the builder and holds nothing of the customer's."""

    rung: int
    brain: str
    asked_at: datetime
    seconds: float
    outcome: str
    detail: str = ""


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
    settled_at: datetime  # the turn began, and with it the customer's wait
    origin: str = ""
    seller: SellerName | None = None
    profile: PersonKnown | None = None
    hours: WeeklyHours = field(default_factory=WeeklyHours)
    faq_days: int = 0  # so long a known answer holds; 0: the account wants a brain asked each time
    window_until: datetime | None = None
    shows: frozenset[Form] = frozenset()  # what the account's channel shows beside plain words

    @property
    def turn(self) -> tuple[ConversationId, int, int]:
        """Which turn it is, and on which rung."""
        return self.conversation_id, self.number, self.rung

    def request(self, now: datetime, deadline: datetime, *, token: str = "") -> ReplyRequest:
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
            channel=self.channel,
            seller=self.seller,
            profile=self.profile,
            is_open=is_open(self.hours, now, self.timezone),
            hours=hours_by_day(self.hours),
            window_until=self.window_until,
            token=token,
        )


def hours_by_day(hours: WeeklyHours) -> Mapping[str, str]:
    """The business hours as people write them; a day without is closed."""
    return {day: ", ".join(spans) for day, spans in written_hours(hours)["week"].items()}


def line_of(row: Row) -> Line:
    """A line of the history, with what is known of its attachment, and without the passwords that we have told."""
    media = _MEDIA.validate_json(row["media"]) if row["media"] else None
    kind = MessageKind(row["kind"])
    known = (row["media_id"], row["seconds"], row["transcript"] or "")
    author = Author(row["author"])
    text = row["text"] if author is Author.CUSTOMER else concealed(row["text"])
    return Line(author, text, row["at"], kind, media, *known)


def faq_days_of(settings: dict[str, Any]) -> int:
    """For how many days a known answer holds in an account; 0 where none are kept."""
    return (settings.get("faq_days") or USUAL_DAYS) if settings.get("faq_cache") else 0


def around(head: Row) -> dict[str, Any]:
    """What is known around a conversation: its messenger, its salesperson, the hours, and its window."""
    policy = policy_of(from_json(head["settings"]), head["timezone"])
    seller = SellerName(head["seller_id"], head["seller_name"]) if head["seller_id"] else None
    last = head["last_customer_at"]
    window = last + policy.window if last is not None else None
    return {"origin": head["origin"], "seller": seller, "hours": policy.hours, "window_until": window}


class Turns:
    """The attempts to answer, in Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def question(self, conversation_id: ConversationId, number: int) -> Question | None:
        """The question of a turn that is still open."""
        head = await self._database.fetchrow(SQL["question"], conversation_id, number)
        if head is None:
            return None
        burst, before, profile = await asyncio.gather(
            self._database.fetch(SQL["burst"], conversation_id, head["answers"]),
            self._database.fetch(SQL["history"], conversation_id, HISTORY, head["answers"]),
            known_of(self._database, head["account_id"], head["contact_id"]),
        )
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
            burst=tuple(replace(line_of(row), choice=row["choice"]) for row in burst),
            history=tuple(line_of(row) for row in reversed(before)),
            settled_at=head["settled_at"],
            faq_days=faq_days_of(from_json(head["settings"])),
            profile=profile,
            shows=capabilities_of(from_json(head["capabilities"])).shows,
            **around(head),
        )

    async def lock(self, tx: Tx, conversation_id: ConversationId) -> None:
        await tx.execute(SQL["lock"], conversation_id)

    async def post(self, tx: Tx, question: Question, event: Event, *, wordless: Event, at: datetime) -> int | None:
        """Put an answer into the mailbox, as `wordless` where its turn is over; None: another's word came first."""
        kind, body = encode(event)
        key = f"turn:{question.conversation_id}:{question.number}:{question.rung}"
        ids = (question.account_id, question.channel, key, question.conversation_id, question.number)
        return await tx.fetchval(SQL["post_answer"], *ids, kind, body, encode(wordless)[1], at)

    async def stamp(
        self, tx: Tx, question: Question, stage: Stage, *, answered_at: datetime, usage: Usage | None
    ) -> bool:
        """Note who was asked when, and how it ended; False: that is known, or the turn had gone on to another brain.

        Of a turn that was over before it the clocks stay as they were: nobody waited for this.
        """
        spent = (usage.model, usage.input_tokens, usage.output_tokens) if usage else (None, None, None)
        ids = (question.conversation_id, question.number, stage.rung)
        how = to_json([stage])
        if await tx.fetchval(SQL["stamp"], *ids, stage.brain, stage.asked_at, answered_at, how, *spent):
            return True
        return bool(await tx.fetchval(SQL["stamp_late"], *ids, how, *spent))

    async def overdue(self, conversation_id: ConversationId, number: int) -> str | None:
        """The last brain promised a callback that has not come: note it, and return which one it was."""
        return await self._database.fetchval(SQL["overdue"], conversation_id, number)

    async def called_back(
        self, tx: Tx, conversation_id: ConversationId, number: int, *, at: datetime, outcome: str, usage: Usage | None
    ) -> str | None:
        """An answer came by callback: what became of it, on the last stage of the turn; returns whose stage that is."""
        spent = (usage.model, usage.input_tokens, usage.output_tokens) if usage else (None, None, None)
        return await tx.fetchval(SQL["called_back"], conversation_id, number, at, outcome, *spent)

    async def waiting(self, longer_than: timedelta) -> list[tuple[ConversationId, int, int]]:
        """Open turns that have taken longer, and whose customers do not know."""
        rows = await self._database.fetch(SQL["waiting"], longer_than)
        return [(ConversationId(r["conversation_id"]), r["number"], r["rung"]) for r in rows]

    async def unasked(self, older_than: timedelta) -> list[tuple[ConversationId, int, int]]:
        """Turns that have been open for too long."""
        rows = await self._database.fetch(SQL["unasked"], older_than)
        return [(ConversationId(r["conversation_id"]), r["number"], r["rung"]) for r in rows]


async def vetoed(tx: Tx, conversation_id: ConversationId, number: int, *, why: str) -> None:
    """An answer that had come was not let through: that is what became of it, on the stage of who gave it."""
    await tx.execute(SQL["vetoed"], conversation_id, number, why)
