"""Prompts are files: one for each language and purpose, with a head that names both and a version, checked when read.

    ---
    name: reply
    version: 1
    language: pt-BR
    ---
    Você é o assistente virtual de {business}. ...

A file with a fault is refused, with its line. The files beside this module are the ones that come with Ponte; a folder
of the operator's own may replace any of them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from app.domain.errors import Rejected
from app.domain.language import LOCALES

NAMES = ("reply", "first_message", "brief")
_PLACEHOLDERS = frozenset({"business", "language"})
_SOME_BUSINESS = ("uma empresa", "una empresa", "a company")  # in the order of LOCALES
_FOLDER = "PONTE_PROMPTS names a folder with pt-BR, es and en in it, and in these reply.md and the like."
_HEAD = ("name", "version", "language")
_PLACEHOLDER = re.compile(r"\{([^{}\n]*)\}?|\}")
_LONGEST = 20_000
_VERSION = re.compile(r"[1-9][0-9]{0,5}")


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt. `text` has its placeholders still in it."""

    name: str
    version: int
    language: str
    text: str

    def filled(self, business: str) -> str:
        """The instructions for one business; one that has given no name is spoken of without one."""
        named = business or _SOME_BUSINESS[LOCALES.index(self.language)]
        return self.text.replace("{business}", named).replace("{language}", self.language)


class BadPrompt(Rejected):
    """A prompt file with a fault; the message names file and line."""

    code = "bad_prompt"


def _refuse(where: str, line: int, why: str) -> BadPrompt:
    return BadPrompt(f"{where}, line {line}: {why}", hint="Docs: docs/howto/use-a-model.md shows a prompt's form.")


def parsed(text: str, *, where: str, name: str, language: str) -> Prompt:
    """The prompt in a file's text. Pure.

    Raises:
        BadPrompt: the head is missing, contradicts the file's place, or the text uses unknown placeholders.
    """
    lines = text.lstrip("\ufeff").replace("\r\n", "\n").split("\n")
    head, begins = _head(lines, where)
    for key, wanted in (("name", name), ("language", language)):
        value, at = head[key]
        if value != wanted:
            raise _refuse(where, at, f"{key} is {value or 'empty'}, but the file's place says {wanted}.")
    version, at = head["version"]
    if not _VERSION.fullmatch(version):
        raise _refuse(where, at, "version is a whole number, from 1 to 999999.")
    _check_body(lines, begins, where)
    return Prompt(name, int(version), language, "\n".join(lines[begins:]).strip())


def _head(lines: list[str], where: str) -> tuple[dict[str, tuple[str, int]], int]:
    """What the head says with the lines it says it on, and where the text begins."""
    if lines[0].strip() != "---":
        raise _refuse(where, 1, "a prompt begins with a head between two lines of ---.")
    found: dict[str, tuple[str, int]] = {}
    for number, line in enumerate(lines[1:], start=2):
        if line.strip() == "---":
            if missing := [key for key in _HEAD if key not in found]:
                raise _refuse(where, number, f"the head says no {missing[0]}.")
            return found, number
        key, colon, value = line.partition(":")
        if not colon or key.strip() not in _HEAD or key.strip() in found:
            raise _refuse(where, number, f"the head has name, version and language, each once; not {line.strip()!r}.")
        found[key.strip()] = (value.strip(), number)
    raise _refuse(where, len(lines), "the head has no end.")


def _check_body(lines: list[str], begins: int, where: str) -> None:
    for number, line in enumerate(lines[begins:], start=begins + 1):
        for one in _PLACEHOLDER.finditer(line):
            if one[1] not in _PLACEHOLDERS or not one[0].endswith("}"):
                raise _refuse(where, number, f"{one[0]} is no placeholder; there are {{business}} and {{language}}.")
    if not "\n".join(lines[begins:]).strip():
        raise _refuse(where, len(lines), "nothing stands below the head.")
    if sum(map(len, lines)) > _LONGEST:
        raise _refuse(where, len(lines), f"a prompt has at most {_LONGEST} letters.")


def _text(raw: bytes, *, where: str) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _refuse(where, raw.count(b"\n", 0, error.start) + 1, "this is not UTF-8.") from None
    if "\0" in text:
        raise _refuse(where, text.count("\n", 0, text.index("\0")) + 1, "a NUL stands there: this is no text.")
    return text


def _check_folder(own: Path) -> None:
    """A file that nobody would read is a mistake: its writer thinks that it counts."""
    for file in sorted(own.glob("*/*.md")):
        if file.parent.name not in LOCALES:
            raise BadPrompt(f"{file}: there is no language {file.parent.name}.", hint=_FOLDER)
        if file.stem not in NAMES:
            raise BadPrompt(f"{file}: there is no prompt {file.stem}; there are {', '.join(NAMES)}.", hint=_FOLDER)
    if not any(own.glob("*/*.md")):
        raise BadPrompt(f"{own} holds no prompt.", hint=_FOLDER)


class Prompts:
    """All prompts, read and checked."""

    def __init__(self, every: Mapping[tuple[str, str], Prompt]) -> None:
        self._every = every

    @classmethod
    def read(cls, own: Path | None = None) -> "Prompts":
        """The prompts that come with Ponte, with those of an operator's folder in their place.

        Raises:
            BadPrompt: one of them has a fault, or the folder is none.
        """
        if own is not None and not own.is_dir():
            raise BadPrompt(f"{own} is no folder.", hint=_FOLDER)
        if own is not None:
            _check_folder(own)
        every: dict[tuple[str, str], Prompt] = {}
        for language in LOCALES:
            for name in NAMES:
                place = _place(own, language, name)
                text = _text(place.read_bytes(), where=str(place))
                every[language, name] = parsed(text, where=str(place), name=name, language=language)
        return cls(every)

    def get(self, name: str, locale: str) -> Prompt:
        """The prompt for a purpose in a language; in one that nobody wrote it in, the first language's."""
        return self._every.get((locale, name)) or self._every[LOCALES[0], name]


def _place(own: Path | None, language: str, name: str) -> Path | Traversable:
    theirs = own / language / f"{name}.md" if own is not None else None
    if theirs is not None and theirs.is_file():
        return theirs
    return files("app.agents").joinpath("prompts", language, f"{name}.md")
