"""The ladder: the brains in the order in which they are asked, each with its patience and its breaker. Never silence.

A brain that has failed too often is skipped at once and probed; the last one never is, for nobody comes after it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import zip_longest
from typing import Final

from app.agents.base import Brain
from app.channels.messengers import Limits
from app.domain.brain import SPEAKING, AnswersLater, BrainFailed, Proposal, ReplyAction, ReplyRequest
from app.domain.breaker import Gate
from app.domain.clock import Clock
from app.domain.content import CHOICES
from app.domain.ids import AccountId
from app.domain.storable import storable, visible
from app.services.conversation.splitting import MOST_BALLOONS, said_by
from app.store.breakers import Breakers

# An answer longer than this is a malfunction, not an answer.
LONGEST: Final = 16_000
# What a stage says of a brain that was answered by, that promised to call back, and that was not asked.
ANSWERED: Final = "answered"
LATER: Final = "later"
BREAKER_OPEN: Final = "breaker_open"
NO_MORE_BRAINS: Final = "no_more_brains"
# An answer that came, and was refused for its words: by the brain's own guard, or by the mailbox.
VETOED: Final = "vetoed"
UNPROVEN_BOOKING: Final = "unproven_booking"
# A probe keeps its place a little longer than it may take.
_SLACK: Final = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Ladder:
    """The brains in the order in which they are asked, each with its deadline."""

    rungs: Sequence[tuple[Brain, timedelta]]

    @property
    def patience(self) -> timedelta:
        """How long all of them may take together."""
        return sum((patience for _, patience in self.rungs), timedelta(0))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of asking one brain. `code` is ANSWERED, LATER, or why there is no proposal."""

    code: str
    detail: str = ""
    proposal: Proposal | None = None
    offers: bool = False  # answers to tap, also where the channel has them said in words

    @property
    def to_learn(self) -> Proposal | None:
        """What may be known from now on: an answer that lets the customer choose is no answer for the next."""
        return None if self.offers else self.proposal

    @property
    def is_vetoed(self) -> bool:
        return self.code == UNPROVEN_BOOKING or self.code.partition(":")[0] == VETOED

    @property
    def is_failure(self) -> bool:
        passed_over = (LATER, BREAKER_OPEN, NO_MORE_BRAINS)
        return self.proposal is None and not self.is_vetoed and self.code not in passed_over


def checked(proposal: Proposal, limits: Limits | None = None) -> Proposal:
    """The proposal as it may be used, in balloons that the channel carries. Pure.

    Raises:
        BrainFailed: it speaks and has no usable words, or far too many; or lacks what its action needs.
    """
    proposal = _storable(proposal)
    placed = zip_longest(proposal.balloons, proposal.contents[: len(proposal.balloons)])
    said = [(text.strip(), content) for text, content in placed if visible(text)]
    if proposal.action in SPEAKING and not said:
        raise BrainFailed("empty", "reply: there is no text to send")
    if sum(len(text) for text, _ in said) > LONGEST:
        raise BrainFailed("too_long", f"reply: more than {LONGEST} characters")
    if proposal.action is ReplyAction.BOOK and not proposal.receipt:
        raise BrainFailed("no_receipt", "receipt: book needs the receipt of the booking")
    if proposal.action is ReplyAction.NOTE and not visible(proposal.note):
        raise BrainFailed("empty", "note: there is no text to write")
    fitting, contents = said_by(said, limits or Limits())
    if len(fitting) > MOST_BALLOONS:
        raise BrainFailed("too_long", f"reply: {len(fitting)} messages on this channel; {MOST_BALLOONS} at the most")
    return replace(proposal, balloons=fitting, contents=contents)


