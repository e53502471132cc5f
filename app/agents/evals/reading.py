"""A list in YAML or JSON, read strictly, each item with the node that tells the line of any place in it. Pure.

Stricter than YAML: a key that comes twice, a character that no file should hold and a date that is none are refused
with their line. A date stays the text that was written.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final, cast

import yaml

from app.domain.errors import Rejected
from app.domain.storable import storable

Json = dict[str, Any]
_TIMESTAMP: Final = "tag:yaml.org,2002:timestamp"
_QUOTED: Final = "Between quotes it is text"


class BadCases(Rejected):
    """A file of cases with a fault; the message names file and line."""

    code = "bad_cases"


def refused(where: str, line: int, why: str) -> BadCases:
    """The refusal of a file, as a person reads it."""
    return BadCases(f"{where}, line {line}: {why}.", hint="docs/howto/run-evals.md shows what a case looks like.")


class _Fault(Exception):
    """What is wrong at a node."""

    def __init__(self, node: yaml.Node, why: str) -> None:
        super().__init__(why)
        self.line = node.start_mark.line + 1
        self.why = why


class _Loader(yaml.SafeLoader):
    """Reads no more than text, numbers, lists and mappings."""


def _mapping(loader: Any, node: yaml.MappingNode) -> Iterator[Json]:
    """A mapping, made first and filled later, as the library does it, so that it may be named within itself."""
    seen: set[str] = set()
    for key, _ in node.value:
        name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
        if name and name in seen:
            raise _Fault(key, f"`{name}` comes twice")
        seen.add(name)
    made: Json = {}
    yield made
    loader.flatten_mapping(node)
    made.update(loader.construct_mapping(node, deep=True))


def _text(loader: Any, node: yaml.ScalarNode) -> str:
    said: str = loader.construct_scalar(node)
    if storable(said) != said:
        raise _Fault(node, "there is a character in it that no text holds (NUL, or half of one)")
    return said


def _date(loader: Any, node: yaml.ScalarNode) -> str:
    try:
        loader.construct_yaml_timestamp(node)
    except ValueError:
        raise _Fault(node, f"{node.value} is no date. {_QUOTED}") from None
    return _text(loader, node)


def _number(loader: Any, node: yaml.ScalarNode) -> int | float:
    try:
        return loader.construct_yaml_int(node) if node.tag.endswith(":int") else loader.construct_yaml_float(node)
    except (ValueError, OverflowError):
        raise _Fault(node, f"{str(node.value)[:40]} is no number. {_QUOTED}") from None


for _tag, _reader in (
    ("tag:yaml.org,2002:map", _mapping),
    ("tag:yaml.org,2002:str", _text),
    ("tag:yaml.org,2002:int", _number),
    ("tag:yaml.org,2002:float", _number),
    (_TIMESTAMP, _date),
):
    cast("Any", _Loader).add_constructor(_tag, _reader)


def items_of(raw: bytes, *, where: str) -> Iterator[tuple[yaml.Node, object]]:
    """The items of a list, each with its node.

    Raises:
        BadCases: the file is no list in UTF-8, or holds what is told above.
    """
    text = decoded(raw, where=where)
    if not text.strip():
        raise refused(where, 1, "the file is empty. It holds a list of cases")
    try:
        loader: Any = _Loader(text)  # its methods are not typed
        root = loader.get_single_node()
        if not isinstance(root, yaml.SequenceNode):
            raise refused(where, 1, "a file of cases is a list: each case begins with `- `")
        for node in root.value:
            yield node, loader.construct_document(node)
    except _Fault as fault:
        raise refused(where, fault.line, fault.why) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise refused(where, line, f"there is a character in it that no text holds (#{error.character:#x})") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise refused(where, line, f"this is no YAML ({error.problem or 'it ends too soon'})") from None
    except RecursionError:
        raise refused(where, 1, "its lists stand in each other too deeply") from None


def decoded(raw: bytes, *, where: str) -> str:
    """The text of a file."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise refused(where, line, "this is not UTF-8. Save the file in UTF-8") from None


def line_of(node: yaml.Node, place: Sequence[int | str]) -> int:
    """The line of a place in an item; of the last part of it that is there."""
    for step in place:
        found = _child(node, step)
        if found is None:
            break
        node = found
    return node.start_mark.line + 1


def _child(node: yaml.Node, step: int | str) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return cast("list[yaml.Node]", node.value)[step]
    if isinstance(node, yaml.MappingNode):
        pairs = cast("list[tuple[yaml.Node, yaml.Node]]", node.value)
        return next((_later(key, value) for key, value in pairs if str(cast("object", key.value)) == step), None)
    return None


def _later(key: yaml.Node, value: yaml.Node) -> yaml.Node:
    """A list or mapping may begin below its key; a plain value that is missing stands nowhere of its own."""
    return key if isinstance(value, yaml.ScalarNode) and not value.value else value
