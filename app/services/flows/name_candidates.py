"""Who may be meant in one sentence: after an introduction, or by a name that stands alone. Pure.

Every candidate says how much speaks for it; which of them it is, all sentences together decide.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from app.services.flows import name_words as said
from app.services.flows.name_spans import is_certain, is_given, is_joke, is_known, is_spoilt, name_at
from app.services.flows.name_text import Token, written


class Why(StrEnum):
    """Where the verdict comes from."""

    INTRODUCED = "introduced"  # "me llamo Sofía"
    KNOWN = "known"  # "Sofía"
    SEVERAL = "several"  # "Juan y María"
    UNSURE = "unsure"  # "Yamile", which may be a name
    VOCATIVE = "vocative"  # "Hola Juan", which may be whom they think they talk to
    QUESTION = "question"
    REFUSED = "refused"
    STRANGE = "strange"  # markup, code, links, orders to a machine
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name in a sentence. `rank`: how much speaks for it, 3 introduced, 2 known, 1 perhaps."""

    name: str
    rank: int
    why: Why


def candidates_in(tokens: Sequence[Token], *, is_question: bool) -> list[Candidate]:
    line = " ".join(token.folded for token in tokens)
    for pattern in (said.STRONG, said.WEAK, said.OPEN):
        introduced = [
            each
            for found in pattern.finditer(line)
            if not said.DENIED.search(line[: found.start()])
            for each in _introduced(tokens, line, found)
        ]
        if introduced:
            return introduced
    if said.ANY_INTRODUCTION.search(line) or said.ABOUT_ANOTHER.search(line):
        return []
    return _bare(tokens, is_question=is_question)


def _introduced(tokens: Sequence[Token], line: str, found: re.Match[str]) -> list[Candidate]:
    """What follows an introduction, which is a doubt where it may tell of somebody who rang up: "me llamó Carlos"."""
    last = line.count(" ", 0, found.end())
    named = _after(tokens[last + 1 :], found.re)
    rang_up = tokens[last].text.lower().endswith("amó") or (
        tokens[last].folded.endswith("amo") and said.RANG_UP.search(line[: found.start()])
    )
    return [replace(each, rank=1, why=Why.UNSURE) for each in named] if rang_up else named


def _after(tokens: Sequence[Token], introduction: re.Pattern[str]) -> list[Candidate]:
    """What follows an introduction. Two names joined by "and" are two candidates."""
    is_strong = introduction is said.STRONG
    rest = _without_first(tokens, said.BEFORE_A_NAME - said.ARTICLES if is_strong else said.BEFORE_A_NAME)
    named, left = name_at(rest, is_strong=is_strong)
    if not named or is_joke(named):
        return []
    is_sure = _is_sure_of(named, left, introduction) and (is_strong or tokens[0].text != ",")
    if not is_sure and not is_given(named[0]) and (_words(left) or not named[0].is_word):
        return []
    name = written(named)
    found = Candidate(name, 3 if is_sure else 1, Why.INTRODUCED if is_sure else Why.UNSURE)
    return [found, *_joined(left, found.rank)]


def _is_sure_of(named: Sequence[Token], left: Sequence[Token], introduction: re.Pattern[str]) -> bool:
    """A strong introduction makes a name of any word with a capital; else it is one that people are known to have."""
    first, *others = named
    if first.has_digit or (left and left[0].text == "?") or is_spoilt(left):
        return False
    ends = not _words(left) or left[0].is_mark or left[0].folded in said.JOINTS | said.OF | said.SURNAME_PARTICLES
    if introduction is said.STRONG and ends and first.is_capitalised and not first.is_shouted:
        return True
    if introduction is said.STRONG and is_given(first):
        return True
    if introduction is said.OPEN and (not ends or first.folded in said.WORDS_TOO):
        return False
    return is_certain([first]) or any(token.folded in said.SURNAMES for token in others)


