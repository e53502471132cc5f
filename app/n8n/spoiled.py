"""Texts that nobody wrote: what workflows send when an expression, an agent or a page failed on the way. Pure."""

import re
from typing import Final

import orjson

_FENCE: Final = re.compile(r"\A```[a-zA-Z]*\s*\n?(.*?)\n?\s*```\Z", re.DOTALL)
_PAGE: Final = re.compile(r"\s*<(?:!doctype|html)\b", re.IGNORECASE)
_UNFILLED: Final = re.compile(r"\{\{\s*(?:\$|json\b)")
_OBJECT: Final = "[object object]"
_NOTHING: Final = frozenset({"undefined", "null", "nan"})


def json_in(text: str) -> object:
    """The JSON object, or the list, that a text is, fenced or not; None: it is no such thing."""
    fenced = _FENCE.match(text.strip())
    bare = fenced[1].strip() if fenced else text.strip()
    if not bare.startswith(("{", "[")):
        return None
    try:
        return orjson.loads(bare)
    except orjson.JSONDecodeError:
        return None


def fault_of(text: str) -> str:
    """Why a text cannot be meant for a customer, said to the builder; empty: it can."""
    bare = text.strip()
    if _PAGE.match(bare):
        return "a web page instead of a text; did an HTTP node fail?"
    if _OBJECT in bare.lower():
        return "[object Object] instead of a text; name the field of the object in the expression"
    if bare.lower() in _NOTHING:
        return "the word for an empty value; the expression found nothing"
    if _UNFILLED.search(bare):
        return "an expression that was not filled in; is the field set to Expression?"
    if isinstance(json_in(bare), dict) or bare.startswith(("```json", '{"')):
        return "JSON inside the text; give the object itself, or only its text"
    return ""
