"""What may stand in a request's fields: what is taken here can be stored and shown, what cannot is refused by name."""

import re
from datetime import datetime, time
from typing import Annotated

from fastapi import Header
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, WithJsonSchema

from app.domain.storable import storable

_REF = re.compile(r"(?=.*[0-9])[!-~]{1,128}")
# Beyond these, one more hour of some zone is no date any more.
_FIRST_YEAR, _LAST_YEAR = 1971, 9000


def _a_ref(value: str) -> str:
    if not _REF.fullmatch(value):
        raise ValueError("an id has a digit, at most 128 characters and no blanks")
    return value


def _a_moment(value: datetime) -> datetime:
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise ValueError(f"a time lies between the years {_FIRST_YEAR} and {_LAST_YEAR}")
    return value


def _storable(value: object) -> object:
    """Read before anything is measured: what is left of a text is what counts."""
    return storable(value) if isinstance(value, str) else value


def _on_the_wall(value: time) -> time:
    if value.tzinfo is not None:
        raise ValueError("a time of day has no zone: it is read on the clock of whoever it concerns")
    return value.replace(microsecond=0)


Ref = Annotated[str, AfterValidator(_a_ref)]
Moment = Annotated[AwareDatetime, AfterValidator(_a_moment)]
Words = Annotated[str, BeforeValidator(_storable)]
# JSON Schema's own "time" has a zone, which a clock on the wall has not.
WallTime = Annotated[
    time,
    AfterValidator(_on_the_wall),
    WithJsonSchema({"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$"}),
]


class Strict(BaseModel):
    """Unknown keys are refused; ids may come as numbers."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)


Key = Annotated[
    str | None, Header(alias="Idempotency-Key", max_length=200, description="A second call with it changes nothing.")
]


def scoped(key: str | None) -> str | None:
    """A caller's key cannot meet one of our own."""
    return f"key:{key}" if key else None
