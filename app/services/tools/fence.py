"""May the tools of a turn still change something? Only while it is the conversation's open turn and the bot is on.

The answer is given under the conversation's lock and holds until the transaction ends, so what a tool writes it writes
in that very transaction: a take-over comes before all of it, or after.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime

from app.domain.clock import Clock
from app.domain.conversation import HANDED_OVER, PauseReason
from app.domain.errors import Conflict
from app.domain.tools import FIRST_MESSAGE, TurnRef
from app.services.conversation import rules
from app.services.conversation.course import Course
from app.services.conversation.mailbox import begin, finish
from app.store.database import Database, Tx

_SILENCE = "Change nothing and write nothing more: answer with the action none."
_FIRST = (
    "This is a first message: nothing can be booked, changed or handed over before the customer has answered. "
    "Write the message without it."
)
_TAKEN = "A person has taken over this chat."
_WHY = {
    PauseReason.OPT_OUT: "The customer wants no more messages.",
    **dict.fromkeys(HANDED_OVER, "This chat has been handed over to a person."),
}


class TurnOver(Conflict):
    """The turn is not the open one any more: what its brain wants no longer counts."""

    code = "turn_is_over"


async def opened(tx: Tx, turn: TurnRef, now: datetime, *, or_epoch: int | None = None) -> Course:
    """The conversation under its lock, everything that came for it folded.

    `or_epoch`: the turn itself has switched the bot off and left the conversation there; that counts as open.

    Raises:
        TurnOver: somebody has taken over, the customer has written again, or it was answered; the sentence says which.
    """
    if turn.turn == FIRST_MESSAGE:
        raise TurnOver(_FIRST, code="first_message")
    course = await begin(tx, turn.conversation_id, now)
    if course is None or course.loaded.account_id != turn.account_id:
        raise TurnOver(f"There is no such conversation. {_SILENCE}", code="no_conversation")
    own = or_epoch is not None and course.state.epoch == or_epoch
    if _is_spoken_for(course) or not (own or _is_open(course, turn)):
        raise _over(course)
    return course


class Fence:
    """The same for tools whose work is done elsewhere: it opens their transactions."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    @asynccontextmanager
    async def opening(self, turn: TurnRef) -> AsyncGenerator[Tx]:
        """A transaction of the open turn, its conversation locked; raises TurnOver as `opened` does."""
        async with self._database.transaction() as tx:
            course = await opened(tx, turn, self._clock.now())
            yield tx
            await finish(tx, course)

    async def check(self, turn: TurnRef) -> None:
        """Whether it is worth looking further; what is written later asks again. Raises TurnOver as `opened` does."""
        async with self.opening(turn):
            pass


def _is_open(course: Course, turn: TurnRef) -> bool:
    state = course.state
    return state.bot_on and state.turn is not None and state.turn.number == turn.turn


def _is_spoken_for(course: Course) -> bool:
    """What somebody wrote may wait behind an echo that cannot be told yet; it was acknowledged, so it counts.

    The echo itself does not: it has the words of a message of ours that is on its way.
    """
    events = [unread.event for unread in course.unread]
    echoes = [rules.must_wait(course.state, event) for event in events]
    return course.held and not (events and all(echoes))


def _over(course: Course) -> TurnOver:
    pause = course.state.pause
    if pause is None and not _is_spoken_for(course):
        return TurnOver(f"This turn is over: the customer has written again, or was answered. {_SILENCE}")
    reason = pause.reason if pause else PauseReason.COMMAND
    return TurnOver(f"{_WHY.get(reason, _TAKEN)} {_SILENCE}", code="bot_off")
