"""The answer to a command on a lead whose customer has not written yet: a note, for there is no chat to answer in."""

from app.channels.base import Channel
from app.domain.conversation import Conversation, Verb
from app.domain.errors import OutcomeUnknown
from app.domain.ids import AccountId, LeadId
from app.services.conversation.notes import state_text
from app.services.conversation.translate import NOTE_MARK
from app.services.conversation.wording import Phrase, say
from app.store.accounts import Account, Accounts
from app.store.conversations import standing_pause
from app.store.database import Database


class Answering:
    """Writes on leads that have no conversation."""

    def __init__(self, database: Database, accounts: Accounts, channels: dict[str, Channel]) -> None:
        self._database = database
        self._accounts = accounts
        self._channels = channels

    async def answer(self, account_id: AccountId, lead_id: LeadId, verb: Verb) -> None:
        """Leave the help, or what the first message will meet. Nothing is repeated: it may have been written."""
        account = await self._accounts.get(account_id)
        text = say(Phrase.HELP, account.locale) if verb is Verb.HELP else await self._state(account, lead_id)
        connection = await self._accounts.connection(account_id)
        try:
            await self._channels[account.channel].note(connection, lead_id, f"{NOTE_MARK} {text}")
        except OutcomeUnknown:
            return

    async def _state(self, account: Account, lead_id: LeadId) -> str:
        async with self._database.transaction() as tx:
            pause = await standing_pause(tx, account.id, contact=None, lead=lead_id)
        return state_text(Conversation(pause=pause), locale=account.locale, timezone=account.timezone)
