"""Whether what was said into silence has arrived. Some minutes later the chat is read back, once, in the lowest lane.

WhatsApp refuses free text outside its window only after Kommo has taken it, so a wish that was called sent may have
reached nobody. It then goes on as a template or as a task; any other message is a person's.
"""

from collections.abc import Mapping

from app.channels.base import Channel
from app.domain.account import Lane
from app.domain.clock import Clock
from app.domain.conversation import HandoffRequested, Note, NoteKind, PauseReason
from app.domain.errors import AppError, Retryable
from app.domain.ids import ChatId, ContactId, ConversationId, LeadId
from app.domain.messages import Address, ReadBack
from app.services.conversation.course import Course
from app.services.conversation.mailbox import begin, finish
from app.services.conversation.notes import note_text
from app.services.conversation.rules import SKEW
from app.store.accounts import Accounts
from app.store.arrivals import SentRow, SentRows, not_delivered
from app.store.changes import CrmWrite
from app.store.database import Database


class Arrivals:
    """Looks after messages that nobody waited for."""

    def __init__(
        self, database: Database, clock: Clock, accounts: Accounts, *, channels: Mapping[str, Channel]
    ) -> None:
        self._database = database
        self._clock = clock
        self._accounts = accounts
        self._channels = channels
        self._rows = SentRows(database)

    async def look(self, conversation_id: ConversationId, number: int) -> None:
        """The job; safe to run twice.

        Raises:
            Retryable: the chat cannot be read now.
        """
        sent = await self._rows.get(conversation_id, number)
        if sent is None:
            return
        seen = await self._read(sent)
        if any(one.has_failed and one.external_id == sent.external_id for one in seen.messages):
            await self._take_back(sent)

    async def _read(self, sent: SentRow) -> ReadBack:
        connection = await self._accounts.connection(sent.account_id)
        to = Address(
            ChatId(sent.chat_id),
            sent.talk_id,
            ContactId(sent.contact_id) if sent.contact_id else None,
            LeadId(sent.lead_id) if sent.lead_id else None,
        )
        try:
            return await self._channels[sent.channel].read_back(
                connection, to, since=sent.sent_at - SKEW, lane=Lane.PROACTIVE
            )
        except Retryable:
            raise
        except AppError:
            return ReadBack(complete=False)  # nobody can tell: it stays what the channel said of it

    async def _take_back(self, sent: SentRow) -> None:
        now = self._clock.now()
        async with self._database.transaction() as tx:
            course = await begin(tx, sent.conversation_id, now)
            if course is None:
                return
            if await not_delivered(tx, sent, now) and sent.outreach is None:
                _leave_to_a_person(course)
            await finish(tx, course)


def _leave_to_a_person(course: Course) -> None:
    """Who has the chat already is told on the lead; else it is handed over, with all that belongs to that."""
    if course.state.bot_on:
        course.take(HandoffRequested(PauseReason.REFUSED))
        return
    note, loaded = Note(NoteKind.REFUSED), course.loaded
    text = note_text(note, course.state, locale=loaded.account_locale, timezone=loaded.timezone)
    course.crm.append(CrmWrite("note", text))
