"""Asking for a reply, outside any transaction. The answer goes into the mailbox as an event; the first one wins."""

from dataclasses import replace
from datetime import datetime, timedelta

from app.agents.base import Brain
from app.domain.brain import Proposal, ReplyRequest
from app.domain.breaker import Gate
from app.domain.clock import Clock
from app.domain.conversation import Event, ReplyAwaited, ReplyFailed, ReplyProposed
from app.domain.ids import ConversationId
from app.domain.tools import TurnRef
from app.domain.turn_tokens import TurnTokens
from app.services.conversation.ladder import BREAKER_OPEN, LATER, NO_MORE_BRAINS, Asker, Ladder, Outcome, Slow
from app.services.conversation.mailbox import process
from app.services.conversation.splitting import limits_of
from app.store.breakers import Breakers
from app.store.conversations import SQL as CONVERSATIONS
from app.store.database import UNSTORABLE, Database, Tx
from app.store.events import encode
from app.store.turns import Question, Stage, Turns

# Who waits longer than this is told once that we are still looking.
PATIENT = timedelta(seconds=10)
# What becomes of an answer that neither JSON nor the database takes: the next brain is asked.
NOT_STORED = "unstorable"
# A token counts in whole seconds; it must not end before its deadline does.
_ROUNDING = timedelta(seconds=1)


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
    ) -> None:
        self._notice_after = notice_after
        self._database = database
        self._clock = clock
        self._asker = Asker(ladder, Breakers(database), clock)
        self._tokens = tokens
        self._turns = Turns(database)

    async def ask(self, conversation_id: ConversationId, number: int, rung: int) -> None:
        """Ask for one turn; safe to run twice. A turn that is over by now is not asked."""
        question = await self._turns.question(conversation_id, number)
        if question is None or question.rung != rung:
            return
        if rung and (brain := await self._turns.overdue(conversation_id, number)):
            await self._asker.broke_its_word(question.account_id, brain)
        known = self._asker.rung(rung)
        if known is None:
            stage = Stage(rung, "", self._clock.now(), 0, NO_MORE_BRAINS)
            await self._deliver(question, Outcome(NO_MORE_BRAINS), stage)
            return
        brain, patience = known
        gate = await self._asker.gate(question.account_id, rung)
        asked_at = self._clock.now()
        if gate is Gate.SKIP:
            await self._deliver(question, Outcome(BREAKER_OPEN), Stage(rung, brain.name, asked_at, 0, BREAKER_OPEN))
            return
        await self._ask(question, brain, asked_at, patience=patience, gate=gate)

    async def _ask(
        self, question: Question, brain: Brain, asked_at: datetime, *, patience: timedelta, gate: Gate
    ) -> None:
        deadline = asked_at + patience
        request = with_token(question.request(asked_at, deadline), self._tokens)
        slow = Slow(self._notice_after, lambda: self._tell(question))
        outcome = await self._asker.ask(brain, request, limits_of(question.channel, question.origin), slow=slow)
        seconds = round((self._clock.now() - asked_at).total_seconds(), 3)
        stage = Stage(question.rung, brain.name, asked_at, seconds, outcome.code, outcome.detail)
        if await self._deliver(question, outcome, stage, until=deadline):
            await self._asker.learn(question.account_id, brain.name, outcome, gate)

    async def _tell(self, question: Question) -> None:
        """The customer hears that we still look, unless that was said in this turn before."""
        now = self._clock.now()
        async with self._database.transaction() as tx:
            event = ReplyAwaited(question.number, question.rung, notice_at=now)
            await process(tx, question.conversation_id, now, event)

    async def _deliver(
        self, question: Question, outcome: Outcome, stage: Stage, *, until: datetime | None = None
    ) -> bool:
        """How it ended, stored; False: the turn no longer waited for it. An answer that cannot be stored is none."""
        try:
            return await self._store(question, outcome, stage, until=until)
        except UNSTORABLE:
            if outcome.proposal is None:
                raise
            failed = replace(stage, outcome=NOT_STORED, detail="the answer cannot be stored")
            return await self._store(question, Outcome(NOT_STORED), failed)

    async def _store(
        self, question: Question, outcome: Outcome, stage: Stage, *, until: datetime | None = None
    ) -> bool:
        """Stamp how it ended, put the answer into the mailbox and fold it; False: the turn no longer waited for it."""
        now = self._clock.now()
        usage = outcome.proposal.usage if outcome.proposal else None
        async with self._database.transaction() as tx:
            await self._turns.lock(tx, question.conversation_id)
            if outcome.code == LATER:
                counts = await self._turns.stamp(tx, question, stage, answered_at=now, usage=None)
                notice_at = stage.asked_at + self._notice_after
                event = ReplyAwaited(question.number, question.rung, until, notice_at)
                await process(tx, question.conversation_id, now, event)
                return counts
            if not await self._turns.is_open(tx, question.conversation_id, question.number):
                outcome = replace(outcome, proposal=without_words(outcome.proposal))
            if not await self._post(tx, question, self._event(question, outcome), now):
                return False
            counts = await self._turns.stamp(tx, question, stage, answered_at=now, usage=usage)
            await process(tx, question.conversation_id, now)
        return counts

    def _event(self, question: Question, outcome: Outcome) -> ReplyProposed | ReplyFailed:
        proposal: Proposal | None = outcome.proposal
        if proposal is not None:
            return ReplyProposed(question.number, proposal)
        last = self._asker.is_last(question.rung)
        return ReplyFailed(question.number, question.rung, outcome.code, last=last)

    async def _post(self, tx: Tx, question: Question, event: Event, now: datetime) -> bool:
        kind, body = encode(event)
        key = f"turn:{question.conversation_id}:{question.number}:{question.rung}"
        args = (question.account_id, question.channel, key, question.conversation_id, kind, body, now)
        return bool(await tx.fetchval(CONVERSATIONS["add_event"], *args))


__all__ = ["PATIENT", "Asking", "Ladder", "with_token"]
