"""The failed executions that n8n's error workflow reports."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from app.domain.ids import AccountId
from app.store.database import Database
from app.store.queries import statements

SQL = statements("n8n_errors")
_TURN: Final = re.compile(r"([0-9]{1,18}):([0-9]{1,9})")


class TurnRef(NamedTuple):
    """A turn, as the store knows it."""

    conversation_id: int
    number: int


@dataclass(frozen=True, slots=True)
class FailedExecution:
    """What is kept of one. `turn` is the turn it was working on, if that is known."""

    execution_id: str
    execution_url: str
    workflow_id: str
    workflow_name: str
    node: str
    name: str
    message: str
    turn: TurnRef | None


class FailedExecutions:
    """The table `n8n_errors`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, account_id: AccountId, failed: FailedExecution, at: datetime) -> bool:
        """Keep it once; False: it was known."""
        said = (failed.execution_id, failed.execution_url, failed.workflow_id, failed.workflow_name)
        told = (failed.node, failed.name, failed.message, *(failed.turn or (None, None)))
        return bool(await self._database.fetchval(SQL["add"], account_id, *said, *told, at))

    async def named_turn(self, account_id: AccountId, turn_id: str) -> TurnRef | None:
        """The turn with this id, if the account has it."""
        found = _TURN.fullmatch(turn_id)
        if found is None:
            return None
        row = await self._database.fetchrow(SQL["named_turn"], account_id, int(found[1]), int(found[2]))
        return TurnRef(row["conversation_id"], row["number"]) if row else None

    async def failed_turn(self, account_id: AccountId, ending: str, since: datetime) -> TurnRef | None:
        """The turn of a customer who wrote since then and of which a brain's failure was told with this ending."""
        row = await self._database.fetchrow(SQL["failed_turn"], account_id, ending, since)
        return TurnRef(row["conversation_id"], row["number"]) if row else None

    async def words(self, account_id: AccountId, turn: TurnRef) -> str:
        """All that was said lately in the conversation of a turn, so that none of it is kept with the error."""
        return await self._database.fetchval(SQL["words"], account_id, turn.conversation_id) or ""
