"""Files that come with a message: read out of a form, checked as the vendor's models do, kept to be looked at."""

import base64
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request

from app.sandbox.chatwoot.entities import WEBSITE, Inbox
from app.sandbox.chatwoot.world import World, Wrong

FILES: Final = "/chatwoot/rails/active_storage/blobs/"
FIELD: Final = "attachments[]"
MOST: Final = 15
LARGEST: Final = 40 * 2**20
LARGEST_RECORDED: Final = 64 * 2**10  # of a whole body, in the record of calls
# Of a website's visitors and agents only these are taken, besides pictures, sounds and films.
_TAKEN: Final = frozenset(
    {
        *("text/csv", "text/plain", "text/rtf", "application/json", "application/pdf", "application/zip"),
        *("application/x-7z-compressed", "application/vnd.rar", "application/x-tar", "application/msword"),
        *("application/vnd.ms-excel", "application/vnd.ms-powerpoint", "application/rtf"),
        "application/vnd.oasis.opendocument.text",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    }
)
_MEDIA: Final = ("image", "audio", "video")


@dataclass(frozen=True, slots=True)
class Upload:
    """One file."""

    name: str
    content_type: str
    body: bytes


async def read(request: Request) -> tuple[dict[str, Any], list[Upload]]:
    """The fields of a form, and its files under the one name that is looked at; a file elsewhere is dropped."""
    fields: dict[str, Any] = {}
    files: list[Upload] = []
    async with request.form() as form:
        for name, value in form.multi_items():
            if isinstance(value, str):
                fields[name] = value
            elif name == FIELD:
                files.append(Upload(value.filename or "", value.content_type or "", await value.read()))
    return fields, files


async def recorded(request: Request, fields: dict[str, Any], files: list[Upload]) -> dict[str, Any]:
    """As the record of calls shows it: the files by their names and sizes, and the body as it came, if it is small."""
    raw = await request.body()
    shown = [{"name": one.name, "type": one.content_type, "size": len(one.body)} for one in files]
    kept = base64.b64encode(raw).decode() if len(raw) <= LARGEST_RECORDED else ""
    return {
        "body": fields | {FIELD: shown},
        "raw": kept,
        "content_type": request.headers.get("content-type", ""),
    }


def check(inbox: Inbox, files: list[Upload]) -> None:
    """What the models refuse. Types and sizes are looked at in inboxes of a website alone."""
    if len(files) > MOST:
        raise Wrong(422, {"error": "Validation failed: Attachments exceeded maximum allowed"})
    if any(not one.name for one in files):
        raise Wrong(422, {"error": "Validation failed: Attachments is invalid"})
    if inbox.channel_type != WEBSITE:
        return
    if any(len(one.body) > LARGEST for one in files):
        raise Wrong(422, {"error": "Validation failed: Attachments file size is too big"})
    if any(one.content_type.partition("/")[0] not in _MEDIA and one.content_type not in _TAKEN for one in files):
        raise Wrong(422, {"error": "Validation failed: Attachments file type not supported"})


def kept(world: World, message_id: int, files: list[Upload]) -> list[dict[str, Any]]:
    """The attachments of a message, each with a link that leads to it."""
    return [_kept(world, message_id, one) for one in files]


def _kept(world: World, message_id: int, one: Upload) -> dict[str, Any]:
    number, kind = world.number(), one.content_type.partition("/")[0]
    place = f"{number}/{one.name}"
    world.files[place] = (one.content_type, one.body)
    return {
        "id": number,
        "message_id": message_id,
        "account_id": 1,
        "file_type": kind if kind in _MEDIA else "file",
        "extension": None,
        "data_url": f"{world.base_url}{FILES}redirect/{place}",
        "file_size": len(one.body),
    }
