"""The shapes of Bitrix24's wire, as far as we read them: here what all of them are made of.

The same object is spelt in three ways (snake case in `im.*`, camel case in v2, small letters in a session's history)
and its scalars are texts in webhooks: shapes take each of them. Ids become text, for that is what they are to us.
"""

from typing import Annotated, Any, Final, cast

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict

LONGEST_REF: Final = 128
LONGEST_NAME: Final = 200


def _plain(value: Any) -> Any:
    """Null and false for none; JSON can spell NUL and half characters, which the database cannot store."""
    if value is None or value is False:
        return ""
    return value.replace("\x00", "").encode(errors="ignore").decode() if isinstance(value, str) else value


def _flag(value: Any) -> Any:
    """True, "1", "Y": webhooks write texts, and null as an empty one."""
    return str(value).strip().lower() in {"1", "y", "yes", "true"}


def _none_for_zero(value: Any) -> Any:
    return None if value in (None, False, 0, "0", "") else _plain(value)


def items_of(value: Any) -> Any:
    """PHP writes an empty map as a list, and a list with gaps as a map."""
    return list(cast("dict[str, Any]", value).values()) if isinstance(value, dict) else value or []


def _map(value: Any) -> Any:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


Text = Annotated[str, BeforeValidator(_plain)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Ref = Annotated[str | None, BeforeValidator(_none_for_zero)]
Many = BeforeValidator(items_of)
Keyed = BeforeValidator(_map)


def any_of(*names: str) -> AliasChoices:
    return AliasChoices(*names)


class Shape(BaseModel):
    """What every shape shares."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True, populate_by_name=True)
