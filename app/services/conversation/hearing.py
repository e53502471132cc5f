"""Voice messages become words: heard once each, outside any transaction, and folded in like what is written.

A turn waits for the words of its voices for a few seconds at the most. What comes later is kept in the history. What
cannot be heard goes to the brain as what it is, an audio of so many seconds: a model that is slow or down keeps nobody
waiting and silences nobody.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final

import structlog

from app.agents.base import SlowToStart
from app.domain.clock import Clock
from app.domain.conversation import WordsHeard
from app.domain.errors import AppError, NeedsHuman, Rejected, Retryable
from app.domain.ids import ConversationId
from app.domain.ports import Ears, MediaStore
from app.domain.sound import recording_of, words_in
from app.services.conversation.mailbox import process_locked
from app.store.conversations import lock
from app.store.database import Database
from app.store.media import HearingRows, Unheard
from app.store.queue import Job, JobName, enqueue
from app.store.upkeep import Chores

_log = structlog.get_logger()
# After so many attempts, over some minutes, a voice stays unheard.
MOST_TRIES: Final = 5
# Whoever hears a recording has so long; longer than the call of any model may take.
LEASE: Final = timedelta(minutes=1)
# What waits for longer than its job goes on trying has no job any more.
FORGOTTEN: Final = timedelta(minutes=10)
# How often a turn looks whether the words are there.
_LOOK: Final = 0.2


@dataclass(frozen=True, slots=True)
class Limits:
    """What is heard at all, and how long a turn waits for it."""

    patience: timedelta = timedelta(seconds=4)
    size: int = 25 * 2**20  # bytes: what OpenAI's own endpoint takes
    seconds: int = 15 * 60


def rest(tries: int) -> timedelta:
    """How long a voice that could not be heard is left alone: 5 seconds, 20, then minutes. Pure."""
    return timedelta(seconds=5 * 4 ** (tries - 1))


class Hearing:
    """Hears recordings, and waits for their words. Without ears it does neither."""

    def __init__(
        self, database: Database, clock: Clock, *, ears: Ears | None, store: MediaStore, limits: Limits | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._ears = ears
        self._store = store
        self._limits = limits or Limits()
        self._rows = HearingRows(database)

    async def warm(self) -> None:
        """Make slow ears ready beside the work, so that the first voice does not wait for a library."""
        if isinstance(self._ears, SlowToStart):
            await self._ears.warm()

    async def hear(self, media_id: int) -> None:
        """Hear one recording, the job of a voice message. Safe to run twice.

        Raises:
            Retryable: it could not be heard now.
        """
        wanted = await self._rows.take(media_id, LEASE) if self._ears else None
        if wanted is None:
            return
        try:
            words = await self._words(wanted)
        except Rejected as error:
            await self._failed(media_id, error, last=True)
        except AppError as error:
            last = wanted.tries >= MOST_TRIES
            await self._failed(media_id, error, last=last)
            if not last:
                wished = error.after if isinstance(error, Retryable) else timedelta(0)
                after = max(wished, rest(wanted.tries))
                raise Retryable("A voice could not be heard yet.", code=error.code, after=after) from None
        else:
            await self._keep(media_id, wanted.conversation_id, words)

    async def _words(self, wanted: Unheard) -> str:
        """What is said in it; empty where nothing is, whatever a model makes of the silence."""
        if wanted.size > self._limits.size or (wanted.seconds or 0) > self._limits.seconds:
            raise Rejected("This recording is too long to be heard.", code="too_large")
        body = await self._store.get(wanted.place)
        if self._ears is None:
            raise NeedsHuman("Nobody listens any more.", hint="PONTE_HEARING_MODEL names who hears voice messages.")
        return words_in(await self._ears.hear(recording_of(body, wanted.content_type)))

    async def _failed(self, media_id: int, error: AppError, *, last: bool) -> None:
        _log.warning("voice.unheard", media=media_id, code=error.code, last=last)
        await self._rows.failed(media_id, error.code, last=last)

    async def _keep(self, media_id: int, conversation_id: ConversationId, words: str) -> None:
        """The words count from here on, as if they had been written. Of who was erased meanwhile nothing is kept."""
        now = self._clock.now()
        async with self._database.transaction() as tx:
            locked = await lock(tx, conversation_id)
            if locked is None:
                return
            known = await self._rows.heard(tx, media_id, words, at=now, asked_before=now - self._limits.patience)
            if known is None:
                return
            fold, is_late = known
            if words:
                await process_locked(tx, locked, now, WordsHeard(fold, words))
        _log.info("voice.heard", media=media_id, late=is_late, empty=not words)

    async def wait(self, conversation_id: ConversationId, turn: int, *, since: datetime) -> bool:
        """Wait for the words of a turn's voices, a few seconds from its beginning; whether there was any waiting."""
        if self._ears is None:
            return False
        left = (since + self._limits.patience - self._clock.now()).total_seconds()
        looks = range(max(0, ceil(left / _LOOK)))
        for number in looks:
            if not await self._rows.words_to_come(conversation_id, turn):
                return number > 0
            await asyncio.sleep(_LOOK)
        return bool(looks)

    async def sweep(self) -> None:
        """A job for each recording that waits although its own is gone with its worker."""
        if self._ears is None:
            return
        waiting = [Job(JobName.HEAR, {"media": number}) for number in await self._rows.forgotten(FORGOTTEN)]
        jobs = await Chores(self._database).not_queued(waiting)
        async with self._database.transaction() as tx:
            await enqueue(tx, jobs)
