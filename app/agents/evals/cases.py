"""Cases of evaluation, read from YAML or JSON files: what a customer writes, and what a good answer is. Pure.

A file with a fault is refused with its name and line. `plays` says how a scripted model answers the case; a real model
never sees it.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal, cast

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from app.domain.errors import Rejected

CLASSES: Final = ("faq", "booking", "objection", "injection", "handover", "first_message")
SUFFIXES: Final = (".yaml", ".yml", ".json")
# The agent gives up, and the next brain speaks: what a model talked into something must come to.
FALLBACK: Final = "fallback"


class BadCases(Rejected):
    """A file of cases with a fault; the message names file and line."""

    code = "bad_cases"


def _many(value: object) -> object:
    return [value] if isinstance(value, str) else value


Words = Annotated[list[str], BeforeValidator(_many)]


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
    def _known(self) -> "Expected":
        known = {"reply", "book", "handoff", "note", "none", FALLBACK}
        if unknown := set(self.action) - known:
            raise ValueError(f"there is no action {min(unknown)}")
        return self


class Said(_Strict):
    """A line of the history: one of the three."""

    customer: str = ""
    assistant: str = ""
    salesperson: str = ""


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
    plays: list[dict[str, Any]] = Field(default=[])

    @model_validator(mode="after")
    def _has_a_beginning(self) -> "Case":
        if bool(self.says) == bool(self.occasion):
            raise ValueError("a case has either `says` or an `occasion`")
        return self


def read_cases(place: Path) -> list[Case]:
    """The cases of a file, or of all files in a folder, in their order.

    Raises:
        BadCases: a file cannot be read, has a fault, or two cases have one id; or there is none.
    """
    files = sorted(one for one in place.iterdir() if one.suffix in SUFFIXES) if place.is_dir() else [place]
    found: dict[str, Case] = {}
    for file in files:
        for line, case in cases_in(_text(file), where=file.name):
            if case.id in found:
                raise _refused(file.name, line, f"there is a case {case.id} already")
            found[case.id] = case
    if not found:
        raise BadCases(f"{place} holds no cases.", hint="Name a file or a folder of files: docs/howto/run-evals.md.")
    return list(found.values())


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadCases(f"{file} cannot be read.", hint="Name a YAML or JSON file in UTF-8.") from error


def cases_in(text: str, *, where: str) -> Iterator[tuple[int, Case]]:
    """The cases of one text with their lines."""
    loader: Any = yaml.SafeLoader(text)  # its methods are not typed
    construct = loader.construct_object
    try:
        root = loader.get_single_node()
        if not isinstance(root, yaml.SequenceNode):
            raise _refused(where, 1, "a file of cases is a list")
        for node in root.value:
            line = node.start_mark.line + 1
            yield line, _case(construct(node, deep=True), lines=_lines(node), where=where)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _refused(where, line, error.problem or "this is no YAML") from None
    finally:
        loader.dispose()


def _lines(node: yaml.Node) -> dict[str, int]:
    """Where each key of a case stands; the case itself under the empty key."""
    keys = cast("list[tuple[yaml.Node, yaml.Node]]", node.value) if isinstance(node, yaml.MappingNode) else []
    return {"": node.start_mark.line + 1} | {str(cast("object", key.value)): key.start_mark.line + 1 for key, _ in keys}


def _case(told: object, *, lines: dict[str, int], where: str) -> Case:
    try:
        return Case.model_validate(told)
    except ValidationError as error:
        first = error.errors()[0]
        place: Sequence[int | str] = first["loc"]
        named = ".".join(map(str, place))
        line = lines.get(str(place[0]) if place else "", lines[""])
        raise _refused(where, line, f"{named}: {first['msg']}" if named else first["msg"]) from None


def _refused(where: str, line: int, why: str) -> BadCases:
    return BadCases(f"{where}, line {line}: {why}.", hint="docs/howto/run-evals.md shows what a case looks like.")
