"""Recipes out of YAML files, each refused as a whole, with file and line, when anything in it is wrong."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import ValidationError

from app.browser.faults import At, Fault, faults_of
from app.browser.recipe import Recipe
from app.domain.errors import NotFound, Rejected

BUILT_IN: Final = Path(__file__).parent / "recipes"
LARGEST: Final = 256 * 2**10
_SUFFIX: Final = ".yaml"


class RecipeRefused(Rejected):
    """A recipe with errors. The message names each with file and line."""

    code = "recipe_refused"


class Recipes:
    """The recipes that come with Ponte, and an agency's own in a folder, which win."""

    def __init__(self, own: Path | None = None) -> None:
        self._folders = [folder for folder in (own, BUILT_IN) if folder is not None]
        self._read: dict[str, Recipe] = {}

    def keys(self) -> list[str]:
        """The keys of all recipes there are."""
        return sorted({path.stem for folder in self._folders for path in folder.glob(f"*{_SUFFIX}")})

    def get(self, key: str) -> Recipe:
        """The recipe of this key, read once.

        Raises:
            NotFound: there is none.
            RecipeRefused: it has errors.
        """
        if key not in self._read:
            self._read[key] = load(self._path(key))
        return self._read[key]

    def check(self) -> None:
        """Read all recipes, so that one with an error is known before a panel is visited.

        Raises:
            RecipeRefused: for the first that has errors.
        """
        for key in self.keys():
            self.get(key)

    def _path(self, key: str) -> Path:
        if key in self.keys():
            return next(path for folder in self._folders if (path := folder / f"{key}{_SUFFIX}").is_file())
        raise NotFound("There is no recipe of that name.", hint=f"There are: {', '.join(self.keys())}.")


def load(path: Path) -> Recipe:
    """One file.

    Raises:
        RecipeRefused: it cannot be read, or anything in it is wrong.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise RecipeRefused(f"{path.name}: larger than {LARGEST} bytes.")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeRefused(f"{path.name}: cannot be read ({type(error).__name__}).") from None
    return parse(text, name=path.name)


def parse(text: str, *, name: str) -> Recipe:
    """A recipe's text; `name` is how messages call it. Pure."""
    node, given = _yaml(text, name)
    try:
        recipe = Recipe.model_validate(given)
    except ValidationError as error:
        wrong = [(one["loc"], one["msg"].removeprefix("Value error, ")) for one in error.errors()]
        raise _refused(name, node, wrong) from None
    if faults := faults_of(recipe):
        raise _refused(name, node, faults)
    return recipe


def _yaml(text: str, name: str) -> tuple[yaml.Node, Any]:
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise RecipeRefused(f"{name}:{_of(event.start_mark)}: aliases are not taken.")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if not isinstance(node, yaml.MappingNode):
            raise RecipeRefused(f"{name}:1: a recipe is a mapping.")
        if twice := [f"{name}:{line}: the key {key} stands there twice." for line, key in _doubles(node)]:
            raise RecipeRefused(" ".join(twice))
        return node, yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        raise RecipeRefused(f"{name}:{_of(error.problem_mark)}: not YAML: {error.problem}.") from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise RecipeRefused(f"{name}:1: not YAML ({type(error).__name__}).") from None


def _of(mark: Any) -> int:
    """The line of a mark, of which the stubs know two kinds."""
    return 1 if mark is None else mark.line + 1


def _doubles(node: yaml.Node) -> Iterator[tuple[int, str]]:
    """Keys that stand twice in one mapping: YAML would take the last and say nothing."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in _pairs(node):
            if key.value in seen:
                yield key.start_mark.line + 1, str(key.value)
            seen.add(str(key.value))
            yield from _doubles(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in _items(node):
            yield from _doubles(item)


def _pairs(node: yaml.MappingNode) -> list[tuple[yaml.Node, yaml.Node]]:
    return list(node.value)


def _items(node: yaml.SequenceNode) -> list[yaml.Node]:
    return list(node.value)


def _refused(name: str, node: yaml.Node, faults: Sequence[Fault]) -> RecipeRefused:
    lines = sorted({(_line(node, at), ".".join(map(str, at)), said) for at, said in faults})
    return RecipeRefused(" ".join(f"{name}:{line}: {at}: {said.rstrip('.')}." for line, at, said in lines))


def _line(node: yaml.Node, at: At) -> int:
    """The line of what a path leads to, or of the last on the way that is in the text."""
    line = node.start_mark.line
    for name in at:
        if isinstance(node, yaml.MappingNode):
            key, value = next(((k, v) for k, v in _pairs(node) if k.value == str(name)), (None, None))
            if key is not None and value is not None:
                line, node = key.start_mark.line, value
        elif isinstance(node, yaml.SequenceNode) and isinstance(name, int) and name < len(_items(node)):
            node = _items(node)[name]
            line = node.start_mark.line
    return line + 1
