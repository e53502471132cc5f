"""The brain writes the first message, in the seller's name. It is asked outside any transaction, with a deadline.

The same ladder as in conversations, with its breakers: a brain that has failed too often is passed over, and what fails
here counts. An answer is used only if it speaks, fits, and claims no booking that is not there; whatever else comes,
and whatever does not come in time, is the next rung's turn, and after the last the template's. A promise to call back
is no answer here, though no failure either: nobody waits. Who was asked, and what it cost, stands in the log.
"""

import asyncio
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from app.agents.base import Brain
from app.channels.messengers import Limits
from app.domain.booking_times import LiveReceipt
from app.domain.brain import SPEAKING, Line, Occasion, Proposal, ReplyRequest, SellerName
from app.domain.breaker import Gate
from app.domain.clock import Clock
from app.domain.hours import is_open
from app.domain.ids import ConversationId
from app.domain.receipts import unproven_booking
from app.domain.storable import visible
from app.domain.tools import FIRST_MESSAGE
from app.domain.turn_tokens import TurnTokens
from app.services.conversation.asking import with_token
from app.services.conversation.ladder import ANSWERED, BREAKER_OPEN, Asker, Ladder, Slow
from app.services.proactive.case import Case, locales_of
from app.services.proactive.eligibility import Way
from app.services.proactive.signing import Signature
from app.store.breakers import Breakers
from app.store.database import Database
from app.store.outreach import log_written
from app.store.receipts import receipts_of
from app.store.turns import hours_by_day

PATIENCE: Final = timedelta(seconds=45)  # for all rungs together: whoever writes holds the wish, and not for ever
SHORTEST: Final = timedelta(seconds=1)  # a rung that has less left is not asked
LONGEST: Final = 4_096  # characters: what WhatsApp takes as one message
WHOLE: Final = Limits(LONGEST, LONGEST)  # one message, as it was written
NO_CHAT: Final = ConversationId(0)
# A form is anybody's: who signs and for whom is never taken from there.
_OURS: Final = frozenset({"seller", "business", "consent"})

_log = structlog.get_logger()


class Unusable(Exception):
    """An answer that cannot be sent as a first message; the text is a code of ours."""


@dataclass(frozen=True, slots=True)
class Written:
    """A message of a brain's, and which one wrote it."""

    text: str
    brain: str


@dataclass(frozen=True, slots=True)
class Asked:
    """How asking one brain went. Empty `text`: the next one's turn, and `code` says why."""

    brain: str
    code: str
    seconds: float = 0
    text: str = ""
    usage: dict[str, Any] | None = None

    @property
    def told(self) -> dict[str, Any]:
        """For the log, where nobody's words stand."""
        return {name: value for name, value in asdict(self).items() if name != "text" and value is not None}


def request_of(
    case: Case, signature: Signature, *, history: tuple[Line, ...], now: datetime, deadline: datetime
) -> ReplyRequest:
    """What a brain is told: no burst, but the occasion, in whose name it writes and until when free text may go."""
    one, account = case.one, case.account
    seen = case.chat.last_customer_at if case.chat else None
    data = {name: value for name, value in case.values.items() if name not in _OURS}
    return ReplyRequest(
        account_id=account.id,
        conversation_id=ConversationId(one.conversation_id) if one.conversation_id is not None else NO_CHAT,
        turn=FIRST_MESSAGE,
        epoch=0,
        burst=(),
        history=history,
        locale=locales_of(case)[0],
        timezone=account.timezone,
        now=now,
        deadline=deadline,
        contact_id=one.contact_id,
        lead_id=one.lead_id,
        business=case.business or account.name,
        channel=account.channel,
        seller=SellerName(signature.seller_id, signature.name) if signature.seller_id else None,
        is_open=is_open(account.policy.hours, now, account.timezone),
        hours=hours_by_day(account.policy.hours),
        window_until=seen + account.policy.window if seen else None,
        occasion=Occasion(case.trigger.name, data),
    )


