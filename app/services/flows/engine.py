"""The door of the room: which flows there are, and every call by the flow's key. Pure.

The conversation engine (`services/conversation/flowing.py`) calls these and nothing else of this room. Whether the
customer asks for a person is looked at before a flow hears anything. Versions are counted by the caller.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from app.domain.flows import ErrandDone, FlowState, Hearing, Move


class Flow(Protocol):
    """One plan."""

    key: str
    steps: Sequence[str]

    def begin(self, hearing: Hearing) -> Move: ...

    def hear(self, state: FlowState, texts: Sequence[str], hearing: Hearing) -> Move: ...

    def errand_done(self, state: FlowState, done: ErrandDone, hearing: Hearing) -> Move: ...

    def overdue(self, state: FlowState, hearing: Hearing) -> Move: ...

    def skip(self, state: FlowState, step: str | None, hearing: Hearing) -> Move: ...


FLOWS: Mapping[str, Flow] = {}


def is_known(key: str) -> bool:
    """Whether this release knows such a flow."""
    return key in FLOWS


def steps(key: str) -> Sequence[str]:
    """The steps in their order."""
    return FLOWS[key].steps


def begin(key: str, hearing: Hearing) -> Move:
    """The first words of a flow."""
    return FLOWS[key].begin(hearing)


def hear(state: FlowState, texts: Sequence[str], hearing: Hearing) -> Move:
    """What the flow makes of a customer's burst."""
    return FLOWS[state.flow].hear(state, texts, hearing)


def errand_done(state: FlowState, done: ErrandDone, hearing: Hearing) -> Move:
    """What follows from the end of an errand; of one that the flow does not wait for, nothing."""
    return FLOWS[state.flow].errand_done(state, done, hearing)


def overdue(state: FlowState, hearing: Hearing) -> Move:
    """What follows when the flow is woken by its clock."""
    return FLOWS[state.flow].overdue(state, hearing)


def skip(state: FlowState, step: str | None, hearing: Hearing) -> Move:
    """A salesperson goes on with the next step, or with the one that is named."""
    return FLOWS[state.flow].skip(state, step, hearing)
