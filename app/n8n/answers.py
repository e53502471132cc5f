"""What a workflow may answer, and how every bad answer is told to its builder. Pure; never quotes the answer's text."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, cast

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    field_validator,
    model_validator,
)

from app.domain.brain import BrainFailed, ReplyAction
from app.domain.content import Content
from app.n8n.balloons import FORMS, MOST_BALLOONS, Reply, said_in
from app.n8n.spoiled import fault_of

LATER: Final = "later"
# What a CRM shows of a tag.
_LONGEST_TAG: Final = 100
# Nobody means an answer that is nested deeper; reading it would need as many calls as it has levels.
_DEEPEST: Final = 64
_LONGEST_REASON: Final = 40
_REASON: Final = frozenset("abcdefghijklmnopqrstuvwxyz_:")


class UsageItem(BaseModel):
    """What the answer cost; kept on the turn."""

    model_config = ConfigDict(extra="ignore")

    model: str = Field(default="", max_length=200)
    input_tokens: int = Field(default=0, ge=0, le=2**31 - 1)
    output_tokens: int = Field(default=0, ge=0, le=2**31 - 1)


class AnswerBody(BaseModel):
    """An answer to a turn. Anything else in it is ignored."""

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={
            "examples": [
                {"reply": "Custa 200 reais."},
                {"reply": ["Temos vaga amanh\u00e3.", "10h ou 15h?"], "tags": ["agendamento"]},
                {"reply": {"text": "Qual hor\u00e1rio?", "buttons": ["10h", {"title": "15h", "id": "slot-15"}]}},
                {
                    "reply": [
                        {"media": {"kind": "document", "link": "https://example.com/menu.pdf"}},
                        "Nosso card\u00e1pio.",
                    ]
                },
                {"action": "handoff", "note": "Quer negociar o pre\u00e7o."},
                {"action": "book", "reply": "Agendado! Comprovante AG-7KM2Q9XD", "receipt": "AG-7KM2Q9XD"},
                {"action": "later"},
            ]
        },
    )

    action: str = Field(
        default="reply",
        description="reply, handoff, none, book, note; or later: the answer comes by callback.",
        json_schema_extra={"enum": [*(one.value for one in ReplyAction), LATER]},
    )
    reply: Reply | None = Field(
        default=None, description="A text, an object with buttons, a list or media, or a list of such balloons."
    )
    tags: list[Annotated[str, Field(json_schema_extra={"maxLength": _LONGEST_TAG})]] = Field(
        default_factory=list[str], max_length=20, description="Set on the lead."
    )
    note: str = Field(default="", max_length=4000, description="An internal note on the lead.")
    receipt: str = Field(default="", max_length=40, description="Of the booking that `book` speaks of.")
    reason: str = Field(default="", max_length=40, pattern="^[a-z_:]*$", description="A code, for the counters.")
    usage: UsageItem | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: Any) -> Any:
        """What a node found nothing for is left out, as if it had not been named."""
        return without_nulls(given)

    @field_validator("reason", mode="before")
    @classmethod
    def _code(cls, value: object) -> str:
        """It is counted and kept: what could be a number or a name in it must not be, and costs nobody the answer."""
        return "".join(mark for mark in str(value).lower() if mark in _REASON)[:_LONGEST_REASON]

    @field_validator("usage", mode="wrap")
    @classmethod
    def _if_it_is_one(cls, value: object, handler: ValidatorFunctionWrapHandler) -> UsageItem | None:
        """Nobody stays without an answer because its cost is told in another form."""
        try:
            return handler(value)
        except ValidationError:
            return None

    @field_validator("action")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in {*ReplyAction, LATER}:
            raise ValueError(f"one of {', '.join([*(one.value for one in ReplyAction), LATER])}")
        return value

    @field_validator("tags")
    @classmethod
    def _short(cls, value: list[str]) -> list[str]:
        if any(len(tag) > _LONGEST_TAG for tag in value):
            raise ValueError(f"a tag has {_LONGEST_TAG} characters at most")
        return [tag.strip() for tag in value if tag.strip()]

    @model_validator(mode="after")
    def _speaks(self) -> "AnswerBody":
        if len(self.said) > MOST_BALLOONS:
            raise ValueError(f"reply: {MOST_BALLOONS} balloons at the most")
        for text in self.balloons:
            if fault := fault_of(text):
                raise ValueError(f"reply: {fault}")
        return self

    @property
    def said(self) -> tuple[tuple[str, Content | None], ...]:
        """The balloons in words, each with what it carries beside them."""
        return said_in(self.reply)

    @property
    def balloons(self) -> tuple[str, ...]:
        return tuple(text for text, _ in self.said)


def without_nulls(given: Any, depth: int = _DEEPEST) -> Any:
    """JSON without its nulls, at any depth that is meant.

    Raises:
        BrainFailed: it is nested deeper.
    """
    if not depth:
        raise BrainFailed("bad_answer", "nested too deeply")
    if isinstance(given, Mapping):
        fields = cast("Mapping[str, Any]", given)
        return {name: without_nulls(value, depth - 1) for name, value in fields.items() if value is not None}
    if isinstance(given, list):
        return [without_nulls(one, depth - 1) for one in cast("list[Any]", given) if one is not None]
    return given


def said_of(error: ValidationError) -> str:
    """What is wrong, by field, without the value that was given."""
    lines = [f"{_place(one['loc'], one['type'])}: {one['msg']}".lstrip(": ") for one in error.errors()]
    return "; ".join(lines)[:500]


def _place(loc: tuple[int | str, ...], kind: str) -> str:
    """The field. One that nobody knows has a name of its sender's own, which may hold anything."""
    known = loc[:-1] if kind == "extra_forbidden" else loc
    return ".".join(str(part) for part in known if part not in FORMS)
