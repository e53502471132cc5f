"""Files in a folder of this machine: what an installation has until it names a Supabase project.

Only its owner may read them. A file appears whole or not at all. API and worker must see the same folder: on several
machines use Supabase Storage.
"""

import asyncio
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from app.domain.errors import NeedsHuman, NotFound
from app.storage.places import checked


class FolderStore:
    """The media store of a default installation."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, place: str, body: bytes, *, content_type: str) -> None:
        """The content type is kept in the database; a folder has no room for it."""
        del content_type
        await asyncio.to_thread(self._write, self._root / checked(place), body)

    async def get(self, place: str) -> bytes:
        try:
            return await asyncio.to_thread((self._root / checked(place)).read_bytes)
        except (FileNotFoundError, NotADirectoryError):
            raise NotFound("The file is not in the media store.", hint="Was the folder moved or emptied?") from None
        except OSError as error:
            raise _unusable(error) from error

    async def remove(self, places: Sequence[str]) -> None:
        await asyncio.to_thread(self._remove, [self._root / checked(place) for place in places])

    def _write(self, path: Path, body: bytes) -> None:
        """Beside its place first, then renamed: a reader sees the old file or the whole new one."""
        half = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            half.replace(path)
        except OSError as error:
            with suppress(OSError):
                half.unlink(missing_ok=True)
            raise _unusable(error) from error

    def _remove(self, paths: list[Path]) -> None:
        try:
            for path in paths:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise _unusable(error) from error


def _unusable(error: OSError) -> NeedsHuman:
    return NeedsHuman(
        f"The media folder cannot be used: {error.strerror}.", hint="Is there room, and may Ponte write there?"
    )
