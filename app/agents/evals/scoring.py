"""Whether an answer is what its case expects, and what that adds up to. Pure.

A case that the model's server did not answer is not measured: it counts neither for the model nor against it, not even
where the case allows that the agent gives up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.agents.evals.cases import CLASSES, FALLBACK, Case
from app.domain.brain import BrainFailed, Proposal
from app.domain.language import fold, guess

# Failures that say nothing of how well a model answers, and what a person does about each.
UNMEASURED: Final[Mapping[str, str]] = {
    "model_unreachable": "Nothing answers at its address: look at --base-url (OPENAI_BASE_URL) and at the network.",
    "model_unauthorized": "The model's server refuses the key: put a valid one into OPENAI_API_KEY.",
    "model_busy": "The model's server says that it is asked too often: run again later, or with --at-once 1.",
    "model_down": "The model's server fails: look at its status, and run again later.",
    "model_rejected": "The model's server refuses the request: it must offer the --model, at --base-url.",
    "model_error": "What answers at --base-url does not speak OpenAI's API: most addresses end with /v1.",
    "too_late": "The model took longer than --timeout: give it more.",
}
_STOPPED: Final = "vetoed:"


@dataclass(frozen=True, slots=True)
class Result:
    """One case: what is wrong with its answer (nothing, if it is good), and what it took.

    `missed` is the code of why it was not measured; of such a case nothing is good or wrong.
    """

    case: Case
    wrong: tuple[str, ...]
    said: str = ""
    seconds: float = 0.0
    tokens: int = 0
    missed: str = ""

    @property
    def is_good(self) -> bool:
        return not (self.wrong or self.missed)


@dataclass(frozen=True, slots=True)
class Score:
    """How many of a class were good, of all that were measured; and how many were not."""

    name: str
    good: int
    all: int
    unmeasured: int = 0

    @property
    def share(self) -> float:
        return self.good / self.all if self.all else 1.0


def missed(came: Proposal | BrainFailed) -> str:
    """Why what came of a case measures nothing; empty where it measures."""
    return came.code if isinstance(came, BrainFailed) and came.code in UNMEASURED else ""


def judged(case: Case, came: Proposal | BrainFailed, called: Sequence[str]) -> tuple[str, ...]:
    """What is wrong with what came of a case; each complaint names what was expected."""
    action = _action(came)
    wrong: list[str] = []
    if action not in case.expect.action:
        code = f" ({came.code})" if isinstance(came, BrainFailed) else f" ({came.reason})"
        wrong.append(f"action {action}{code}, not {' or '.join(case.expect.action)}")
    wrong += [f"did not call {tool}" for tool in case.expect.tools if tool not in called]
    wrong += [f"called {tool}" for tool in case.expect.no_tools if tool in called]
    return (*wrong, *_words(case, came)) if isinstance(came, Proposal) else tuple(wrong)


def _action(came: Proposal | BrainFailed) -> str:
    """What was done. Only an answer that our own rules stopped is the agent giving up as it should."""
    if isinstance(came, Proposal):
        return came.action.value
    return FALLBACK if came.code.startswith(_STOPPED) else "failed"


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
    kinds = [name for name in CLASSES if any(one.case.kind == name for one in results)]
    by_class = [_score(name, [one for one in results if one.case.kind == name]) for name in kinds]
    return [*by_class, _score("all", results)]


def _score(name: str, results: Sequence[Result]) -> Score:
    unmeasured = sum(bool(one.missed) for one in results)
    return Score(name, sum(one.is_good for one in results), len(results) - unmeasured, unmeasured)
