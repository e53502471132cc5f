"""Chats are looked into where no event tells of all that is said there.

Often, for the salespeople's words in chats that are active. Seldom, for everybody's in chats that the channel's bot may
have left to people: it hears nothing of them until they are its own again, and what customers write there is read all
the same (a hook that never came loses nothing).
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta

from app.channels.base import Channel
from app.channels.optional import Leaving
from app.domain.account import Connection
from app.domain.clock import Clock
from app.domain.errors import AppError
from app.domain.ids import AccountId, ChatId, ContactId, LeadId
from app.domain.messages import Address, LookedInto
from app.services.conversation.finds import Finds
from app.store.accounts import Account, Accounts
from app.store.database import Database
from app.store.upkeep import ActiveChat, Chores

# Chats in which something happened this recently are polled where the channel does not tell of salespeople.
POLLED = timedelta(minutes=30)


def address_of(chat: ActiveChat) -> Address:
    """Where a chat is looked for."""
    contact_id = ContactId(chat.contact_id) if chat.contact_id else None
    return Address(ChatId(chat.chat_id), chat.talk_id, contact_id, LeadId(chat.lead_id) if chat.lead_id else None)


class ChatLooks:
    """Looks into chats, and keeps what was found there."""

    def __init__(self, database: Database, clock: Clock, accounts: Accounts, channels: Mapping[str, Channel]) -> None:
        self._clock = clock
        self._accounts = accounts
        self._channels = channels
        self._finds = Finds(database, clock)
        self._chores = Chores(database)
        # Of every account: what hid chats at the last slow look. It is told when it is new, for it may last for days.
        self._told: dict[AccountId, set[str]] = {}

    async def poll(self, account: Account) -> None:
        """One account's chats; what cannot be read now is read the next time, and holds up nobody else."""
        try:
            await self._look_into_active(account)
        except AppError as error:
            await self._chores.log(account.id, "poll", error.code)

    async def _look_into_active(self, account: Account) -> None:
        """All in one question, which the channel asks as it can; a broken one is told of, and hides no other."""
        since = self._clock.now() - POLLED
        connection = await self._accounts.connection(account.id)
        active = await self._chores.active_chats(account.id, since)
        chats = [(address_of(chat), max(chat.since, since)) for chat in active]
        hidden = await self._keep(account, self._channels[account.channel].outgoing_since(connection, chats))
        await self._tell(account, "poll", hidden)

    async def look_into_left(
        self, account: Account, connection: Connection, *, since: datetime, until: datetime
    ) -> None:
        """The chats whose turn came in this time. One that is hidden has another turn, and the others theirs."""
        channel = self._channels[account.channel]
        if not isinstance(channel, Leaving):
            return
        due = await self._chores.left_chats(account.id, since, until)
        hidden = await self._keep(
            account, channel.said_since(connection, [(address_of(one), one.since) for one in due])
        )
        known, self._told[account.id] = self._told.get(account.id, set()), set(hidden)
        await self._tell(account, "reconcile", {code: ids for code, ids in hidden.items() if code not in known})

    async def _keep(self, account: Account, looks: AsyncIterator[LookedInto]) -> dict[str, list[str]]:
        """What was found is kept chat by chat; returns those that were hidden, by what hid them."""
        hidden: dict[str, list[str]] = {}
        async for looked in looks:
            await self._finds.keep(account, looked.events)
            if looked.trouble:
                hidden.setdefault(looked.trouble, []).append(looked.talk_id)
        return hidden

    async def _tell(self, account: Account, what: str, hidden: Mapping[str, Sequence[str]]) -> None:
        """One line for all that are hidden alike."""
        for trouble, chat_ids in hidden.items():
            await self._chores.log(account.id, what, f"{trouble} chats:{len(chat_ids)} chat:{chat_ids[0]}")
