"""Small files behind the attachment links, so that whoever follows one finds something."""

import base64

from fastapi import Response

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
KINDS = {"jpeg": "image/jpeg", "png": "image/png", "ogg": "audio/ogg", "mp3": "audio/mpeg", "mp4": "video/mp4"}
EMPTY_OGG = b"OggS\x00\x06" + bytes(8) + b"\x01\x00\x00\x00" + bytes(9)


async def attachment(amojo_id: str, message_id: str, name: str) -> Response:
    """The same few bytes for every link: a dot for a picture, silence for a voice, a line of text for a file."""
    del amojo_id, message_id
    kind = KINDS.get(name.rpartition(".")[2].lower(), "application/octet-stream")
    if kind.startswith("image/"):
        return Response(PIXEL, media_type="image/png")
    return Response(EMPTY_OGG if kind == "audio/ogg" else b"sandbox attachment\n", media_type=kind)
