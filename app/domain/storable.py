"""Texts as the database can keep them, and whether there is anything in one to read. Pure."""

import unicodedata
from typing import Final

# Controls, formats (zero-width, direction), halves of characters, and whatever separates.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"})
# Letters, marks and symbols by category that show nothing: fillers, the empty Braille cell, variation selectors.
_EMPTY: Final = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
    + "".join(map(chr, (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
)


def storable(text: str) -> str:
    """Without NUL and without halves of characters: JSON can spell them, nobody means them, nothing can store them."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()


def visible(text: str) -> bool:
    """Whether whoever gets the text sees anything: a message of zero-width characters is an empty one."""
    return any(mark not in _EMPTY and unicodedata.category(mark) not in _UNSEEN for mark in text)
