"""What people make of an answer or of a conversation: a thumb, or a score from 1 to 5. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

WORST: Final = 1
BEST: Final = 5
# The colours of hands, and the marks that ask for a coloured emoji.
COLOURS: Final = re.compile("[\U0001f3fb-\U0001f3ff\ufe0e\ufe0f\u200d]")
_GOOD: Final = 4  # from here on a score is a thumb up
_BAD: Final = 2  # up to here it is one down


class Scale(StrEnum):
    """How a customer is asked after a hand-over: not at all, for a thumb, or for a score."""

    OFF = "off"
    THUMBS = "thumbs"
    SCORE = "score"


class Thumb(StrEnum):
    UP = "up"
    DOWN = "down"


THUMBS: Final = {"\U0001f44d": Thumb.UP, "\U0001f44e": Thumb.DOWN}


def thumb_of(emoji: str) -> Thumb | None:
    """The thumb that a reaction shows, of whatever colour; another sign, or none, is no thumb."""
    return THUMBS.get(COLOURS.sub("", emoji).strip())


@dataclass(frozen=True, slots=True)
class Rating:
    """What somebody gave. A score in the middle is no thumb."""

    thumb: Thumb | None = None
    score: int | None = None

    @property
    def told(self) -> str:
        """As the audit has it: the score, else the thumb."""
        return str(self.score) if self.score is not None else self.thumb or ""


def rating_of(score: int) -> Rating:
    """A score, with the thumb that it comes to."""
    thumb = Thumb.UP if score >= _GOOD else Thumb.DOWN if score <= _BAD else None
    return Rating(thumb, score)
