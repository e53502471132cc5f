"""One message to many customers: whom it is for is written down first, then each is judged, and written to once.

A message is put on its chat's line in the transaction that marks its recipient, under the chat's lock: so nobody gets
it twice, whatever dies in between, and everything that the fence promises holds for it. It leaves in the lowest lane,
a few at a time: replies never wait for it.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.channels.messengers import limits_of
from app.domain.broadcasts import Broadcast, NewBroadcast, Person, Progress, Recipient, RecipientState
from app.domain.clock import Clock
from app.domain.conversation import Log, SendRequested
from app.domain.errors import NotFound, Rejected
from app.domain.ids import AccountId, ConversationId
from app.domain.receipts import claims_booking
from app.domain.storable import visible
from app.services.conversation.course import Course
from app.services.conversation.mailbox import begin, finish
from app.services.conversation.splitting import pieces_of
from app.services.flows.places import check_step
from app.services.proactive.audience import Day, Standing, rules_of, seen_in, standing_of
from app.services.proactive.breaker import DAY, Breakers
from app.services.proactive.fate import Became, ending_of
from app.store import broadcasts as store
from app.store.accounts import Account, Accounts
from app.store.broadcasts import Broadcasts, digest_of, key_of
from app.store.database import Database, Tx

# Whoever has been silent for longer is no session of anybody's.
LOOKS_BACK: Final = timedelta(days=30)
AT_ONCE: Final = 8  # messages of a broadcast that are on their way
JUDGED_AT_ONCE: Final = 500
WORKS_FOR: Final = 20.0  # seconds, far less than its lease
LOOKED_AT_AGAIN: Final = timedelta(seconds=1)
LONGEST_REST: Final = timedelta(minutes=5)
LONGEST: Final = 8_000
GONE: Final = "gone"

_ENDS: Final = {
    Became.SENT: RecipientState.SENT,
    Became.CANCELLED: RecipientState.SKIPPED,
    Became.WINDOW: RecipientState.FAILED,
    Became.PERSON: RecipientState.DOUBT,
    Became.FAILED: RecipientState.FAILED,
    Became.UNSAID: RecipientState.SKIPPED,
}


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What would happen now: how many would get it, and why the others would not, or not yet."""

    total: int
    eligible: int
    reasons: dict[str, int]
    messages_each: int


