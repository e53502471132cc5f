"""A file beside what is said: fetched by its link, then posted with its words in the one call that speaks.

Fetching and posting together take no longer than one call may, for the lease of a send is built on that. Whatever
keeps the file from being shown is `NotShown`: nothing was said, and the same in words goes out in its place.
"""

import asyncio
import mimetypes
import re
import time
from datetime import timedelta
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from app.channels.calling import require_fresh
from app.channels.chatwoot.client import ChatwootClient, Upload
from app.channels.guard import Bounds, Guard
from app.channels.http import CALL_BUDGET
from app.domain.account import Connection, Lane
from app.domain.content import LONGEST_FILE_NAME, Content, Form
from app.domain.errors import AppError, NotShown, NotStarted, Rejected
from app.domain.messages import Address
from app.domain.ports import Slot

# A take-over that comes meanwhile no longer stops the message, so a file that takes longer is not waited for.
FETCH_BUDGET: Final = timedelta(seconds=3)
POST_LEAST: Final = timedelta(seconds=3)  # with less than this left of the call's budget it is not begun
LARGEST: Final = 16 * 2**20  # the server takes 40 MiB; messengers behind it take no more than this of most files

# By the beginnings of content types. A web page is no document: what needs a login answers with one.
_TAKEN: Final[dict[Form, tuple[str, ...]]] = {
    Form.IMAGE: ("image/",),
    Form.AUDIO: ("audio/", "application/ogg"),
    Form.VIDEO: ("video/",),
    Form.DOCUMENT: ("application/", "image/", "text/csv", "text/plain", "text/rtf"),
}
_PROGRAM: Final = "image/svg+xml"  # a picture that may run in the browser of whoever opens it
_NOT_IN_NAMES: Final = re.compile(r'[\x00-\x1f\x7f"\\/]+')

FILES: Final = frozenset(_TAKEN)


async def attach(
    client: ChatwootClient, links: Guard, connection: Connection, to: Address, content: Content, *, slot: Slot
) -> str:
    """Say it with its file; the id of the message.

    Raises:
        NotShown: the file cannot be had, or the server does not take it; nothing was said.
    """
    ends = time.monotonic() + CALL_BUDGET.total_seconds()
    require_fresh(slot)
    file = await _fetched(links, connection, content)
    slot = await _turn(client, connection, slot, ends=ends)
    said = {"content": content.words} if content.words else {}
    new: dict[str, Any] = {**said, "message_type": "outgoing", "private": False}
    within = timedelta(seconds=ends - time.monotonic())
    try:
        return await client.attach(connection, number=to.chat_id, new=new, file=file, slot=slot, within=within)
    except Rejected as error:  # for the file or for something else: without the file it will be seen
        raise NotShown(f"{error.message} It goes out in words.") from None


async def _fetched(links: Guard, connection: Connection, content: Content) -> Upload:
    bounds = Bounds(LARGEST, FETCH_BUDGET, _TAKEN[content.form])
    try:
        answer = await links.get(content.link, bounds=bounds, home=connection.base_url)
    except AppError as error:
        raise NotShown(f"The file behind a link could not be fetched ({error.code}).") from None
    if answer.content_type == _PROGRAM or not answer.body:
        raise NotShown("The file behind a link is none that is passed on.")
    kind = "audio/ogg" if content.form is Form.AUDIO and not answer.content_type.startswith("audio/") else ""
    return Upload(name_of(content, answer.content_type), kind or answer.content_type, answer.body)


async def _turn(client: ChatwootClient, connection: Connection, slot: Slot, *, ends: float) -> Slot:
    """The slot; where fetching took longer than that is good for, another, as long as there is time for one."""
    left = ends - time.monotonic() - POST_LEAST.total_seconds()
    if slot.is_fresh(time.monotonic()):
        return slot
    try:
        async with asyncio.timeout(left):
            return await client.governor.slot(connection, Lane.REPLY)
    except TimeoutError:
        raise NotStarted("No slot came while there was time to post a file.") from None


def name_of(content: Content, content_type: str) -> str:
    """What the customer sees it called: a document's own name, else the end of its link. Pure."""
    name = content.file_name or unquote(urlsplit(content.link).path).rpartition("/")[2]
    name = _NOT_IN_NAMES.sub("_", name).strip(" .")[:LONGEST_FILE_NAME] or "file"
    return name if "." in name else f"{name}{mimetypes.guess_extension(content_type) or ''}"
