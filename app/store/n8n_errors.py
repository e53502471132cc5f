"""The failed executions that n8n's error workflow reports."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.ids import AccountId
from app.store.database import Database
from app.store.queries import statements

SQL = statements("n8n_errors")


@dataclass(frozen=True, slots=True)
class FailedExecution:
    """What is kept of one. `turn_id` is the turn it was working on, if the report says so."""

    execution_id: str
    execution_url: str
    workflow_id: str
    workflow_name: str
    node: str
    name: str
    message: str
    turn_id: str


class FailedExecutions:
    """The table `n8n_errors`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, account_id: AccountId, failed: FailedExecution, at: datetime) -> bool:
        """Keep it once; False: it was known."""
        said = (failed.execution_id, failed.execution_url, failed.workflow_id, failed.workflow_name)
        told = (failed.node, failed.name, failed.message, failed.turn_id)
        return bool(await self._database.fetchval(SQL["add"], account_id, *said, *told, at))

    async def words(self, account_id: AccountId, turn_id: str) -> str:
        """All that was said lately in the conversation of a turn, so that none of it is kept with the error."""
        return await self._database.fetchval(SQL["words"], account_id, turn_id) or ""
