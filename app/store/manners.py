"""How an account wants to be spoken for, out of its settings. Implements `domain.manners.MannersOf`."""

from pydantic import TypeAdapter

from app.domain.ids import AccountId, ConversationId
from app.domain.manners import Manners
from app.store.database import Database, Tx
from app.store.queries import statements

SQL = statements("manners")
_PHRASES = TypeAdapter(tuple[str, ...])


class PostgresManners:
    """Read anew for every turn: who changes a setting sees it in the next answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def manners(self, account_id: AccountId) -> Manners:
        row = await self._database.fetchrow(SQL["manners"], account_id)
        return Manners() if row is None else Manners(_PHRASES.validate_json(row["never_promise"]))


async def has_answered(tx: Tx, conversation_id: ConversationId) -> bool:
    """Whether a brain or a caller has spoken in this conversation, or is about to."""
    return bool(await tx.fetchval(SQL["has_answered"], conversation_id))
