"""Recipes out of YAML files, each refused as a whole, with file and line, when anything in it is wrong."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import yaml
from pydantic import ValidationError

from app.browser.recipe import (
    VARIABLES,
    Click,
    Open,
    Recipe,
    See,
    Sign,
    Step,
    Write,
    form_parts,
    named_in,
    template_of,
    variables,
)
from app.domain.errors import NotFound, Rejected

BUILT_IN: Final = Path(__file__).parent / "recipes"
LARGEST: Final = 256 * 2**10
_SUFFIX: Final = ".yaml"

At: TypeAlias = tuple[str | int, ...]
Fault: TypeAlias = tuple[At, str]


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
    if faults := [*_unknown_parts(recipe), *_unknown_variables(recipe), *_unchecked(recipe)]:
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


def _steps(recipe: Recipe) -> Iterator[tuple[At, str, Step]]:
    """Every step with where it stands and whose it is."""
    check = recipe.check
    for owner in ("login", "look", "create_user", "assign_balance", "check"):
        yield from (((owner, "steps", number), owner, step) for number, step in enumerate(getattr(recipe, owner).steps))
    yield from ((("check", "list", number), "check", step) for number, step in enumerate(check.list or ()))
    yield from ((("check", "of_user", number), "of_user", step) for number, step in enumerate(check.of_user or ()))


def _signs(recipe: Recipe) -> Iterator[tuple[At, Sign]]:
    for number, sign in enumerate(recipe.logged_out):
        yield ("logged_out", number), sign
    for number, sign in enumerate(recipe.down):
        yield ("down", number), sign
    for owner in ("login", "create_user", "assign_balance"):
        for kind in ("success", "refused", "conflict", "error"):
            for number, sign in enumerate(getattr(getattr(recipe, owner), kind, ())):
                yield (owner, kind, number), sign


def _named(recipe: Recipe) -> Iterator[tuple[At, str]]:
    """Every part that is spoken of, with where."""
    yield from ((at, part) for at, _, step in _steps(recipe) for part in named_in(step))
    yield from ((at, sign.part) for at, sign in _signs(recipe))
    yield from (((owner, "send"), getattr(recipe, owner).send) for owner in ("login", "create_user", "assign_balance"))
    look = recipe.look
    yield from ((("look", name), part) for name in ("rows", "nobody", "more") if (part := getattr(look, name)))
    yield from (
        (("look", "columns", name), part) for name in ("username", "balance") if (part := getattr(look.columns, name))
    )


def _unknown_parts(recipe: Recipe) -> Iterator[Fault]:
    yield from ((at, f"no part is called {part}") for at, part in _named(recipe) if part not in recipe.parts)


def _unknown_variables(recipe: Recipe) -> Iterator[Fault]:
    for at, owner, step in _steps(recipe):
        for name in sorted(variables(template_of(step)) - VARIABLES[owner]):
            yield at, f"{{{name}}} is not known here: there are {', '.join(sorted(VARIABLES[owner]))}"
        if isinstance(step, Open) and "password" in template_of(step):
            yield at, "a password does not go into an address"


def _unchecked(recipe: Recipe) -> Iterator[Fault]:
    """The daily check finds every part of every form, and touches none."""
    checks = [(at, step) for at, _, step in _steps(recipe) if at[0] == "check"]
    yield from (
        (at, "a check only opens, clicks and sees") for at, step in checks if not isinstance(step, Open | Click | See)
    )
    seen = {part for _, step in checks if isinstance(step, See) for part in step.see}
    if not recipe.create_user.conflict:
        yield ("create_user",), "conflict is missing: what the panel says of a name that is taken"
    for owner in ("create_user", "assign_balance"):
        write: Write = getattr(recipe, owner)
        if missing := [part for part in form_parts(write) if part not in seen]:
            yield ("check", "steps"), f"the check does not see {', '.join(missing)} of {owner}"
        if not any("{username}" in template_of(step) for step in write.steps):
            yield (owner, "steps"), "no step says whose: {username} is missing"
