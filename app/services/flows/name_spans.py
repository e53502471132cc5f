"""How far a name goes in a sentence: which word may begin one, and which may go on with it. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from app.services.flows import name_words as said
from app.services.flows.name_text import Token, written

_MOST_WORDS: Final = 6
_LONGEST: Final = 40


def name_at(tokens: Sequence[Token], *, is_strong: bool) -> tuple[list[Token], list[Token]]:
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


def is_certain(named: Sequence[Token]) -> bool:
    """A name that people are known to have; one that is a word too wants a capital or a surname."""
    first = named[0]
    if not is_given(first):
        return False
    if first.folded in said.WORDS_TOO and len(named) == 1:
        return first.folded not in said.RATHER_WORDS and first.is_capitalised and not first.is_shouted
    return True


def is_known(token: Token) -> bool:
    return token.is_initial or token.folded in said.KNOWN_PARTS or is_given(token)


def is_given(token: Token) -> bool:
    return all(part in said.GIVEN for part in token.folded.split("-")) and bool(token.folded)


def is_no_name(token: Token) -> bool:
    """Whether nobody is called so: an insult, what is written in place of a name, or a hand upon the keyboard."""
    if token.folded in said.INSULTS or token.folded in said.PLACEHOLDERS:
        return True
    return bool(said.KEYBOARD.search(token.folded)) and token.folded not in said.GIVEN | said.SURNAMES


def is_spoilt(left: Sequence[Token]) -> bool:
    """Whether what comes after a name speaks against it."""
    after = next(iter(left), None)
    return after is not None and is_no_name(after) and (after.folded in said.INSULTS or after.is_capitalised)


def is_joke(named: Sequence[Token]) -> bool:
    return " ".join(token.folded for token in named) in said.JOKES


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
    if token.is_mark or not token.is_word or token.folded in said.PARTICLES or is_no_name(token):
        return False
    if is_given(token):
        return True
    if token.folded in said.NOBODY or len(token.folded) < 2:  # noqa: PLR2004
        return False
    return is_strong or token.folded not in said.SURNAMES


def _can_go_on(token: Token, rest: Sequence[Token], named: Sequence[Token], *, is_strong: bool) -> bool:
    """A second given name, a surname, an initial, or a word with a capital where not all have one."""
    if token.is_initial and token.folded.rstrip(".") not in said.JOINTS:
        return True
    if not token.is_word or token.has_digit or is_no_name(token):
        return False
    if token.folded in said.SURNAMES or (is_given(token) and token.folded not in said.WORDS_TOO):
        return token.folded not in said.NOT_NAMES or token.is_capitalised
    if token.folded in said.NOBODY:
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
