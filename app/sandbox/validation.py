"""Strict reading of bodies and query strings: what does not fit is refused in the vendor's words."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from app.sandbox.errors import invalid, invalid_many, refuse
from app.sandbox.exchange import Call

LARGEST_LIST = 250
CODES = {
    "missing": ("FieldMissing", "This field is missing."),
    "extra_forbidden": ("UnexpectedField", "This field was not expected."),
    "literal_error": ("NotSupportedChoice", "The value you selected is not a valid choice."),
    "string_too_short": ("NotBlank", "This value should not be blank."),
    "too_short": ("TooFew", "This collection should contain at least one element."),
    "string_too_long": ("TooLong", "This value is too long."),
    "too_long": ("TooMany", "This collection contains too many elements."),
}
WRONG_TYPE = "InvalidType"

M = TypeVar("M", bound=BaseModel)


class Strict(BaseModel):
    """A body: exactly these fields, exactly these types."""

    model_config = ConfigDict(extra="forbid", strict=True)


def decoded(call: Call) -> Any:
    try:
        return orjson.loads(call.body)
    except orjson.JSONDecodeError:
        raise refuse(400, "Cannot decode the request body as JSON.") from None


def read(model: type[M], call: Call) -> M:
    """The one object of the body."""
    return checked(model, decoded(call), request_id="0")


def read_list(model: type[M], call: Call, *, most: int = LARGEST_LIST) -> list[M]:
    """The objects of a body that is a list."""
    value = decoded(call)
    if not isinstance(value, list) or not value:
        raise invalid("InvalidType" if not isinstance(value, list) else "TooFew", "", "This value should be a list.")
    items = cast("list[Any]", value)
    if len(items) > most:
        raise invalid("TooMany", "", f"This collection should contain {most} elements or less.")
    return [checked(model, item, request_id=request_id_of(item, n)) for n, item in enumerate(items)]


def request_id_of(item: Any, position: int) -> str:
    own = cast("dict[str, Any]", item).get("request_id") if isinstance(item, dict) else None
    return str(own) if own is not None else str(position)


def checked(model: type[M], value: Any, *, request_id: str) -> M:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        found = [as_vendor_error(one) for one in error.errors(include_url=False, include_input=False)]
        raise invalid_many([{"request_id": request_id, "errors": found}]) from None


def as_vendor_error(error: ErrorDetails) -> dict[str, str]:
    code, detail = CODES.get(error["type"], (WRONG_TYPE, f"This value is not of the right type: {error['msg']}."))
    path = ".".join(str(part) for part in error["loc"])
    return {"code": code, "path": path, "detail": detail}


def whole_number(text: str, *, name: str, least: int = 1, most: int | None = None) -> int:
    """A number of the query string."""
    if not text.isascii() or not text.isdigit() or int(text) < least or (most is not None and int(text) > most):
        raise invalid("InvalidType", name, "This value should be a number within its limits.")
    return int(text)


def texts(call: Call, name: str) -> list[str]:
    """A filter given once with commas, or several times as `name[]` or `name[0]`."""
    found: list[str] = []
    for key, value in call.query():
        if key == name or (key.startswith(name + "[") and key.endswith("]") and "[" not in key[len(name) + 1 :]):
            found += [part for part in value.split(",") if part]
    return found


def numbers(call: Call, name: str) -> list[int]:
    return [whole_number(text, name=name, least=0) for text in texts(call, name)]


def bound(call: Call, name: str, edge: str) -> int | None:
    """One edge of a range filter, as `filter[created_at][from]`."""
    found = [value for key, value in call.query() if key == f"{name}[{edge}]"]
    return whole_number(found[-1], name=f"{name}.{edge}", least=0) if found else None


def span(call: Call, name: str) -> Callable[[int], bool]:
    """Whether a moment lies in the asked range; the range is read once, however many moments are asked."""
    start, end = bound(call, name, "from"), bound(call, name, "to")

    def holds(moment: int) -> bool:
        return (start is None or moment >= start) and (end is None or moment <= end)

    return holds
