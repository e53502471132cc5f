"""Whom nobody has read yet is looked up in the CRM, so that people see a name. No answer waits for it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import structlog

from app.channels.base import Channel
from app.domain.account import Lane
from app.domain.clock import Clock
from app.domain.errors import AppError, NotFound
from app.domain.ids import AccountId, ContactId, ConversationId
from app.domain.people import Contact
from app.store.accounts import Accounts
from app.store.database import Database, Row
from app.store.inbox_lines import InboxLines
from app.store.outbox import Outbox

_log = structlog.get_logger()
LATER: Final = timedelta(minutes=10)  # whom a CRM that is down did not name is looked up again
REST: Final = timedelta(minutes=1)  # a CRM that does not answer is not asked for every chat


class Acquainting:
    """Reads contacts of whom neither name nor phone is known, once a day at most."""

    def __init__(self, database: Database, clock: Clock, accounts: Accounts, channels: Mapping[str, Channel]) -> None:
        self._clock = clock
        self._accounts = accounts
        self._channels = channels
        self._outbox = Outbox(database)
        self._lines = InboxLines(database)
        self._rests_until: dict[AccountId, datetime] = {}

    async def known(self, row: Row) -> Row | None:
        """The conversation with what the CRM says of its customer; as it was where it says nothing now."""
        account_id = AccountId(row["account_id"])
        rests_until = self._rests_until.get(account_id)
        if not row["is_stranger"] or (rests_until is not None and self._clock.now() < rests_until):
            return row
        try:
            await self._read(account_id, ContactId(row["contact_id"]))
        except AppError as error:
            _log.info("inbox.contact_unread", account_id=int(account_id), code=error.code)
            self._rests_until[account_id] = self._clock.now() + REST
            return row
        return await self._lines.scene(ConversationId(row["id"]))

    async def look_again(self, row: Row) -> None:
        """Whom the CRM did not name now is looked up later, whether or not they write."""
        if row["is_stranger"]:
            later = self._clock.now() + LATER
            await self._lines.look_again(AccountId(row["account_id"]), ConversationId(row["id"]), later)

    async def _read(self, account_id: AccountId, contact_id: ContactId) -> None:
        connection = await self._accounts.connection(account_id)
        try:
            contact = await self._channels[connection.channel].contact(connection, contact_id, lane=Lane.SYNC)
        except NotFound:
            contact = Contact(contact_id)  # the card is gone: there is nothing to be asked for again today
        await self._outbox.save_contact(account_id, contact, self._clock.now())
        await self._accounts.erased.obey(account_id, contact)
