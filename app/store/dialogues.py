"""Chats as a person reads them at a terminal: which there are, and what was said."""

from dataclasses import dataclass, field
from datetime import datetime

from app.domain.ids import AccountId, ConversationId
from app.store.database import Database, Row
from app.store.queries import statements

SQL = statements("dialogues")


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A chat, under its channel's own id."""

    conversation_id: ConversationId
    chat_id: str
    bot_on: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Words:
    """Something that was said. `key` tells it from all others."""

    key: str
    author: str
    kind: str
    text: str = field(repr=False)
    at: datetime


class Dialogues:
    """Reads only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def latest(self, account_id: AccountId, limit: int) -> list[Dialogue]:
        """Those that were last active, the newest first."""
        return [_dialogue(row) for row in await self._database.fetch(SQL["latest_dialogues"], account_id, limit)]

    async def find(self, account_id: AccountId, channel: str, chat_id: str) -> Dialogue | None:
        row = await self._database.fetchrow(SQL["dialogue"], account_id, channel, chat_id)
        return _dialogue(row) if row else None

    async def end_of(self, conversation_id: ConversationId, limit: int) -> list[Words]:
        """The last words of a chat, oldest first."""
        return [_words(row) for row in await self._database.fetch(SQL["latest_said"], conversation_id, limit)]


def _dialogue(row: Row) -> Dialogue:
    return Dialogue(ConversationId(row["id"]), row["chat_id"], row["bot_on"], row["at"])


def _words(row: Row) -> Words:
    return Words(row["key"], row["author"], row["kind"], row["text"], row["at"])
