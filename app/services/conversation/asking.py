"""Asking for a reply, outside any transaction. The answer goes into the mailbox as an event; the first one wins."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.agents.base import Brain
from app.channels.messengers import limits_of
from app.domain.brain import Proposal, ReplyRequest
from app.domain.breaker import Gate
from app.domain.clock import Clock
from app.domain.conversation import ReplyAwaited, ReplyFailed, ReplyProposed
from app.domain.ids import ConversationId
from app.domain.sound import SPOKEN
from app.domain.tools import TurnRef
from app.domain.turn_tokens import TurnTokens
from app.services.conversation.faq import FAQ, Faq
from app.services.conversation.hearing import Hearing
from app.services.conversation.ladder import (
    ANSWERED,
    BREAKER_OPEN,
    LATER,
    NO_MORE_BRAINS,
    UNPROVEN_BOOKING,
    Asker,
    Ladder,
    Outcome,
    Slow,
)
from app.services.conversation.mailbox import process, process_locked
from app.store.breakers import Breakers
from app.store.conversations import lock
from app.store.database import UNSTORABLE, Database
from app.store.queue import under_way
from app.store.turns import Question, Stage, Turns

# What a stage says of a brain that so many were waiting for that this turn was not.
CROWDED = "crowded"
# Who waits longer than this, since the turn began, is told once that we are still looking.
PATIENT = timedelta(seconds=10)
# What becomes of an answer that neither JSON nor the database takes: the next brain is asked.
NOT_STORED = "unstorable"
# A token counts in whole seconds; it must not end before its deadline does.
_ROUNDING = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """The line before the first brain: how many it answers at once, and for how long a turn waits to be one of them."""

    at_once: int
    patience: timedelta


def with_token(request: ReplyRequest, tokens: TurnTokens | None) -> ReplyRequest:
    """The request with the token that is valid for its turn and until its deadline. Pure."""
    if tokens is None:
        return request
    turn = TurnRef(request.account_id, request.conversation_id, request.turn, request.deadline + _ROUNDING)
    return replace(request, token=tokens.mint(turn))


def without_words(proposal: Proposal | None) -> Proposal | None:
    """Of an answer that nobody waits for only what it was: the customer may have been erased while it was written."""
    return proposal and Proposal(proposal.action)


class Asking:
    """Asks the brains of the ladder, one rung at a time."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        ladder: Ladder,
        *,
        tokens: TurnTokens | None = None,
        notice_after: timedelta = PATIENT,
        line: WaitingLine | None = None,
        hearing: Hearing | None = None,
    ) -> None:
        self._hearing = hearing
        self._line = line
        self._notice_after = notice_after
        self._database = database
        self._clock = clock
        self._asker = Asker(ladder, Breakers(database), clock)
        self._tokens = tokens
        self._faq = Faq(database)
        self._turns = Turns(database)

    async def ask(self, conversation_id: ConversationId, number: int, rung: int) -> None:
        """Ask for one turn; safe to run twice. A turn that is over by now is not asked."""
        question = await self._question(conversation_id, number, rung)
        if question is None:
            return
        if not rung and (proposal := await self._faq.answer(question)):
            stage = Stage(0, FAQ, self._clock.now(), 0, ANSWERED)
            await self._deliver(question, Outcome(ANSWERED, proposal=proposal), stage)
            return
        if rung and (brain := await self._turns.overdue(conversation_id, number)):
            await self._asker.broke_its_word(question.account_id, brain)
        known = self._asker.rung(rung)
        if known is None:
            stage = Stage(rung, "", self._clock.now(), 0, NO_MORE_BRAINS)
            await self._deliver(question, Outcome(NO_MORE_BRAINS), stage)
            return
        brain, patience = known
        if await self._has_waited_too_long(question):
            await self._pass_over(question, brain, CROWDED)
            return
        gate = await self._asker.gate(question.account_id, rung)
        if gate is Gate.SKIP:
            await self._pass_over(question, brain, BREAKER_OPEN)
            return
        # The deadline begins here: waiting for a place is none of the brain's time.
        await self._ask(question, brain, self._clock.now(), patience=patience, gate=gate)

    async def _question(self, conversation_id: ConversationId, number: int, rung: int) -> Question | None:
        """The question of a turn that waits on this rung; the words of its voices have a few seconds to come."""
        question = await self._turns.question(conversation_id, number)
        if question is None or question.rung != rung:
            return None
        is_spoken = any(line.kind in SPOKEN and not line.transcript for line in question.burst)
        if not is_spoken or self._hearing is None:
            return question
        if not await self._hearing.wait(conversation_id, number, since=question.settled_at):
            return question
        question = await self._turns.question(conversation_id, number)
        return question if question and question.rung == rung else None

    async def _has_waited_too_long(self, question: Question) -> bool:
        """Whether the line was too long for this turn. An old turn without a line, after an outage, is asked."""
        line = self._line
        if line is None or question.rung or self._asker.is_last(0):
            return False
        waited = self._clock.now() - question.settled_at
        return waited > line.patience and await under_way(self._database) >= line.at_once

    async def _pass_over(self, question: Question, brain: Brain, why: str) -> None:
        """This brain is not asked: the next one."""
        await self._deliver(question, Outcome(why), Stage(question.rung, brain.name, self._clock.now(), 0, why))

    async def _ask(
        self, question: Question, brain: Brain, asked_at: datetime, *, patience: timedelta, gate: Gate
    ) -> None:
        deadline = asked_at + patience
        request = with_token(question.request(asked_at, deadline), self._tokens)
        slow = Slow(self._told_at(question) - asked_at, lambda: self._tell(*question.turn))
        limits = limits_of(question.channel, question.origin, shows=question.shows)
        outcome = await self._asker.ask(brain, request, limits, slow=slow)
        seconds = round((self._clock.now() - asked_at).total_seconds(), 3)
        stage = Stage(question.rung, brain.name, asked_at, seconds, outcome.code, outcome.detail)
        learnt = await self._deliver(question, outcome, stage, until=deadline)
        if learnt is not None:
            await self._asker.learn(question.account_id, brain.name, learnt, gate)
        await self._faq.learn(question, brain.name, outcome.to_learn)

    def _told_at(self, question: Question) -> datetime:
        """When we say that it takes longer: the wait counts from the turn's beginning, whatever rung it is on."""
        return question.settled_at + self._notice_after

    async def tell_the_waiting(self) -> None:
        """Who waits in line for a brain, or for a worker, hears it too."""
        for turn in await self._turns.waiting(self._notice_after):
            await self._tell(*turn)

    async def _tell(self, conversation_id: ConversationId, number: int, rung: int) -> None:
        """The customer hears that we still look, unless that was said in this turn before."""
        now = self._clock.now()
        async with self._database.transaction() as tx:
            await process(tx, conversation_id, now, ReplyAwaited(number, rung, notice_at=now))

    async def _deliver(
        self, question: Question, outcome: Outcome, stage: Stage, *, until: datetime | None = None
    ) -> Outcome | None:
        """How it ended, stored; what is to be learnt from it. An answer that cannot be stored is none."""
        try:
            return await self._store(question, outcome, stage, until=until)
        except UNSTORABLE:
            if outcome.proposal is None:
                raise
            failed = replace(stage, outcome=NOT_STORED, detail="the answer cannot be stored")
            return await self._store(question, Outcome(NOT_STORED), failed)

    async def _store(
        self, question: Question, outcome: Outcome, stage: Stage, *, until: datetime | None = None
    ) -> Outcome | None:
        """Stamp how it ended, put the answer into the mailbox and fold it; None: another's word for it came first."""
        now = self._clock.now()
        usage = outcome.proposal.usage if outcome.proposal else None
        async with self._database.transaction() as tx:
            locked = await lock(tx, question.conversation_id)
            if locked is None:
                return None
            if outcome.code == LATER:
                counts = await self._turns.stamp(tx, question, stage, answered_at=now, usage=None)
                event = ReplyAwaited(question.number, question.rung, until, self._told_at(question))
                await process_locked(tx, locked, now, event)
                return outcome if counts else None
            event = self._event(question, outcome)
            wordless = self._event(question, replace(outcome, proposal=without_words(outcome.proposal)))
            posted = await self._turns.post(tx, question, event, wordless=wordless, at=now)
            if posted is None:
                return None
            counts = await self._turns.stamp(tx, question, stage, answered_at=now, usage=usage)
            course = await process_locked(tx, locked, now)
        is_vetoed = any(one.inbox_id == posted and one.verdict == UNPROVEN_BOOKING for one in course.folded)
        learnt = replace(outcome, code=UNPROVEN_BOOKING) if is_vetoed else outcome
        return learnt if counts else None

    def _event(self, question: Question, outcome: Outcome) -> ReplyProposed | ReplyFailed:
        proposal: Proposal | None = outcome.proposal
        if proposal is not None:
            return ReplyProposed(question.number, proposal)
        last = self._asker.is_last(question.rung)
        return ReplyFailed(question.number, question.rung, outcome.code, last=last)


__all__ = ["PATIENT", "Asking", "Ladder", "WaitingLine", "with_token"]
