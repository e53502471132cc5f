"""The ladder: what is said while nobody answers. Any word of the customer or of a person ends it; so does a booking.

What is known is looked at just before; what happens in between the fence sees, for a follow-up goes only into silence.
"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import structlog

from app.channels.base import Channel
from app.domain.clock import Clock
from app.domain.errors import AppError, NeedsHuman, NotStarted, OutcomeUnknown, Rejected, Retryable, WayLost
from app.domain.hours import next_opening
from app.domain.ids import AccountId, LeadId
from app.domain.outreach import Outreach, Template
from app.services.conversation.steering import Steering
from app.services.proactive.breaker import Breakers
from app.services.proactive.case import Case, follow_up_hours, locales_of, rules_of, values_for
from app.services.proactive.eligibility import in_window, quiet_until
from app.services.proactive.outreach import Outreaching
from app.services.proactive.signing import Signature, Signing
from app.services.proactive.speaking import Refused, say_through_fence
from app.services.proactive.wording import MissingVariable, fill
from app.store.accounts import Accounts
from app.store.outreach import WORKS_FOR, DueFollowUp, Ladders, Outreaches

AT_ONCE: Final = 20
TRIED_AGAIN: Final = timedelta(minutes=2)
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
        outreaching: Outreaching,
        breakers: Breakers,
        signing: Signing,
        steering: Steering,
    ) -> None:
        self._ladders = ladders
        self._outreaches = outreaches
        self._clock = clock
        self._accounts = accounts
        self._channels = channels
        self._outreaching = outreaching
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
                await self._consider(due, await self._outreaching.case_of(one))
        except Refused as error:
            await self._give_up(due, error.code)
        except (MissingVariable, Rejected) as error:
            await self._ladders.end(due, "cancelled", reason=error.code)
        except AppError as error:
            await self._ladders.put_off(due, now + TRIED_AGAIN, reason=error.code)

    async def _consider(self, due: DueFollowUp, case: Case) -> None:
        why = await self._why_not(case)
        if why:
            await self._give_up(due, why)
            return
        template = next((text for locale in locales_of(case) if (text := case.texts.step(locale, due.step))), None)
        if template is None:
            await self._ladders.end(due, "cancelled", reason="no_text")
            return
        if not due.was_sending and await self._put_off(due, case):
            return
        await self._say(due, case, template)

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
        wakes = quiet_until(self._outreaching.zones_of(case), rules, now)
        _, volume = await self._breakers.look(case.one.account_id, case.one.people)
        rest = now + CAP_REST if volume.of_contact >= rules.per_contact or volume.of_day >= rules.per_day else None
        later = [moment for moment in (opens, wakes, rest) if moment is not None and moment > now]
        if later:
            await self._ladders.put_off(due, max(later), reason="later")
        return bool(later)

    async def _say(self, due: DueFollowUp, case: Case, template: Template) -> None:
        one, now = case.one, self._clock.now()
        text = fill(template.body, await self._values(case))
        if case.chat and in_window(case.chat.last_customer_at, case.account.policy.window, now):
            chat = case.chat.conversation_id
            await say_through_fence(
                self._steering, one, text, conversation_id=chat, key=f"outreach:{one.id}:{due.step}"
            )
            await self._ladders.end(due, "sent", sent_at=now)
        elif template.salesbot_id is not None and one.lead_id:
            await self._by_template(due, one, template.salesbot_id)
        else:
            await self._ladders.end(due, "cancelled", reason="window")

    async def _by_template(self, due: DueFollowUp, one: Outreach, bot_id: int) -> None:
        """Outside the window; never a second time, whatever became of the first."""
        if due.was_sending:
            await self._ladders.end(due, "sent", reason="doubt", sent_at=self._clock.now())
            return
        if not await self._ladders.begin(due):
            raise Retryable("Something has just happened here; it is looked at again.", code="look_again")
        connection = await self._accounts.connection(one.account_id)
        try:
            await self._channels[connection.channel].run_template(connection, LeadId(one.lead_id or ""), bot_id=bot_id)
        except OutcomeUnknown:
            await self._ladders.end(due, "sent", reason="doubt", sent_at=self._clock.now())
        except NotStarted:
            await self._ladders.take_back(due)
            raise
        except (WayLost, NeedsHuman, Rejected) as error:
            await self._ladders.end(due, "cancelled", reason=error.code)
        else:
            await self._ladders.end(due, "sent", sent_at=self._clock.now())

    async def _values(self, case: Case) -> dict[str, str]:
        signature = await self._signing.by_owner(case.one.account_id, case.one.seller_id) or Signature()
        return values_for(case, signature)

    async def _give_up(self, due: DueFollowUp, reason: str) -> None:
        """This one and all that would follow it."""
        await self._ladders.end(due, "cancelled", reason=reason)
        await self._ladders.cancel(due.outreach_id, reason=reason)
