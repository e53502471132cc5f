"""What really happened, in order: every call received and every hook sent, kept compactly and read in ranges.

A number is taken when the thing starts, so order is order of starting; a reader never sees past one that is still
under way, so nobody who follows with `after` can miss how it ended.
"""

import re
import zlib
from collections.abc import Iterator
from typing import Any

import orjson

BLOCK = 512
LONGEST_TEXT = 65_536
SECRET_SEGMENT = re.compile(r"[A-Za-z0-9_-]{16,}")


class Record:
    """Numbered entries from 1 up; full blocks are compressed, so half a million of them stay small."""

    def __init__(self) -> None:
        self._packed: list[bytes] = []
        self._open: list[bytes | None] = []

    @property
    def last_seq(self) -> int:
        return len(self._packed) * BLOCK + len(self._open)

    def begin(self) -> int:
        """Take the next number for something that starts now."""
        self._open.append(None)
        return self.last_seq

    def end(self, seq: int, entry: dict[str, Any]) -> None:
        """Fill the number that was taken; later fills of the same number change nothing."""
        place = seq - 1 - len(self._packed) * BLOCK
        if place < 0 or place >= len(self._open) or self._open[place] is not None:
            return
        self._open[place] = orjson.dumps({"seq": seq, **entry}, default=str)
        self._pack()

    def add(self, entry: dict[str, Any]) -> None:
        self.end(self.begin(), entry)

    def clear(self) -> None:
        self._packed, self._open = [], []

    def _pack(self) -> None:
        while len(self._open) >= BLOCK * 2:
            block = [entry for entry in self._open[:BLOCK] if entry is not None]
            if len(block) < BLOCK:
                return
            self._packed.append(zlib.compress(b"\n".join(block), 1))
            del self._open[:BLOCK]

    def read(self, *, after: int = 0, limit: int | None = None) -> Iterator[bytes]:
        """Entries behind `after` as JSON bytes, up to the first one that has not ended."""
        left = self.last_seq if limit is None else limit
        for entry in self._from(max(after, 0)):
            if entry is None or left <= 0:
                return
            left -= 1
            yield entry

    def _from(self, index: int) -> Iterator[bytes | None]:
        packed = list(self._packed)
        still_open = list(self._open)
        for number in range(index // BLOCK, len(packed)):
            lines = zlib.decompress(packed[number]).split(b"\n")
            yield from lines[max(index - number * BLOCK, 0) :]
        yield from still_open[max(index - len(packed) * BLOCK, 0) :]


def masked_path(path: str) -> str:
    """A webhook's path with its secret taken out."""
    return "/".join("***" if SECRET_SEGMENT.fullmatch(part) else part for part in path.split("/"))


def masked_url(url: str) -> str:
    head, _, query = url.partition("?")
    scheme, mark, rest = head.partition("://")
    return f"{scheme}{mark}{masked_path(rest)}" + ("?***" if query else "")


def readable(body: bytes) -> Any:
    """A body as JSON where it is JSON, else as text, never more than is worth keeping."""
    if not body:
        return None
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return body[:LONGEST_TEXT].decode("utf-8", "replace")
