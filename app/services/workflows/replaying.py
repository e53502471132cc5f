"""Asks another brain what has been asked before, and puts old and new answers side by side.

Read-only: nothing is sent, nothing is stored, and the tools that the brain gets are for a dry run.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from app.agents.base import Brain
from app.domain.brain import SPEAKING, AnswersLater, BrainFailed, Proposal, ReplyAction
from app.domain.clock import Clock
from app.domain.disclosure import discloses
from app.domain.ids import AccountId
from app.domain.receipts import receipts_in
from app.domain.tools import TurnRef
from app.domain.turn_tokens import TurnTokens
from app.store.database import Database
from app.store.replay import PastTurn, PastTurns

GRACE: Final = timedelta(minutes=5)  # a dry token outlives the question, for tools that are called late


class Verdict(StrEnum):
    """How the new answer stands to the old one. LATER: it comes by callback, which a dry run takes from nobody."""

    SAME = "same"
    DIFFERENT = "different"
    FAILED = "failed"
    LATER = "answers later, not compared"


class Way(StrEnum):
    """What an answer does. Whether one that said nothing left a note does not stand on its turn."""

    SPEAKS = "speaks"
    QUIET = "quiet"
    HANDS_OVER = "hands_over"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as the page shows it: what became of it, the balloons, and what else it wanted.

    `unusable` says why it is none that could be compared.
    """

    outcome: str
    balloons: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    seconds: float | None = None
    unusable: Verdict | None = None
    way: Way | None = None
    tags: tuple[str, ...] = ()
    receipt: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """A turn's words with the old answer and the new one."""

    turn_id: str
    at: datetime
    asked: tuple[str, ...]
    old: Answer
    new: Answer

    @property
    def verdict(self) -> Verdict:
        """Whether the same would have come of it: the same words, or a person, and the same tags and receipt."""
        if self.new.unusable is not None:
            return self.new.unusable
        same = self.old.way is self.new.way and (self.new.way is Way.HANDS_OVER or self._says_the_same())
        return Verdict.SAME if same else Verdict.DIFFERENT

    def _says_the_same(self) -> bool:
        """That a program writes is Ponte's to say, whatever was answered; a receipt is one that was quoted then."""
        old, new = self.old.balloons, self.new.balloons
        told = bool(old) and discloses(old[0])
        if new and set(self.old.tags) != set(self.new.tags):
            return False
        known = not self.new.receipt or self.new.receipt in receipts_in("\n".join(old))
        return known and (old == new or (told and old[1:] == new))


class Replaying:
    """Replays the turns of an account against a brain."""

    def __init__(self, database: Database, clock: Clock, tokens: TurnTokens, *, patience: timedelta) -> None:
        self._turns = PastTurns(database)
        self._clock = clock
        self._tokens = tokens
        self._patience = patience

    async def replay(self, account_id: AccountId, brain: Brain, since: datetime, *, limit: int) -> Sequence[Pair]:
        """One turn after the other, oldest first."""
        found = await self._turns.since(account_id, since, limit)
        return [await self._pair(turn, brain) for turn in found]

    async def _pair(self, turn: PastTurn, brain: Brain) -> Pair:
        question = turn.question
        return Pair(
            turn_id=f"{question.conversation_id}:{question.number}",
            at=turn.asked_at,
            asked=tuple(line.text or f"[{line.kind.value}]" for line in question.burst),
            old=_past(turn),
            new=await self._ask(turn, brain),
        )

    async def _ask(self, turn: PastTurn, brain: Brain) -> Answer:
        """As it was asked then, with the time of then; the token is of now."""
        begun = self._clock.now()
        question = turn.question
        request = question.request(turn.asked_at, turn.asked_at + self._patience)
        ids = question.account_id, question.conversation_id, question.number
        token = self._tokens.mint(TurnRef(*ids, begun + self._patience + GRACE, dry_run=True))
        try:
            async with asyncio.timeout(self._patience.total_seconds()):
                proposal = await brain.reply(replace(request, token=token, dry_run=True))
        except AnswersLater:
            return Answer("answers by callback, which a replay takes from nobody", unusable=Verdict.LATER)
        except BrainFailed as error:
            extras = (error.detail,) if error.detail else ()
            return Answer(f"failed, {error.code}", extras=extras, unusable=Verdict.FAILED)
        except TimeoutError:
            return Answer("failed, too_late", unusable=Verdict.FAILED)
        return _shown(proposal, (self._clock.now() - begun).total_seconds())


def counted(pairs: Sequence[Pair]) -> str:
    """How many there are of each kind, in words."""
    numbers = Counter(pair.verdict for pair in pairs)
    words = {
        Verdict.SAME: "the same",
        Verdict.DIFFERENT: "answered differently",
        Verdict.FAILED: "failed",
        Verdict.LATER: "answered later and not compared",
    }
    said = [f"{numbers[one]} {words[one]}" for one in Verdict if numbers[one]]
    return f"{len(pairs)} turns" + (f": {', '.join(said)}" if said else "")


def _shown(proposal: Proposal, seconds: float) -> Answer:
    extras = [f"note: {proposal.note}"] if proposal.note else []
    extras += [f"tags: {', '.join(proposal.tags)}"] if proposal.tags else []
    extras += [f"receipt: {proposal.receipt}"] if proposal.receipt else []
    way = Way.HANDS_OVER if proposal.action is ReplyAction.HANDOFF else Way.QUIET
    way = Way.SPEAKS if proposal.action in SPEAKING else way
    return Answer(
        proposal.action.value,
        proposal.balloons,
        tuple(extras),
        seconds,
        way=way,
        tags=proposal.tags,
        receipt=proposal.receipt,
    )


def _past(turn: PastTurn) -> Answer:
    """What became of a turn then. One that failed did nothing that another answer could do, too."""
    ways = {"handed_over": Way.HANDS_OVER, "closed": Way.HANDS_OVER}
    way = (Way.SPEAKS if turn.balloons else Way.QUIET) if turn.state == "admitted" else ways.get(turn.state)
    extras = (f"tags: {', '.join(turn.tags)}",) if turn.tags else ()
    told = f"{turn.brain or 'nobody'}, {turn.outcome}"
    return Answer(told, turn.balloons, extras, _took(turn), way=way, tags=turn.tags)


def _took(turn: PastTurn) -> float | None:
    return (turn.answered_at - turn.asked_at).total_seconds() if turn.answered_at else None
