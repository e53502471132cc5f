"""What is new since a position: the bot's own queue of events, or the dialogs of the webhook's user.

The numbers of messages grow through the whole portal, so the position of a poll is one of them: the greatest that was
seen. Nothing is told to the portal, or left behind here, before what came was stored: asked again with the same
position, it gives the same again.
"""

from typing import Any, cast

import orjson

from app.channels.bitrix24.client import BitrixClient, calls
from app.channels.bitrix24.payloads.chats import RecentShape
from app.channels.bitrix24.payloads.credentials import credentials_of
from app.channels.bitrix24.webhook import FETCHED, POLLED
from app.channels.optional import Fetched
from app.domain.account import Connection, Lane
from app.domain.errors import AppError, Rejected, Retryable

MOST_OLD = 30  # dialogs without news one after the other: the list is in order, but for those that people pinned
MOST_PAGES = 40


async def fetch(client: BitrixClient, connection: Connection, position: str | None) -> Fetched:
    """The next piece. An account that is told by push has nothing to fetch."""
    mode = credentials_of(connection.token).mode
    if mode == "push":
        return Fetched((), position or "")
    if mode == "poll":
        return await _poll(client, connection, position)
    told = await client.fetch(connection, offset=int(position) if position else None)
    bodies = (orjson.dumps({FETCHED: told.events}),) if told.events else ()
    return Fetched(bodies, told.next_offset or position or "", more=told.has_more)


async def _poll(client: BitrixClient, connection: Connection, position: str | None) -> Fetched:
    """All dialogs whose last message is newer. Of an account's first look nothing is old news."""
    after = None if position is None else int(position)
    moved: list[RecentShape] = []
    newest, old = after or 0, 0
    async for item in client.recents(connection, lane=Lane.HANDOFF):
        number = _number(item)
        newest, old = max(newest, number), 0 if after is not None and number > after else old + 1
        if after is not None and number > after and item.chat.is_of_a_line:
            moved.append(item)
        if old >= MOST_OLD:
            break
    # One position for all dialogs: it moves on only when each of them was read to its end.
    return Fetched(await _bodies(client, connection, moved, after=after or 0), str(newest))


async def _bodies(
    client: BitrixClient, connection: Connection, items: list[RecentShape], *, after: int
) -> tuple[bytes, ...]:
    asked = [calls.dialog(dialog_id=item.chat.dialog, after=after, lane=Lane.HANDOFF) for item in items]
    answers = await client.together(connection, asked) if asked else []
    bodies: list[bytes] = []
    for item, told in zip(items, answers, strict=True):
        if isinstance(told, Rejected):
            continue  # a chat that the user has left since; reconciliation reads it by its session
        if isinstance(told, AppError):
            raise told
        bodies += await _whole(client, connection, item, told)
    return tuple(bodies)


async def _whole(client: BitrixClient, connection: Connection, item: RecentShape, first: Any) -> list[bytes]:
    """All pages of one dialog, each a body of its own."""
    chat, pages, told = item.chat.model_dump(by_alias=False), list[bytes](), first
    for _ in range(MOST_PAGES):
        messages = cast("list[dict[str, Any]]", told.get("messages") or [])
        if messages:
            pages.append(orjson.dumps({POLLED: [{**told, "chat": _plain(chat, item.chat.dialog)}]}))
        if len(messages) < calls.LARGEST_DIALOG:
            return pages
        last = max(int(one["id"]) for one in messages)
        told = await client.ask(connection, calls.dialog(dialog_id=item.chat.dialog, after=last, lane=Lane.HANDOFF))
    raise Retryable("A dialog does not end.")


def _plain(chat: dict[str, Any], dialog_id: str) -> dict[str, Any]:
    """A chat in the vendor's own spelling."""
    return {
        "id": chat["id"],
        "dialog_id": dialog_id,
        "entity_type": chat["entity_type"],
        "entity_id": chat["entity_id"],
        "entity_data_1": chat["data_1"],
        "entity_data_2": chat["data_2"],
    }


def _number(item: RecentShape) -> int:
    return int(item.message.id) if item.message.id and item.message.id.isdecimal() else 0
