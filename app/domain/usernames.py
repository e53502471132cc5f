"""User names made from the names of people: what is left of a name, and four digits. Pure; chance is an argument.

Whatever the name is written in (accents, emoji, drawn letters, other scripts), the result matches `USERNAME`.
"""

import re
import unicodedata
from typing import Final

from anyascii import anyascii

# What a panel takes, and what `POST /api/create-user` lets pass.
USERNAME: Final = re.compile(r"[a-z0-9._-]{3,32}", re.ASCII)

_DIGITS: Final = re.compile(r"[0-9]{4}", re.ASCII)
_LONGEST_NAME: Final = 28  # four digits come after it
_FEWEST_LETTERS: Final = 2
_WORDS: Final = frozenset("LMN")  # letters, marks, numbers; an emoji would be spelt out as its name


def is_username(text: str) -> bool:
    """Whether it may be asked of a panel as it is."""
    return USERNAME.fullmatch(text) is not None


def clean_username(name: str) -> str | None:
    """The part of a user name that comes from a name, such as `sofia` of "Sofía 😊"; None when too little is left.

    None means that the person is asked again: of one letter, of digits or of signs no user name is made.
    """
    written = unicodedata.normalize("NFKC", name)
    plain = anyascii("".join(mark for mark in written if unicodedata.category(mark)[0] in _WORDS))
    kept = re.sub(r"[^a-z0-9]", "", plain.lower())[:_LONGEST_NAME]
    return kept if sum(mark.isalpha() for mark in kept) >= _FEWEST_LETTERS else None


def candidate(name: str, digits: str) -> str:
    """A user name to try: what is left of the name, and four digits that chance has chosen.

    Raises:
        ValueError: no user name can be made of the name, or these are not four digits.
    """
    base = clean_username(name)
    if base is None or not _DIGITS.fullmatch(digits):
        raise ValueError("a user name is made of two letters or more and four digits")
    return base + digits
