"""The two shapes of a webhook's body, taken apart into changes. Pure, bounded, forgiving to everything but broken JSON.

`{"entry": [{"changes": [{"field", "value"}]}]}` is Meta's, and 360dialog's today; the flat `{"messages": [...]}` is
what older hosts send, and names neither account nor field.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import orjson

from app.channels.base import Undecodable
from app.channels.whatsapp.payloads import LONGEST_NAME, Group, group_of, groups_of, ref_of, word_at

MOST_AT_THE_DOOR: Final = 3_000  # messages and statuses; Meta batches a thousand at the most
MOST_AFTERWARDS: Final = 50_000
MESSAGES: Final = "messages"

_FLAT: Final = frozenset({"messages", "statuses", "errors"})
_LISTS: Final = ("messages", "statuses", "message_echoes", "errors", "user_preferences")


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a body tells. `ref` is the phone number id of the account, where it is said."""

    ref: str | None
    field: str
    value: Group


def decode(body: bytes) -> Group:
    """The one object of a body.

    Raises:
        Undecodable: it is not JSON, or no object.
    """
    if not body.strip():
        raise Undecodable("empty body")
    found = group_of(_tree(body))
    if not found:
        raise Undecodable("not an object, or an empty one")
    return found


def _tree(body: bytes) -> object:
    """Half of an emoji, where a name was cut, is no reason to lose a message: the stricter reader has a kinder one."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            raise Undecodable("not JSON") from None


def changes_of(tree: Group, *, most: int) -> list[Change]:
    """All changes of a body, in order.

    Raises:
        Undecodable: they hold more than is worth reading now.
    """
    changes = list(_changes(tree))
    if len(changes) + sum(_items(change.value) for change in changes) > most:
        raise Undecodable("too many items")
    return changes


def _changes(tree: Group) -> Iterator[Change]:
    if "entry" not in tree:
        yield _flat(tree)
        return
    for entry in groups_of(tree["entry"]):
        for change in groups_of(entry.get("changes")):
            value = group_of(change.get("value"))
            yield Change(_ref(value), word_at(change, "field")[:LONGEST_NAME] or MESSAGES, value)


def _flat(tree: Group) -> Change:
    is_flat = bool(_FLAT & tree.keys())
    return Change(_ref(tree), MESSAGES if is_flat else word_at(tree, "event")[:LONGEST_NAME] or "unknown", tree)


def _ref(value: Group) -> str | None:
    """By the number's id alone: a displayed number may be written without its ninth digit."""
    found = word_at(value, "metadata", "phone_number_id") or word_at(value, "recipient", "phone_number_id")
    return ref_of(found)


def _items(value: Group) -> int:
    return sum(len(groups_of(value.get(name))) for name in _LISTS)
