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
    """An attachment that must be fetched, though not before its vendor's rest is over."""

    id: int
    account_id: AccountId
    kind: MessageKind
    link: str
    not_before: datetime | None = None


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
    seconds: int | None
    hearing: str
    transcript: str


@dataclass(frozen=True, slots=True)
class Unheard:
    """A recording that is to be heard; it is the `tries`th time."""

    conversation_id: ConversationId
    place: str
    content_type: str
    size: int
    seconds: int | None
    tries: int


@dataclass(frozen=True, slots=True)
class Stored:
    """A file as it was kept. `hearing`: whether somebody shall hear it."""

    place: str
    content_type: str
    size: int
    digest: bytes
    at: datetime
    seconds: int | None = None
    hearing: str = ""


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
        seconds=row["seconds"],
        hearing=row["hearing"],
        transcript=row["transcript"],
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
            Awaited(
                *(row["id"], AccountId(row["account_id"]), MessageKind(row["kind"]), row["link"] or ""),
                not_before=row["not_before"],
            )
            for row in rows
        ]

    async def tried(self, media_id: int, *, not_before: datetime) -> int:
        """One more attempt that brought nothing, and no other before then; how many there were."""
        return int(await self._database.fetchval(SQL["tried"], media_id, not_before) or 0)

    async def stored(self, tx: Tx, media_id: int, file: Stored) -> tuple[bool, bool]:
        """Whether the attachment is still known, and whether it was not stored before."""
        args = (file.place, file.content_type, file.size, file.digest, file.at, file.seconds, file.hearing)
        row = await tx.fetchrow(SQL["stored"], media_id, *args)
        return (bool(row["is_known"]), bool(row["is_new"])) if row else (False, False)

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


class HearingRows:
    """The same table, as far as recordings are heard."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, media_id: int, within: timedelta) -> Unheard | None:
        """The recording, if it waits and nobody hears it now; ours for so long."""
        row = await self._database.fetchrow(SQL["take_recording"], media_id, within)
        if row is None:
            return None
        where = (ConversationId(row["conversation_id"]), row["place"], row["content_type"])
        return Unheard(*where, row["size"], row["seconds"], row["tries"])

    async def heard(
        self, tx: Tx, media_id: int, words: str, *, at: datetime, asked_before: datetime
    ) -> tuple[int, bool] | None:
        """Keep the words; the message's fold, and whether they are late. None: it is not waited for any more."""
        args = ("heard" if words else "silent", words, at, asked_before)
        row = await tx.fetchrow(SQL["heard"], media_id, *args)
        if row is None:
            return None
        if row["is_late"]:
            await tx.execute(SQL["came_late"], media_id)
        return row["fold"], row["is_late"]

    async def failed(self, media_id: int, reason: str, *, last: bool) -> None:
        await self._database.execute(SQL["not_heard"], media_id, reason, "failed" if last else "waiting")

    async def words_to_come(self, conversation_id: ConversationId, turn: int) -> bool:
        return bool(await self._database.fetchval(SQL["words_to_come"], conversation_id, turn))

    async def forgotten(self, older_than: timedelta) -> list[int]:
        return [row["id"] for row in await self._database.fetch(SQL["unheard"], older_than)]

    async def counts(self, account_id: AccountId) -> dict[str, int]:
        """What became of the voices of the last day, by outcome."""
        rows = await self._database.fetch(SQL["hearing_counts"], account_id)
        return {row["outcome"]: row["n"] for row in rows}
