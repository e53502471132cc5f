"""Small files behind the attachment links, so that whoever follows one finds something."""

import base64
import struct

from fastapi import Response

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
KINDS = {"jpeg": "image/jpeg", "png": "image/png", "ogg": "audio/ogg", "mp3": "audio/mpeg", "mp4": "video/mp4"}
VOICE_SECONDS = 7


def _page(flags: int, samples: int, packet: bytes) -> bytes:
    """A page of an Ogg file; nobody looks at its checksum here."""
    head = struct.pack("<4sBBqIIIBB", b"OggS", 0, flags, samples, 1, 0, 0, 1, len(packet))
    return head + packet


# Silence of some seconds, as far as its pages tell.
EMPTY_OGG = _page(2, 0, struct.pack("<8sBBHIHB", b"OpusHead", 1, 1, 0, 48_000, 0, 0)) + _page(
    4, VOICE_SECONDS * 48_000, b""
)


async def attachment(amojo_id: str, message_id: str, name: str) -> Response:
    """The same few bytes for every link: a dot for a picture, silence for a voice, a line of text for a file."""
    del amojo_id, message_id
    kind = KINDS.get(name.rpartition(".")[2].lower(), "application/octet-stream")
    if kind.startswith("image/"):
        return Response(PIXEL, media_type="image/png")
    return Response(EMPTY_OGG if kind == "audio/ogg" else b"sandbox attachment\n", media_type=kind)
