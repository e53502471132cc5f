"""What becomes of a message that the messenger has refused, at once or after its channel had taken it.

WhatsApp refuses free text outside its window. A wish to write first then goes on as a template or as a task. For any
other message the approved template of the trigger `retomada` asks the customer to write, once a day; where there is
none it is a person's. Kommo does not tell of the refusal: what was said into silence is read back there some minutes
later, once, in the lowest lane.
"""

from collections.abc import Mapping
from datetime import datetime

from app.channels.base import Channel
from app.domain.account import Lane
from app.domain.clock import Clock
from app.domain.conversation import HandoffRequested, Note, NoteKind, PauseReason
from app.domain.errors import AppError, Rejected, Retryable
from app.domain.ids import AccountId, ChatId, ContactId, ConversationId, LeadId
from app.domain.messages import Address, ReadBack
from app.domain.outreach import REOPENING, UNDER_WAY, OutreachState
from app.services.conversation.course import Course
from app.services.conversation.mailbox import begin, finish
from app.services.conversation.notes import note_text
from app.services.conversation.rules import SKEW
from app.services.proactive.desk import Desk, Wish
from app.services.proactive.eligibility import Reason
from app.services.proactive.templates import Templates, Texts
from app.store.accounts import Account, Accounts
from app.store.arrivals import Refused, SentRow, SentRows, not_delivered, unasked
from app.store.changes import CrmWrite
from app.store.database import Database

# The template is on its way, or a person has it as a task: nobody else need take care of it.
_TAKEN_CARE_OF = frozenset({*UNDER_WAY, OutreachState.SENT, OutreachState.TASKED})
# Why nobody is asked back although the chat goes on: whoever wrote is answered by who has it.
_GOES_ON = frozenset({"customer_wrote", "human_wrote"})
_NO_MORE = "opted_out"
# More than this of what was to be said no template carries.
LONGEST_QUOTE = 600


class Arrivals:
    """Looks after messages that reached nobody."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        accounts: Accounts,
        *,
        channels: Mapping[str, Channel],
        templates: Templates,
        desk: Desk,
    ) -> None:
        self._database = database
        self._clock = clock
        self._accounts = accounts
        self._channels = channels
        self._templates = templates
        self._desk = desk
        self._rows = SentRows(database)

    async def look(self, conversation_id: ConversationId, number: int) -> None:
        """The job after a send into silence; safe to run twice.

        Raises:
            Retryable: the chat cannot be read now.
        """
        sent = await self._rows.get(conversation_id, number)
        if sent is None or sent.external_id is None or sent.sent_at is None:
            return
        seen = await self._read(sent, since=sent.sent_at - SKEW)
        if any(one.has_failed and one.external_id == sent.external_id for one in seen.messages):
            await self._go_on(sent)

    async def refused(self, conversation_id: ConversationId, number: int) -> None:
        """The job after the messenger has told that its window is closed; safe to run twice."""
        sent = await self._rows.get(conversation_id, number)
        if sent is not None:
            await self._go_on(sent)

    async def _read(self, sent: SentRow, *, since: datetime) -> ReadBack:
        connection = await self._accounts.connection(sent.account_id)
        to = Address(
            ChatId(sent.chat_id),
            sent.talk_id,
            ContactId(sent.contact_id) if sent.contact_id else None,
            LeadId(sent.lead_id) if sent.lead_id else None,
        )
        try:
            return await self._channels[sent.channel].read_back(connection, to, since=since, lane=Lane.PROACTIVE)
        except Retryable:
            raise
        except AppError:
            return ReadBack(complete=False)  # nobody can tell: it stays what the channel said of it

    async def _go_on(self, sent: SentRow) -> None:
        """Another way where there is one; what a person has to know of is theirs."""
        asking, why = await self._ask_back(sent)
        goes_on = asking is not None or sent.outreach is not None or not sent.was_waited_for
        now = self._clock.now()
        async with self._database.transaction() as tx:
            course = await begin(tx, sent.conversation_id, now)
            if course is None:
                return
            if await not_delivered(tx, sent, now, goes_on=goes_on, why=why) and not goes_on:
                _leave_to_a_person(course)
            await finish(tx, course)
        if asking is not None:  # it may have ended before the answer was written down as taken care of
            await self.unasked(sent.account_id, asking)

    async def unasked(self, account_id: AccountId, outreach_id: int) -> None:
        """The job after a wish of ours to ask a customer back has ended, or its template has not arrived.

        What was refused is a person's then, as where there is no template; safe to run twice. Where somebody wrote
        meanwhile the chat stays with who has it: a reply is given anew, and of anything else the lead tells.
        """
        one, _ = await self._desk.status(account_id, outreach_id)
        refused, goes_on = Refused.of(one.key), not _GOES_ON.isdisjoint(one.reasons)
        if refused is None or one.state in _TAKEN_CARE_OF or _NO_MORE in one.reasons or (goes_on and refused.is_reply):
            return
        if not await self._rows.wait_unasked(account_id, refused):
            return
        async with self._database.transaction() as tx:
            course = await begin(tx, refused.conversation_id, self._clock.now())
            if course is None:
                return
            if await unasked(tx, account_id, refused):
                (_tell_a_person if goes_on else _leave_to_a_person)(course)
            await finish(tx, course)

    async def _ask_back(self, sent: SentRow) -> tuple[int | None, str]:
        """The wish that has an approved template ask the customer to write back, if there is one that may; and why."""
        if sent.outreach is not None or not sent.was_waited_for or sent.contact_id is None:
            return None, ""
        account = await self._accounts.get(sent.account_id)
        try:
            texts = await self._templates.texts(account.id, REOPENING)
            locale = _approved_locale(texts, sent, account)
            if locale is None:
                return None, "no_template"
            quote = " ".join(sent.answer.split())[:LONGEST_QUOTE]
            wish = Wish(REOPENING, contact_id=sent.contact_id, locale=locale, data={"message": quote})
            key = sent.refused.key
            one = await self._desk.start(account.id, wish, key=key, who="ponte")
        except Rejected as error:  # no such trigger, or its words need what nobody knows
            return None, error.code
        if one.key != key:
            return None, Reason.DUPLICATE
        if one.state not in _TAKEN_CARE_OF:
            return None, " ".join(one.reasons) or one.state
        return one.id, f"outreach-{one.id}"


def _approved_locale(texts: Texts, sent: SentRow, account: Account) -> str | None:
    """The customer's language, else the company's, else any other in which a template is approved."""
    wished = (sent.locale, account.locale, *texts.locales)
    found = (locale for locale in wished if locale and (text := texts.step(locale, 0)) and text.is_approved)
    return next(found, None)


def _leave_to_a_person(course: Course) -> None:
    """Who has the chat already is told on the lead; else it is handed over, with all that belongs to that."""
    if course.state.bot_on:
        course.take(HandoffRequested(PauseReason.REFUSED))
    else:
        _tell_a_person(course)


def _tell_a_person(course: Course) -> None:
    note, loaded = Note(NoteKind.REFUSED), course.loaded
    text = note_text(note, course.state, locale=loaded.account_locale, timezone=loaded.timezone)
    course.crm.append(CrmWrite("note", text))
