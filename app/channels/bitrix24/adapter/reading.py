"""What a portal shows of its lines' chats: as events under the hooks' own ids, and as what a read-back asks for.

A session is read by its number, which needs no membership. What was written in an earlier session of the same chat is
not in it; whoever asks looks minutes back, not days.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from typing import Any

from app.channels.bitrix24.adapter.polling import MOST_OLD
from app.channels.bitrix24.client import MOST_COMMANDS, BitrixClient, Call, calls
from app.channels.bitrix24.client.transport import shaped
from app.channels.bitrix24.payloads.chats import ChatShape, HistoryShape, RecentShape, words
from app.channels.bitrix24.webhook import event_of
from app.domain.account import Connection, Lane
from app.domain.errors import AppError, Rejected
from app.domain.ids import ExternalId
from app.domain.messages import (
    Address,
    Author,
    ChannelEvent,
    EventKind,
    LookedInto,
    ReadBack,
    SeenMessage,
)


async def read_back(
    client: BitrixClient, connection: Connection, to: Address, *, since: datetime, lane: Lane
) -> ReadBack:
    """Complete where the session is known and could be read."""
    try:
        told = await client.history(connection, dialog_id=to.chat_id, session_id=to.talk_id, lane=lane)
    except Rejected:
        return ReadBack(complete=False)  # no session, or one that this webhook may not read
    seen: list[SeenMessage] = []
    for message in told.message.values():
        user = told.users.get(message.author_id or "")
        if message.id and message.author_id and message.at >= since.replace(microsecond=0):
            author = user.written_by() if user else Author.HUMAN
            seen.append(SeenMessage(ExternalId(message.id), author, words(message.text), message.at))
    return ReadBack(complete=True, messages=tuple(sorted(seen, key=lambda one: one.at)))


async def said_since(
    client: BitrixClient, connection: Connection, chats: Sequence[tuple[Address, datetime]], *, lane: Lane
) -> AsyncIterator[LookedInto]:
    """What everybody wrote: fifty chats with one request.

    The customers too, for whoever has left a chat is told of nothing there until its next session.
    """
    sessions = [(str(to.chat_id), to.talk_id) for to, _ in chats]
    moments = {str(to.chat_id): since for to, since in chats}
    async for dialog, told in _histories(client, connection, sessions, lane=lane):
        if isinstance(told, AppError):
            yield LookedInto(dialog, trouble=told.code)
        else:
            yield LookedInto(dialog, tuple(events_of(told, dialog, since=moments[dialog])))


def events_of(told: HistoryShape, dialog_id: str, *, since: datetime) -> list[ChannelEvent]:
    """The messages of a session since then, in order."""
    chat = next(iter(told.chat.values()), ChatShape()).model_copy(update={"dialog_id": dialog_id})
    found = [
        event_of(chat, one, told.users.get(one.author_id or ""), files=told.files, family="history")
        for one in told.message.values()
    ]
    return _in_order(one for one in found if one is not None and one.at >= since.replace(microsecond=0))


async def missed(
    client: BitrixClient, connection: Connection, *, since: datetime, until: datetime | None = None
) -> AsyncIterator[LookedInto]:
    """The sessions of the lines' chats that moved since then, of those that the webhook's user sees."""
    moved = [(one.chat.dialog, one.chat.session_id) async for one in _moved(client, connection, since=since)]
    async for dialog, told in _histories(client, connection, moved, lane=Lane.SYNC):
        if isinstance(told, AppError):
            yield LookedInto(dialog, trouble=told.code)
        else:
            events = events_of(told, dialog, since=since)
            yield LookedInto(dialog, tuple(one for one in events if until is None or one.at <= until))


async def _histories(
    client: BitrixClient, connection: Connection, sessions: Sequence[tuple[str, str | None]], *, lane: Lane
) -> AsyncIterator[tuple[str, HistoryShape | AppError]]:
    """Each dialog with its session, or with the error that hid it; as many in one request as it takes."""
    for start in range(0, len(sessions), MOST_COMMANDS):
        some = sessions[start : start + MOST_COMMANDS]
        asked = [calls.history(dialog_id=dialog, session_id=session, lane=lane) for dialog, session in some]
        for (dialog, _), call, told in zip(some, asked, await client.together(connection, asked), strict=True):
            yield dialog, _history_in(told, call)


def _history_in(told: Any, call: Call) -> HistoryShape | AppError:
    if isinstance(told, AppError):
        return told
    try:
        return shaped(told, call, HistoryShape)
    except AppError as error:
        return error


async def _moved(client: BitrixClient, connection: Connection, *, since: datetime) -> AsyncIterator[RecentShape]:
    """The list is in order of the last message, but for those that people pinned."""
    old = 0
    async for item in client.recents(connection, lane=Lane.SYNC):
        is_new = item.message.at >= since.replace(microsecond=0)
        old = 0 if is_new else old + 1
        if is_new and item.chat.is_of_a_line and item.chat.dialog:
            yield item
        if old >= MOST_OLD:
            return


def _in_order(events: Iterable[ChannelEvent]) -> list[ChannelEvent]:
    spoken = [one for one in events if one.kind is EventKind.MESSAGE]
    return sorted(spoken, key=lambda one: (one.at, len(one.external_id), one.external_id))
