"""What is wrong with a request, in sentences that name the field and what it may be. Pure, without the input."""

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import BaseModel, Field, TypeAdapter

Context = dict[str, Any]
MOST = 5
# So the tag of one of several forms of a body begins, which pydantic puts into the place of what is wrong.
FORM = "form:"


class Finding(BaseModel):
    """One thing that is wrong, as pydantic tells it: where, of what kind, and with which bounds."""

    loc: tuple[str | int, ...]
    type: str
    msg: str
    ctx: Context = Field(default_factory=dict)


_FOUND = TypeAdapter(list[Finding])
_DAY, _MOMENT = "a day, such as 2026-11-21", "a time with its zone, such as 2026-11-21T15:41:17-03:00"

# What a value must be, by the beginning of the error's type; the longer one first where two begin alike.
_MUST_BE: dict[str, str] = {
    "string_type": "a text",
    "string_unicode": "a text in UTF-8",
    "int_": "a whole number",
    "float_": "a number",
    "finite_number": "a number",
    "decimal_": "a number",
    "bool_": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "dataclass_type": "an object",
    "datetime_": _MOMENT,
    "timezone_": _MOMENT,
    "date_": _DAY,
    "time_": "a time of day, such as 09:00",
    "time_delta_": "a span of time, such as PT30M",
    "uuid_": "an id in the form of a UUID",
    "url_": "an address that begins with https://",
}
# The same where bounds belong to it.
_BOUNDED: dict[str, Callable[[Context], str]] = {
    "greater_than": lambda ctx: f"must be more than {ctx.get('gt')}",
    "greater_than_equal": lambda ctx: f"must be {ctx.get('ge')} or more",
    "less_than": lambda ctx: f"must be less than {ctx.get('lt')}",
    "less_than_equal": lambda ctx: f"must be {ctx.get('le')} or less",
    "string_too_short": lambda ctx: f"must have {_count(ctx.get('min_length'), 'character')} or more",
    "string_too_long": lambda ctx: f"must have {_count(ctx.get('max_length'), 'character')} at most",
    "too_short": lambda ctx: f"must have {_count(ctx.get('min_length'), _part(ctx))} or more",
    "too_long": lambda ctx: f"must have {_count(ctx.get('max_length'), _part(ctx))} at most",
    "literal_error": lambda ctx: f"must be {ctx.get('expected')}",
    "enum": lambda ctx: f"must be {ctx.get('expected')}",
    "string_pattern_mismatch": lambda ctx: f"must look like {ctx.get('pattern')}",
    "multiple_of": lambda ctx: f"must be a multiple of {ctx.get('multiple_of')}",
}
# A text with a check of its own is a "Value" here, which only lists and their like are not.
_COLLECTIONS = frozenset({"List", "Tuple", "Set", "Frozenset", "Dictionary"})
_ALONE = {"missing": "is missing", "extra_forbidden": "is not known here; leave it out"}


def sentences(errors: Sequence[Any]) -> str:
    """The first few things that are wrong, a sentence each."""
    return " ".join(map(_sentence, _FOUND.validate_python(errors)[:MOST]))


def _part(ctx: Context) -> str:
    return "entry" if ctx.get("field_type") in _COLLECTIONS else "character"


def _sentence(found: Finding) -> str:
    if found.type == "json_invalid":
        return "The body is not JSON that can be read."
    subject = _subject(found.loc)
    if found.type in ("value_error", "assertion_error"):
        return f"{subject}: {found.msg.partition(', ')[2] or found.msg}."
    return f"{subject} {_predicate(found)}."


def _predicate(found: Finding) -> str:
    if found.type in _ALONE:
        return _ALONE[found.type]
    if found.type in _BOUNDED:
        return _BOUNDED[found.type](found.ctx)
    kinds = sorted((kind for kind in _MUST_BE if found.type.startswith(kind)), key=len)
    return f"must be {_MUST_BE[kinds[-1]]}" if kinds else f"is not valid: {found.msg[:1].lower()}{found.msg[1:]}"


def _subject(loc: tuple[str | int, ...]) -> str:
    """The place as the caller wrote it: `hours.week`, `areas[0]`, the query's `limit`; no name of ours for a form."""
    place, *path = (part for part in loc or ("body",) if not str(part).startswith(FORM))
    if not path:
        return "The body" if place == "body" else f"`{place}`"
    named = ""
    for part in path:
        named += f"[{part}]" if isinstance(part, int) else f".{part}" if named else part
    where = {"query": " in the query", "path": " in the path", "header": " in the headers"}
    return f"`{named}`{where.get(str(place), '')}"


def _count(number: Any, what: str) -> str:
    many = f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    return f"{number} {what if number == 1 else many}"
