"""Cases of evaluation, read from YAML or JSON files: what a customer writes, and what a good answer is. Pure.

A file with a fault is refused with its name and line. `plays` says how a scripted model answers the case; a real model
never sees it.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from app.agents.evals.reading import BadCases, items_of, line_of, refused

CLASSES: Final = ("faq", "booking", "objection", "injection", "handover", "first_message")
SUFFIXES: Final = (".yaml", ".yml", ".json")
# Our rules stop the answer, and the next brain speaks: what a model talked into something must come to.
FALLBACK: Final = "fallback"
ACTIONS: Final = frozenset({"reply", "book", "handoff", "note", "none", FALLBACK})


# What a step of the scripted model may hold.
_STEP: Final = frozenset({"say", "answer", "call", "fault", "plain", "delay", "retry_after"})


def _many(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _worded(value: list[str]) -> list[str]:
    if not all(one.strip() for one in value):
        raise ValueError("there is an empty text in it")
    return value


def _steps(value: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if unknown := sorted({key for step in value for key in step} - _STEP):
        raise ValueError(f"there is no key `{unknown[0]}` in a step; there are {', '.join(sorted(_STEP))}")
    return value


Words = Annotated[list[str], BeforeValidator(_many), AfterValidator(_worded)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Expected(_Strict):
    """What a good answer is. Of `any_of` one must be said, of `contains` all, of `lacks` none."""

    action: Words = Field(default=["reply"])
    contains: Words = Field(default=[])
    any_of: Words = Field(default=[])
    lacks: Words = Field(default=[])
    tools: Words = Field(default=[])
    no_tools: Words = Field(default=[])
    reason: str = ""

    @model_validator(mode="after")
    def _known(self, info: ValidationInfo) -> "Expected":
        if unknown := set(self.action) - ACTIONS:
            raise ValueError(f"there is no action {min(unknown)}; there are {', '.join(sorted(ACTIONS))}")
        if not self.action:
            raise ValueError("`action` names none")
        if both := set(self.tools) & set(self.no_tools):
            raise ValueError(f"{min(both)} must be called and must not: `tools` and `no_tools` both name it")
        tools = cast("Mapping[str, Collection[str]]", info.context or {}).get("tools")
        if tools is not None and (unknown := {*self.tools, *self.no_tools} - set(tools)):
            raise ValueError(f"there is no tool {min(unknown)}; there are {', '.join(sorted(tools))}")
        return self


class Said(_Strict):
    """A line of the history: one of the three."""

    customer: str = ""
    assistant: str = ""
    salesperson: str = ""

    @model_validator(mode="after")
    def _one_speaks(self) -> "Said":
        if sum(bool(text.strip()) for text in (self.customer, self.assistant, self.salesperson)) != 1:
            raise ValueError("a line of the history is said by one: customer, assistant or salesperson")
        return self


class Case(_Strict):
    """One case."""

    id: str = Field(pattern="^[a-z0-9][a-z0-9_-]*$", max_length=60)
    kind: Literal["faq", "booking", "objection", "injection", "handover", "first_message"] = Field(alias="class")
    language: Literal["pt-BR", "es", "en"]
    says: Words = Field(default=[])
    occasion: dict[str, str] = Field(default={})
    history: list[Said] = Field(default=[])
    never_promise: Words = Field(default=[])
    expect: Expected
    plays: Annotated[list[dict[str, Any]], AfterValidator(_steps)] = Field(default=[])

    @model_validator(mode="after")
    def _has_a_beginning(self) -> "Case":
        if bool(self.says) == bool(self.occasion):
            raise ValueError("a case has either `says` or an `occasion`")
        return self


def read_cases(place: Path, *, tools: Collection[str] | None = None) -> list[Case]:
    """The cases of a file, or of all files in a folder, in their order. With `tools`, no case may name others.

    Raises:
        BadCases: a file cannot be read, has a fault, or two cases have one id; or there is none.
    """
    files = sorted(one for one in place.iterdir() if one.suffix in SUFFIXES) if place.is_dir() else [place]
    found: dict[str, Case] = {}
    for file in files:
        for line, case in cases_in(_read(file), where=file.name, tools=tools):
            if case.id in found:
                raise refused(file.name, line, f"there is a case {case.id} already")
            found[case.id] = case
    if not found:
        raise BadCases(f"{place} holds no cases.", hint="Name a file or a folder of files: docs/howto/run-evals.md.")
    return list(found.values())


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise BadCases(f"{file} cannot be read.", hint="Name a YAML or JSON file, or a folder of them.") from error


def cases_in(raw: bytes, *, where: str, tools: Collection[str] | None = None) -> Iterator[tuple[int, Case]]:
    """The cases of one file with their lines."""
    for node, told in items_of(raw, where=where):
        try:
            case = Case.model_validate(told, context={"tools": tools})
        except ValidationError as error:
            first = cast("dict[str, Any]", error.errors()[0])
            raise refused(where, line_of(node, first["loc"]), _why(first)) from None
        yield line_of(node, ()), case


def _why(fault: Mapping[str, Any]) -> str:
    """A fault in a person's words."""
    named = ".".join(map(str, fault["loc"]))
    tell = _FAULTS.get(fault["type"], lambda _, one: str(one["msg"]).removeprefix("Value error, "))
    said = tell(str(fault["loc"][-1]) if fault["loc"] else "", fault)
    return f"{named}: {said}" if named else said


_FAULTS: Final[Mapping[str, Callable[[str, Mapping[str, Any]], str]]] = {
    "extra_forbidden": lambda key, _: f"there is no key `{key}` here",
    "missing": lambda key, _: f"`{key}` is missing",
    "string_type": lambda _, one: f"{one['input']!r:.40} is no text to YAML. Put it between quotes",
    "list_type": lambda _, __: "this must be a text or a list",
    "dict_type": lambda _, __: "this must be keys with values",
    "model_type": lambda _, __: "this must be keys with values",
    "literal_error": lambda _, one: f"{one['input']!r:.40} is not one of {one['ctx']['expected']}",
    "string_pattern_mismatch": lambda _, __: "it is made of small letters, digits, - and _",
    "string_too_long": lambda _, one: f"it is longer than {one['ctx']['max_length']} letters",
}
