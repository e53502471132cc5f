"""The arguments of the tools, as models write them: tolerant of how, strict about what. Pure.

Their schemas are flat, for n8n makes its own out of them, and the descriptions are all that a model knows of a tool.
Nothing here names an account or a conversation: those are the turn's. What a client adds of its own (n8n does) is
ignored.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from app.domain.storable import storable
from app.domain.tools import Tool

_LONGEST_TAG = 60


def _plain(value: object) -> object:
    """A number where words are asked for, as models write ids; and words without what no database can store."""
    if isinstance(value, str):
        return storable(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _listed(value: object) -> object:
    """Tags in one text, as some models write them."""
    return value.split(",") if isinstance(value, str) else value


def _counted(value: object) -> object:
    """A text with nothing in it is as good as nothing; yes and no are no numbers."""
    if isinstance(value, bool):
        raise ValueError("Input should be a whole number, such as 30")  # noqa: TRY004 - pydantic's way to refuse
    return 0 if isinstance(value, str) and not value.strip() else value


Text = Annotated[str, Field(max_length=2000), BeforeValidator(_plain)]
Short = Annotated[str, Field(max_length=200), BeforeValidator(_plain)]
Number = Annotated[int, BeforeValidator(_counted)]
Tag = Annotated[str, Field(min_length=1, max_length=_LONGEST_TAG), BeforeValidator(_plain)]


class Arguments(BaseModel):
    """What every tool's arguments have in common."""

    model_config = ConfigDict(str_strip_whitespace=True, extra="ignore")

    def told(self) -> dict[str, Any]:
        """What tells one call of a turn from another: by this it is the same call again."""
        return self.model_dump()


class OnceATurn(Arguments):
    """What one turn does once, in whatever words: a second summary is no second hand-over."""

    def told(self) -> dict[str, Any]:
        return {}


class SellerOf(Arguments):
    """Who in the company is responsible for this customer. Use it before you name a salesperson."""


class FreeSlots(Arguments):
    """Free appointment times. Call it before you offer any time, and offer only times from its answer."""

    when: Short = Field(
        default="",
        description="When the customer wants to come, in their own words (amanhã à tarde) or as a date or time "
        "(2026-12-15, 2026-12-15T15:00). "
        "Leave out for the next free times.",
    )
    seller_id: Short = Field(default="", description="Only this salesperson's times. Leave out for anybody's.")
    minutes: Number = Field(default=0, ge=0, le=720, description="Length in minutes. Leave out for the usual length.")


class HoldSlot(Arguments):
    """Keep a time for this customer for some minutes, while they make up their mind. It is not booked yet."""

    slot: Short = Field(
        min_length=1,
        description="The slot's id from free_slots, or a day and time (2026-12-15T15:00, amanhã 15:00) in the "
        "company's time zone.",
    )
    title: Short = Field(default="", description="What the appointment is about, in a few words.")
    minutes: Number = Field(default=0, ge=0, le=720, description="Length in minutes. Leave out for the usual length.")


class ConfirmSlot(Arguments):
    """Book the time that is held for this customer. Only its receipt makes an appointment real: quote it."""

    booking: Short = Field(default="", description="The number from hold_slot. Leave out if only one is held.")


class CancelBooking(Arguments):
    """Cancel this customer's appointment or held time."""

    booking: Short = Field(
        default="", description="Its number or its receipt (AG-...). Leave out if the customer has only one."
    )


class PauseBot(OnceATurn):
    """Stop answering in this chat and tell nobody. To get a person for the customer use hand_over instead."""

    minutes: Number = Field(
        default=0, ge=0, le=60 * 24 * 365, description="For how long. Leave out: until a salesperson ends it."
    )
    reason: Short = Field(default="", description="Why, in a few words.")


class HandOver(OnceATurn):
    """Give this chat to a salesperson. Ponte says goodbye to the customer and tells them; you write nothing more."""

    reason: Literal["asked_for_person", "unknown", "media"] = Field(
        default="asked_for_person",
        description="asked_for_person: the customer wants one. unknown: you cannot answer. media: they sent what you "
        "cannot read.",
    )
    summary: Text = Field(default="", description="What the salesperson must know, in two or three sentences.")


class AddNote(Arguments):
    """Write an internal note on the customer's lead. The customer never sees it."""

    text: Text = Field(min_length=1, description="The note.")


class SetTags(Arguments):
    """Add tags to the customer's lead."""

    tags: Annotated[list[Tag], BeforeValidator(_listed)] = Field(
        min_length=1, max_length=10, description="Tags to add, such as quente or orçamento."
    )

    def told(self) -> dict[str, Any]:
        return {"tags": sorted(self.tags)}


class LookupKnowledge(Arguments):
    """Look up what the company says about a subject: prices, addresses, opening hours, rules. Never invent these."""

    question: Short = Field(min_length=1, description="The customer's question, in their language.")


class ProvisionUser(OnceATurn):
    """Create the customer's access to the company's platform."""

    name: Short = Field(default="", description="The customer's full name, if they said it.")
    email: Short = Field(default="", description="The customer's e-mail address, if they said it.")


MODELS: Mapping[str, type[Arguments]] = {
    "seller_of": SellerOf,
    "free_slots": FreeSlots,
    "hold_slot": HoldSlot,
    "confirm_slot": ConfirmSlot,
    "cancel_booking": CancelBooking,
    "pause_bot": PauseBot,
    "hand_over": HandOver,
    "add_note": AddNote,
    "set_tags": SetTags,
    "lookup_knowledge": LookupKnowledge,
    "provision_user": ProvisionUser,
}


def read(name: str, given: Mapping[str, Any]) -> Arguments | str:
    """The arguments of a tool, or what is wrong with them, said to a model. A null is as good as nothing."""
    model = MODELS[name]
    try:
        return model.model_validate({key: value for key, value in given.items() if value is not None})
    except ValidationError as error:
        found = [(".".join(str(part) for part in one["loc"]), one["msg"]) for one in error.errors()[:5]]
        said = "; ".join(f"{where}: {what}" for where, what in found)
        return f"The arguments of {name} are wrong ({said}). {_shape(model)} Correct them and call {name} again."


def _shape(model: type[Arguments]) -> str:
    schema = schema_of(model)
    needed = schema.get("required", ())
    told = [
        f"{name} ({_kind(one)}, {'required' if name in needed else 'optional'})"
        for name, one in schema["properties"].items()
    ]
    return f"It takes: {'; '.join(told)}." if told else "It takes no arguments."


def _kind(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return " or ".join(schema["enum"])
    return f"a list of {schema['items']['type']}s" if schema["type"] == "array" else str(schema["type"])


def schema_of(model: type[Arguments]) -> dict[str, Any]:
    """The flat JSON Schema of a tool's arguments: types, limits and descriptions, nothing else."""
    made = model.model_json_schema()
    properties = {name: _bare(one) for name, one in made.get("properties", {}).items()}
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    if required := made.get("required"):
        schema["required"] = required
    return schema


def _bare(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Without titles and defaults, which only cost a model its attention."""
    bare = {key: value for key, value in schema.items() if key not in ("title", "default")}
    if isinstance(items := bare.get("items"), dict):
        bare["items"] = _bare(cast("dict[str, Any]", items))
    return bare


def catalogue() -> list[Tool]:
    """All tools as a model sees them."""
    return [Tool(name, (model.__doc__ or "").strip(), schema_of(model)) for name, model in MODELS.items()]
