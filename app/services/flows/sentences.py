"""What a flow says: several ways of saying each sentence, in each language, read from a file that people edit. Pure.

A file with an error (an unknown placeholder, a sentence that a language lacks) is refused when it is loaded, with its
line. What an account writes itself goes before ours, and where it cannot be filled, ours is said.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias, cast
from zlib import crc32

import yaml

from app.domain.errors import Rejected
from app.domain.flows import Hearing

Texts: TypeAlias = Mapping[str, Mapping[str, tuple[str, ...]]]  # by language, by name

_PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)\}")
_HOW: Final = "A sentence is a list of texts; what stands in braces is a value of the flow, such as {name}."


class BadWords(Rejected):
    """A file of sentences with an error; the message names file and line."""

    code = "bad_words"


def trouble_in(text: str, known: frozenset[str]) -> str:
    """Why a text cannot be said by a flow that has these values; empty when it can."""
    if not text.strip():
        return "an empty text"
    unknown = sorted(set(_PLACEHOLDER.findall(text)) - known)
    if unknown:
        return f"an unknown placeholder {{{unknown[0]}}}; there are: {', '.join(sorted(known))}"
    return "a brace that belongs to no placeholder" if re.search(r"[{}]", _PLACEHOLDER.sub("", text)) else ""


@dataclass(frozen=True, slots=True)
class Sentences:
    """The sentences of one flow. `known` are the values that they may hold."""

    flow: str
    texts: Texts
    known: frozenset[str]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(name for texts in self.texts.values() for name in texts)

    def say(self, name: str, values: Mapping[str, str], hearing: Hearing, *, turn: int = 0) -> str:
        """One of the ways of saying it, chosen by the seed and the turn; empty when none of them can be filled."""
        for texts in (*self._own(name, hearing), self._built_in(name, hearing.locale)):
            usable = [text for text in texts if self._is_filled_by(text, values)]
            if usable:
                chosen = usable[(hearing.seed + turn + crc32(name.encode())) % len(usable)]
                # One pass: what a customer is called is never read as a placeholder.
                return _PLACEHOLDER.sub(lambda found: values[found[1]], chosen).strip()
        return ""

    def _own(self, name: str, hearing: Hearing) -> tuple[tuple[str, ...], ...]:
        """The account's words for this language, then those for any."""
        keys = (f"{self.flow}.{name}.{hearing.locale}", f"{self.flow}.{name}")
        return tuple(hearing.words.get(key, ()) for key in keys)

    def _built_in(self, name: str, locale: str) -> tuple[str, ...]:
        texts = self.texts.get(locale) or next(iter(self.texts.values()))
        return texts.get(name, ())

    def _is_filled_by(self, text: str, values: Mapping[str, str]) -> bool:
        if trouble_in(text, self.known):
            return False
        return all(values.get(name) for name in _PLACEHOLDER.findall(text))


def load(flow: str, raw: str, *, where: str, known: frozenset[str]) -> Sentences:
    """The sentences in a YAML text: language, name, list of ways to say it.

    Raises:
        BadWords: with file and line.
    """
    reader = _Reader(where, known)
    try:
        root = yaml.compose(raw, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadWords(f"{where}, line {line}: this is not YAML.", hint=_HOW) from None
    if root is None:
        raise BadWords(f"{where}, line 1: there is nothing in it.", hint=_HOW)
    texts = {locale: reader.texts(node) for locale, node in reader.pairs(root)}
    reader.check_equal(texts, root)
    return Sentences(flow, texts, known)


def load_file(flow: str, path: Path, *, known: frozenset[str]) -> Sentences:
    """The same, out of a file."""
    return load(flow, path.read_text(encoding="utf-8"), where=path.name, known=known)


@dataclass(frozen=True, slots=True)
class _Reader:
    where: str
    known: frozenset[str]

    def pairs(self, node: yaml.Node) -> list[tuple[str, yaml.Node]]:
        if not isinstance(node, yaml.MappingNode):
            raise self._refused(node, "here belong names with what stands under them")
        found = [(str(key.value), value) for key, value in node.value]
        names = [name for name, _ in found]
        for place, (key, _) in enumerate(node.value):
            if names[place] in names[:place]:
                raise self._refused(key, f"{names[place]} comes twice")
        return found

    def texts(self, node: yaml.Node) -> dict[str, tuple[str, ...]]:
        return {name: self._ways(under) for name, under in self.pairs(node)}

    def check_equal(self, texts: Texts, root: yaml.Node) -> None:
        """Every language says everything."""
        everything = {name for said in texts.values() for name in said}
        for locale, node in self.pairs(root):
            if missing := sorted(everything - set(texts[locale])):
                raise self._refused(node, f"{locale} lacks {missing[0]}")

    def _ways(self, node: yaml.Node) -> tuple[str, ...]:
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            raise self._refused(node, "here belongs a list of texts")
        return tuple(self._text(each) for each in cast("Sequence[yaml.Node]", node.value))

    def _text(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise self._refused(node, "here belongs a text")
        text = str(node.value)
        if why := trouble_in(text, self.known):
            raise self._refused(node, why)
        return text

    def _refused(self, node: yaml.Node, why: str) -> BadWords:
        return BadWords(f"{self.where}, line {node.start_mark.line + 1}: {why}.", hint=_HOW)
