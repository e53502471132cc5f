"""What Chatwoot shows of its conversations, as events and read-backs. Ids are those of the hooks, so that both meet."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from app.channels.chatwoot.client import PAGE, ChatwootClient
from app.channels.chatwoot.client.api import MESSAGES_BEFORE, whole
from app.channels.chatwoot.client.transport import base_of
from app.channels.chatwoot.payloads import ACTIVITY, TEMPLATE, ConversationShape, MessageShape, moment
from app.channels.chatwoot.webhook.content import EPOCH, events_of, tapped
from app.channels.guard import Answer, Bounds, Guard
from app.channels.looking import one_by_one
from app.domain.account import Connection, Lane
from app.domain.errors import AppError, NeedsHuman, NotFound, NotStarted
from app.domain.ids import ExternalId
from app.domain.messages import Address, Author, ChannelEvent, EventKind, LookedInto, ReadBack, SeenMessage

MOST_PAGES: Final = 100  # of conversations, and of one conversation's messages
_REDIRECT, _PROXY = "/blobs/redirect/", "/blobs/proxy/"


async def read_back(
    client: ChatwootClient, connection: Connection, to: Address, *, since: datetime, lane: Lane
) -> ReadBack:
    """All that the conversation shows since then; complete unless it is gone."""
    try:
        found, is_whole = await _since(client, connection, to.chat_id, since=since, lane=lane)
    except NotFound:
        return ReadBack(complete=False)
    return ReadBack(is_whole, tuple(_seen(one) for one in found if _is_said(one)))


def _seen(one: MessageShape) -> SeenMessage:
    at = moment(one.created_at) or EPOCH
    return SeenMessage(ExternalId(one.id), one.written_by(), one.content, at, one.has_failed)


def _is_said(one: MessageShape) -> bool:
    return not one.private and one.direction not in (ACTIVITY, TEMPLATE)


def outgoing_since(
    client: ChatwootClient, connection: Connection, chats: Sequence[tuple[Address, datetime]]
) -> AsyncIterator[LookedInto]:
    return one_by_one(chats, lambda to, since: _outgoing(client, connection, to, since=since))


async def _outgoing(
    client: ChatwootClient, connection: Connection, to: Address, *, since: datetime
) -> list[ChannelEvent]:
    found, _ = await _since(client, connection, to.chat_id, since=since, lane=Lane.HANDOFF)
    contact = str(to.contact_id or "")
    events = [event for one in found for event in _events(one, chat=to.chat_id, contact=contact, family="poll")]
    return [one for one in events if one.kind is EventKind.MESSAGE and one.author is not Author.CUSTOMER]


async def missed(
    client: ChatwootClient, connection: Connection, *, since: datetime, until: datetime | None
) -> AsyncIterator[LookedInto]:
    """Conversations by their last activity, newest first, until one is older; then the messages of each."""
    moved = await _moved(client, connection, since=since)
    for one in sorted(moved, key=lambda shape: (shape.moved_at() or EPOCH, whole(shape.id))):
        try:
            found, _ = await _since(client, connection, one.id, since=since, lane=Lane.SYNC)
        except NotFound:
            continue  # deleted in between
        except (NotStarted, NeedsHuman):
            raise
        except AppError as error:
            yield LookedInto(one.id, trouble=error.code)
            continue
        contact = one.sender.id if one.sender else ""
        events = [event for said in found for event in _events(said, chat=one.id, contact=contact, family="reconcile")]
        yield LookedInto(one.id, tuple(event for event in events if until is None or event.at <= until))


async def _moved(client: ChatwootClient, connection: Connection, *, since: datetime) -> list[ConversationShape]:
    found: dict[str, ConversationShape] = {}
    for page in range(1, MOST_PAGES + 1):
        some = await client.conversations(connection, status="all", page=page, lane=Lane.SYNC)
        fresh = [one for one in some if (one.moved_at() or EPOCH) >= since.replace(microsecond=0)]
        found |= {one.id: one for one in fresh}
        if len(fresh) < len(some) or len(some) < PAGE:
            break
    return list(found.values())


async def _since(
    client: ChatwootClient, connection: Connection, number: str, *, since: datetime, lane: Lane
) -> tuple[list[MessageShape], bool]:
    """The messages since then, oldest first; and whether the conversation was read back far enough."""
    earliest = since.replace(microsecond=0)
    kept: dict[str, MessageShape] = {}
    before: str | None = None
    for _ in range(MOST_PAGES):
        some = await client.messages(connection, number=number, lane=lane, before=before)
        fresh = {one.id: one for one in some if (moment(one.created_at) or EPOCH) >= earliest}
        kept |= fresh
        if len(fresh) < len(some) or len(some) < MESSAGES_BEFORE:
            return sorted(kept.values(), key=lambda one: whole(one.id)), True
        before = min(some, key=lambda one: whole(one.id)).id
    return sorted(kept.values(), key=lambda one: whole(one.id)), False


def _events(one: MessageShape, *, chat: str, contact: str, family: str) -> list[ChannelEvent]:
    if one.direction in (ACTIVITY, TEMPLATE):
        return []
    known = {"chat": chat, "contact": contact, "origin": "", "family": family}
    return [*events_of(one, **known), *tapped(one, **known)]


async def download(files: Guard, connection: Connection, link: str, *, bounds: Bounds) -> Answer | None:
    """A file of the installation, streamed by it rather than redirected to. None: it lies elsewhere."""
    home = urlsplit(base_of(connection))
    try:
        there = urlsplit(link)
    except ValueError:
        return None
    if (there.scheme, there.netloc) != (home.scheme, home.netloc):
        return None
    return await files.get(link.replace(_REDIRECT, _PROXY, 1), bounds=bounds, home=connection.base_url)
