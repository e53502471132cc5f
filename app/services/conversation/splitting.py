"""Long answers are cut into balloons where a person would have pressed send. Pure.

At a paragraph, else at the end of a sentence or of a line, else between two words; never inside a word, a URL or a
number, and inside a list's item only where it alone is longer than the channel carries. Nothing is lost or reordered:
the words of the balloons are the words of the text.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby

from app.channels.messengers import Limits
from app.domain.content import Content
from app.domain.errors import Rejected

# A reply has this many balloons at the most; more is a flood, not an answer.
MOST_BALLOONS = 10


_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*")
_LINE = re.compile(r"\n")
_SENTENCE = re.compile(r"(?<=[.!?\u2026\u3002])[\"'\u201d\u2019)\]*_]*\s+")
_BLANK = re.compile(r"\s+")
# Families and flags of emoji are the longest characters that anybody writes.
_LONGEST_CHARACTER = 40
_JOINER = "\u200d"
# An item of a list, and what ends with a full stop and ends no sentence.
_ITEM = re.compile(r"[ \t]*(?:[-*\u2022\u00b7\u2013]|\d{1,3}[.)]|[a-zA-Z][.)])[ \t]")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:\d+|\w|sr|sra|srta|dr|dra|prof|profa|av|ap|apto|tel|obs|ex|etc|n[\u00bao]|p[\u00e1a]g|art|min|max"
    r"|ud|uds|vd|mr|mrs|ms|st|no|vs|e\.g|i\.e)\.$",
    re.IGNORECASE,
)


def shown_by(limits: Limits, content: Content | None) -> Content | None:
    """The content if the channel carries it as such; None: it goes out in words."""
    return content if content is not None and content.form in limits.shows else None


def said_by(
    said: Sequence[tuple[str, Content | None]], limits: Limits
) -> tuple[tuple[str, ...], tuple[Content | None, ...]]:
    """The balloons of an answer, and beside each what it carries: one that is shown stays whole and by itself."""
    texts: list[str] = []
    contents: list[Content | None] = []
    for shown, run in groupby(said, key=lambda one: shown_by(limits, one[1])):
        whole = [text for text, _ in run]
        pieces = whole if shown else balloons_of(whole, limits)
        texts += pieces
        contents += [shown] * len(pieces)
    return tuple(texts), tuple(contents) if any(contents) else ()


def balloons_of(texts: Sequence[str], limits: Limits) -> tuple[str, ...]:
    """The balloons of an answer: long texts are split, and where they are too many the shortest neighbours joined.

    Where that is not enough they are as long as the channel carries; what are still too many the caller refuses.
    """
    pieces = [piece for text in texts for piece in split(text, limits)]
    while len(pieces) > MOST_BALLOONS:
        pairs = range(len(pieces) - 1)
        at = min(pairs, key=lambda place: len(pieces[place]) + len(pieces[place + 1]))
        joined = f"{pieces[at]}\n\n{pieces[at + 1]}"
        if len(joined) > limits.hard:
            return tuple(split("\n\n".join(texts), Limits(limits.hard, limits.hard)))
        pieces[at : at + 2] = [joined]
    return tuple(pieces)


def pieces_of(text: str, limits: Limits) -> tuple[str, ...]:
    """A text of somebody's own: cut only where the channel must; none when it goes as it is.

    Raises:
        Rejected: it would be a flood.
    """
    if len(text) <= limits.hard:
        return ()
    pieces = split(text, Limits(limits.hard, limits.hard))
    if len(pieces) > MOST_BALLOONS:
        raise Rejected(
            f"This would be {len(pieces)} messages of at most {limits.hard} characters.",
            hint=f"Send a shorter text: {MOST_BALLOONS} messages are the most.",
            code="too_long",
        )
    return tuple(pieces)


def split(text: str, limits: Limits) -> list[str]:
    """The pieces of a text, each within the limits, without white space around them."""
    pieces: list[str] = []
    rest = text.strip()
    while len(rest) > limits.comfortable:
        cut = _cut(rest, limits)
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*pieces, rest] if rest else pieces


def _cut(text: str, limits: Limits) -> int:
    """Where the first piece ends. A comfortable end if there is one, else the first end that the channel carries."""
    low, high = limits.comfortable // 3, limits.comfortable
    for ends in (_paragraphs, _sentences):
        if fitting := [end for end in ends(text, high) if low <= end]:
            return fitting[-1]
    if early := [end for ends in (_paragraphs, _sentences) for end in ends(text, high)]:
        return max(early)
    if len(text) <= limits.hard:
        return next(iter(_sentences(text, limits.hard)), len(text))
    return next(iter(_sentences(text, limits.hard)), None) or _between_words(text, limits.hard)


def _paragraphs(text: str, high: int) -> Iterator[int]:
    return (found.start() for found in _PARAGRAPH.finditer(text, 0, high + 1) if 0 < found.start() <= high)


def _sentences(text: str, high: int) -> Iterator[int]:
    """Ends of lines and of sentences, in order; an item of a list is one piece whatever it holds."""
    start = 0
    for line in [*(found.start() for found in _LINE.finditer(text, 0, high + 1)), None]:
        stop = high + 1 if line is None else line
        if not _ITEM.match(text, start):
            yield from _inside(text, start, min(stop, high + 1))
        if line is not None and 0 < line <= high:
            yield line
        start = stop + 1


def _inside(text: str, start: int, stop: int) -> Iterator[int]:
    for found in _SENTENCE.finditer(text, start, stop):
        if not _ABBREVIATION.search(text, max(start, found.start() - 12), found.start()):
            yield len(text[: found.end()].rstrip())


def _between_words(text: str, hard: int) -> int:
    """No end in sight: the last blank that fits; a single word longer than the channel carries is cut."""
    blanks = [found.start() for found in _BLANK.finditer(text, 0, hard + 1) if 0 < found.start() <= hard]
    return blanks[-1] if blanks else _between_characters(text, hard)


def _between_characters(text: str, hard: int) -> int:
    """The last place at which what is read as one character is not torn; one longer than the channel carries is."""
    least = max(hard - _LONGEST_CHARACTER, 0)
    return next((place for place in range(hard, least, -1) if not _is_inside(text, place)), hard)


def _is_inside(text: str, place: int) -> bool:
    """Whether the character before the place goes on after it: an accent, an emoji of several, half of a flag."""
    after, before = text[place], text[place - 1]
    if _JOINER in (before, after) or "\U0001f3fb" <= after <= "\U0001f3ff":
        return True
    if "\U000e0020" <= after <= "\U000e007f" or unicodedata.category(after) in ("Mn", "Me", "Mc"):
        return True
    return _is_of_a_flag(after) and _flag_letters_before(text, place) % 2 == 1


def _flag_letters_before(text: str, place: int) -> int:
    """Two of them are a flag, so their number says whether the last one still waits for its other half."""
    least = place
    while least and _is_of_a_flag(text[least - 1]):
        least -= 1
    return place - least


def _is_of_a_flag(mark: str) -> bool:
    return "\U0001f1e6" <= mark <= "\U0001f1ff"