def _storable(proposal: Proposal) -> Proposal:
    """Whatever a brain writes can be stored; what cannot would keep its turn from ever being answered."""
    usage = proposal.usage
    return replace(
        proposal,
        balloons=tuple(storable(text) for text in proposal.balloons),
        locale=storable(proposal.locale),
        note=storable(proposal.note),
        tags=tuple(tag for given in proposal.tags if (tag := storable(given).strip())),
        reason=storable(proposal.reason),
        receipt=storable(proposal.receipt),
        usage=replace(usage, model=storable(usage.model)) if usage else None,
        contents=tuple(content and content.mapped(storable) for content in proposal.contents),
    )


@dataclass(frozen=True, slots=True)
class Slow:
    """What is done about a brain that has not answered after a while."""

    after: timedelta
    do: Callable[[], Awaitable[None]]


async def _reply(brain: Brain, request: ReplyRequest, slow: Slow) -> Proposal:
    asked = asyncio.ensure_future(brain.reply(request))
    try:
        await asyncio.wait({asked}, timeout=max(slow.after.total_seconds(), 0))
        if not asked.done():
            with suppress(Exception):  # a word in between that fails is no fault of the brain, whose answer may be good
                await slow.do()
        return await asked
    finally:
        asked.cancel()


class Asker:
    """Asks one rung of the ladder, through its breaker, within its patience. Whatever a brain does, it returns."""

    def __init__(self, ladder: Ladder, breakers: Breakers, clock: Clock) -> None:
        self._ladder = ladder
        self._breakers = breakers
        self._clock = clock

    def rung(self, number: int) -> tuple[Brain, timedelta] | None:
        """The brain of a rung; None: the ladder has ended."""
        return self._ladder.rungs[number] if number < len(self._ladder.rungs) else None

    def is_last(self, number: int) -> bool:
        return number + 1 >= len(self._ladder.rungs)

    async def gate(self, account_id: AccountId, number: int) -> Gate:
        """Whether to ask the brain of a rung. The last one is asked in any case; its answer may be the probe."""
        brain, patience = self._ladder.rungs[number]
        now = self._clock.now()
        gate = await self._breakers.pass_gate(account_id, brain.name, now, patience=patience + _SLACK)
        return Gate.ASK if gate is Gate.SKIP and self.is_last(number) else gate

    async def ask(self, brain: Brain, request: ReplyRequest, limits: Limits, *, slow: "Slow") -> Outcome:
        """Ask until the deadline; `slow` is done once if there is no answer by then."""
        try:
            async with asyncio.timeout((request.deadline - request.now).total_seconds()):
                proposal = await _reply(brain, request, slow)
            offers = any(content and content.form in CHOICES for content in proposal.contents)
            return Outcome(ANSWERED, proposal=checked(proposal, limits), offers=offers)
        except TimeoutError:
            return Outcome("too_late")
        except AnswersLater:
            return Outcome(LATER)
        except BrainFailed as error:
            return Outcome(storable(error.code), storable(error.detail))
        except Exception as error:  # noqa: BLE001 - whatever a brain does, the customer is not left in silence
            return Outcome(type(error).__name__)

    async def learn(self, account_id: AccountId, brain: str, outcome: Outcome, gate: Gate) -> None:
        """Tell the breaker how it went, whether anybody still waited for it or not.

        It judges whether a brain can be reached and keeps to time and form, not what it says. An answer that was
        vetoed is neither a failure nor proof that all is well: it opens nothing, and a probe that ends so has decided
        nothing, so the next question is a probe again.
        """
        if outcome.is_vetoed:
            if gate is Gate.PROBE:
                await self._breakers.undecided(account_id, brain)
        elif outcome.is_failure:
            await self._breakers.failed(account_id, brain, self._clock.now(), was_probe=gate is Gate.PROBE)
        elif gate is Gate.PROBE and outcome.proposal is not None:
            await self._breakers.succeeded(account_id, brain, self._clock.now())

    async def broke_its_word(self, account_id: AccountId, brain: str) -> None:
        """A callback that was promised has not come: a failure like another."""
        await self._breakers.failed(account_id, brain, self._clock.now(), was_probe=False)
