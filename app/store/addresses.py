"""Where conversations live at their channels."""

from dataclasses import dataclass

from app.domain.ids import AccountId, ChatId, ContactId, ConversationId, ExternalId, LeadId
from app.domain.messages import Address
from app.store.database import Database, Row
from app.store.queries import statements

SQL = statements("addresses")


@dataclass(frozen=True, slots=True)
class Home:
    """A conversation's account, its channel, its address there, and the last message of the customer."""

    account_id: AccountId
    channel: str
    address: Address
    seen: ExternalId | None = None


class Addresses:
    """Reads them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, conversation_id: ConversationId) -> Home | None:
        return _home(await self._database.fetchrow(SQL["address"], conversation_id))

    async def awaited(self, conversation_id: ConversationId, turn: int) -> Home | None:
        """The same, while the bot may still answer this turn; None: a person has the chat, or it was answered."""
        return _home(await self._database.fetchrow(SQL["awaited"], conversation_id, turn))


def _home(row: Row | None) -> Home | None:
    if row is None:
        return None
    contact = ContactId(row["contact_id"]) if row["contact_id"] else None
    lead = LeadId(row["lead_id"]) if row["lead_id"] else None
    to = Address(ChatId(row["chat_id"]), row["talk_id"], contact, lead)
    seen = ExternalId(row["seen"]) if row["seen"] else None
    return Home(AccountId(row["account_id"]), row["channel"], to, seen)
