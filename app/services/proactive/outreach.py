"""Carries out a wish to write first: judged, its contact and lead found or made, signed, written, said once.

Every run begins anew from what is written down, so a run that ended in the middle is simply run again.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from app.channels.base import Channel
from app.domain.clock import Clock
from app.domain.errors import AppError, NeedsHuman, NotFound, OutcomeUnknown, Rejected, Retryable
from app.domain.ids import AccountId, LeadId
from app.domain.outreach import ChatSeen, Outreach, OutreachState
from app.domain.people import Contact
from app.services.conversation.steering import Steering
from app.services.proactive.cards import CardFinder
from app.services.proactive.case import Case, ladder_of, locales_of, phone_of, values_for
from app.services.proactive.eligibility import Reason, Way
from app.services.proactive.fate import Became, ending_of, why_not
from app.services.proactive.judging import Judging
from app.services.proactive.signing import Signature, Signing
from app.services.proactive.speaking import Refused, Speaking, Words, key_of
from app.services.proactive.wording import fill
from app.services.proactive.writing import Writing
from app.store.accounts import Accounts
from app.store.cards import Cards
from app.store.outreach import WORKS_FOR, Outreaches

GIVES_UP_AFTER: Final = timedelta(days=2)
SHORTEST_WAIT: Final = timedelta(seconds=5)
LONGEST_WAIT: Final = timedelta(minutes=15)
SECOND_LOOK: Final = timedelta(seconds=30)  # after a call without an answer the CRM's search may lag this much
LOOKED_AT: Final = timedelta(seconds=2)  # what was given to the fence has left by then, if nothing is in its way
LONGEST_LOOK: Final = timedelta(seconds=30)
MOST_REFUSALS: Final = 8
ASKING: Final = "asking"  # a worker asks a brain for the words


class Outreaching:
    """One wish at a time; `proactive.desk` takes them in."""

    def __init__(
        self,
        outreaches: Outreaches,
        cards: Cards,
        clock: Clock,
        accounts: Accounts,
        *,
        channels: Mapping[str, Channel],
        judging: Judging,
        signing: Signing,
        writing: Writing,
        steering: Steering,
    ) -> None:
        self._outreaches = outreaches
        self._cards = cards
        self._clock = clock
        self._accounts = accounts
        self._channels = channels
        self._judging = judging
        self._signing = signing
        self._writing = writing
        self._steering = steering

    async def carry_out(self, account_id: AccountId, outreach_id: int, *, asks: bool) -> None:
        """Go as far as one can now. What stands in the way is written down with the wish.

        Without `asks` a wish that a brain has to write is left to a job.
        """
        one = await self._outreaches.claim(account_id, outreach_id, self._clock.now())
        if one is None:
            return
        try:
            async with asyncio.timeout(WORKS_FOR.total_seconds()):
                await self._go(one, asks=asks)
        except TimeoutError:  # before another may take it up: what was on its way may have arrived
            await self._again(one, OutcomeUnknown("This took too long.", code="too_slow"))
        except Refused as error:
            await self._refused(one, error)
        except Rejected as error:
            await self._rejected(one, error)
        except (Retryable, OutcomeUnknown, NeedsHuman) as error:
            await self._again(one, error)

    async def _refused(self, one: Outreach, error: Refused) -> None:
        """The fence said no. Where only the window has closed meanwhile there is another way."""
        if error.code == "window_closed":
            await self._another_way(one)
            return
        why = error.code
        known = await self._outreaches.get(one.account_id, one.id)
        if known is not None and why == "not_quiet":
            now = self._clock.now()
            fate = await self._outreaches.fate(known, key_of(one), since=known.quiet_since, now=now)
            why = why_not(replace(fate, verdict="somebody_wrote"))  # who it was the mailbox may not have read yet
        await self._outreaches.end(one, OutreachState.DENIED, way=Way.TEXT.value, reasons=[why])

    async def _another_way(self, one: Outreach) -> None:
        await self._outreaches.take_back(one)
        await self._outreaches.wait(one, ["window_closed"], self._clock.now())

    async def _rejected(self, one: Outreach, error: Rejected) -> None:
        """What is named is wrong for good; a vendor's plain no is asked again a few times, for it may pass."""
        if error.code == Rejected.code and one.attempts < MOST_REFUSALS:
            await self._again(one, error)
        else:
            await self._outreaches.end(one, OutreachState.FAILED, reasons=[error.code])

    async def _again(self, one: Outreach, error: AppError) -> None:
        """Nothing is lost: it is tried again, later each time."""
        now = self._clock.now()
        if now - one.created_at > GIVES_UP_AFTER:
            await self._outreaches.end(one, OutreachState.FAILED, reasons=[error.code, "too_late"])
            return
        wished = error.after if isinstance(error, Retryable) else timedelta(0)
        least = SECOND_LOOK if isinstance(error, OutcomeUnknown) else timedelta(0)
        await self._outreaches.wait(one, [error.code], now + max(_rest(one), wished, least))

    async def _go(self, one: Outreach, *, asks: bool) -> None:
        case = await self._judging.case_of(one)
        is_begun = one.state is OutreachState.SENDING
        if is_begun and one.way == Way.TEXT and await self._follow(case):
            return
        if not is_begun and not await self._judging.may_go(case):
            return
        found = await self._with_cards(case)
        if found is None:
            return
        case, signature = found
        if is_begun:
            await self._say(case, signature)
        elif await self._judging.may_go(case):
            written = await self._written(case, signature, asks=asks)
            if written is not None:
                await self._say(written, signature)

    async def _follow(self, case: Case) -> bool:
        """Free text has been given to the fence: the wish becomes what its outbox row became. False: it was not yet."""
        one, now = case.one, self._clock.now()
        fate = await self._outreaches.fate(one, key_of(one), since=one.quiet_since, now=now)
        ending = ending_of(fate)
        reasons, way = [ending.reason] if ending.reason else [], Way.TEXT.value
        match ending.became:
            case Became.UNSAID:
                return False
            case Became.ON_ITS_WAY:
                await self._outreaches.stay(one, now + min(_rest(one), LONGEST_LOOK))
            case Became.SENT:
                at = fate.sent_at or now
                await self._outreaches.end_sent(one, way=way, sent_at=at, ladder=ladder_of(case, at))
            case Became.WINDOW:
                await self._another_way(one)
            case Became.CANCELLED:
                await self._outreaches.end(one, OutreachState.DENIED, way=way, reasons=reasons)
            case Became.PERSON:  # it may have left: it counts, and is not said again
                await self._outreaches.end(one, OutreachState.DOUBT, way=way, reasons=reasons, sent_at=now)
            case Became.FAILED:
                await self._outreaches.end(one, OutreachState.FAILED, way=way, reasons=reasons)
        return True

    async def _written(self, case: Case, signature: Signature, *, asks: bool) -> Case | None:
        """The wish with its words, by a brain or by the template; None where they have to wait, or come too late."""
        if case.one.words is None:
            way = (await self._judging.verdict_of(case)).way
            wants_brain = self._writing.is_wanted(way)
            if wants_brain and not asks:
                await self._outreaches.leave_to_job(case.one, self._clock.now(), reason=ASKING)
                return None
            case = await self._with_words(case, signature, by_brain=wants_brain)
        meanwhile = await self._judging.meanwhile(case)
        if meanwhile:
            await self._outreaches.end(case.one, OutreachState.DENIED, reasons=[meanwhile])
            return None
        return case if await self._judging.may_go(case) else None  # asking takes its time

    async def _with_words(self, case: Case, signature: Signature, *, by_brain: bool) -> Case:
        """Written once, and kept before anything may leave."""
        one, template = case.one, case.texts.first(*locales_of(case))
        since = await self._judging.last_word(one) if by_brain else None
        written = None
        if by_brain:
            history = await self._outreaches.history(one.conversation_id) if one.conversation_id is not None else ()
            written = await self._writing.first_message(case, signature, history=history)
        one = replace(
            one,
            words=written.text if written else self.template_text(case, signature),
            written_by=f"brain:{written.brain}" if written else f"template:{template.locale}:v{template.version}",
            quiet_since=since,
        )
        await self._outreaches.set_words(one)
        return replace(case, one=one)

    async def _with_cards(self, case: Case) -> tuple[Case, Signature] | None:
        """The wish with its contact and lead, found or made; None where it was asked for before."""
        connection = await self._accounts.connection(case.account.id)
        channel = self._channels[connection.channel]
        finder = CardFinder(case.account.id, channel, connection, self._cards, self._outreaches)
        contact = await finder.find(case.one, None)
        if contact is None and case.phone is not None:
            contact = await finder.get_or_create(case.one, case.phone, seller_id=None)
        if contact is None:
            raise NotFound("There is nobody to write to.", hint="Give phone, contact_id or lead_id.")
        if await self._accounts.erased.obey(case.account.id, contact):
            await self._outreaches.forget(case.one, reasons=[Reason.OPTED_OUT])
            return None
        twin = await self._outreaches.twin(case.one, contact.external_id)
        if twin is not None:
            await self._outreaches.end(case.one, OutreachState.DUPLICATE, reasons=["duplicate"], duplicate_of=twin)
            return None
        cards = await finder.same_person(contact, case.phone or phone_of(contact, case.account))
        chat = await self._outreaches.chat(case.account.id, contact.external_id)
        name = f"{case.trigger.name.capitalize()}: {contact.name or contact.external_id}"
        lead = await finder.lead_of(case.one, contact, chat_lead=chat.lead_id if chat else None, name=name)
        signature = await self._signing.for_lead(
            case.account.id,
            channel,
            connection,
            lead_id=lead,
            conversation_id=chat.conversation_id if chat else None,
            area=case.values.get("area", ""),
            is_new=lead is not None and lead not in contact.open_leads and lead != case.one.lead_id,
        )
        case = replace(case, one=replace(case.one, contact_ids=cards))
        return await self._kept(case, contact, chat, lead=lead, signature=signature), signature

    async def _kept(
        self, case: Case, contact: Contact, chat: ChatSeen | None, *, lead: LeadId | None, signature: Signature
    ) -> Case:
        conversation_id = chat.conversation_id if chat else None
        await self._outreaches.set_cards(
            case.one,
            contact_ids=case.one.contact_ids,
            lead_id=lead,
            conversation_id=conversation_id,
            seller_id=signature.seller_id,
        )
        one = replace(
            case.one,
            contact_id=contact.external_id,
            lead_id=lead,
            conversation_id=conversation_id,
            seller_id=signature.seller_id,
        )
        phone = case.phone or phone_of(contact, case.account)
        return replace(case, one=one, contact=contact, chat=chat, phone=phone)

    async def _say(self, case: Case, signature: Signature) -> None:
        connection = await self._accounts.connection(case.account.id)
        speaking = Speaking(
            self._channels[connection.channel], connection, self._steering, self._outreaches, self._clock
        )
        way = (await self._judging.verdict_of(case)).way or Way.TASK
        under = await self._judging.ceiling(case)
        said = await speaking.say(case.one, way, self._words_of(case, signature), under=under)
        now = self._clock.now()
        if said.state is OutreachState.SENDING:
            await self._outreaches.stay(case.one, now + LOOKED_AT)
        elif said.state is OutreachState.SENT:
            ladder, way = ladder_of(case, now), said.way.value
            await self._outreaches.end_sent(case.one, way=way, sent_at=now, ladder=ladder, message_id=said.message_id)
        else:
            reasons = [Reason.OPTED_OUT] if said.state is OutreachState.DENIED else []
            await self._outreaches.end(case.one, said.state, way=said.way.value, reasons=reasons)

    def _words_of(self, case: Case, signature: Signature) -> Words:
        """What was written, or for a wish from before there were writers the template."""
        text = case.one.words or self.template_text(case, signature)
        approved = case.texts.first(*locales_of(case)).approved(values_for(case, signature))
        return Words(text, case.account.locale, approved, case.account.timezone)

    def template_text(self, case: Case, signature: Signature) -> str:
        """The first message as its template has it, in the seller's name."""
        return fill(case.texts.first(*locales_of(case)).body, values_for(case, signature))

    def would_ask(self, way: Way | None) -> tuple[str, ...]:
        """The brains that would be asked for the words."""
        return self._writing.names if self._writing.is_wanted(way) else ()


def _rest(one: Outreach) -> timedelta:
    """Longer each time."""
    return min(SHORTEST_WAIT * 2 ** min(one.attempts - 1, 10), LONGEST_WAIT)