def usable(proposal: Proposal, live: Collection[LiveReceipt], now: datetime) -> str:
    """The text of an answer that may be sent. `live` are the receipts of this contact's appointments. Pure.

    Raises:
        Unusable: it stays quiet, gives the chat away, is empty or too long, or claims a booking that nobody made.
    """
    if proposal.action not in SPEAKING:
        raise Unusable(proposal.action.value)
    text = "\n\n".join(balloon.strip() for balloon in proposal.balloons if visible(balloon))
    if not text:
        raise Unusable("empty")
    if len(text) > LONGEST:
        raise Unusable("too_long")
    if unproven_booking(text, live, now):
        raise Unusable("unproven_booking")
    return text


class Writing:
    """Asks the brains for first messages."""

    def __init__(self, database: Database, clock: Clock, ladder: Ladder, *, tokens: TurnTokens | None = None) -> None:
        self._database = database
        self._clock = clock
        self._ladder = ladder
        self._asker = Asker(ladder, Breakers(database), clock)
        self._tokens = tokens

    @property
    def names(self) -> tuple[str, ...]:
        """The brains in the order in which they are asked."""
        return tuple(brain.name for brain, _ in self._ladder.rungs)

    def is_wanted(self, way: Way | None) -> bool:
        """Whether a brain has anything to write: an approved template says what it says, whoever asks."""
        return way in (Way.TEXT, Way.TASK)

    async def first_message(self, case: Case, signature: Signature, *, history: tuple[Line, ...]) -> Written | None:
        """The first usable answer of the ladder; None: the template has to do."""
        began, rungs = asyncio.get_running_loop().time(), list[Asked]()
        for number, (brain, patience) in enumerate(self._ladder.rungs):
            left = PATIENCE - timedelta(seconds=asyncio.get_running_loop().time() - began)
            if left < SHORTEST or (rungs and rungs[-1].text):
                break
            now, allowed = self._clock.now(), min(patience, left)
            request = request_of(case, signature, history=history, now=now, deadline=now + allowed)
            rungs.append(await self._rung(number, brain, with_token(request, self._tokens), outreach=case.one.id))
        await log_written(self._database, case.one, [asked.told for asked in rungs])
        last = rungs[-1] if rungs else None
        return Written(last.text, last.brain) if last and last.text else None

    async def _rung(self, number: int, brain: Brain, request: ReplyRequest, *, outreach: int) -> Asked:
        """One rung, through its breaker; whatever it does, the customer is written to all the same."""
        gate = await self._asker.gate(request.account_id, number)
        asked = Asked(brain.name, BREAKER_OPEN) if gate is Gate.SKIP else await self._asked(brain, request, gate)
        if not asked.text:
            _log.info("outreach.brain_passed_over", outreach=outreach, brain=brain.name, code=asked.code)
        return asked

    async def _asked(self, brain: Brain, request: ReplyRequest, gate: Gate) -> Asked:
        """The breaker learns whether it answered; whether that can be used is another matter."""
        slow = Slow(request.deadline - request.now, _say_nothing)
        outcome = await self._asker.ask(brain, request, WHOLE, slow=slow)
        seconds = round((self._clock.now() - request.now).total_seconds(), 3)
        await self._asker.learn(request.account_id, brain.name, outcome, gate)
        proposal = outcome.proposal
        if proposal is None:
            return Asked(brain.name, outcome.code, seconds)
        usage = asdict(proposal.usage) if proposal.usage else None
        try:
            text = usable(proposal, await self._receipts(request), self._clock.now())
        except Unusable as error:
            return Asked(brain.name, str(error), seconds, usage=usage)
        return Asked(brain.name, ANSWERED, seconds, text, usage)

    async def _receipts(self, request: ReplyRequest) -> tuple[LiveReceipt, ...]:
        async with self._database.transaction() as tx:
            return await receipts_of(
                tx,
                request.account_id,
                request.contact_id,
                conversation_id=request.conversation_id or None,
                now=self._clock.now(),
            )


async def _say_nothing() -> None:
    """Nobody waits for a first message, so nobody is told that it takes a while."""
