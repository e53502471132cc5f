"""A webhook's body as JSON, and what stands in it, read without trusting its shape. Pure."""

import json
from typing import Any, Final, cast

from app.channels.base import Undecodable

_LARGEST: Final = {False: 512 * 2**10, True: 4 * 2**20}


def tree_of(body: bytes, *, generous: bool) -> dict[str, Any]:
    if len(body) > _LARGEST[generous]:
        raise Undecodable("too large")
    try:
        told: Any = json.loads(body, parse_int=_number, parse_constant=lambda _: None)
        # JSON can spell half characters, which the database cannot store; what is unreadable is no event of ours.
        told = json.loads(json.dumps(told, ensure_ascii=False).encode(errors="ignore"), parse_int=_number)
    except (ValueError, RecursionError):
        raise Undecodable("not JSON") from None
    if not isinstance(told, dict):
        raise Undecodable("not an object")
    return group_of(told)


def _number(digits: str) -> int | str:
    """Python refuses to read a number of thousands of digits."""
    return int(digits) if len(digits) < 20 else digits[:40]  # noqa: PLR2004


def at(node: Any, *path: str) -> Any:
    for step in path:
        node = group_of(node).get(step)
    return node


def group_of(node: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", node) if isinstance(node, dict) else {}


def items_of(node: Any) -> list[Any]:
    return cast("list[Any]", node) if isinstance(node, list) else []


def first_of(node: Any) -> Any:
    return next(iter(items_of(node)), None)


def word_of(value: Any) -> str:
    return value.replace("\x00", "").strip() if isinstance(value, str) else ""


def id_of(value: Any) -> str:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return text if text.isascii() and text.isdecimal() and len(text) < 19 and text.strip("0") else ""  # noqa: PLR2004


def now_of(changed: Any, name: str) -> Any:
    """What an attribute has become: a list of objects with one key each."""
    items = items_of(changed) or [changed]
    return next((at(item, name, "current_value") for item in items if at(item, name) is not None), None)
