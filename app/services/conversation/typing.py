"""Showing a customer that an answer is on its way, where a channel can. Worth one call, and never a delay."""

import asyncio
from datetime import timedelta

import structlog

from app.channels.base import Channel
from app.channels.optional import Typing
from app.domain.errors import AppError
from app.domain.ids import ConversationId
from app.store.accounts import Accounts
from app.store.addresses import Addresses
from app.store.database import Database

# After this it would be told too late to be of use.
WITHIN = timedelta(seconds=5)
_log = structlog.get_logger()


class ShowingTyping:
    """Begins beside the work, and is nobody's trouble when it fails."""

    def __init__(self, database: Database, accounts: Accounts, channels: dict[str, Channel]) -> None:
        self._accounts = accounts
        self._shown = {name: channel for name, channel in channels.items() if isinstance(channel, Typing)}
        self._addresses = Addresses(database)
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, conversation_id: ConversationId, turn: int) -> None:
        """Show it, without waiting for it; not where the turn is over by now, for a person may have the chat."""
        if self._shown:
            task = asyncio.create_task(self._show(conversation_id, turn))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def settled(self) -> None:
        """Until nothing is under way."""
        await asyncio.gather(*self._tasks)

    async def _show(self, conversation_id: ConversationId, turn: int) -> None:
        try:
            async with asyncio.timeout(WITHIN.total_seconds()):
                home = await self._addresses.awaited(conversation_id, turn)
                channel = self._shown.get(home.channel) if home else None
                if home is not None and channel is not None:
                    connection = await self._accounts.connection(home.account_id)
                    await channel.typing(connection, home.address, seen=home.seen)
        except Exception as error:  # noqa: BLE001 - the answer comes without it
            code = error.code if isinstance(error, AppError) else type(error).__name__
            _log.info("typing.not_shown", conversation_id=int(conversation_id), code=code)
