"""Messages that the messenger has refused, perhaps after the channel took them: what was said, what becomes of it."""

import re
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Self

from app.domain.ids import AccountId, ConversationId
from app.store.conversations import SQL as CONVERSATIONS
from app.store.database import Database, Tx
from app.store.json_text import to_json
from app.store.queries import statements
from app.store.queue import Job, JobName, enqueue

SQL = statements("arrivals")
_OF_OUTREACH = re.compile(r"send:[0-9]+:outreach:([0-9]+)(?::([0-9]+))?", re.ASCII)
_PIECE = re.compile(r"piece:[0-9]+:", re.ASCII)
_ASK_BACK = "ask_back"
_TURN = "turn:"


@dataclass(frozen=True, slots=True)
class Refused:
    """The answer that a wish asks a customer back about, as its key names it."""

    conversation_id: ConversationId
    whole: str = field(repr=False)

    @property
    def key(self) -> str:
        return f"{_ASK_BACK}:{self.conversation_id}:{self.whole}"

    @property
    def is_reply(self) -> bool:
        """Whether it answered what the customer had written, rather than tell them something."""
        return self.whole.startswith(_TURN)

    @classmethod
    def of(cls, key: str | None) -> Self | None:
        """What a wish of this key asks about; None: somebody else's key."""
        kind, _, rest = (key or "").partition(":")
        number, _, whole = rest.partition(":")
        is_ours = kind == _ASK_BACK and number.isascii() and number.isdecimal()
        return cls(ConversationId(int(number)), whole) if is_ours else None


@dataclass(frozen=True, slots=True)
class SentRow:
    """A message that has left, or was refused. `key` tells in whose name; `answer` is all that it is a part of."""

    id: int
    number: int
    account_id: AccountId
    conversation_id: ConversationId
    external_id: str | None
    sent_at: datetime | None
    turn: int | None
    quiet_since: datetime | None
    key: str = field(repr=False)
    channel: str
    chat_id: str
    talk_id: str | None
    contact_id: str | None
    lead_id: str | None
    locale: str | None
    answer: str = field(repr=False)

    @property
    def whole(self) -> str:
        """What all parts of the same answer have in common; what is a part of nothing stands for itself."""
        if self.turn is not None:
            return f"{_TURN}{self.turn}"
        return _PIECE.sub("", self.key, count=1) or f"row:{self.number}"

    @property
    def refused(self) -> Refused:
        return Refused(self.conversation_id, self.whole)

    @property
    def was_waited_for(self) -> bool:
        """Whether somebody counts on it. What is said only into silence, such as a broadcast, nobody misses."""
        return self.quiet_since is None

    @property
    def outreach(self) -> tuple[int, int] | None:
        """The wish and the step of its ladder (0: the first message); None: somebody else's message."""
        found = _OF_OUTREACH.fullmatch(self.key)
        return (int(found[1]), int(found[2] or 0)) if found else None


class SentRows:
    """Reads what has left."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, conversation_id: ConversationId, number: int) -> SentRow | None:
        row = await self._database.fetchrow(SQL["sent"], conversation_id, number)
        return SentRow(**{one.name: row[one.name] for one in fields(SentRow)}) if row else None

    async def wait_unasked(self, account_id: AccountId, refused: Refused) -> bool:
        args = (account_id, refused.conversation_id, refused.whole)
        return bool(await self._database.fetchval(SQL["waits_unasked"], *args))


async def not_delivered(tx: Tx, sent: SentRow, now: datetime, *, goes_on: bool, why: str) -> bool:
    """Write down, under the conversation's lock, that it reached nobody; a wish goes on. False: it was known before.

    What `goes_on` in another way is no dead message of its own. `why`: in which, or why in none, for the audit.
    """
    if await tx.fetchval(SQL["not_delivered"], sent.id, goes_on) is None:
        return False
    if sent.outreach is not None:
        why = await _wish_goes_on(tx, sent.account_id, *sent.outreach, now=now)
    details = to_json({"outbox": sent.id})
    await tx.execute(
        CONVERSATIONS["log"], sent.account_id, sent.conversation_id, "channel", "not_delivered", why, details
    )
    return True


async def unasked(tx: Tx, account_id: AccountId, refused: Refused) -> bool:
    """Nobody asks the customer back, under the conversation's lock. False: it was a person's before."""
    return bool(await tx.fetch(SQL["unasked"], account_id, refused.conversation_id, refused.whole))


async def _wish_goes_on(tx: Tx, account_id: AccountId, outreach: int, step: int, *, now: datetime) -> str:
    if step:
        await tx.execute(SQL["take_down_rung"], outreach, step)
    elif await tx.fetchval(SQL["open_again"], account_id, outreach, now) is not None:
        await enqueue(tx, [Job(JobName.OUTREACH, {"account": int(account_id), "outreach": outreach})])
    return f"outreach-{outreach}"
