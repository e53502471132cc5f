"""What customers send besides words: fetched at once, because links expire, and kept where it can be looked at.

An attachment is data of a stranger: its URL passes the guard, its type and size are bounded, its name is never a path.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from app.channels.base import Channel
from app.channels.guard import Answer, Bounds, Guard
from app.domain.clock import Clock
from app.domain.errors import AppError, Conflict, NeedsHuman, NotFound, Rejected, Retryable
from app.domain.ids import AccountId, ConversationId
from app.domain.ports import MediaStore
from app.domain.sound import SPOKEN, seconds_of
from app.store.accounts import Accounts
from app.store.database import Database
from app.store.media import Attachment, Awaited, MediaRows, Stored
from app.store.queue import Job, JobName, enqueue
from app.store.upkeep import Chores

# Types that are taken, by their beginnings. No web page and no program: nobody opens those from here.
TAKEN: Final = (
    *("image/", "audio/", "video/", "application/pdf", "application/ogg", "application/msword", "application/vnd."),
    *("application/octet-stream", "application/zip", "text/plain", "text/csv", "text/vcard", "text/x-vcard"),
)
# Pictures that are programs.
_NOT_TAKEN: Final = frozenset({"image/svg+xml"})
# After so many attempts, over some minutes, a link is given up.
MOST_ATTEMPTS: Final = 12
# A vendor that wants so long a rest between two attempts counts those in vain: it gets few, and none in between.
LONG_REST: Final = timedelta(minutes=2)
FEW_ATTEMPTS: Final = 3
# One attachment's fetch. A film over a slow line takes its time; the job's heartbeat goes on meanwhile.
FETCH_BUDGET: Final = timedelta(seconds=60)
# What waits for longer than its job goes on trying has no job any more.
FORGOTTEN: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class File:
    """A kept attachment with its bytes."""

    about: Attachment
    body: bytes


class Attachments:
    """Fetches, keeps and shows attachments."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        accounts: Accounts,
        channels: dict[str, Channel],
        *,
        guard: Guard,
        store: MediaStore,
        bounds: Bounds,
        listens: bool = False,
    ) -> None:
        self._database = database
        self._rows = MediaRows(database)
        self._clock = clock
        self._accounts = accounts
        self._channels = channels
        self._guard = guard
        self._store = store
        self._bounds = bounds
        self._listens = listens

    async def fetch(self, conversation_id: ConversationId) -> None:
        """Fetch all that waits in a conversation; the job of a message with an attachment. Safe to run twice.

        Raises:
            Retryable: something could not be fetched now; the others were.
        """
        waiting = await self._rows.waiting(conversation_id)
        rests = [rest for one in waiting if (rest := await self._rested(one)) is not None]
        if rests:
            message = f"{len(rests)} attachments could not be fetched yet."
            raise Retryable(message, after=min(rests), code="media_not_fetched")

    async def _rested(self, wanted: Awaited) -> timedelta | None:
        """As `_fetch`, but for one that rests: whichever job looks at it, the vendor is not asked."""
        rest = wanted.not_before - self._clock.now() if wanted.not_before else timedelta(0)
        return rest if rest > timedelta(0) else await self._fetch(wanted)

    async def _fetch(self, wanted: Awaited) -> timedelta | None:
        """None: this one is dealt with, stored or refused for good; else how long it rests at least.

        Trouble of our own store refuses nothing.
        """
        try:
            answer = await self._answer(wanted)
        except Retryable as error:
            return await self._later(wanted, error)
        except AppError as error:
            await self._rows.refused(wanted.id, error.code)
            return None
        try:
            await self._keep(wanted, answer)
        except (Retryable, NeedsHuman):
            return timedelta(0)
        except AppError as error:
            await self._rows.refused(wanted.id, error.code)
        return None

    async def _later(self, wanted: Awaited, error: Retryable) -> timedelta | None:
        """Another attempt after the rest that the vendor wants, whatever other job looks here before; or none."""
        most = FEW_ATTEMPTS if error.after >= LONG_REST else MOST_ATTEMPTS
        if await self._rows.tried(wanted.id, not_before=self._clock.now() + error.after) < most:
            return error.after
        await self._rows.refused(wanted.id, error.code)
        return None

    async def _answer(self, wanted: Awaited) -> Answer:
        connection = await self._accounts.connection(wanted.account_id)
        channel = self._channels[connection.channel]
        answer = await channel.download(connection, wanted.link, bounds=self._bounds)
        if answer is None:
            answer = await self._guard.get(wanted.link, bounds=self._bounds, home=connection.base_url)
        if answer.content_type in _NOT_TAKEN:
            raise Rejected("A drawing that is a program is not kept.", code="wrong_type")
        return answer

    async def _keep(self, wanted: Awaited, answer: Answer) -> None:
        """The file first, then the row: what the row names is there. Without the row, nothing stays of the file."""
        place = f"{wanted.account_id}/media/{wanted.id}"
        await self._store.put(place, answer.body, content_type=answer.content_type)
        file = self._file(wanted, place, answer)
        async with self._database.transaction() as tx:
            is_known, is_new = await self._rows.stored(tx, wanted.id, file)
            if is_new and file.hearing:
                await enqueue(tx, [Job(JobName.HEAR, {"media": wanted.id}, urgent=True)])
        if not is_known:
            await self._store.remove([place])

    def _file(self, wanted: Awaited, place: str, answer: Answer) -> Stored:
        """What is kept of it besides its bytes; a recording is measured, and heard where somebody listens."""
        is_spoken = wanted.kind in SPOKEN
        digest = hashlib.sha256(answer.body).digest()
        return Stored(
            *(place, answer.content_type, len(answer.body), digest, self._clock.now()),
            seconds=seconds_of(answer.body) if is_spoken else None,
            hearing="waiting" if is_spoken and self._listens else "",
        )

    async def sweep(self) -> None:
        """A job for what waits although its own is gone: with its worker, or while our store was in trouble."""
        waiting = [Job(JobName.MEDIA, {"conversation": n}) for n in await self._rows.unfetched(FORGOTTEN)]
        jobs = await Chores(self._database).not_queued(waiting)
        async with self._database.transaction() as tx:
            await enqueue(tx, jobs)

    async def listed(
        self, account_id: AccountId, conversation_id: int | None, *, cursor: str | None, limit: int
    ) -> tuple[list[Attachment], str | None]:
        """An account's attachments, newest first, and a cursor to the rest if there is one."""
        if cursor is not None and not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 19):  # noqa: PLR2004
            raise Rejected("That cursor is not from here.", hint="Use the `cursor` of the answer before.")
        rows = await self._rows.page(
            account_id, conversation_id, before=int(cursor) if cursor else 2**62, limit=limit + 1
        )
        page, more = rows[:limit], rows[limit:]
        return page, str(page[-1].id) if page and more else None

    async def file(self, account_id: AccountId, media_id: int) -> File:
        """A kept attachment.

        Raises:
            NotFound: this account has none of that id, or its file is gone.
            Conflict: it is not fetched yet, or was refused.
        """
        about = await self._rows.one(account_id, media_id)
        if about is None:
            raise NotFound(f"There is no attachment {media_id} here.", hint="GET /media lists those there are.")
        if about.place is None:
            said = "is not fetched yet" if about.state == "waiting" else f"was not kept: {about.reason}"
            raise Conflict(f"Attachment {media_id} {said}.", hint="The customer's chat in the CRM may still show it.")
        return File(about, await self._store.get(about.place))
