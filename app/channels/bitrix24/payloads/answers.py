"""What every answer of the REST has around its result."""

from typing import Annotated, Any

from pydantic import Field

from app.channels.bitrix24.payloads import Keyed, Shape, Text, any_of

_ByName = Annotated[dict[str, Any], Keyed]


class TimeShape(Shape):
    """How long a method has run in the last ten minutes, and when that count begins anew."""

    operating: float = 0
    resets_at: float = Field(default=0, validation_alias=any_of("operating_reset_at"))


class ProblemShape(Shape):
    error: Text = ""
    description: Text = Field(default="", validation_alias=any_of("error_description"))


class BatchShape(Shape):
    """What became of a batch's commands, by their names. PHP writes an empty map as a list."""

    result: _ByName = Field(default_factory=dict[str, Any])
    errors: _ByName = Field(default_factory=dict[str, Any], validation_alias="result_error")
    times: _ByName = Field(default_factory=dict[str, Any], validation_alias="result_time")


class Envelope(Shape):
    """Every answer."""

    result: Any = None
    error: Text = ""
    description: Text = Field(default="", validation_alias=any_of("error_description"))
    time: TimeShape = TimeShape()
    next: int | None = None
