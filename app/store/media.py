"""The attachments of customers' messages: what waits to be fetched, what was stored where, what was refused."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.ids import AccountId, ConversationId
from app.domain.messages import MessageKind
from app.store.database import Database, Row, Tx
from app.store.queries import statements

SQL = statements("media")


@dataclass(frozen=True, slots=True)
class Awaited:
    """An attachment that must be fetched."""

    id: int
    account_id: AccountId
    kind: MessageKind
    link: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """An attachment as people may see it. `state`: waiting, stored or refused, with the code of the reason."""

    id: int
    conversation_id: int
    message_id: int
    kind: str
    state: str
    reason: str
    content_type: str
    size: int
    file_name: str
    at: datetime
    stored_at: datetime | None
    place: str | None


def _attachment(row: Row) -> Attachment:
    return Attachment(
        id=row["id"],
        conversation_id=row["conversation_id"],
        message_id=row["mensagem_id"],
        kind=row["kind"],
        state=row["state"],
        reason=row["reason"],
        content_type=row["content_type"],
        size=row["size"],
        file_name=row["file_name"] or "",
        at=row["at"],
        stored_at=row["stored_at"],
        place=row["place"],
    )


async def expect(tx: Tx, conversation_id: ConversationId) -> None:
    """The line that was just remembered has an attachment: it is to be fetched."""
    await tx.execute(SQL["expect"], conversation_id)


class MediaRows:
    """The table `media`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def waiting(self, conversation_id: ConversationId) -> list[Awaited]:
        rows = await self._database.fetch(SQL["waiting"], conversation_id)
        return [
            Awaited(row["id"], AccountId(row["account_id"]), MessageKind(row["kind"]), row["link"] or "")
            for row in rows
        ]

    async def tried(self, media_id: int) -> int:
        """One more attempt that brought nothing; how many there were."""
        return int(await self._database.fetchval(SQL["tried"], media_id) or 0)

    async def stored(
        self, media_id: int, *, place: str, content_type: str, size: int, digest: bytes, at: datetime
    ) -> bool:
        """Whether the attachment is still known."""
        args = (media_id, place, content_type, size, digest, at)
        return bool(await self._database.fetchval(SQL["stored"], *args))

    async def refused(self, media_id: int, reason: str) -> None:
        await self._database.execute(SQL["refused"], media_id, reason)

    async def unfetched(self, older_than: timedelta) -> list[int]:
        return [row["conversation_id"] for row in await self._database.fetch(SQL["unfetched"], older_than)]

    async def one(self, account_id: AccountId, media_id: int) -> Attachment | None:
        row = await self._database.fetchrow(SQL["one"], account_id, media_id)
        return _attachment(row) if row else None

    async def page(
        self, account_id: AccountId, conversation_id: int | None, *, before: int, limit: int
    ) -> list[Attachment]:
        rows = await self._database.fetch(SQL["page"], account_id, conversation_id, before, limit)
        return [_attachment(row) for row in rows]
