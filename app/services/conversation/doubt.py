"""Sends whose outcome is unknown: read the conversation back, and only then decide (promise 7)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from app.channels.base import Channel
from app.domain.clock import Clock
from app.domain.conversation import DeliveryReported, Outcome
from app.domain.errors import AppError, Retryable
from app.domain.ids import AccountId, ChatId, ContactId, ExternalId, LeadId
from app.domain.messages import Address, Author, ReadBack, SeenMessage, words_of
from app.services.conversation.mailbox import process
from app.services.conversation.rules import SKEW
from app.store.accounts import Accounts
from app.store.database import Database
from app.store.outbox import Doubt, Outbox
from app.store.queue import Job, JobName, enqueue

# Certainly absent takes two complete reads this far apart.
SECOND_LOOK = timedelta(seconds=10)
# After this, a channel that cannot be read back has had its chance.
PATIENCE = timedelta(minutes=5)


class Finding(StrEnum):
    """What a read-back says about one message."""

    FOUND = "found"
    LOOK_AGAIN = "look_again"
    ABSENT = "absent"
    CANT_TELL = "cant_tell"


def judge(
    doubt: Doubt, seen: ReadBack, others: Sequence[str | None], *, now: datetime, second_look: timedelta = SECOND_LOOK
) -> tuple[Finding, ExternalId | None]:
    """What a read-back says. Pure.

    Found means that the channel shows more messages with these words than other rows of ours own; `others` are their
    ids, None for each that has none.
    """
    earliest = doubt.created_at - SKEW
    same = [m for m in seen.messages if _is_ours(m, doubt.row.words) and m.at >= earliest.replace(microsecond=0)]
    same = [m for m in same if m.external_id not in others]
    left = same[sum(other is None for other in others) :]
    if left:
        return Finding.FOUND, left[-1].external_id
    if not seen.complete:
        return Finding.CANT_TELL, None
    if doubt.row.absent_since is None or now - doubt.row.absent_since < second_look:
        return Finding.LOOK_AGAIN, None
    return Finding.ABSENT, None


def _is_ours(message: SeenMessage, words: str) -> bool:
    return message.author is not Author.CUSTOMER and words_of(message.text) == words


class Doubts:
    """Settles doubtful sends, one at a time."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        accounts: Accounts,
        channels: dict[str, Channel],
        *,
        second_look: timedelta = SECOND_LOOK,
    ) -> None:
        self._database = database
        self._clock = clock
        self._accounts = accounts
        self._channels = channels
        self._outbox = Outbox(database)
        self._second_look = second_look

    async def settle(self, outbox_id: int) -> None:
        """Read one message back; safe to run twice. What is settled by now is left alone."""
        doubt = await self._outbox.in_doubt(outbox_id)
        if doubt is None:
            return
        seen = await self._read(doubt)
        now = self._clock.now()
        others = await self._outbox.same_words(doubt, since=doubt.created_at - SKEW)
        finding, external_id = judge(doubt, seen, others, now=now, second_look=self._second_look)
        if finding is Finding.LOOK_AGAIN:
            await self._look_again(doubt, now)
            return
        outcome = {Finding.FOUND: Outcome.ACCEPTED, Finding.ABSENT: Outcome.ABSENT}.get(finding, Outcome.CANT_TELL)
        report = DeliveryReported(
            doubt.row.number, doubt.row.attempt, outcome, external_id=external_id, reason=finding.value, at=now
        )
        async with self._database.transaction() as tx:
            await process(tx, doubt.conversation_id, now, report)

    async def _read(self, doubt: Doubt) -> ReadBack:
        connection = await self._accounts.connection(AccountId(doubt.account_id))
        lead, contact = doubt.lead_id, doubt.contact_id
        to = Address(
            ChatId(doubt.chat_id),
            doubt.talk_id,
            ContactId(contact) if contact else None,
            LeadId(lead) if lead else None,
        )
        try:
            return await self._channels[doubt.channel].read_back(connection, to, since=doubt.created_at - SKEW)
        except Retryable:
            claimed = doubt.row.claimed_at or doubt.created_at
            if self._clock.now() - claimed < PATIENCE:
                raise
            return ReadBack(complete=False)
        except AppError:
            return ReadBack(complete=False)

    async def _look_again(self, doubt: Doubt, now: datetime) -> None:
        await self._outbox.mark_absent(doubt, now)
        async with self._database.transaction() as tx:
            await enqueue(tx, [Job(JobName.DOUBT, {"outbox": doubt.id}, delay=self._second_look)])
