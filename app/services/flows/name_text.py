"""A message made ready for reading a name: tidied, cut into sentences and words, and the name written as one. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.language import fold
from app.services.flows import name_words as said

_LONGEST: Final = 500
_MOST_SENTENCES: Final = 20
_EMOTICON: Final = re.compile(r"(?<!\w)(?:<3+|[:;=8xX][-^']?[)(DPpOo3*/|]+|\^_*\^|[xX]+[dD]+)(?!\w)")
_EMAIL: Final = re.compile(r"\S+@\S+|@\w+")
_PHONE: Final = re.compile(r"\+?\d[\d\s().-]{4,}\d")
_AGE: Final = re.compile(r"\b\d{1,3}\s*(?:años|anos|years?(?:\s+old)?)\b", re.IGNORECASE)
_SENTENCE: Final = re.compile(r"[^\n?!;]+[?!;]*|[?!]+")
# A dot ends a sentence unless it follows an initial or a title.
_DOT: Final = re.compile(r"(?<=\w\w\w)\.(?=\s|$)")
# Letters, with what marks other scripts put upon them; an apostrophe, hyphen or dot inside belongs to the word.
_PIECE: Final = r"(?:[^\W_]|[^\x00-\u02ff\u2000-\u206f\u3000-\u303f\W]|[\u0300-\u036f\u0900-\u0dff])*"
_TOKEN: Final = re.compile(rf"[^\W\d_]\.(?!\w)|[^\W\d_]{_PIECE}(?:['\u2019`\u00b4.-](?=[^\W\d_]){_PIECE})*|\d+|[^\w\s]")
_DRAWN_OUT: Final = re.compile(r"([^\W\d_A-Z])\1{2,}")  # not "Juan III"


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a mark, as it was written and folded. `is_shouted`: all of the sentence is in capitals."""

    text: str
    folded: str
    is_shouted: bool = False

    @property
    def is_mark(self) -> bool:
        return not any(mark.isalnum() for mark in self.text)

    @property
    def is_word(self) -> bool:
        return self.text[:1].isalpha() and "." not in self.text and not self.folded.endswith("'s")

    @property
    def is_initial(self) -> bool:
        return len(self.text.rstrip(".")) == 1 and self.text[0].isupper()

    @property
    def has_digit(self) -> bool:
        return any(mark.isdigit() for mark in self.text)

    @property
    def is_capitalised(self) -> bool:
        return self.text[:1].isupper()


@dataclass(frozen=True, slots=True)
class Sentence:
    tokens: tuple[Token, ...]
    is_question: bool


def tidy(text: str) -> str:
    """Without emoji, addresses, numbers of phones, ages; drawn letters plain; wrongly decoded accents mended."""
    kept = unicodedata.normalize("NFKC", _mended(text[:_LONGEST]))
    kept = _EMAIL.sub(" ", _EMOTICON.sub(" ", kept))
    kept = _AGE.sub(" ", _PHONE.sub(" ", kept))
    kept = "".join(mark if _is_kept(mark) else "" if _is_unseen(mark) else " " for mark in kept)
    return _DRAWN_OUT.sub(r"\1", kept)


def sentences_of(text: str) -> list[Sentence]:
    """The sentences of a tidied text, in words and marks."""
    spaced = _DOT.sub("\n", text)
    pieces = [piece for piece in _SENTENCE.findall(spaced) if piece.strip()]
    return [Sentence(_tokens(piece), "?" in piece) for piece in pieces[:_MOST_SENTENCES]]


def written(tokens: Sequence[Token]) -> str:
    """The name as one writes it: capitals where they belong, particles small, what was mixed left as it was."""
    return " ".join(_as_written(token, is_first=not place) for place, token in enumerate(tokens))


def _as_written(token: Token, *, is_first: bool) -> str:
    text = "".join(mark for mark in token.text if not mark.isdigit())
    if token.folded in said.PARTICLES and not is_first:
        return text.lower()
    if text.islower() or text.isupper():
        parts = re.split(r"(['\u2019`\u00b4-])", text.lower())
        return "".join(part[:1].upper() + part[1:] for part in parts)
    return text


def _tokens(piece: str) -> tuple[Token, ...]:
    letters = [mark for mark in piece if mark.isalpha() and mark.lower() != mark.upper()]
    is_shouted = bool(letters) and all(mark.isupper() for mark in letters)
    return tuple(Token(text, _folded(text), is_shouted) for text in _TOKEN.findall(piece))


def _folded(text: str) -> str:
    return fold(re.sub("[\u2019`\u00b4]", "'", text)).replace(" ", "")


def _is_kept(mark: str) -> bool:
    """Words, marks of punctuation, white space; no emoji, no format characters."""
    return mark.isspace() or (unicodedata.category(mark)[0] in "LMNP" and mark != "\ufe0f") or mark in "<>=$`\u00b4|+"


def _is_unseen(mark: str) -> bool:
    """Zero-width and direction marks: nobody sees them inside a name."""
    return mark == "\ufe0f" or unicodedata.category(mark) == "Cf"


def _mended(text: str) -> str:
    """Accents that were decoded as another alphabet ("MarÃ­a") as they were meant."""
    if "Ã" not in text:
        return text
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text
