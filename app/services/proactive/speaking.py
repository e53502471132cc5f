"""Says what was decided, by its way, at most once: free text through the fence, an approved template, or a task.

Once `begin` has marked a wish nobody sends it again: free text has its key and is on its way until its outbox row has
ended, a task is looked for before it is given
again, and a template whose call got no answer is left to a person. That doubt is written down, and counted as a
message, before the person is told: only a call that was certainly refused gives the wish back.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.channels.base import Channel
from app.domain.account import Connection, Lane
from app.domain.clock import Clock
from app.domain.errors import Conflict, NeedsHuman, NotFound, NotStarted, OutcomeUnknown, Rejected, Retryable, WayLost
from app.domain.ids import ContactId, ExternalId, LeadId
from app.domain.messages import Trouble
from app.domain.outreach import Outreach, OutreachState
from app.domain.templates import Approved
from app.domain.volume import Ceiling
from app.services.bot_control.address import Named
from app.services.conversation.steering import Steering
from app.services.proactive.eligibility import Way
from app.store.outreach import Outreaches

TASK_DUE: Final = timedelta(hours=2)

_TASK: Final = {
    "pt-BR": "Escrever para o cliente: {why}. Sugestão de mensagem: {text}",
    "es": "Escribir al cliente: {why}. Mensaje sugerido: {text}",
    "en": "Write to the customer: {why}. Suggested message: {text}",
}
_WHY: Final = {
    "pt-BR": {"window": "a janela de 24 h está fechada", "doubt": "não se sabe se o modelo saiu; confira no chat"},
    "es": {"window": "la ventana de 24 h está cerrada", "doubt": "no se sabe si salió la plantilla; mira el chat"},
    "en": {"window": "the 24 h window is closed", "doubt": "the template may or may not have left; see the chat"},
}


@dataclass(frozen=True, slots=True)
class Words:
    """What is to be said, in whose language and by whose clock the salesperson is told, and the approved template."""

    text: str
    locale: str
    approved: Approved | None = None
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Said:
    """What became of it, by which way, and the messenger's id of what it told us one for."""

    state: OutreachState
    way: Way
    message_id: ExternalId | None = None


class Refused(Conflict):
    """The fence did not let it through; the code says why."""

    code = "refused"


@dataclass(frozen=True, slots=True)
class Speaking:
    """Works for one account."""

    channel: Channel
    connection: Connection
    steering: Steering
    outreaches: Outreaches
    clock: Clock

    async def say(self, one: Outreach, way: Way, words: Words, *, under: Ceiling) -> Said:
        """What became of it.

        Raises:
            Refused: the bot is off, the customer wants no messages, a person has the chat.
            Retryable, OutcomeUnknown, NeedsHuman: it waits.
        """
        if one.state is OutreachState.SENDING:
            return await self._resumed(one, words)
        if not await self.outreaches.begin(one, way.value, under=under):
            raise Retryable("Something has just happened here; it is looked at again.", code="look_again")
        return await self._by(one, way, words)

    async def _resumed(self, one: Outreach, words: Words) -> Said:
        """Whoever was at it died in the middle."""
        if one.way == Way.TEMPLATE:
            return await self._in_doubt(one, words)
        return await self._by(one, Way(one.way), words)

    async def _by(self, one: Outreach, way: Way, words: Words) -> Said:
        if way is Way.TEXT:
            await say_through_fence(self.steering, one, words.text, key=key_of(one), quiet_since=one.quiet_since)
            return Said(OutreachState.SENDING, way)
        if way is Way.TEMPLATE and words.approved is not None and one.lead_id:
            try:
                to = await self.outreaches.address(one)
                message_id = await self.channel.run_template(self.connection, to, words.approved)
            except OutcomeUnknown:
                return await self._in_doubt(one, words)
            except Rejected as error:  # where it is only the template that is wrong, a person writes
                if error.code == Trouble.OPTED_OUT.value:
                    return await self._blocked(one)
                await self.outreaches.turn_to(one, Way.TASK.value)
            except WayLost:  # the plan has no bots: a person writes
                await self.outreaches.turn_to(one, Way.TASK.value)
            except (NotStarted, NeedsHuman):
                await self.outreaches.take_back(one)
                raise
            else:
                return Said(OutreachState.SENT, way, message_id)
        await self._task(one, words, why="window")
        return Said(OutreachState.TASKED, Way.TASK)

    async def _blocked(self, one: Outreach) -> Said:
        """They have blocked us, and no person shall write to them either."""
        await self.outreaches.blocked(one, self.clock.now())
        return Said(OutreachState.DENIED, Way.TEMPLATE)

    async def _in_doubt(self, one: Outreach, words: Words) -> Said:
        await self.outreaches.doubt(one, self.clock.now())
        await self._task(one, words, why="doubt")
        return Said(OutreachState.DOUBT, Way.TEMPLATE)

    async def _task(self, one: Outreach, words: Words, *, why: str) -> None:
        """For the salesperson, once: one that may be there already is looked for."""
        locale = words.locale if words.locale in _TASK else "en"
        text = f"{_TASK[locale].format(why=_WHY[locale][why], text=words.text)} (#{one.id})"
        lead = LeadId(one.lead_id) if one.lead_id else None
        contact = ContactId(one.contact_id) if one.contact_id else None
        if one.attempts > 1 and await self.channel.find_tasks(
            self.connection, text, lead_id=lead, contact_id=contact, lane=Lane.PROACTIVE
        ):
            return
        await self.channel.add_task(
            self.connection,
            text,
            due=(self.clock.now() + TASK_DUE).astimezone(ZoneInfo(words.timezone)),
            lead_id=lead,
            contact_id=contact,
            seller_id=one.seller_id,
            lane=Lane.PROACTIVE,
        )


def key_of(one: Outreach, step: int = 0) -> str:
    """Under which the fence knows a message: once for a wish, and once for each rung of its ladder."""
    return f"outreach:{one.id}:{step}" if step else f"outreach:{one.id}"


async def say_through_fence(
    steering: Steering, one: Outreach, text: str, *, key: str, quiet_since: datetime | None
) -> None:
    """Free text into the chat, through the same fence as a reply, once for its key; and only into silence."""
    named = Named(conversation_id=str(one.conversation_id))
    try:
        await steering.send(one.account_id, named, text, key=key, quiet_since=quiet_since)
    except NotFound as error:
        raise Refused(error.message, code="no_chat") from None
    except Conflict as error:
        raise Refused(error.message, hint=error.hint, code=error.code) from None
    except Rejected as error:
        if error.code != "key_reused":  # it was said before, in the words that its template had then
            raise
