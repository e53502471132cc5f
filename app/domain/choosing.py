"""What may be offered to tap, as long as the narrowest phone shows; the same for every brain. Pure.

Nothing is cut, for half an answer means another thing: what does not fit is told to whoever wrote it, never quoted.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from app.domain.content import LONGEST_BUTTON, LONGEST_WORDS, MOST_BUTTONS, Choice, Content, Form, Section, letters
from app.domain.language import words as words_of
from app.domain.storable import storable, visible

# Marks of markdown, which a button shows as they are: around words, and before a line.
_MARKS: Final = re.compile(r"\*\*|__|~~|`|^\s*(?:#+|[-*\u2022])\s+")
# Formats that belong to what is read: they join letters and emoji, and spell some flags.
_JOINING: Final = frozenset(map(chr, (0x200C, 0x200D, *range(0xE0020, 0xE0080))))
_AROUND: Final = re.compile(r"^([*_~])(.+)\1$")


def bounded(text: str, most: int, *, may_be_empty: bool = False) -> str:
    """The text on one line, without white space around it and without marks that only steer how it is shown.

    Raises:
        ValueError: it is longer than that, or there is nothing to read in it.
    """
    bare = " ".join("".join(filter(_is_shown, " ".join(storable(text).split()))).split())
    if not may_be_empty and not visible(bare):
        raise ValueError("there is nothing to read in it")
    if letters(bare) > most:
        raise ValueError(f"{most} characters at the most; it has {letters(bare)} (an emoji counts for two)")
    return bare


def unmarked(title: str) -> str:
    """The title without simple marks of markdown: `**10h**` is 10h."""
    return _AROUND.sub(r"\2", _MARKS.sub("", title).strip()).strip()


def check_words(words: str) -> None:
    """Raises ValueError where the words are too long to stand beside buttons, a list or a file."""
    if letters(words) > LONGEST_WORDS:
        raise ValueError(f"text: {LONGEST_WORDS} characters at the most beside buttons, a list or a file")


def check_choices(choices: Sequence[Choice]) -> None:
    """Raises ValueError where two answers could not be told apart."""
    if not (_differ(one.title.casefold() for one in choices) and _differ(one.key for one in choices)):
        raise ValueError("two answers have the same title or id; nobody could tell which was tapped")


def buttons(words: str, titles: Sequence[str]) -> Content:
    """The words with these answers to tap under them.

    Raises:
        ValueError: they are too many, too long, or two are the same.
    """
    if len(titles) > MOST_BUTTONS:
        raise ValueError(f"{MOST_BUTTONS} answers to tap at the most")
    choices = tuple(Choice(bounded(title, LONGEST_BUTTON)) for title in titles)
    check_words(words)
    check_choices(choices)
    return Content(Form.BUTTONS, words, (Section("", choices),))


def in_words(offered: Content) -> str:
    """The same where nothing is tapped; no list is added to words that hold all of the answers already."""
    said = f" {' '.join(words_of(offered.words))} "
    held = all(_stands_in(one.title, offered.words, said) for one in offered.choices)
    return offered.words if held else offered.written


def _stands_in(title: str, text: str, said: str) -> bool:
    asked = words_of(title)
    return f" {' '.join(asked)} " in said if asked else title in text


def _is_shown(mark: str) -> bool:
    """Whether it is no control, and turns no direction: what a customer reads is what stands there."""
    return mark in _JOINING or unicodedata.category(mark) not in ("Cc", "Cf")


def _differ(names: Iterable[str]) -> bool:
    found = list(names)
    return len(found) == len(set(found))
