"""What may be offered to tap, as long as the narrowest phone shows; the same for every brain. Pure.

Nothing is cut, for half an answer means another thing: what does not fit is told to whoever wrote it, never quoted.
"""

from collections.abc import Iterable, Sequence

from app.domain.content import LONGEST_BUTTON, LONGEST_WORDS, MOST_BUTTONS, Choice, Content, Form, Section, letters
from app.domain.storable import storable, visible


def bounded(text: str, most: int, *, may_be_empty: bool = False) -> str:
    """The text on one line, without white space around it.

    Raises:
        ValueError: it is longer than that, or there is nothing to read in it.
    """
    bare = " ".join(storable(text).split())
    if not may_be_empty and not visible(bare):
        raise ValueError("there is nothing to read in it")
    if letters(bare) > most:
        raise ValueError(f"{most} characters at the most; it has {letters(bare)} (an emoji counts for two)")
    return bare


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


def _differ(names: Iterable[str]) -> bool:
    found = list(names)
    return len(found) == len(set(found))
