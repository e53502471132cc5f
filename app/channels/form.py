"""Bracket forms (`a[b][0][c]=x`, as PHP writes them) folded into nested dicts, bounded in time and memory.

Promises: a numeric index is only a key, so `a[1000000000000]` allocates nothing; of two fields with one name the
last wins; NUL characters are removed, for the database cannot store them; everything is text. What cannot be read
within the bounds raises `Undecodable` with a reason that quotes nothing of the body. Nothing else is ever raised.
"""

import re
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import unquote_to_bytes

from app.channels.base import Undecodable

Node: TypeAlias = "str | dict[str, Node]"
Tree: TypeAlias = dict[str, Node]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of a form is worth reading."""

    fields: int
    depth: int
    key_length: int


DOOR = Bounds(fields=2_000, depth=8, key_length=512)  # what a webhook may cost before it is acknowledged
WORKER = Bounds(fields=20_000, depth=16, key_length=2_048)  # what may be spent on it afterwards

_SLICE = 8_192
_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_BRACKETED = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])+)")
_NOT_A_FORM = (b"{", b"[", b"<", b'"')  # how JSON and XML begin


def decode(body: bytes, bounds: Bounds) -> Tree:
    """Fold a form-encoded body into nested dicts.

    Raises:
        Undecodable: the body is not a form, is broken, or is larger than the bounds.
    """
    _require_form(body, bounds)
    tree: Tree = {}
    for position, field in enumerate(body.split(b"&")):
        key, _, value = field.partition(b"=")
        if len(key) > 3 * bounds.key_length:  # every character may be written as three
            raise Undecodable("key too long")
        if field:
            _place(tree, _path(_unquoted(key), position, bounds), _unquoted(value))
    return tree


def _require_form(body: bytes, bounds: Bounds) -> None:
    head = body.lstrip()[:1]
    if not head:
        raise Undecodable("empty body")
    if head in _NOT_A_FORM or b"=" not in body:
        raise Undecodable("not form-encoded")
    # Counted before anything is split: 60,000 fields must cost no more than one look at the body.
    if body.count(b"&") >= bounds.fields:
        raise Undecodable("too many fields")
    if _BROKEN_ESCAPE.search(body):
        raise Undecodable("broken percent escape")


def _unquoted(raw: bytes) -> str:
    """Plus and percent undone, NUL removed. In slices, for `unquote_to_bytes` takes eighty times what it is given."""
    raw, pieces, start = raw.replace(b"+", b" "), list[bytes](), 0
    while start < len(raw):
        end = start + _SLICE
        cut = raw.rfind(b"%", end - 2, end)
        end = end if cut < 0 else cut  # never through an escape
        pieces.append(unquote_to_bytes(raw[start:end]))
        start = end
    try:
        return b"".join(pieces).decode().replace("\x00", "")
    except UnicodeDecodeError:
        raise Undecodable("not UTF-8") from None


def _path(key: str, position: int, bounds: Bounds) -> list[str]:
    if len(key) > bounds.key_length:
        raise Undecodable("key too long")
    match = _BRACKETED.fullmatch(key)
    if match is None:
        return [key]  # a plain name, or brackets that do not pair: kept whole, so that nothing is lost
    steps = match[2][1:-1].split("][")
    if len(steps) >= bounds.depth:
        raise Undecodable("nested too deep")
    # PHP's `[]` appends. A position in the body is unique, and no written step can contain a bracket.
    return [match[1], *(step or f"[{position}]" for step in steps)]


def _place(tree: Tree, path: list[str], value: str) -> None:
    node = tree
    for step in path[:-1]:
        child = node.setdefault(step, {})
        if isinstance(child, str):
            raise Undecodable("a name is both a value and a group")
        node = child
    if isinstance(node.get(path[-1]), dict):
        raise Undecodable("a name is both a value and a group")
    node[path[-1]] = value


def text_at(tree: Tree, *path: str) -> str:
    """The value at a path; empty where there is none or a group."""
    node: Node = tree
    for step in path:
        if isinstance(node, str):
            return ""
        node = node.get(step, "")
    return node if isinstance(node, str) else ""


def group_at(tree: Tree, step: str) -> Tree:
    """The group under a name; empty where there is none or a value."""
    node = tree.get(step)
    return node if isinstance(node, dict) else {}


def items_of(node: Tree) -> list[Tree]:
    """The items of a numbered group in numeric order, whatever the gaps; a group without numbers is one item."""
    numbered = [key for key in node if _is_index(key)]
    if not numbered:
        return [node]
    numbered.sort(key=_index_order)
    return [_as_group(node[key]) for key in (*numbered, *(key for key in node if not _is_index(key)))]


def _is_index(key: str) -> bool:
    return key.startswith("[") or (key.isascii() and key.isdecimal())


def _index_order(key: str) -> tuple[int, int, str]:
    digits = key.strip("[]").lstrip("0")
    return (int(key.startswith("[")), len(digits), digits)


def _as_group(node: Node) -> Tree:
    return node if isinstance(node, dict) else {"value": node}
