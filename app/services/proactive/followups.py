"""The ladder: what is said while nobody answers. Any word of the customer or of a person ends it; so does a booking.

What is known is looked at just before, and once more under the lock that counts caps and breaker; what happens after
that the fence sees, for a follow-up goes only into silence. A rung is begun once, under a number no latecomer has.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

import structlog

from app.channels.base import Channel
from app.domain.clock import Clock
from app.domain.errors import AppError, NeedsHuman, NotStarted, OutcomeUnknown, Rejected, Retryable, WayLost
from app.domain.hours import next_opening
from app.domain.ids import AccountId
from app.domain.messages import Trouble
from app.domain.outreach import Outreach
from app.domain.templates import Approved, Template
from app.services.conversation.steering import Steering
from app.services.proactive.breaker import Breakers
from app.services.proactive.case import Case, follow_up_hours, locales_of, rules_of, values_for
from app.services.proactive.eligibility import Way, in_window, quiet_until
from app.services.proactive.fate import Became, ending_of
from app.services.proactive.judging import Judging
from app.services.proactive.signing import Signature, Signing
from app.services.proactive.speaking import Refused, key_of, say_through_fence
from app.services.proactive.wording import MissingVariable, fill
from app.store.accounts import Accounts
from app.store.ladders import DueFollowUp, Ladders
from app.store.outreach import WORKS_FOR, Outreaches

AT_ONCE: Final = 20
TRIED_AGAIN: Final = timedelta(minutes=2)
LOOKED_AGAIN: Final = timedelta(seconds=2)  # what was given to the fence has left by then, if nothing is in its way
CAP_REST: Final = timedelta(hours=3)

_log = structlog.get_logger()


class FollowUps:
    """Sends the rungs that are due, or takes the ladder away."""

    def __init__(
        self,
        ladders: Ladders,
        outreaches: Outreaches,
        clock: Clock,
        accounts: Accounts,
        *,
        channels: Mapping[str, Channel],
        judging: Judging,
        breakers: Breakers,
        signing: Signing,
        steering: Steering,
    ) -> None:
        self._ladders = ladders
        self._outreaches = outreaches
        self._clock = clock
        self._accounts = accounts
        self._channels = channels
        self._judging = judging
        self._breakers = breakers
        self._signing = signing
        self._steering = steering

    async def send_due(self, account_id: AccountId) -> int:
        """All that are due in an account; returns how many were looked at. A tripped breaker leaves them waiting."""
        breaker, _ = await self._breakers.look(account_id)
        if breaker.is_tripped:
            return 0
        due = await self._ladders.claim_due(account_id, self._clock.now(), limit=AT_ONCE)
        try:
            async with asyncio.timeout(WORKS_FOR.total_seconds()):
                for one in due:
                    await self._send(account_id, one)
        except TimeoutError:  # what is left is taken up by whoever comes when the leases have ended
            _log.warning("follow_ups.too_slow", account=account_id)
        return len(due)

    async def _send(self, account_id: AccountId, due: DueFollowUp) -> None:
        now = self._clock.now()
        try:
            one = await self._outreaches.get(account_id, due.outreach_id)
            if one is not None:
                await self._consider(due, await self._judging.case_of(one))
        except Refused as error:
            await self._give_up(due, error.code)
        except (MissingVariable, Rejected) as error:
            await self._ladders.end(due, "cancelled", reason=error.code)
        except AppError as error:
            await self._ladders.put_off(due, now + TRIED_AGAIN, reason=error.code)

    async def _consider(self, due: DueFollowUp, case: Case) -> None:
        if due.was_sending and due.way == Way.TEXT and await self._follow(due, case):
            return
        if due.was_sending and due.way != Way.TEXT:  # never a second time, whatever became of the first
            await self._ladders.end(due, "sent", reason="doubt", sent_at=self._clock.now())
            return
        why = await self._why_not(case)
        if why:
            await self._give_up(due, why)
            return
        template = next((text for locale in locales_of(case) if (text := case.texts.step(locale, due.step))), None)
        if template is None:
            await self._ladders.end(due, "cancelled", reason="no_text")
            return
        if due.was_sending or not await self._put_off(due, case):
            await self._say(due, case, template)

    async def _follow(self, due: DueFollowUp, case: Case) -> bool:
        """A rung becomes what its outbox row became. False: the fence has never seen it."""
        now, one = self._clock.now(), _in_chat(case)
        fate = await self._outreaches.fate(one, key_of(one, due.step), since=one.sent_at, now=now)
        ending = ending_of(fate)
        match ending.became:
            case Became.UNSAID:
                return False
            case Became.ON_ITS_WAY:
                await self._ladders.put_off(due, now + LOOKED_AGAIN, reason="on_its_way")
            case Became.SENT:
                await self._ladders.end(due, "sent", sent_at=fate.sent_at or now)
            case Became.PERSON:  # it may have left, and a person looks
                await self._ladders.end(due, "sent", reason="doubt", sent_at=now)
                await self._ladders.cancel(due.outreach_id, reason="doubt")
            case Became.WINDOW:
                await self._window_closed(due)
            case Became.CANCELLED | Became.FAILED:
                await self._give_up(due, ending.reason)
        return True

    async def _window_closed(self, due: DueFollowUp) -> None:
        """Nothing has left: an approved template may still carry it."""
        await self._ladders.take_back(due)
        await self._ladders.put_off(due, self._clock.now(), reason="window_closed")

    async def _why_not(self, case: Case) -> str:
        """What has happened since the first message; empty when nothing has."""
        one, now = case.one, self._clock.now()
        since = one.sent_at or one.created_at
        standing = await self._outreaches.standing(one.account_id, one.people, one.lead_id, now=now, since=since)
        happened = {
            "opted_out": standing.opted_out,
            "booked": standing.booked,
            "customer_wrote": standing.last_customer_at is not None and standing.last_customer_at > since,
            "human_wrote": standing.last_human_at is not None and standing.last_human_at > since,
            "taken_over": standing.control_at is not None and standing.control_at > since,
            "bot_off": standing.paused or not standing.bot_on,
            "trigger_off": not case.trigger.enabled,
        }
        return next((reason for reason, has in happened.items() if has), "")

    async def _put_off(self, due: DueFollowUp, case: Case) -> bool:
        """Outside the hours, in somebody's night, or one too many today: later."""
        now, rules = self._clock.now(), rules_of(case.trigger, case.account)
        opens = next_opening(follow_up_hours(case.trigger, case.account), now, case.account.timezone)
        if opens is None:
            await self._give_up(due, "never_open")
            return True
        wakes = quiet_until(self._judging.zones_of(case), rules, now)
        _, volume = await self._breakers.look(case.one.account_id, case.one.people)
        rest = now + CAP_REST if volume.of_contact >= rules.per_contact or volume.of_day >= rules.per_day else None
        later = [moment for moment in (opens, wakes, rest) if moment is not None and moment > now]
        if later:
            await self._ladders.put_off(due, max(later), reason="later")
        return bool(later)

    async def _say(self, due: DueFollowUp, case: Case, template: Template) -> None:
        if case.chat and in_window(case.chat.last_customer_at, case.account.policy.window, self._clock.now()):
            await self._by_text(due, case, fill(template.body, await self._values(case)))
        elif template.is_approved and case.one.lead_id:
            await self._by_template(due, case, template)
        else:
            await self._ladders.end(due, "cancelled", reason="window")

    async def _begin(self, due: DueFollowUp, case: Case, way: Way) -> None:
        if due.was_sending:
            return
        if not await self._ladders.begin(due, case.one, way.value, under=await self._judging.ceiling(case)):
            raise Retryable("Something has just happened here; it is looked at again.", code="look_again")

    async def _by_text(self, due: DueFollowUp, case: Case, text: str) -> None:
        """Through the fence, once for its key; what became of it is looked at when it has left."""
        await self._begin(due, case, Way.TEXT)
        one = _in_chat(case)
        try:
            await say_through_fence(self._steering, one, text, key=key_of(one, due.step), quiet_since=one.sent_at)
        except Refused as error:
            if error.code != "window_closed":
                raise
            await self._window_closed(due)
        else:
            await self._ladders.put_off(due, self._clock.now() + LOOKED_AGAIN, reason="on_its_way")

    async def _by_template(self, due: DueFollowUp, case: Case, template: Template) -> None:
        """Outside the window; never a second time, whatever became of the first."""
        await self._begin(due, case, Way.TEMPLATE)
        connection = await self._accounts.connection(case.one.account_id)
        approved = template.approved(await self._values(case)) or Approved()
        try:
            to = await self._outreaches.address(_in_chat(case))
            told = await self._channels[connection.channel].run_template(connection, to, approved)
        except OutcomeUnknown:
            await self._ladders.end(due, "sent", reason="doubt", sent_at=self._clock.now())
        except NotStarted:
            await self._ladders.take_back(due)
            raise
        except (WayLost, NeedsHuman, Rejected) as error:
            await self._ladders.end(due, "cancelled", reason=error.code)
            if error.code == Trouble.OPTED_OUT.value:
                await self._outreaches.blocked(case.one, self._clock.now())
        else:
            account_id, now = case.one.account_id, self._clock.now()
            await self._ladders.end_sent(due, account_id, sent_at=now, message_id=told)

    async def _values(self, case: Case) -> dict[str, str]:
        signature = await self._signing.by_owner(case.one.account_id, case.one.seller_id) or Signature()
        return values_for(case, signature)

    async def _give_up(self, due: DueFollowUp, reason: str) -> None:
        """This one and all that would follow it."""
        if await self._ladders.end(due, "cancelled", reason=reason):
            await self._ladders.cancel(due.outreach_id, reason=reason)


def _in_chat(case: Case) -> Outreach:
    """The wish as of the chat where its person is talked to now."""
    return replace(case.one, conversation_id=case.chat.conversation_id) if case.chat else case.one
