"""What a customer is called, out of whatever was written: a name, a doubt, or none. Pure; es, pt-BR, en.

Promises to be right or to ask: a name is certain when it was introduced as one ("me llamo ...") or is one that people
are known to have; anything else is a doubt, with what it may be. A surname may be left out, never made up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.domain.language import fold
from app.domain.questions import asks
from app.services.flows import name_words as said
from app.services.flows.name_candidates import Candidate, Why, candidates_in
from app.services.flows.name_text import sentences_of, tidy

_MOST_OPTIONS: Final = 3


class Verdict(StrEnum):
    """What a text comes to."""

    NAME = "name"
    AMBIGUOUS = "ambiguous"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class NameFound:
    """The verdict; `options` are what a clarifying question may offer."""

    verdict: Verdict
    why: Why
    name: str = ""
    options: tuple[str, ...] = ()


_NONE: Final = NameFound(Verdict.NONE, Why.NOTHING)


def read_name(text: str) -> NameFound:
    """What the writer of this text is called."""
    tidied = tidy(text)
    folded = fold(tidied)
    if said.STRANGE.search(folded):
        return NameFound(Verdict.NONE, Why.STRANGE)
    found = [
        each
        for sentence in sentences_of(tidied)
        for each in candidates_in(sentence.tokens, is_question=sentence.is_question)
    ]
    best = max((each.rank for each in found), default=0)
    if best:
        return _judged([each for each in found if each.rank == best])
    if said.REFUSAL.search(folded):
        return NameFound(Verdict.NONE, Why.REFUSED)
    return NameFound(Verdict.NONE, Why.QUESTION) if _is_question(tidied) else _NONE


def first_of(name: str) -> str:
    """How to address who has this name: "María José" of "María José Pérez", "Sofía" of "Sofía Pérez"."""
    first, *others = name.split()
    if not others:
        return first
    pair = (fold(first), fold(others[0]))
    return f"{first} {others[0]}" if pair[0] in said.DOUBLE and pair[1] in said.DOUBLE[pair[0]] else first


def _is_question(text: str) -> bool:
    """A question mark alone asks nothing; a sentence that asks need not have one."""
    return asks(text) and any(mark.isalpha() for mark in text)


def _judged(found: Sequence[Candidate]) -> NameFound:
    names = _distinct([each.name for each in found])
    if len(names) > 1:
        return NameFound(Verdict.AMBIGUOUS, Why.SEVERAL, options=tuple(names[:_MOST_OPTIONS]))
    only = max(found, key=lambda each: len(each.name))
    if only.rank == 1:
        return NameFound(Verdict.AMBIGUOUS, only.why, options=(only.name,))
    return NameFound(Verdict.NAME, only.why, only.name)


def _distinct(names: Sequence[str]) -> list[str]:
    """Each once; a name that begins another is the same person's ("Sofía", "Sofía Pérez")."""
    kept: list[str] = []
    for name in sorted(dict.fromkeys(names), key=len, reverse=True):
        if not any(fold(longer).startswith(fold(name)) for longer in kept):
            kept.append(name)
    return [name for name in dict.fromkeys(names) if name in kept]
