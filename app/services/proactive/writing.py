"""The brain writes the first message, in the seller's name. It is asked outside any transaction, with a deadline.

The same ladder as in conversations. An answer is used only if it speaks, fits, and claims no booking that is not there;
whatever else comes, and whatever does not come in time, is the next rung's turn, and after the last the template's.
"""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from app.agents.base import Brain
from app.domain.brain import SPEAKING, BrainFailed, Line, Occasion, Proposal, ReplyRequest, SellerName
from app.domain.clock import Clock
from app.domain.ids import ConversationId
from app.domain.receipts import unproven_booking
from app.services.conversation.asking import Ladder
from app.services.proactive.case import Case, locales_of
from app.services.proactive.eligibility import Way
from app.services.proactive.signing import Signature
from app.store.agenda import receipts_of
from app.store.database import Database

PATIENCE: Final = timedelta(seconds=45)  # for all rungs together: whoever writes holds the wish, and not for ever
SHORTEST: Final = timedelta(seconds=1)  # a rung that has less left is not asked
LONGEST: Final = 4_096  # characters: what WhatsApp takes as one message
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
        turn=0,
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
        window_until=seen + account.policy.window if seen else None,
        occasion=Occasion(case.trigger.name, data),
    )


def usable(proposal: Proposal, live: Collection[str]) -> str:
    """The text of an answer that may be sent. `live` are the receipts of this contact's appointments. Pure.

    Raises:
        Unusable: it stays quiet, gives the chat away, is empty or too long, or claims a booking that nobody made.
    """
    if proposal.action not in SPEAKING:
        raise Unusable(proposal.action.value)
    text = "\n\n".join(balloon.strip() for balloon in proposal.balloons if balloon.strip())
    if not text:
        raise Unusable("empty")
    if len(text) > LONGEST:
        raise Unusable("too_long")
    if unproven_booking(text, live):
        raise Unusable("unproven_booking")
    return text


class Writing:
    """Asks the brains for first messages."""

    def __init__(self, database: Database, clock: Clock, ladder: Ladder) -> None:
        self._database = database
        self._clock = clock
        self._ladder = ladder

    @property
    def names(self) -> tuple[str, ...]:
        """The brains in the order in which they are asked."""
        return tuple(brain.name for brain, _ in self._ladder.rungs)

    def is_wanted(self, way: Way | None) -> bool:
        """Whether a brain has anything to write: an approved template says what it says, whoever asks."""
        return way in (Way.TEXT, Way.TASK)

    async def first_message(self, case: Case, signature: Signature, *, history: tuple[Line, ...]) -> Written | None:
        """The first usable answer of the ladder; None: the template has to do."""
        began = asyncio.get_running_loop().time()
        for brain, patience in self._ladder.rungs:
            left = PATIENCE - timedelta(seconds=asyncio.get_running_loop().time() - began)
            if left < SHORTEST:
                break
            now, allowed = self._clock.now(), min(patience, left)
            request = request_of(case, signature, history=history, now=now, deadline=now + allowed)
            text = await self._asked(brain, request, allowed, outreach=case.one.id)
            if text:
                return Written(text, brain.name)
        return None

    async def _asked(self, brain: Brain, request: ReplyRequest, patience: timedelta, *, outreach: int) -> str:
        """One rung; whatever it does, the customer is written to all the same."""
        try:
            proposal = await asyncio.wait_for(brain.reply(request), patience.total_seconds())
            return usable(proposal, await self._receipts(request))
        except TimeoutError:
            code = "too_late"
        except Unusable as error:
            code = str(error)
        except Exception as error:  # noqa: BLE001 - a brain may fail in any way
            code = error.code if isinstance(error, BrainFailed) else type(error).__name__
        _log.info("outreach.brain_passed_over", outreach=outreach, brain=brain.name, code=code)
        return ""

    async def _receipts(self, request: ReplyRequest) -> frozenset[str]:
        async with self._database.transaction() as tx:
            return await receipts_of(
                tx,
                request.account_id,
                request.contact_id,
                conversation_id=request.conversation_id or None,
                now=self._clock.now(),
            )
