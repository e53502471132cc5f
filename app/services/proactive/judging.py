"""Whether a wish may go now: what the database knows of the person and of the day, put before the one pure function."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from app.domain.clock import Clock
from app.domain.outreach import Outreach, OutreachState
from app.domain.phones import forms, understand, zones
from app.domain.volume import Ceiling
from app.services.proactive.breaker import DAY, Breakers, limit_of
from app.services.proactive.case import Case, locales_of, rules_of, with_chat
from app.services.proactive.eligibility import Facts, Reason, Verdict, judge
from app.services.proactive.speaking import key_of
from app.services.proactive.templates import Templates
from app.store.accounts import Accounts
from app.store.outreach import Outreaches

BREAKER_LOOK: Final = timedelta(minutes=15)
LONG_AGO: Final = timedelta(days=36_500)


class Judging:
    """Asked before anything is done, and once more before anything is said."""

    def __init__(
        self, outreaches: Outreaches, clock: Clock, accounts: Accounts, *, templates: Templates, breakers: Breakers
    ) -> None:
        self._outreaches = outreaches
        self._clock = clock
        self._accounts = accounts
        self._templates = templates
        self._breakers = breakers

    async def case_of(self, one: Outreach) -> Case:
        """What the database knows of a wish."""
        account = await self._accounts.get(one.account_id)
        texts = await self._templates.texts(one.account_id, one.trigger)
        phone = understand(one.phone, None) if one.phone else None
        chat = await self._outreaches.chat(one.account_id, one.contact_id) if one.contact_id else None
        return Case(one, account, texts, phone, chat=chat, business=self._templates.business_of(account))

    async def may_go(self, case: Case) -> bool:
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
        consent = await self._consent(case) if consent is None else consent
        facts = replace(await self._facts(case), is_duplicate=is_duplicate, consent=consent)
        return judge(facts, rules_of(case.trigger, case.account), self._clock.now())

    async def _consent(self, case: Case) -> bool | None:
        """The newest word: one that came after the wish, else what its caller said, else what was known before."""
        one, said = case.one, case.one.data.get("consent")
        has_said = isinstance(said, bool)
        after = one.created_at if has_said else self._clock.now() - LONG_AGO
        phones = [f"+{digits}" for digits in forms(case.phone.e164)] if case.phone else []
        newer = await self._outreaches.consent(one.account_id, phones, one.contact_id, after=after)
        return bool(said) if has_said and newer is None else newer

    def zones_of(self, case: Case) -> tuple[str, ...]:
        """Where the customer may be; as far as anybody can tell, where the company is."""
        return (zones(case.phone) if case.phone else ()) or (case.account.timezone,)

    async def _facts(self, case: Case) -> Facts:
        one, now = case.one, self._clock.now()
        breaker, volume = await self._breakers.look(one.account_id, one.people)
        erased = case.phone is not None and await self._accounts.erased.has(one.account_id, case.phone.e164)
        facts = Facts(
            opted_out=erased,
            area=case.values.get("area", ""),
            zones=self.zones_of(case),
            has_template=case.texts.first(*locales_of(case)).is_approved,
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
            # Who has the chat again may answer there, so it may ask as well.
            last_human_at=None if case.trigger.is_reopening else standing.last_human_at,
        )
        if case.chat is None or case.trigger.is_reopening or await self._outreaches.was_not_delivered(one, key_of(one)):
            return facts
        return with_chat(facts, case.chat)

    async def meanwhile(self, case: Case) -> str:
        """Who has written since the words were; empty when nobody has."""
        one, since = case.one, case.one.quiet_since or (case.one.created_at if case.trigger.is_reopening else None)
        if since is None:
            return ""
        now = self._clock.now()
        standing = await self._outreaches.standing(one.account_id, one.people, one.lead_id, now=now, since=since)
        if standing.last_customer_at is not None and standing.last_customer_at > since:
            return "customer_wrote"
        return "human_wrote" if standing.last_human_at is not None and standing.last_human_at > since else ""

    async def last_word(self, one: Outreach) -> datetime:
        """When anybody wrote last, by the channel's clock: what a writer that is asked now knows of."""
        now = self._clock.now()
        standing = await self._outreaches.standing(one.account_id, one.people, one.lead_id, now=now, since=now)
        return max((at for at in (standing.last_customer_at, standing.last_human_at) if at), default=now)

    async def ceiling(self, case: Case) -> Ceiling:
        """What the trigger and the breaker leave room for, to be looked at once more under the lock."""
        breaker, volume = await self._breakers.look(case.one.account_id, case.one.people)
        since, rules = self._clock.now() - DAY, rules_of(case.trigger, case.account)
        counted_from = max(since, breaker.reset_at) if breaker.reset_at else since
        return Ceiling(since, counted_from, rules.per_contact, rules.per_day, limit_of(breaker, volume))
