"""Trouble on request: rules with a probability, a count and a place, drawn from one seeded source of chance."""

import itertools
import random
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

HookFault = Literal["duplicate", "reorder", "delay", "drop"]
CallFault = Literal["error_500", "error_before", "error_after", "hang", "lost", "html_403", "rate_429"]
HOOK_FAULTS: frozenset[str] = frozenset({"duplicate", "reorder", "delay", "drop"})


class FaultRule(BaseModel):
    """One kind of trouble.

    Hooks: `duplicate` sends the body twice; `reorder` lets later hooks of the same chat overtake it; `delay` holds it
    and all behind it; `drop` never sends it. Calls: `error_500` and `error_before` fail without effect (problem+json,
    an HTML 502); `error_after` takes effect and answers 502; `hang` takes effect, is silent for `seconds` and closes;
    `lost` closes before any effect; `html_403` is the blocked page; `rate_429` the rate refusal.
    """

    model_config = ConfigDict(extra="forbid")

    fault: HookFault | CallFault
    probability: float = Field(default=1.0, ge=0, le=1, description="How likely each matching call or hook is hit.")
    times: int | None = Field(default=None, ge=1, description="Ends after so many hits; without it, it stays.")
    path: str = Field(default="", description="Calls only: part of the path, as `send_message`.")
    method: str | None = Field(default=None, description="Calls only: GET, POST, PATCH or DELETE.")
    event: str | None = Field(default=None, description="Hooks only: an event code, as `add_message`.")
    account_id: int | None = Field(default=None, description="Only this account; without it, all.")
    delay_ms: tuple[float, float] = Field(
        default=(200, 800), description="Hooks: shortest and longest delay, real time."
    )
    seconds: float = Field(default=10, ge=0, description="`hang`: how long it is silent, scaled by --time-scale.")
    retry_after: int = Field(default=1, ge=0, description="`rate_429`: the wait it names, in seconds.")


class FaultState(FaultRule):
    id: int
    fired: int = 0


class FaultOrder(BaseModel):
    """Adds rules; `hooks` and `calls` are the short form, a name and its probability."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"faults": [{"fault": "hang", "path": "send_message", "times": 1, "seconds": 20}]},
                {"seed": 7, "replace": True, "hooks": {"duplicate": 0.1, "reorder": 0.1, "drop": 0.01}},
            ]
        },
    )

    seed: int | None = Field(default=None, description="Starts chance anew from this number.")
    replace: bool = Field(default=False, description="Take all earlier rules away first.")
    faults: list[FaultRule] = Field(default_factory=list[FaultRule])
    hooks: dict[HookFault, float] = Field(default_factory=dict[HookFault, float])
    calls: dict[CallFault, float] = Field(default_factory=dict[CallFault, float])


class FaultReport(BaseModel):
    seed: int
    faults: list[FaultState]


class Faults:
    """The rules in force, the first matching one that chance picks wins."""

    def __init__(self, seed: int = 1) -> None:
        self._numbers = itertools.count(1)
        self.clear(seed)

    def clear(self, seed: int = 1) -> None:
        self.seed = seed
        self.chance = random.Random(seed)  # noqa: S311  # repeatable on purpose: a run can be played again
        self.rules: list[FaultState] = []

    def order(self, order: FaultOrder) -> FaultReport:
        kept = [] if order.replace else self.rules
        if order.seed is not None:
            self.clear(order.seed)
        short = [
            FaultRule(fault=name, probability=share) for name, share in [*order.hooks.items(), *order.calls.items()]
        ]
        new = [FaultState(id=next(self._numbers), **rule.model_dump()) for rule in [*order.faults, *short]]
        self.rules = [*kept, *new]
        return self.report()

    def report(self) -> FaultReport:
        return FaultReport(seed=self.seed, faults=self.rules)

    def for_call(self, method: str, path: str, *, account_id: int) -> FaultState | None:
        for rule in self.rules:
            if rule.fault in HOOK_FAULTS or rule.path not in path or rule.method not in (None, method):
                continue
            if self._hits(rule, account_id):
                return rule
        return None

    def for_hook(self, event: str, *, account_id: int) -> FaultState | None:
        for rule in self.rules:
            if rule.fault not in HOOK_FAULTS or rule.event not in (None, event):
                continue
            if self._hits(rule, account_id):
                return rule
        return None

    def pause(self, rule: FaultRule) -> float:
        """A delay of the rule's range, in seconds."""
        shortest, longest = rule.delay_ms
        return self.chance.uniform(shortest, max(shortest, longest)) / 1000

    def _hits(self, rule: FaultState, account_id: int) -> bool:
        if rule.account_id not in (None, account_id) or self._is_spent(rule):
            return False
        if rule.probability < 1 and self.chance.random() >= rule.probability:
            return False
        rule.fired += 1
        return True

    def _is_spent(self, rule: FaultState) -> bool:
        return rule.times is not None and rule.fired >= rule.times
