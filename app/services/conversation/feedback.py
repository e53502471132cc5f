"""Thumbs and scores that are given by API: by a salesperson's tool, or by n8n for a customer who gave them there."""

import re
from dataclasses import dataclass
from typing import Final

from app.domain.clock import Clock
from app.domain.errors import Conflict, NotFound, Rejected
from app.domain.feedback import Rating
from app.domain.ids import AccountId
from app.services.bot_control.address import Named, choose
from app.store import control
from app.store.database import Database
from app.store.feedback import FeedbackRows

_TURN: Final = re.compile(r"([0-9]{1,18}):([0-9]{1,9})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Given:
    """What was kept."""

    id: int
    conversation_id: int
    turn: int | None


class Feedback:
    """Keeps what others than the customer say of a turn or of a conversation."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._rows = FeedbackRows(database)

    async def give(
        self, account_id: AccountId, rating: Rating, *, conversation: str | None, turn: str | None, who: str
    ) -> Given:
        """Keep it; a second word of the same caller about the same takes the place of the first.

        Raises:
            NotFound, Conflict: there is no such turn or conversation, or there are several.
            Rejected: that is no turn's id.
        """
        if turn is not None:
            number, place = await self._turn(account_id, turn)
        else:
            number, place = await self._conversation(account_id, conversation or ""), None
        kept = await self._rows.give(account_id, (number, place), rating, who=who, now=self._clock.now())
        return Given(kept, number, place)

    async def _turn(self, account_id: AccountId, turn: str) -> tuple[int, int]:
        found = _TURN.fullmatch(turn)
        if found is None:
            raise Rejected("That is no turn's id.", hint="It has the form 12:3, as it came with the turn.")
        named = int(found[1]), int(found[2])
        if max(named) >= 2**63 or named[1] >= 2**31 or not await self._rows.has_turn(account_id, named):
            raise NotFound("There is no such turn.", hint="Send back the turn_id that you were given.")
        return named

    async def _conversation(self, account_id: AccountId, typed: str) -> int:
        named = Named(conversation_id=typed)
        async with self._database.transaction() as tx:
            target = choose(await control.find_targets(tx, account_id, typed), named)
        if len(target.conversations) != 1:
            raise Conflict(f"The id {typed} means several conversations.", hint="Name one of them.")
        return int(target.conversations[0])
