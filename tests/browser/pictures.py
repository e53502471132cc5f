"""PNG files as Chromium makes them, read far enough to see which colours are in them."""

import struct
import zlib

MASK = (0xFF, 0x00, 0xFF)  # what Playwright covers with


def colours(png: bytes) -> set[tuple[int, int, int]]:
    """Every colour of a picture with 8 bits a channel that is not interlaced."""
    width, height, depth, kind = struct.unpack(">IIBB", png[16:26])
    assert depth == 8
    assert kind in (2, 6)
    size = 3 if kind == 2 else 4
    rows = _unfiltered(_data(png), width * size, height, size)
    return {(row[at], row[at + 1], row[at + 2]) for row in rows for at in range(0, len(row), size)}


def _data(png: bytes) -> bytes:
    at, found = 8, b""
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            found += png[at + 8 : at + 8 + length]
        at += length + 12
    return zlib.decompress(found)


def _unfiltered(data: bytes, width: int, height: int, size: int) -> list[bytearray]:
    rows: list[bytearray] = []
    above = bytearray(width)
    for number in range(height):
        start = number * (width + 1)
        row = bytearray(data[start + 1 : start + 1 + width])
        for at in range(width):
            left, up = (row[at - size] if at >= size else 0), above[at]
            corner = above[at - size] if at >= size else 0
            row[at] = (row[at] + _predicted(data[start], left, up, corner)) & 0xFF
        rows.append(row)
        above = row
    return rows


def _predicted(kind: int, left: int, up: int, corner: int) -> int:
    if kind == 4:
        guess = left + up - corner
        return min((left, up, corner), key=lambda one: abs(guess - one))
    return (0, left, up, (left + up) // 2)[kind]
