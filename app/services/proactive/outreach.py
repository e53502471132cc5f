"""Carries out a wish to write first: judged, its contact and lead found or made, signed, said once.

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
from app.domain.outreach import Ceiling, ChatSeen, Outreach, OutreachState
from app.domain.people import Contact
from app.domain.phones import forms, understand, zones
from app.services.conversation.steering import Steering
from app.services.proactive.breaker import DAY, Breakers, limit_of
from app.services.proactive.cards import CardFinder
from app.services.proactive.case import Case, ladder_of, locales_of, phone_of, rules_of, values_for, with_chat
from app.services.proactive.eligibility import Facts, Reason, Verdict, Way, judge
from app.services.proactive.signing import Signature, Signing
from app.services.proactive.speaking import Refused, Speaking, Words
from app.services.proactive.templates import Templates
from app.services.proactive.wording import fill
from app.store.accounts import Accounts
from app.store.outreach import WORKS_FOR, Cards, Outreaches

GIVES_UP_AFTER: Final = timedelta(days=2)
SHORTEST_WAIT: Final = timedelta(seconds=5)
LONGEST_WAIT: Final = timedelta(minutes=15)
SECOND_LOOK: Final = timedelta(seconds=30)  # after a call without an answer the CRM's search may lag this much
MOST_REFUSALS: Final = 8
BREAKER_LOOK: Final = timedelta(minutes=15)
LONG_AGO: Final = timedelta(days=36_500)


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
        templates: Templates,
        breakers: Breakers,
        signing: Signing,
        steering: Steering,
    ) -> None:
        self._outreaches = outreaches
        self._cards = cards
        self._clock = clock
        self._accounts = accounts
        self._channels = channels
        self._templates = templates
        self._breakers = breakers
        self._signing = signing
        self._steering = steering

    async def carry_out(self, account_id: AccountId, outreach_id: int) -> None:
        """Go as far as one can now. What stands in the way is written down with the wish."""
        one = await self._outreaches.claim(account_id, outreach_id, self._clock.now())
        if one is None:
            return
        try:
            async with asyncio.timeout(WORKS_FOR.total_seconds()):
                await self._go(one)
        except TimeoutError:  # before another may take it up: what was on its way may have arrived
            await self._again(one, OutcomeUnknown("This took too long.", code="too_slow"))
        except Refused as error:
            await self._outreaches.end(one, OutreachState.DENIED, way=one.way, reasons=[error.code])
        except Rejected as error:
            await self._rejected(one, error)
        except (Retryable, OutcomeUnknown, NeedsHuman) as error:
            await self._again(one, error)

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
        rest = min(SHORTEST_WAIT * 2 ** min(one.attempts - 1, 10), LONGEST_WAIT)
        wished = error.after if isinstance(error, Retryable) else timedelta(0)
        least = SECOND_LOOK if isinstance(error, OutcomeUnknown) else timedelta(0)
        await self._outreaches.wait(one, [error.code], now + max(rest, wished, least))

    async def _go(self, one: Outreach) -> None:
        case = await self.case_of(one)
        if one.state is not OutreachState.SENDING and not await self._may_go(case):
            return
        found = await self._with_cards(case)
        if found is None:
            return
        case, signature = found
        if case.one.state is OutreachState.SENDING or await self._may_go(case):
            await self._say(case, signature)

    async def case_of(self, one: Outreach) -> Case:
        """What the database knows of a wish."""
        account = await self._accounts.get(one.account_id)
        texts = await self._templates.texts(one.account_id, one.trigger)
        phone = understand(one.phone, None) if one.phone else None
        chat = await self._outreaches.chat(one.account_id, one.contact_id) if one.contact_id else None
        return Case(one, account, texts, phone, chat=chat, business=self._templates.business_of(account))

    async def _may_go(self, case: Case) -> bool:
        """Judge; a refusal is written down. Before the cards are known only what is known counts."""
        verdict = await self.verdict_of(case)
        if verdict.allowed:
            return True
        reasons = [reason.value for reason in verdict.reasons]
        if verdict.passes:
            until = verdict.until or self._clock.now() + BREAKER_LOOK
            await self._outreaches.wait(case.one, reasons, until)
        elif Reason.OPTED_OUT in verdict.reasons and await self._is_erased(case):
            await self._outreaches.forget(case.one, reasons=reasons)
        else:
            await self._outreaches.end(case.one, OutreachState.DENIED, reasons=reasons)
        return False

    async def _is_erased(self, case: Case) -> bool:
        phone = case.phone.e164 if case.phone else None
        return await self._accounts.erased.is_about(case.account.id, phone=phone, contacts=case.one.people)

    async def verdict_of(self, case: Case, *, is_duplicate: bool = False, consent: bool | None = None) -> Verdict:
        """What stands against it now. `consent` is what the caller says of it, not written down yet."""
        facts = await self._facts(case)
        said = case.one.data.get("consent") if consent is None else consent
        consent = said if facts.consent is None and isinstance(said, bool) else facts.consent
        facts = replace(facts, is_duplicate=is_duplicate, consent=consent)
        return judge(facts, rules_of(case.trigger, case.account), self._clock.now())

    def zones_of(self, case: Case) -> tuple[str, ...]:
        """Where the customer may be; as far as anybody can tell, where the company is."""
        return (zones(case.phone) if case.phone else ()) or (case.account.timezone,)

    async def _facts(self, case: Case) -> Facts:
        one, now = case.one, self._clock.now()
        breaker, volume = await self._breakers.look(one.account_id, one.people)
        phone_forms = [f"+{digits}" for digits in forms(case.phone.e164)] if case.phone else []
        erased = case.phone is not None and await self._accounts.erased.has(one.account_id, case.phone.e164)
        facts = Facts(
            opted_out=erased,
            area=case.values.get("area", ""),
            zones=self.zones_of(case),
            consent=await self._outreaches.consent(one.account_id, phone_forms, one.contact_id),
            has_template=case.texts.first(*locales_of(case)).salesbot_id is not None,
            has_card=case.trigger.outside_window == "task",
            of_contact=volume.of_contact,
            of_day=volume.of_day,
            breaker_tripped=breaker.is_tripped,
        )
        if not one.people:
            return facts
        standing = await self._outreaches.standing(
            one.account_id, one.people, one.lead_id, now=now, since=now - LONG_AGO
        )
        facts = replace(
            facts,
            opted_out=erased or standing.opted_out,
            bot_on=standing.bot_on and not standing.paused,
            last_human_at=standing.last_human_at,
        )
        return with_chat(facts, case.chat) if case.chat else facts

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
        way = (await self.verdict_of(case)).way or Way.TASK
        state, way = await speaking.say(case.one, way, self.words_of(case, signature), under=await self._ceiling(case))
        if state is OutreachState.SENT:
            now = self._clock.now()
            await self._outreaches.end_sent(case.one, way=way.value, sent_at=now, ladder=ladder_of(case, now))
        else:
            await self._outreaches.end(case.one, state, way=way.value)

    async def _ceiling(self, case: Case) -> Ceiling:
        """What the trigger and the breaker leave room for, to be looked at once more under the lock."""
        breaker, volume = await self._breakers.look(case.one.account_id, case.one.people)
        since, rules = self._clock.now() - DAY, rules_of(case.trigger, case.account)
        counted_from = max(since, breaker.reset_at) if breaker.reset_at else since
        return Ceiling(since, counted_from, rules.per_contact, rules.per_day, limit_of(breaker, volume))

    def words_of(self, case: Case, signature: Signature) -> Words:
        """The first message, in the seller's name."""
        template = case.texts.first(*locales_of(case))
        return Words(fill(template.body, values_for(case, signature)), case.account.locale, template.salesbot_id)