class Broadcasting:
    """The service behind POST /send-broadcast."""

    def __init__(self, database: Database, clock: Clock, accounts: Accounts, *, breakers: Breakers) -> None:
        self._database = database
        self._clock = clock
        self._accounts = accounts
        self._breakers = breakers
        self._broadcasts = Broadcasts(database)

    async def start(self, account_id: AccountId, new: NewBroadcast) -> tuple[Broadcast, Progress]:
        """Write down whom it is for, and begin; once for a key.

        Raises:
            Rejected: it cannot be said, or the key is of another request.
        """
        account = await self._accounts.get(account_id)
        _check(account, new)
        one = await self._known(account_id, new)
        if one is None:
            now = self._clock.now()
            people = await self._broadcasts.audience(account_id, new.target_step, since=now - LOOKS_BACK)
            one = await self._broadcasts.add(account_id, new, people, now) or await self._known(account_id, new)
        if one is None:
            raise NotFound("The broadcast is gone.", hint="Ask again.")
        return one, await self._broadcasts.progress(one.id)

    async def _known(self, account_id: AccountId, new: NewBroadcast) -> Broadcast | None:
        one = await self._broadcasts.of_key(account_id, new.key) if new.key else None
        if one is not None and one.digest != digest_of(new):
            raise Rejected(
                "This key was used for another broadcast.", hint="A new broadcast needs a new key.", code="key_reused"
            )
        return one

    async def rehearse(self, account_id: AccountId, new: NewBroadcast) -> Rehearsal:
        """Who would get it now; nothing is written down, nothing is sent."""
        account = await self._accounts.get(account_id)
        pieces = _check(account, new)
        now = self._clock.now()
        people = await self._broadcasts.audience(account_id, new.target_step, since=now - LOOKS_BACK)
        day, reasons, eligible = await self._day(account, new.target_step), dict[str, int](), 0
        for start in range(0, len(people), JUDGED_AT_ONCE):
            for standing in (await self._judged(account, people[start : start + JUDGED_AT_ONCE], day)).values():
                eligible += standing.may_go
                if standing.reason:
                    reasons[standing.reason] = reasons.get(standing.reason, 0) + 1
        over = max(0, eligible - max(0, day.rules.per_day - day.of_day))
        told = {**reasons, "day_cap": reasons.get("day_cap", 0) + over} if over else reasons
        return Rehearsal(len(people), eligible - over, told, max(1, len(pieces)))

    async def _judged(self, account: Account, people: Sequence[Person], day: Day) -> dict[int, Standing]:
        ids = [each.conversation_id for each in people]
        return await self._standings(account, ids, day)

    async def _standings(self, account: Account, ids: Sequence[int], day: Day) -> dict[int, Standing]:
        """What stands against each of these chats now, by what the tables know."""
        now = self._clock.now()
        found = await self._broadcasts.candidates(account.id, ids, since=now - DAY, now=now)
        return {each.conversation_id: standing_of(each, day, now) for each in found}

    async def _day(self, account: Account, step: str | None) -> Day:
        breaker, _ = await self._breakers.look(account.id)
        of_day = await self._broadcasts.begun_since(account.id, self._clock.now() - DAY)
        rules = rules_of(account.settings, account.policy)
        return Day(rules, account.timezone, of_day, breaker.is_tripped, step)

    async def status(self, account_id: AccountId, broadcast_id: int) -> tuple[Broadcast, Progress]:
        """How far it is.

        Raises:
            NotFound: there is none.
        """
        one = await self._broadcasts.get(account_id, broadcast_id)
        if one is None:
            raise NotFound(f"There is no broadcast {broadcast_id}.", hint="Use the id from POST /send-broadcast.")
        return one, await self._broadcasts.progress(one.id)

    async def page(self, account_id: AccountId, *, before: int, limit: int) -> list[tuple[Broadcast, Progress]]:
        found = await self._broadcasts.page(account_id, before=before, limit=limit)
        return [(one, await self._broadcasts.progress(one.id)) for one in found]

    async def recipients(
        self, account_id: AccountId, broadcast_id: int, state: str | None, *, after: int, limit: int
    ) -> list[Recipient]:
        """What became of it for each."""
        one, _ = await self.status(account_id, broadcast_id)
        return await self._broadcasts.recipients(account_id, one.id, state, after=after, limit=limit)

    async def cancel(self, account_id: AccountId, broadcast_id: int, *, who: str) -> tuple[Broadcast, Progress]:
        """Nobody else is written to; one that is over stays as it is."""
        one, _ = await self.status(account_id, broadcast_id)
        await self._broadcasts.cancel(one, self._clock.now(), who=who)
        return await self.status(account_id, broadcast_id)

    async def work(self) -> None:
        """The chore: broadcasts that were left behind, and those whose rest is over."""
        for account in await self._accounts.all_live():
            for number in await self._broadcasts.due(account.id, self._clock.now()):
                await self.carry_on(account.id, number)

    async def carry_on(self, account_id: AccountId, broadcast_id: int) -> None:
        """The job: as far as it goes for now. Safe to run twice."""
        one = await self._broadcasts.claim(account_id, broadcast_id, self._clock.now())
        if one is None:
            return
        ends = asyncio.get_running_loop().time() + WORKS_FOR
        while await self._step(one) and asyncio.get_running_loop().time() < ends:
            pass
        if not await self._broadcasts.close(one, self._clock.now()):
            await self._rest(one)

    async def _rest(self, one: Broadcast) -> None:
        now = self._clock.now()
        due = now + LOOKED_AT_AGAIN
        if not await self._broadcasts.on_their_way(one):
            due = max(due, min(await self._broadcasts.next_due(one) or due, now + LONGEST_REST))
        await self._broadcasts.rest(one, due, delay=due - now if due - now <= LOOKED_AT_AGAIN else None)

    async def _step(self, one: Broadcast) -> int:
        """See what has arrived, judge who waits, write to a few; how much was done."""
        done = await self._settle(one)
        room = AT_ONCE - len(await self._broadcasts.on_their_way(one))
        if room <= 0:
            return done
        account = await self._accounts.get(one.account_id)
        waiting = await self._broadcasts.waiting(one, self._clock.now(), JUDGED_AT_ONCE)
        if not waiting:
            return done
        day = await self._day(account, one.target_step)
        found = await self._standings(account, waiting, day)
        standings = {number: found.get(number, Standing(GONE)) for number in waiting}
        late = {number: (s.reason, s.until) for number, s in standings.items() if s.until is not None}
        await self._broadcasts.put_off(one, {number: (why, at) for number, (why, at) in late.items() if at})
        never = {number: s.reason for number, s in standings.items() if s.reason and s.until is None}
        await self._broadcasts.skip(one, never)
        chosen = [number for number, standing in standings.items() if standing.may_go][:room]
        for number in chosen:
            await self._write_to(one, account, ConversationId(number), day)
        return done + len(late) + len(never) + len(chosen)

    async def _settle(self, one: Broadcast) -> int:
        """What has become of the messages that are on their way."""
        done, now = 0, self._clock.now()
        for number, since in (await self._broadcasts.on_their_way(one)).items():
            fate = await self._broadcasts.fate(one, number, since=since, now=now)
            ending = ending_of(fate)
            if ending.became is Became.ON_ITS_WAY:
                continue
            reason = GONE if ending.became is Became.UNSAID else ending.reason
            reason = "" if ending.became is Became.SENT else reason
            await self._broadcasts.end(one, number, _ENDS[ending.became], reason=reason, at=fate.sent_at)
            done += 1
        return done

    async def _write_to(self, one: Broadcast, account: Account, number: ConversationId, day: Day) -> None:
        """Look once more under the chat's lock, and put the message on its line in the same transaction."""
        now = self._clock.now()
        async with self._database.transaction() as tx:
            course = await begin(tx, number, now)
            if course is None:
                await store.skip(tx, one, number, GONE)
                return
            await self._judge_and_begin(tx, one, account, course, day=day)
            await finish(tx, course)

    async def _judge_and_begin(self, tx: Tx, one: Broadcast, account: Account, course: Course, *, day: Day) -> None:
        now, number = course.now, course.loaded.id
        of_day = await store.begun_since(tx, account.id, now - DAY)
        candidate = await store.candidate_of(tx, account.id, number, since=now - DAY, now=now)
        if candidate is None:
            return
        candidate = seen_in(candidate, course.state, held=course.held)
        today = Day(day.rules, day.zone, of_day, day.breaker_tripped, day.step)
        standing = standing_of(candidate, today, now)
        if standing.until is not None:
            await store.put_off(tx, one, number, standing.reason, standing.until)
        elif standing.reason:
            await store.skip(tx, one, number, standing.reason)
        elif await store.begin(tx, one, number, now, quiet_since=candidate.last_word):
            await _say(tx, one, account, course, origin=candidate.origin, quiet_since=candidate.last_word)


async def _say(
    tx: Tx, one: Broadcast, account: Account, course: Course, *, origin: str, quiet_since: datetime | None
) -> None:
    """Through the fence: it goes only into silence, and takes no answer's place."""
    key, number = key_of(one.id, course.loaded.id), course.loaded.id
    pieces = pieces_of(one.message, limits_of(account.channel, origin))
    course.take(SendRequested(one.message, key, quiet_since, pieces))
    if course.verdict != "admitted":
        await store.skip(tx, one, number, course.verdict)
        return
    course.effects.append(Log(one.requested_by, "broadcast", str(one.id)))


def _check(account: Account, new: NewBroadcast) -> tuple[str, ...]:
    """Whether it can be said at all; its pieces.

    Raises:
        Rejected: it is empty, too long, for a step that no plan has, or tells of an appointment that nobody has made.
    """
    check_step(new.target_step)
    if not visible(new.message):
        raise Rejected("The message is empty.", hint="Give it in message.", code="empty")
    if claims_booking(new.message):
        hint = "Say it without an appointment: each customer's own is confirmed in the chat."
        raise Rejected("The message tells of an appointment that is made.", hint=hint, code="unproven_booking")
    return pieces_of(new.message, limits_of(account.channel))
