"""Asking for a reply, outside any transaction. The answer goes into the mailbox as an event; the first one wins."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.agents.base import Brain
from app.domain.brain import SPEAKING, Proposal, ReplyRequest
from app.domain.clock import Clock
from app.domain.conversation import Event, ReplyFailed, ReplyProposed
from app.domain.ids import ConversationId
from app.services.conversation.mailbox import process
from app.store.conversations import SQL as CONVERSATIONS
from app.store.database import Database
from app.store.events import encode
from app.store.turns import Question, Turns

# A balloon longer than this is a malfunction, not an answer.
LONGEST = 16_000


@dataclass(frozen=True, slots=True)
class Ladder:
    """The brains in the order in which they are asked, each with its deadline."""

    rungs: Sequence[tuple[Brain, timedelta]]


class Unusable(Exception):
    """A brain's answer that cannot be sent; the message is a code of ours."""


def checked(proposal: Proposal) -> Proposal:
    """The proposal as it may be used. Pure.

    Raises:
        Unusable: it speaks and has no usable words, or far too many.
    """
    balloons = tuple(text.strip() for text in proposal.balloons if text.strip())
    if proposal.action in SPEAKING and not balloons:
        raise Unusable("empty")
    if any(len(text) > LONGEST for text in balloons):
        raise Unusable("too_long")
    return replace(proposal, balloons=balloons)


class Asking:
    """Asks the brains of the ladder, one rung at a time."""

    def __init__(self, database: Database, clock: Clock, ladder: Ladder) -> None:
        self._database = database
        self._clock = clock
        self._ladder = ladder
        self._turns = Turns(database)

    async def ask(self, conversation_id: ConversationId, number: int, rung: int) -> None:
        """Ask for one turn; safe to run twice. A turn that is over by now is not asked."""
        question = await self._turns.question(conversation_id, number)
        if question is None or question.rung != rung:
            return
        brain, patience = self._ladder.rungs[min(rung, len(self._ladder.rungs) - 1)]
        asked_at = self._clock.now()
        event = await self._answer(brain, question.request(asked_at, asked_at + patience), rung)
        await self._deliver(question, event, brain=brain.name, asked_at=asked_at)

    async def _answer(self, brain: Brain, request: ReplyRequest, rung: int) -> ReplyProposed | ReplyFailed:
        patience = (request.deadline - request.now).total_seconds()
        try:
            proposal = await asyncio.wait_for(brain.reply(request), patience)
            return ReplyProposed(request.turn, checked(proposal))
        except TimeoutError:
            return ReplyFailed(request.turn, rung, "too_late")
        except Unusable as error:
            return ReplyFailed(request.turn, rung, str(error))
        except Exception as error:  # noqa: BLE001 - whatever a brain does, the customer is not left in silence
            return ReplyFailed(request.turn, rung, type(error).__name__)

    async def _deliver(self, question: Question, event: Event, *, brain: str, asked_at: datetime) -> None:
        """Put the answer into the mailbox and fold it in the same transaction."""
        now = self._clock.now()
        kind, body = encode(event)
        rung = event.rung if isinstance(event, ReplyFailed) else question.rung
        key = f"turn:{question.conversation_id}:{question.number}:{rung}"
        async with self._database.transaction() as tx:
            await self._turns.lock(tx, question.conversation_id)
            args = (question.account_id, question.channel, key, question.conversation_id, kind, body, now)
            if await tx.fetchval(CONVERSATIONS["add_event"], *args):
                await self._turns.stamp(tx, question, brain=brain, asked_at=asked_at, answered_at=now)
                await process(tx, question.conversation_id, now)
