"""What is wrong with a recipe as a whole, each fault with where it stands: what no single key of it can tell. Pure."""

from collections.abc import Iterator
from itertools import product
from typing import Final, TypeAlias

from app.browser.recipe import VARIABLES, Login, Recipe, Sign, Write, form_parts
from app.browser.steps import Click, Open, See, Step, named_in, template_of, variables

At: TypeAlias = tuple[str | int, ...]
Fault: TypeAlias = tuple[At, str]
# What each form is nothing without: a value that is left out, or written without its braces.
_NEEDED: Final = {
    "login": ("admin_user", "admin_password"),
    "create_user": ("username", "password"),
    "assign_balance": ("username", "amount"),
}


def faults_of(recipe: Recipe) -> list[Fault]:
    """All faults; none where a panel may be visited with it."""
    if unknown := list(_unknown_parts(recipe)):
        return unknown
    return [
        *_unknown_variables(recipe),
        *_left_out(recipe),
        *_unchecked(recipe),
        *_sent_by_the_way(recipe),
        *_alike(recipe),
    ]


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
    yield ("look", "columns", "username"), look.columns.username
    yield ("look", "columns", "balance"), look.columns.balance


def _unknown_parts(recipe: Recipe) -> Iterator[Fault]:
    yield from ((at, f"no part is called {part}") for at, part in _named(recipe) if part not in recipe.parts)


def _unknown_variables(recipe: Recipe) -> Iterator[Fault]:
    for at, owner, step in _steps(recipe):
        for name in sorted(variables(template_of(step)) - VARIABLES[owner]):
            yield at, f"{{{name}}} is not known here: there are {', '.join(sorted(VARIABLES[owner]))}"
        if template_of(step) in VARIABLES[owner]:
            yield at, f"{template_of(step)} stands there without its braces"
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


def _left_out(recipe: Recipe) -> Iterator[Fault]:
    for owner, names in _NEEDED.items():
        form: Login | Write = getattr(recipe, owner)
        given = {name for step in form.steps for name in variables(template_of(step))}
        yield from (((owner, "steps"), f"no step gives {{{name}}}") for name in names if name not in given)


def _sent_by_the_way(recipe: Recipe) -> Iterator[Fault]:
    """A button that sends is pressed as `send` and nowhere else: only there is it known that something was sent."""
    sends = {recipe.login.send, recipe.create_user.send, recipe.assign_balance.send}
    touched = [(at, part) for at, _, step in _steps(recipe) if not isinstance(step, See) for part in named_in(step)]
    if recipe.look.more is not None:
        touched.append((("look", "more"), recipe.look.more))
    for at, part in touched:
        if any(_is_same(recipe, part, send) for send in sends):
            yield at, f"{part} sends a form, and is pressed by send alone"


def _alike(recipe: Recipe) -> Iterator[Fault]:
    """Two answers that cannot be told apart leave every write in doubt. A conflict may be one of the errors."""
    login = recipe.login
    pairs = [
        (("login", "success"), login.success, login.refused),
        (("login", "success"), login.success, recipe.logged_out),
    ]
    for owner in ("create_user", "assign_balance"):
        write: Write = getattr(recipe, owner)
        pairs += [
            ((owner, "success"), write.success, write.conflict),
            ((owner, "success"), write.success, write.error),
        ]
        if any(_covers(recipe, one, other) for one, other in product(write.conflict, write.error)):
            yield (owner, "conflict"), "what it shows is shown by an error too"
    for at, signs, others in pairs:
        if any(_covers(recipe, *pair) or _covers(recipe, *reversed(pair)) for pair in product(signs, others)):
            yield at, "what it shows is shown by another answer too"


def _covers(recipe: Recipe, one: Sign, other: Sign) -> bool:
    """Whether the other is never seen without this one."""
    return one.says in (None, other.says) and _is_same(recipe, one.part, other.part)


def _is_same(recipe: Recipe, part: str, other: str) -> bool:
    """Whether two names may mean one element."""
    return any(place in recipe.parts[other] for place in recipe.parts[part])
