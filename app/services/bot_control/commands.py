"""What a salesperson typed, as a command. Pure; never raises; text that is no command of ours is None.

It says only what was typed. Whether its author may command is for the caller: `/assumir` from a customer is text.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import Indel

from app.domain.conversation import Verb
from app.domain.language import fold


class Problem(StrEnum):
    """Why a command cannot be obeyed as typed. Each is also the name of the sentence that says so."""

    EXTRA_WORDS = "extra_words"
    BAD_ID = "bad_id"


@dataclass(frozen=True, slots=True)
class Command:
    """A command as typed. An UNKNOWN one is a near-typo: like one with a problem it is answered, never obeyed."""

    verb: Verb
    target: str | None = None  # a conversation's, contact's or lead's id, in the letters it was typed in
    suggestion: str | None = None  # what an UNKNOWN one was probably meant to be, such as "/assumir"
    problem: str | None = None  # one of Problem


_VERBS = {
    "assumir": Verb.TAKE,
    "liberar": Verb.RELEASE,
    "status": Verb.STATUS,
    "ajuda": Verb.HELP,
    "tomar": Verb.TAKE,
    "soltar": Verb.RELEASE,
    "estado": Verb.STATUS,
    "ayuda": Verb.HELP,
    "take": Verb.TAKE,
    "release": Verb.RELEASE,
    "help": Verb.HELP,
    "pular": Verb.SKIP,
    "saltar": Verb.SKIP,
    "skip": Verb.SKIP,
    "reiniciar": Verb.RESET,
    "recomecar": Verb.RESET,
    "redo": Verb.RESET,
}
_NEAR = 80  # per cent alike: "/asumir" is a typo, "/promo" is text
_LONGEST_ID = 64
_LONGEST = 200  # letters that tell whether a text is a command; what stands behind them is too much for any

# A slash as phones write it (U+2044, U+2215; NFKC has made the full-width one plain), a word, and what follows it.
_COMMAND = re.compile(r"[/\u2044\u2215](?P<word>[^\W\d_]+)[.,;:!?]*(?P<rest>$|[\s#].*)", re.DOTALL)
_ID = re.compile(rf"(?=.*\d)[\w+-]{{1,{_LONGEST_ID}}}", re.ASCII)


def parse(text: str) -> Command | None:
    """The command that the text is, or None where it is ordinary text, however it was typed."""
    found = _COMMAND.fullmatch(_plain(text.lstrip()[:_LONGEST]))
    if found is None:
        return None
    word = fold(found["word"])
    verb = _VERBS.get(word)
    if verb is None:
        return _near_typo(word)
    if verb is Verb.HELP:
        return Command(verb)
    return _with_target(verb, found["rest"])


def is_command(text: str) -> bool:
    """Whether the text is a command, a mistyped or faulty one included."""
    return parse(text) is not None


def _plain(text: str) -> str:
    """Composed, without what cannot be seen; case is kept, for ids may depend on it."""
    composed = unicodedata.normalize("NFKC", text)
    return "".join(mark for mark in composed if unicodedata.category(mark) not in {"Cf", "Cs"}).strip(" \t\r\n\x00")


def _near_typo(word: str) -> Command | None:
    score, known = max((100 * Indel.normalized_similarity(word, known), known) for known in _VERBS)
    return Command(Verb.UNKNOWN, suggestion=f"/{known}") if score >= _NEAR else None


def _with_target(verb: Verb, rest: str) -> Command:
    typed, *more = rest.split(maxsplit=1) or [""]
    if typed == "#" and more:  # "# 123"
        typed, *more = more[0].split(maxsplit=1)
    target = typed.removeprefix("#").rstrip(".,;:!?")
    if more:
        return Command(verb, target or None, problem=Problem.EXTRA_WORDS)
    if target and not _ID.fullmatch(target):
        return Command(verb, target, problem=Problem.BAD_ID)
    return Command(verb, target or None)
