"""What a callback needs to know of its turn, and what is kept of those that were refused."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.conversation import ReplyProposed
from app.domain.ids import AccountId, ConversationId
from app.store.conversations import SQL as CONVERSATIONS
from app.store.database import Database, Tx
from app.store.events import encode
from app.store.queries import statements

SQL = statements("callbacks")


@dataclass(frozen=True, slots=True)
class Called:
    """The turn that a callback answers."""

    account_id: AccountId
    conversation_id: ConversationId
    number: int
    channel: str
    origin: str

    @property
    def key(self) -> str:
        """Of the callback's place in the mailbox: there is one for each turn."""
        return f"turn:{self.conversation_id}:{self.number}:caller"


class CallbackRows:
    """Callbacks in Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def turn(self, account_id: AccountId, conversation_id: ConversationId, number: int) -> Called | None:
        row = await self._database.fetchrow(SQL["turn"], account_id, conversation_id, number)
        return Called(account_id, conversation_id, number, row["channel"], row["origin"]) if row else None

    async def add(self, tx: Tx, called: Called, event: ReplyProposed, at: datetime) -> int | None:
        """Put the answer into the mailbox; None: there was one already."""
        kind, body = encode(event)
        args = (called.account_id, called.channel, called.key, called.conversation_id, kind, body, at)
        return await tx.fetchval(CONVERSATIONS["add_event"], *args)

    async def is_same(self, tx: Tx, called: Called, event: ReplyProposed) -> bool:
        """Whether the answer that was there already is this one."""
        _, body = encode(event)
        return bool(await tx.fetchval(SQL["is_same"], called.account_id, called.channel, called.key, body))

    async def log(self, called: Called, why: str) -> None:
        await self._database.execute(SQL["log"], called.account_id, called.conversation_id, called.number, why)

    async def log_stranger(self, account_id: AccountId, turn_id: str, why: str) -> None:
        """On the conversation that it named, if that is the caller's own."""
        await self._database.execute(SQL["log_stranger"], account_id, turn_id, why)
