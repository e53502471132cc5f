"""What a customer is called, out of whatever was written: a name, a doubt, or none. Pure; es, pt-BR, en.

Promises to be right or to ask: a name is certain when it was introduced as one ("me llamo ...") or is one that people
are known to have; anything else is a doubt, with what it may be. A surname may be left out, never made up.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.domain.language import fold
from app.domain.questions import asks
from app.services.flows import name_words as said
from app.services.flows.name_text import Token, sentences_of, tidy, written

_MOST_WORDS: Final = 6
_MOST_OPTIONS: Final = 3
_LONGEST: Final = 40


class Verdict(StrEnum):
    """What a text comes to."""

    NAME = "name"
    AMBIGUOUS = "ambiguous"
    NONE = "none"


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
class NameFound:
    """The verdict; `options` are what a clarifying question may offer."""

    verdict: Verdict
    why: Why
    name: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A name in a sentence. `rank`: how much speaks for it, 3 introduced, 2 known, 1 perhaps."""

    name: str
    rank: int
    why: Why


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
        for each in _in_sentence(sentence.tokens, is_question=sentence.is_question)
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


def _judged(found: Sequence[_Candidate]) -> NameFound:
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


def _in_sentence(tokens: Sequence[Token], *, is_question: bool) -> list[_Candidate]:
    line = " ".join(token.folded for token in tokens)
    for pattern in (said.STRONG, said.WEAK, said.OPEN):
        introduced = [
            each
            for found in pattern.finditer(line)
            if not said.DENIED.search(line[: found.start()])
            for each in _after(tokens[line.count(" ", 0, found.end()) + 1 :], pattern)
        ]
        if introduced:
            return introduced
    if said.ANY_INTRODUCTION.search(line) or said.ABOUT_ANOTHER.search(line):
        return []
    return _bare(tokens, is_question=is_question)


def _after(tokens: Sequence[Token], introduction: re.Pattern[str]) -> list[_Candidate]:
    """What follows an introduction. Two names joined by "and" are two candidates."""
    is_strong = introduction is said.STRONG
    rest = _without_first(tokens, said.BEFORE_A_NAME - said.ARTICLES if is_strong else said.BEFORE_A_NAME)
    named, left = _name_at(rest, is_strong=is_strong)
    if not named:
        return []
    is_sure = _is_sure_of(named, left, introduction) and (is_strong or tokens[0].text != ",")
    if not is_sure and not _is_given(named[0]) and (_words(left) or not named[0].is_word):
        return []
    name = written(named)
    found = _Candidate(name, 3 if is_sure else 1, Why.INTRODUCED if is_sure else Why.UNSURE)
    return [found, *_joined(left, found.rank)]


def _is_sure_of(named: Sequence[Token], left: Sequence[Token], introduction: re.Pattern[str]) -> bool:
    """A strong introduction makes a name of any word with a capital; else it is one that people are known to have."""
    first, *others = named
    if first.has_digit or (left and left[0].text == "?"):
        return False
    ends = not _words(left) or left[0].is_mark or left[0].folded in said.JOINTS | said.OF
    if introduction is said.STRONG and ends and first.is_capitalised and not first.is_shouted:
        return True
    if introduction is said.STRONG and _is_given(first):
        return True
    if introduction is said.OPEN and (not ends or first.folded in said.WORDS_TOO):
        return False
    return _is_certain([first]) or any(token.folded in said.SURNAMES for token in others)


def _joined(left: Sequence[Token], rank: int) -> list[_Candidate]:
    """The second of two names: "Juan y María", "Ana ou Luísa"."""
    if not left or left[0].folded not in said.JOINTS:
        return []
    rest = _without_first(left[1:], said.BEFORE_A_NAME | said.AGAIN_INTRODUCED)
    named, _ = _name_at(rest, is_strong=False)
    return [_Candidate(written(named), rank, Why.SEVERAL)] if named and _is_given(named[0]) else []


def _bare(tokens: Sequence[Token], *, is_question: bool) -> list[_Candidate]:
    """A sentence that introduces nothing: certain only when it is a known name and nothing else."""
    start, end = _inside_courtesy(tokens)
    kept = tokens[start:end]
    named, left = _name_at(_without_first(kept, said.BEFORE_A_NAME), is_strong=False)
    if not named:
        return _surname_first(kept)
    if others := _joined(left, 2):
        return [_Candidate(written(named), 2, Why.SEVERAL), *others]
    around = _words(left) if named[0].folded in said.CITIES else _without_place(left)
    if _is_nobody(named, around, kept, is_question=is_question):
        return []
    if _is_addressed(tokens[:start], tokens[end:]) and not any(t.folded in said.SURNAMES for t in named[1:]):
        return [_Candidate(written(named), 1, Why.VOCATIVE)] if _is_given(named[0]) else []
    is_odd = named[0].has_digit or is_question or bool(around)
    is_sure = not is_odd and _is_certain(named) and all(_is_known(token) for token in named)
    return [_Candidate(written(named), 2 if is_sure else 1, Why.KNOWN if is_sure else Why.UNSURE)]


