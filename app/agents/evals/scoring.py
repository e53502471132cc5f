"""Whether an answer is what its case expects, and what that adds up to. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.agents.evals.cases import CLASSES, FALLBACK, Case
from app.domain.brain import BrainFailed, Proposal
from app.domain.language import fold, guess


@dataclass(frozen=True, slots=True)
class Result:
    """One case: what is wrong with its answer (nothing, if it is good), and what it took."""

    case: Case
    wrong: tuple[str, ...]
    said: str = ""
    seconds: float = 0.0
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Score:
    """How many of a class were good."""

    name: str
    good: int
    all: int

    @property
    def share(self) -> float:
        return self.good / self.all if self.all else 1.0


def judged(case: Case, came: Proposal | BrainFailed, called: Sequence[str]) -> tuple[str, ...]:
    """What is wrong with what came of a case; each complaint names what was expected."""
    action = FALLBACK if isinstance(came, BrainFailed) else came.action.value
    wrong: list[str] = []
    if action not in case.expect.action:
        code = f" ({came.code})" if isinstance(came, BrainFailed) else f" ({came.reason})"
        wrong.append(f"action {action}{code}, not {' or '.join(case.expect.action)}")
    wrong += [f"did not call {tool}" for tool in case.expect.tools if tool not in called]
    wrong += [f"called {tool}" for tool in case.expect.no_tools if tool in called]
    return (*wrong, *_words(case, came)) if isinstance(came, Proposal) else tuple(wrong)


def _words(case: Case, came: Proposal) -> list[str]:
    text = "\n".join(came.balloons)
    said, expect = fold(text), case.expect
    wrong = [f"does not say “{one}”" for one in expect.contains if fold(one) not in said]
    if expect.any_of and not any(fold(one) in said for one in expect.any_of):
        wrong.append(f"says none of “{'”, “'.join(expect.any_of)}”")
    wrong += [f"says “{one}”" for one in expect.lacks if fold(one) in said]
    spoken = guess(text)
    if spoken not in (None, case.language):
        wrong.append(f"speaks {spoken}, not {case.language}")
    if not came.reason.startswith(expect.reason):
        wrong.append(f"reason {came.reason}, not {expect.reason}")
    return wrong


def scores(results: Sequence[Result]) -> list[Score]:
    """The score of each class that there are cases of, and of all together."""
    by_class = [
        Score(name, sum(not one.wrong for one in results if one.case.kind == name), count)
        for name in CLASSES
        if (count := sum(one.case.kind == name for one in results))
    ]
    return [*by_class, Score("all", sum(not one.wrong for one in results), len(results))]
