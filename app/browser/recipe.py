"""A panel as data: where things are on its pages, what to do in which order, and what its answers look like.

A recipe is read from YAML (`loading.py`) and never changes. It names the parts of pages once, each by alternatives of
which the first that is seen is used, and everything else speaks of parts. Nothing in here drives a browser.
"""

import re
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from app.browser.selectors import fault_in
from app.browser.steps import Choose, Fill, Name, Steps, Strict, Tick, named_in

_FOREIGN: Final = frozenset({r"\A", r"\Z", r"\a", r"\N", r"\U"})
_KINDS: Final = ("role", "label", "placeholder", "test_id", "text", "css")


def _pattern(words: str) -> str:
    """Browsers read it, whose dialect has no names, no flags inside, and takes signs it does not know for letters."""
    if re.search(r"\(\?(?!:)", words):
        raise ValueError("groups other than (?:...) are not taken")
    if foreign := [sign for sign in re.findall(r"\\.", words, re.DOTALL) if sign in _FOREIGN]:
        raise ValueError(f"browsers do not know {' '.join(foreign)}; the beginning and the end are ^ and $")
    plain = re.sub(r"\[[^\]]+\]", "_", re.sub(r"\\.", "_", words))
    if found := re.search(r"\[\^?\]|[*+?}]\+|\{,", plain):
        raise ValueError(f"browsers read {found[0]} otherwise")
    try:
        re.compile(words)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return words


def _selector(css: str) -> str:
    if why := fault_in(css):
        raise ValueError(f"not a CSS selector: {why}")
    return css


Words: TypeAlias = Annotated[str, Field(min_length=1, max_length=200)]
Milliseconds: TypeAlias = Annotated[int, Field(ge=50, le=60_000)]
Host: TypeAlias = Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]


class Place(Strict):
    """One way to find a part."""

    role: Literal[
        "alert", "button", "cell", "checkbox", "combobox", "dialog", "form", "heading", "link", "list", "listitem",
        "main", "menuitem", "navigation", "option", "radio", "row", "searchbox", "spinbutton", "status", "switch",
        "tab", "table", "textbox",
    ] | None = None  # fmt: skip
    name: Words | None = None
    label: Words | None = None
    placeholder: Words | None = None
    test_id: Words | None = None
    text: Words | None = None
    css: Annotated[Words, AfterValidator(_selector)] | None = None
    exact: bool = True

    @model_validator(mode="after")
    def _one_way(self) -> "Place":
        given = [kind for kind in _KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            raise ValueError(f"an alternative has exactly one of {', '.join(_KINDS)}")
        if self.name is not None and self.role is None:
            raise ValueError("a name belongs to a role")
        return self


Part: TypeAlias = Annotated[tuple[Place, ...], Field(min_length=1, max_length=10)]


class Sign(Strict):
    """A part that is seen, and what it says (a regular expression that ignores case)."""

    part: Name
    says: Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_pattern)] | None = None


Signs: TypeAlias = Annotated[tuple[Sign, ...], Field(min_length=1, max_length=20)]


class Budgets(Strict):
    """How long each wait may take, in milliseconds. A visit holds all waits of one operation."""

    open: Milliseconds = 8_000
    find: Milliseconds = 4_000
    act: Milliseconds = 3_000
    answer: Milliseconds = 8_000
    visit: Milliseconds = 18_000

    @model_validator(mode="after")
    def _nested(self) -> "Budgets":
        if max(self.open, self.find, self.act, self.answer) >= self.visit:
            raise ValueError("the budget of a visit is larger than that of each wait in it")
        return self


class Amounts(Strict):
    """How the panel writes sums, and how it wants them typed."""

    decimal: Literal[".", ","] = "."
    thousands: Literal[".", ",", " ", "'", ""] = ""
    symbols: tuple[Words, ...] = ()
    typed_decimal: Literal[".", ","] = "."

    @model_validator(mode="after")
    def _told_apart(self) -> "Amounts":
        if self.decimal == self.thousands:
            raise ValueError("decimal and thousands are two signs")
        return self


class Login(Strict):
    """How the administrator gets in. Sent once; what is not success is not tried again."""

    steps: Steps
    send: Name
    success: Signs
    refused: Signs


class Columns(Strict):
    """Where in a row a user's name and balance stand: no balance is given that could not be read back."""

    username: Name
    balance: Name


class Look(Strict):
    """How a user is looked up: the rows of a list. `nobody` is what an empty list shows."""

    steps: Steps
    rows: Name
    columns: Columns
    nobody: Name
    more: Name | None = None
    pages: Annotated[int, Field(ge=1, le=50)] = 10


class Write(Strict):
    """A form, the button that sends it, and what the panel may answer."""

    steps: Steps
    send: Name
    success: Signs
    conflict: tuple[Sign, ...] = ()
    error: Signs


class Check(Strict):
    """The way past every form, on which nothing is sent. `of_user` is gone for the first user whom `list` shows."""

    steps: Steps
    list: Steps | None = None
    of_user: Steps | None = None

    @model_validator(mode="after")
    def _together(self) -> "Check":
        if (self.list is None) != (self.of_user is None):
            raise ValueError("list and of_user belong together")
        return self


class Recipe(Strict):
    """One panel."""

    name: Words
    base_url: Annotated[str, Field(pattern=r"^(https?://[^\s@]+)?$")] = ""
    hosts: tuple[Host, ...] = ()
    dialogs: Literal["dismiss", "accept"] = "dismiss"
    budgets: Budgets = Budgets()
    amounts: Amounts = Amounts()
    parts: dict[Name, Part]
    logged_out: Signs
    down: tuple[Sign, ...] = ()
    login: Login
    look: Look
    create_user: Write
    assign_balance: Write
    check: Check


VARIABLES: Final[dict[str, frozenset[str]]] = {
    "login": frozenset({"admin_user", "admin_password"}),
    "look": frozenset({"username"}),
    "create_user": frozenset({"username", "password"}),
    "assign_balance": frozenset({"username", "amount"}),
    "check": frozenset({"admin_user"}),
    "of_user": frozenset({"username"}),
}


def form_parts(write: Write) -> tuple[str, ...]:
    """The parts of a form, its button last. Pure."""
    fields = [part for step in write.steps if isinstance(step, Fill | Choose | Tick) for part in named_in(step)]
    return (*dict.fromkeys(fields), write.send)
