"""What an account's retention lets go, batch by batch; with `really` off it is only counted, by the same statements."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.domain.ids import AccountId
from app.store.database import Database
from app.store.json_text import to_json
from app.store.queries import statements

SQL = statements("retention")
CHATS: Final = 50  # conversations whose locks are held at once
ROWS: Final = 500
PAGE: Final = 2_000  # lines of the audit
_WORDS: Final = ("old_words", "old_transcripts", "old_answers", "old_mail")
_ALL: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Chats:
    """Conversations of one batch: those that may be touched, and where the next batch begins."""

    ids: tuple[int, ...]
    last: tuple[str, str] | None


class PostgresRetention:
    """The rows that grow old."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def chats(self, account_id: AccountId, beyond: tuple[str, str], before: datetime) -> Chats:
        rows = await self._database.fetch(SQL["chats"], account_id, *beyond, before, CHATS)
        ids = tuple(row["id"] for row in rows if not row["is_open"])
        return Chats(ids, (rows[-1]["channel"], rows[-1]["chat_id"]) if len(rows) == CHATS else None)

    async def words(self, chats: Chats, before: datetime, *, really: bool) -> int:
        """Lines, answers and mail of these conversations."""
        if not chats.ids:
            return 0
        async with self._database.transaction() as tx:
            if really:
                await tx.execute(SQL["lock_chats"], list(chats.ids))
            return sum([await tx.fetchval(SQL[name], list(chats.ids), before, really) for name in _WORDS])

    async def first_words(self, account_id: AccountId, before: datetime, *, really: bool) -> int:
        most = ROWS if really else _ALL
        return await self._database.fetchval(SQL["old_first_words"], account_id, before, really, most)

    async def profiles(self, account_id: AccountId, before: datetime, *, really: bool) -> int:
        most = ROWS if really else _ALL
        return await self._database.fetchval(SQL["old_profiles"], account_id, before, really, most)

    async def feedback(self, account_id: AccountId, before: datetime, *, really: bool) -> int:
        most = ROWS if really else _ALL
        return await self._database.fetchval(SQL["old_feedback"], account_id, before, really, most)

    async def faq_answers(self, account_id: AccountId, before: datetime, *, really: bool) -> int:
        most = ROWS if really else _ALL
        return await self._database.fetchval(SQL["old_faq_answers"], account_id, before, really, most)

    async def media(self, account_id: AccountId, before: datetime, beyond: int) -> list[tuple[int, str]]:
        """Attachments with where their files lie."""
        rows = await self._database.fetch(SQL["old_media"], account_id, before, beyond, ROWS)
        return [(row["id"], row["place"]) for row in rows]

    async def drop_media(self, ids: list[int]) -> None:
        await self._database.execute(SQL["drop_media"], ids)

    async def events(
        self, account_id: AccountId, beyond: int, before: datetime, *, really: bool
    ) -> tuple[int, int | None]:
        """How many lines of one page, and where the next page begins; None: that was the last."""
        row = await self._database.fetchrow(SQL["old_events"], account_id, beyond, before, really, PAGE)
        if row is None:
            return 0, None
        return row["due"], None if row["is_last"] else row["last"]

    async def log(self, account_id: AccountId, counts: dict[str, int], *, who: str) -> None:
        await self._database.execute(SQL["log"], account_id, who, to_json(counts))
