"""The steps of a recipe: what is done on a page, in words of its parts. Nothing in here drives a browser."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Final, TypeAlias
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

STEP_KINDS: Final = ("open", "fill", "choose", "tick", "click", "see")
SECRETS: Final = frozenset({"password", "admin_password"})
_VARIABLE: Final = re.compile(r"\{([^{}]*)\}")


class Strict(BaseModel):
    """A key that nobody knows is a slip, and is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Name: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Template: TypeAlias = Annotated[str, Field(max_length=500)]
PagePath: TypeAlias = Annotated[str, Field(pattern=r"^/([^/\s\\][^\s\\]*)?$", max_length=500)]


class Open(Strict):
    """Go to a page of the panel."""

    open: PagePath


class Fill(Strict):
    """Put a text into a field."""

    fill: Name
    what: Template = Field(alias="with")


class Choose(Strict):
    """Take the option of a list by what people read."""

    choose: Name
    what: Template = Field(alias="with")


class Tick(Strict):
    """See to it that a box is ticked."""

    tick: Name


class Click(Strict):
    """Go on to what is behind a link or a button that writes nothing."""

    click: Name


class See(Strict):
    """Go on only where these parts are."""

    see: Annotated[tuple[Name, ...], Field(min_length=1)]


def _kind(given: Any) -> str | None:
    if isinstance(given, dict):
        return next((f"the step {kind}" for kind in STEP_KINDS if kind in given), None)
    return f"the step {type(given).__name__.lower()}" if isinstance(given, Strict) else None


Step: TypeAlias = Annotated[
    Annotated[Open, Tag("the step open")]
    | Annotated[Fill, Tag("the step fill")]
    | Annotated[Choose, Tag("the step choose")]
    | Annotated[Tick, Tag("the step tick")]
    | Annotated[Click, Tag("the step click")]
    | Annotated[See, Tag("the step see")],
    Discriminator(
        _kind,
        custom_error_type="unknown_step",
        custom_error_message=f"an unknown step: the steps are {', '.join(STEP_KINDS)}",
    ),
]
Steps: TypeAlias = Annotated[tuple[Step, ...], Field(min_length=1, max_length=50)]


def variables(template: str) -> set[str]:
    """The names in braces. Pure."""
    return set(_VARIABLE.findall(template))


def filled_in(template: str, values: Mapping[str, str], *, quoted: bool = False) -> str:
    """A template with its values, quoted for an address. Pure."""
    for name in variables(template):
        value = values[name]
        template = template.replace(f"{{{name}}}", quote(value, safe="") if quoted else value)
    return template


def named_in(step: Step) -> tuple[str, ...]:
    """The parts that a step speaks of. Pure."""
    match step:
        case Open():
            return ()
        case Fill(fill=part) | Choose(choose=part) | Tick(tick=part) | Click(click=part):
            return (part,)
        case See(see=parts):
            return parts


def template_of(step: Step) -> str:
    """What of a step is filled in at run time. Pure."""
    match step:
        case Open(open=path):
            return path
        case Fill(what=what) | Choose(what=what):
            return what
        case _:
            return ""


def ahead(steps: Sequence[Step]) -> list[str]:
    """The fields of the page that is shown: up to the step that leaves it."""
    parts: list[str] = []
    for step in steps:
        match step:
            case Open():
                break
            case Click(click=part):
                parts.append(part)
                break
            case Fill(fill=part) | Choose(choose=part) | Tick(tick=part):
                parts.append(part)
            case See(see=more):
                parts += more
    return parts


def secret_fields(steps: Sequence[Step]) -> Iterator[str]:
    """The fields into which a password is put: what they show is shown to nobody. Pure."""
    yield from (step.fill for step in steps if isinstance(step, Fill) and variables(step.what) & SECRETS)
