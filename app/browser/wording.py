"""What pages say, made safe to keep: plain text of a bounded length, without the secrets that we know. Pure."""

import html
import unicodedata
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote, quote_plus

LONGEST: Final = 300
MASK: Final = "•••"
_SHORTEST_SECRET: Final = 4


def plain(text: str, *, longest: int = LONGEST) -> str:
    """One line of text; whoever shows it in a page escapes it there."""
    seen = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in text[: longest * 10])
    words = " ".join(seen.split())
    return words if len(words) <= longest else f"{words[: longest - 1]}…"


def masked(text: str, secrets: Iterable[str]) -> str:
    """Without the secrets, however a page or an address spells them."""
    spellings = {spelt for secret in secrets if len(secret) >= _SHORTEST_SECRET for spelt in _spellings(secret)}
    for spelt in sorted(spellings, key=len, reverse=True):
        text = text.replace(spelt, MASK)
    return text


def _spellings(secret: str) -> set[str]:
    escaped = html.escape(secret)
    return {
        secret,
        escaped,
        html.escape(secret, quote=False),
        quote(secret, safe=""),
        quote(secret),
        quote_plus(secret),
    }
