"""A rung before the ladder, where an account wants it: the answer that is known already, to the question asked again.

It is proposed like a brain's, so that every promise holds for it: the fence, the guards, the disclosure. Nothing is
given again that has not been said twice in the same words from the account's knowledge, or that nobody stands by.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any, Final

from app.channels.messengers import limits_of
from app.domain.brain import BrainFailed, Proposal, ReplyAction
from app.domain.errors import NotFound
from app.domain.ids import AccountId
from app.services.conversation.faq_answers import is_known, to_keep
from app.services.conversation.faq_questions import FRESH, Asked, asked_in
from app.services.conversation.ladder import checked
from app.store.database import Database
from app.store.faq import FaqAnswers, NewAnswer
from app.store.turns import Question

# How a turn and its stage name this rung.
FAQ: Final = "faq"


class Faq:
    """Gives known answers again, and learns them."""

    def __init__(self, database: Database) -> None:
        self._rows = FaqAnswers(database)

    async def answer(self, question: Question) -> Proposal | None:
        """The known answer to the question of a turn; None: ask a brain."""
        asked = _asked(question)
        if asked is None:
            return None
        key, since = (asked.locale, asked.gist, asked.question), question.settled_at - FRESH
        found = await self._rows.hit(question.account_id, key, conversation_id=question.conversation_id, since=since)
        if found is None:
            return None
        proposal = Proposal(ReplyAction.REPLY, found.balloons, locale=asked.locale, reason=f"{FAQ}:{found.id}")
        try:
            return checked(proposal, limits_of(question.channel, question.origin))
        except BrainFailed:
            return None  # it does not fit this channel

    async def learn(self, question: Question, brain: str, proposal: Proposal | None) -> None:
        """Keep what a brain has answered, if it may be given again."""
        asked = _asked(question) if proposal is not None else None
        if asked is None or proposal is None or not (balloons := to_keep(proposal, asked.locale)):
            return
        await self._rows.learn(
            NewAnswer(
                *(question.account_id, asked.locale, asked.gist, asked.question, balloons),
                brain=brain,
                is_known=is_known(proposal),
                conversation_id=question.conversation_id,
                turn=question.number,
                holds=timedelta(days=question.faq_days),
                names=asked.names,
                since=question.settled_at - FRESH,
            )
        )


def _asked(question: Question) -> Asked | None:
    """The question of a turn, where the account wants its answers known."""
    if not question.faq_days:
        return None
    return asked_in(question.burst, question.history, question.locale, question.settled_at)


class FaqDesk:
    """What operators see of known answers, and decide about them."""

    def __init__(self, database: Database) -> None:
        self._rows = FaqAnswers(database)

    async def page(
        self, account_id: AccountId, *, before: int | None, limit: int
    ) -> tuple[Sequence[dict[str, Any]], int | None]:
        """Newest first, and where the next page begins."""
        found = await self._rows.page(account_id, before=before, limit=limit + 1)
        rest = found[limit - 1].id if len(found) > limit else None
        return [asdict(one) for one in found[:limit]], rest

    async def approve(self, account_id: AccountId, number: int, *, who: str) -> None:
        """A person has read the answer: it is given from now on.

        Raises:
            NotFound: there is no such answer.
        """
        if not await self._rows.approve(account_id, number, who=who):
            raise _no_such(number)

    async def forget(self, account_id: AccountId, number: int, *, who: str) -> None:
        """It is not given any more, and may be learned anew.

        Raises:
            NotFound: there is no such answer.
        """
        if not await self._rows.forget(account_id, number, who=who):
            raise _no_such(number)

    async def forget_all(self, account_id: AccountId, *, who: str) -> int:
        """How many there were."""
        return await self._rows.forget_all(account_id, who=who)


def _no_such(number: int) -> NotFound:
    return NotFound(f"There is no answer {number}.", hint="`ponte faq list` and GET /admin/faq show those there are.")