def _joined(left: Sequence[Token], rank: int) -> list[Candidate]:
    """The second of two names: "Juan y María", "Ana ou Luísa"."""
    if not left or left[0].folded not in said.JOINTS:
        return []
    rest = _without_first(left[1:], said.BEFORE_A_NAME | said.AGAIN_INTRODUCED)
    named, _ = name_at(rest, is_strong=False)
    return [Candidate(written(named), rank, Why.SEVERAL)] if named and is_given(named[0]) else []


def _bare(tokens: Sequence[Token], *, is_question: bool) -> list[Candidate]:
    """A sentence that introduces nothing: certain only when it is a known name and nothing else."""
    start, end = _inside_courtesy(tokens)
    kept = tokens[start:end]
    named, left = name_at(_without_first(kept, said.BEFORE_A_NAME), is_strong=False)
    if not named:
        return _surname_first(kept)
    if is_joke(named):
        return []
    if others := _joined(left, 2):
        return [Candidate(written(named), 2, Why.SEVERAL), *others]
    around = _words(left) if named[0].folded in said.CITIES else _without_place(left)
    if _is_nobody(named, around, kept, is_question=is_question):
        return []
    if _is_addressed(tokens[:start], tokens[end:]) and not any(t.folded in said.SURNAMES for t in named[1:]):
        return [Candidate(written(named), 1, Why.VOCATIVE)] if is_given(named[0]) else []
    is_odd = named[0].has_digit or is_question or bool(around) or is_spoilt(left)
    is_sure = not is_odd and is_certain(named) and all(is_known(token) for token in named)
    return [Candidate(written(named), 2 if is_sure else 1, Why.KNOWN if is_sure else Why.UNSURE)]


def _is_nobody(named: Sequence[Token], around: Sequence[Token], kept: Sequence[Token], *, is_question: bool) -> bool:
    """A company, a thing ("la rosa"), or words that go on as only a sentence does."""
    first = named[0]
    if any(token.folded in said.COMPANIES for token in kept):
        return True
    if first.folded in said.WORDS_TOO and kept[0].folded in said.ARTICLES:
        return True
    return bool(around) and (is_question or first.folded in said.WORDS_TOO or not is_given(first))


def _is_addressed(before: Sequence[Token], after: Sequence[Token]) -> bool:
    """Whether what stands around a name speaks to somebody, who may be the one who has it: "Hola Juan"."""
    spoken_first = {token.folded for token in _words(before)} - said.OWN
    return bool(spoken_first) or any(token.folded in said.ADDRESSING for token in after)


def _without_first(tokens: Sequence[Token], skipped: frozenset[str]) -> Sequence[Token]:
    """Without marks, articles and titles before the name."""
    at = 0
    while at < len(tokens) and (tokens[at].is_mark or tokens[at].folded.rstrip(".") in skipped):
        at += 1
    return tokens[at:]


def _inside_courtesy(tokens: Sequence[Token]) -> tuple[int, int]:
    """Where the sentence begins and ends without greetings, thanks and marks."""
    start, end = 0, len(tokens)
    while start < end and (tokens[start].is_mark or tokens[start].folded in said.COURTESY):
        start += 1
    while end > start and (tokens[end - 1].is_mark or tokens[end - 1].folded in said.COURTESY):
        end -= 1
    return start, end


def _words(tokens: Sequence[Token]) -> list[Token]:
    return [token for token in tokens if not token.is_mark and not token.text.isdigit()]


def _without_place(tokens: Sequence[Token]) -> list[Token]:
    """What stands around a name, where "de Rosario" is no more than where somebody is from."""
    words = _words(tokens)
    is_place = (
        len(words) > 1
        and words[0].folded in said.FROM
        and all(word.folded in said.PLACES | said.FROM for word in words)
    )
    return [] if is_place else words


def _surname_first(tokens: Sequence[Token]) -> list[Candidate]:
    """As forms have it: "Pérez, Juan"."""
    words = [token for token in tokens if not token.is_mark]
    marks = [token.folded for token in tokens if token.is_mark]
    if len(words) == 2 and marks == [","] and words[0].folded in said.SURNAMES and is_given(words[1]):  # noqa: PLR2004
        return [Candidate(written([words[1], words[0]]), 2, Why.KNOWN)]
    return []