def _is_nobody(named: Sequence[Token], around: Sequence[Token], kept: Sequence[Token], *, is_question: bool) -> bool:
    """A company, a thing ("la rosa"), or words that go on as only a sentence does."""
    first = named[0]
    if any(token.folded in said.COMPANIES for token in kept):
        return True
    if first.folded in said.WORDS_TOO and kept[0].folded in said.ARTICLES:
        return True
    return bool(around) and (is_question or first.folded in said.WORDS_TOO or not _is_given(first))


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


def _surname_first(tokens: Sequence[Token]) -> list[_Candidate]:
    """As forms have it: "Pérez, Juan"."""
    words = [token for token in tokens if not token.is_mark]
    marks = [token.folded for token in tokens if token.is_mark]
    if len(words) == 2 and marks == [","] and words[0].folded in said.SURNAMES and _is_given(words[1]):  # noqa: PLR2004
        return [_Candidate(written([words[1], words[0]]), 2, Why.KNOWN)]
    return []


def _is_certain(named: Sequence[Token]) -> bool:
    """A name that people are known to have; one that is a word too wants a capital or a surname."""
    first = named[0]
    if not _is_given(first):
        return False
    if first.folded in said.WORDS_TOO and len(named) == 1:
        return first.folded not in said.RATHER_WORDS and first.is_capitalised and not first.is_shouted
    return True


def _is_known(token: Token) -> bool:
    return token.is_initial or token.folded in said.SURNAMES | said.PARTICLES or _is_given(token)


def _is_given(token: Token) -> bool:
    return all(part in said.GIVEN for part in token.folded.split("-")) and bool(token.folded)


def _name_at(tokens: Sequence[Token], *, is_strong: bool) -> tuple[list[Token], list[Token]]:
    """The name that begins here, and what comes after it."""
    named: list[Token] = []
    at = 0
    while at < len(tokens) and len(named) < _MOST_WORDS:
        taken = _part_at(tokens, at, named, is_strong=is_strong)
        if not taken:
            break
        named.extend(tokens[at : at + taken])
        at += taken
    whole = written(named) if named else ""
    if len(whole) > _LONGEST or (named and not _has_letters(whole)):
        return [], list(tokens)
    return named, list(tokens[at:])


def _part_at(tokens: Sequence[Token], at: int, named: Sequence[Token], *, is_strong: bool) -> int:
    """How many tokens from here belong to the name: a word, or a particle with its surname. 0: it is over."""
    token = tokens[at]
    if not named:
        return int(_can_begin(token, is_strong=is_strong))
    if token.is_mark:
        return 0
    if particle := _particle(tokens, at):
        return particle
    return int(_can_go_on(token, tokens[at:], named, is_strong=is_strong))


def _can_begin(token: Token, *, is_strong: bool) -> bool:
    if token.is_mark or not token.is_word or token.folded in said.PARTICLES:
        return False
    if _is_given(token):
        return True
    if token.folded in said.NOT_NAMES | said.PLACES | said.COMPANIES or len(token.folded) < 2:  # noqa: PLR2004
        return False
    return is_strong or token.folded not in said.SURNAMES


def _can_go_on(token: Token, rest: Sequence[Token], named: Sequence[Token], *, is_strong: bool) -> bool:
    """A second given name, a surname, an initial, or a word with a capital where not all have one."""
    if token.is_initial and token.folded.rstrip(".") not in said.JOINTS:
        return True
    if not token.is_word or token.has_digit:
        return False
    if token.folded in said.SURNAMES or (_is_given(token) and token.folded not in said.WORDS_TOO):
        return token.folded not in said.NOT_NAMES or token.is_capitalised
    if token.folded in said.NOT_NAMES | said.PLACES | said.COMPANIES:
        return False
    if token.is_capitalised and not token.is_shouted:
        return named[0].is_capitalised
    return is_strong and all(not each.is_mark and each.folded not in said.NOT_NAMES for each in rest)


def _particle(tokens: Sequence[Token], at: int) -> int:
    """The length of "de la Fuente" from here; 0 for "de Rosario", "de la tienda"."""
    words = [token.folded for token in tokens[at : at + 3]]
    for size in (2, 1):
        if tuple(words[:size]) in said.PARTICLE_WORDS and len(words) > size:
            surname = tokens[at + size]
            is_place = words[:size] == ["de"] and surname.folded in said.PLACES
            return size + 1 if surname.folded in said.SURNAMES and not is_place else 0
    return 0


def _has_letters(name: str) -> bool:
    return sum(unicodedata.category(mark)[0] == "L" for mark in name) > 1 and not re.search(r"[<>{}=\\/]", name)
