"""The one form in which a model answers. The names of its fields are what a model reads: keep them plain."""

import json
import re
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from app.domain.choosing import buttons, unmarked
from app.domain.content import Content
from app.domain.storable import visible

_MOST_BALLOONS = 3
_MOST_TAGS = 5
_THOUGHT = re.compile(r"^.*</(?:think|thinking|reasoning|thought)\s*>", re.DOTALL | re.IGNORECASE)


class Answer(BaseModel):
    """Give your answer to the customer. Call this exactly once, when you need no other tool any more."""

    model_config = ConfigDict(extra="ignore")

    action: Literal["reply", "book", "handoff", "note", "none"] = Field(
        description="reply: answer; book: tell of a confirmed appointment; handoff: a person takes over; none: be quiet"
    )
    balloons: list[str] = Field(default_factory=list, description="The messages to the customer, one to three, short.")
    options: list[str] = Field(
        default_factory=list,
        description="Up to three answers to tap under the last message, 20 characters each, where it asks something "
        "with few obvious answers: free times, yes or no. Usually none.",
    )
    sources: list[str] = Field(default_factory=list, description="Titles of the knowledge that you relied on.")
    receipt: str = Field(default="", description="The receipt of the confirmed appointment; only with action book.")
    note: str = Field(default="", description="For the salesperson, never for the customer; with handoff a summary.")
    tags: list[str] = Field(default_factory=list, description="Short labels for the lead; usually none.")
    intent: str = Field(default="", description="What it is about, in one word: price, booking, hours, complaint ...")
    urgency: Literal["low", "normal", "high"] = "normal"
    wants_human: bool = Field(default=False, description="The customer would rather talk to a person.")

    @model_validator(mode="before")
    @classmethod
    def _under_their_question(cls, given: Any) -> Any:
        """Where the last balloon is left empty, the one before it is not what the options answer."""
        if not isinstance(given, dict):
            return given
        fields = cast("dict[str, Any]", given)
        balloons: Any = fields.get("balloons")
        last = cast("list[Any]", balloons)[-1] if balloons and isinstance(balloons, list) else None
        return {**fields, "options": []} if isinstance(last, str) and not visible(last) else fields

    @field_validator("balloons", "sources", "tags", mode="before")
    @classmethod
    def _a_list(cls, value: object) -> object:
        """Small models give one text where a list is asked for."""
        return [value] if isinstance(value, str) else (value or [])

    @field_validator("balloons")
    @classmethod
    def _a_few(cls, value: list[str]) -> list[str]:
        kept = [text.strip() for text in value if visible(text)]
        return [*kept[: _MOST_BALLOONS - 1], "\n\n".join(kept[_MOST_BALLOONS - 1 :])] if len(kept) > 2 else kept  # noqa: PLR2004

    @field_validator("options", mode="before")
    @classmethod
    def _titles(cls, value: object) -> list[str]:
        """What is no list of short texts offers nothing: no answer is refused for its options."""
        given: list[object] = [value] if isinstance(value, str) else cast("list[object]", value or [])
        if not isinstance(value, str | list | None) or not all(type(one) in (str, int) for one in given):
            return []
        return [title for one in given if visible(title := unmarked(str(one)))]

    @property
    def offered(self) -> Content | None:
        """The last balloon with its answers to tap; None where it has none, or where one of them does not fit."""
        if self.action not in ("reply", "book") or not self.balloons or not self.options:
            return None
        try:
            return buttons(self.balloons[-1], self.options)
        except ValueError:
            return None

    @field_validator("tags")
    @classmethod
    def _few_tags(cls, value: list[str]) -> list[str]:
        return [tag.strip()[:40] for tag in value if tag.strip()][:_MOST_TAGS]


def from_text(text: str) -> Answer | None:
    """The answer of a model that wrote it instead of calling for it: JSON, fenced or not, or else plain words.

    What it thought before is no part of it. Whether the words are for customers is the guardrails' to say.
    """
    said = _THOUGHT.sub("", text).strip()
    bare = said.removeprefix("```json").removeprefix("```").removesuffix("```").strip()
    if bare.startswith(("{", "[")):
        try:
            return Answer.model_validate(json.loads(bare))
        except (ValueError, ValidationError):
            return None
    return None if not said or said.startswith("<") else Answer(action="reply", balloons=[said])
