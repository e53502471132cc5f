"""The panel's bad days, on request, drawn from one seeded source of chance."""

import random
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.sandbox.panel.layout import LAYOUTS, USUAL, Layout, LayoutName, PageName
from app.sandbox.steering.orders import Order

Where = Literal["all", "reads", "writes", "login"]


class Chance(Order):
    """Strikes with a probability, so many times at most."""

    probability: float = Field(default=1.0, ge=0, le=1)
    times: int | None = Field(default=None, ge=0, description="Ends after so many strikes; without it, it stays.")


class Errors(Chance):
    """Error 500 with nothing done."""

    on: Where = Field(default="all", description="Which requests: all pages, only writes, only logins, or the rest.")


class LostAnswers(Chance):
    """The write is done, and the caller does not hear of it."""

    how: Literal["error", "hang", "cut"] = Field(
        default="error",
        description="`error`: a 500; `hang`: silence, then a 504; `cut`: the line is cut, upon which a browser that "
        "used the line before sends the same form once more of its own accord.",
    )
    seconds: float = Field(default=60, ge=0, description="`hang`: how long it is silent, in real seconds.")


class TroubleOrder(Order):
    """Changes what it names and leaves the rest; null takes a trouble away."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"slow_ms": 1500},
                {"layout": "renamed", "layout_on": ["create"]},
                {"seed": 7, "errors": {"probability": 0.05}, "conflicts": {"probability": 0.1}},
                {"lost_answers": {"times": 1, "how": "hang", "seconds": 20}},
                {"taken_names": ["sofia1234"]},
            ]
        },
    )

    seed: int | None = Field(default=None, description="Starts chance anew from this number.")
    slow_ms: int | None = Field(default=None, ge=0, le=600_000, description="Every page waits so long, then answers.")
    layout: LayoutName | None = Field(
        default=None, description="`renamed`: labels, ids and order are others; `field_missing`: a form lacks a field."
    )
    layout_on: list[PageName] | None = Field(
        default=None, description="The pages with that layout; without it, all behind the login."
    )
    layout_times: int | None = Field(
        default=None, ge=0, description="Ends after so many pages with it; without it, it stays."
    )
    errors: Errors | None = None
    lost_answers: LostAnswers | None = None
    conflicts: Chance | None = Field(
        default=None, description="A new name turns out to belong to another agency, and stays taken."
    )
    taken_names: list[str] | None = Field(
        default=None, description="Names of another agency: taken, and never in this administrator's list."
    )


class TroubleReport(BaseModel):
    """The trouble in force; `struck` counts by kind."""

    seed: int
    slow_ms: int
    layout: LayoutName
    layout_on: list[PageName]
    errors: Errors | None
    lost_answers: LostAnswers | None
    conflicts: Chance | None
    taken_names: list[str]
    struck: dict[str, int]


BEHIND_LOGIN: tuple[PageName, ...] = ("list", "create", "user", "balance")


class Trouble:
    """What is wrong with the panel now; nothing, at first."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self._start(1)
        self.slow_ms = 0
        self.layout: LayoutName = "usual"
        self.layout_on: set[PageName] = set(BEHIND_LOGIN)
        self.layout_left: int | None = None
        self.errors: Errors | None = None
        self.lost_answers: LostAnswers | None = None
        self.conflicts: Chance | None = None
        self._taken: set[str] = set()

    def _start(self, seed: int) -> None:
        self.seed = seed
        self._chance = random.Random(seed)  # noqa: S311  # repeatable on purpose: a run can be played again
        self._struck: dict[str, int] = {"errors": 0, "lost_answers": 0, "conflicts": 0}
        self._left: dict[str, int | None] = {}

    def order(self, order: TroubleOrder) -> TroubleReport:
        named = order.model_fields_set
        if order.seed is not None:
            self._start(order.seed)
        for kind in ("errors", "lost_answers", "conflicts"):
            if kind in named:
                trouble: Chance | None = getattr(order, kind)
                setattr(self, kind, trouble)
                self._left[kind] = trouble.times if trouble else None
        self.slow_ms = (order.slow_ms or 0) if "slow_ms" in named else self.slow_ms
        self.layout = (order.layout or "usual") if "layout" in named else self.layout
        if named & {"layout", "layout_on"}:
            self.layout_on = set(BEHIND_LOGIN if order.layout_on is None else order.layout_on)
            self.layout_left = order.layout_times
        if "taken_names" in named:
            self._taken = {name.casefold() for name in order.taken_names or []}
        return self.report()

    def report(self) -> TroubleReport:
        return TroubleReport(
            seed=self.seed,
            slow_ms=self.slow_ms,
            layout=self.layout,
            layout_on=sorted(self.layout_on),
            errors=self.errors,
            lost_answers=self.lost_answers,
            conflicts=self.conflicts,
            taken_names=sorted(self._taken),
            struck=dict(self._struck),
        )

    def layout_of(self, page: PageName) -> Layout:
        """The one that this page has now; where it was ordered for so many pages, this is one of them."""
        if page not in self.layout_on or self.layout_left == 0:
            return USUAL
        self.layout_left = None if self.layout_left is None else self.layout_left - 1
        return LAYOUTS[self.layout]

    def breaks(self, kind: Literal["reads", "writes", "login"]) -> bool:
        """Whether this request gets a 500 with nothing done."""
        rule = self.errors
        return rule is not None and rule.on in ("all", kind) and self._strikes("errors", rule)

    def loses_answer(self) -> LostAnswers | None:
        rule = self.lost_answers
        return rule if rule is not None and self._strikes("lost_answers", rule) else None

    def is_taken(self, username: str) -> bool:
        """Whether another agency has the name; chance may just have given it to one."""
        name = username.casefold()
        if name not in self._taken and self.conflicts is not None and self._strikes("conflicts", self.conflicts):
            self._taken.add(name)
        return name in self._taken

    def _strikes(self, kind: str, rule: Chance) -> bool:
        left = self._left.get(kind, rule.times)
        if left == 0 or (rule.probability < 1 and self._chance.random() >= rule.probability):
            return False
        self._left[kind] = None if left is None else left - 1
        self._struck[kind] += 1
        return True
