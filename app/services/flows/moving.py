"""One move of a flow: the steps it goes through, what it says on its way and what it wants done. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from app.domain.flows import EXPIRES_AFTER, Errand, FlowState, Hearing, Move
from app.services.flows.model import Data, Flow, Go, Person, Step

# The engine's own entries in the data of a state.
ERRAND: Final = "_errand"  # the key of what is being done outside
TOLD: Final = "_told"  # the customer knows that we are at it
LATE: Final = "_late"  # a person has been called because it takes too long
_OWN: Final = (ERRAND, TOLD, LATE)
# The language in which the customer chose to be spoken to, or whose script they write; kept for the whole flow, and
# said where the flow's own words have it, beyond the languages of the house.
LANGUAGE: Final = "_language"


@dataclass
class Moving:
    """Collects a move from an older state. `version` is the one that the next state has."""

    flow: Flow
    hearing: Hearing
    version: int
    started_at: datetime
    balloons: list[str] = field(default_factory=list[str])
    tags: list[str] = field(default_factory=list[str])
    fields: dict[str, str] = field(default_factory=dict[str, str])
    log: list[Mapping[str, str]] = field(default_factory=list[Mapping[str, str]])

    def say(self, names: tuple[str, ...], values: Data) -> None:
        turn, hearing = self.version, self.hearing
        if (chosen := values.get(LANGUAGE)) in self.flow.sentences.texts:
            hearing = replace(hearing, locale=chosen)
        said = (self.flow.sentences.say(name, values, hearing, turn=turn) for name in names)
        self.balloons.extend(text for text in said if text)

    def record(self, event: str, values: Data) -> None:
        """A row for the log, with the columns that operators know."""
        if event:
            row = {column: values[name] for column, name in self.flow.columns.items() if values.get(name)}
            self.log.append({"event_type": event, **row})

    def go(self, go: Go, data: Data) -> Move:
        """Through steps that are only said, to one that waits, or to the end."""
        data = {**data, **go.keep}
        self.say(go.says, {**data, **go.tell})
        key = go.step
        for _ in self.flow.steps:
            step = self.flow.steps[key]
            if step.waits:
                return self._stay(key, replace(step, says=()) if go.quietly else step, data, go.tell)
            self._pass(step, {**data, **go.tell})
            key = self.flow.after(key, data)
            if not key:
                break
        return self._made(None)

    def hand_over(self, person: Person, data: Data, *, state: FlowState | None = None) -> Move:
        """A person goes on. The flow is over, or waits where it stands for what is still being done outside."""
        self.say((person.says,), data)
        self.record("handed_over", {**data, "status": "handed_over", "error_detail": person.code})
        return replace(self._made(state), hand_over=person.code)

    def remain(self, state: FlowState) -> Move:
        """In the same step."""
        return self._made(replace(state, version=self.version))

    def over(self) -> Move:
        return self._made(None)

    def _pass(self, step: Step, values: Data) -> None:
        self.say(step.says, values)
        self.tags.extend(step.tags)
        self.fields.update({name: values[held] for name, held in step.fields.items() if values.get(held)})
        self.record(step.log, values)

    def _stay(self, key: str, step: Step, data: Data, tell: Data) -> Move:
        kept = {name: value for name, value in data.items() if name not in _OWN}
        errands: tuple[Errand, ...] = ()
        if step.task:
            kept.update(step.task.prepare(kept, self.hearing.seed))
            errand = self._errand(key, step, kept)
            kept[ERRAND] = errand.key
            errands = (errand,)
        self._pass(step, {**kept, **tell})
        if step.task:
            self.record(step.task.asked, kept)
        now = self.hearing.now
        state = FlowState(self.flow.key, key, self.started_at, now, kept, self.version)
        return replace(self._made(state), errands=errands)

    def _errand(self, key: str, step: Step, data: Data) -> Errand:
        """One for this move of this run in its conversation; the same move made twice has the same."""
        task = step.task
        assert task is not None  # noqa: S101 - asked only of a step that has one
        run = int(self.started_at.timestamp() * 1_000)
        name = f"{self.flow.key}:{run}:{key}:{self.version}"
        return Errand(task.kind, name, {sent: data[sent] for sent in task.sends if sent in data})

    def _made(self, state: FlowState | None) -> Move:
        return Move(
            state,
            tuple(self.balloons),
            due=due(self.flow, state),
            tags=tuple(dict.fromkeys(self.tags)),
            fields=dict(self.fields),
            log=tuple(self.log),
        )


def due(flow: Flow, state: FlowState | None) -> datetime | None:
    """When the flow wants to be woken next; None: it is over."""
    step = flow.steps.get(state.step) if state else None
    if state is None or step is None:
        return None
    if state.reminders < len(step.reminders):
        reminder = state.entered_at + step.reminders[state.reminders]
        return min(reminder, ends(step, state))
    return ends(step, state)


def ends(step: Step, state: FlowState) -> datetime:
    """When the step's patience is over; what is late already is waited for as long as a flow lives."""
    patience = EXPIRES_AFTER if LATE in state.data else min(step.patience, EXPIRES_AFTER)
    return state.entered_at + patience
