"""What a flow is made of: steps with their words, what each understands, what it wants done, and where it goes on.

A flow is data. It is checked when it is made: one that names a step or a sentence that there is not, or of which a
step could be entered and never left, is refused.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, TypeAlias

from app.domain.flows import EXPIRED, EXPIRES_AFTER, OVER, ErrandDone
from app.services.flows.sentences import Sentences

Data: TypeAlias = Mapping[str, str]  # what the flow has learnt; names that begin with `_` are the engine's

_NOTHING: Final[Data] = {}


@dataclass(frozen=True, slots=True)
class Value:
    """The step has its answer: what to keep of it."""

    keep: Data


@dataclass(frozen=True, slots=True)
class Unclear:
    """An answer that was not understood: the sentence that asks again (else the step's own), and what to keep."""

    says: str = ""
    keep: Data = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class NotMine:
    """The customer spoke of something else: the brain answers, the step stays."""


@dataclass(frozen=True, slots=True)
class Go:
    """On to a step, which is entered anew even when it is this one. `tell` may be said and is not kept."""

    step: str
    keep: Data = field(default_factory=dict[str, str])
    tell: Data = field(default_factory=dict[str, str])
    says: tuple[str, ...] = ()  # before what the step itself says
    quietly: bool = False  # the step says nothing


@dataclass(frozen=True, slots=True)
class Person:
    """A person goes on: why, as a code, and what the customer is told."""

    code: str
    says: str


Answer: TypeAlias = Value | Unclear | NotMine | Go | Person
Accept: TypeAlias = Callable[[str, Data], Answer]
Next: TypeAlias = str | Callable[[Data], str]


def _as_it_is(data: Data, seed: int) -> Data:  # noqa: ARG001 - the form of all that prepare
    return _NOTHING


@dataclass(frozen=True, slots=True)
class Task:
    """Something to be done outside when a step is entered. Pure: what goes along, and what its result means."""

    kind: str
    sends: tuple[str, ...]  # names of data that go along
    came: Callable[[ErrandDone, Data], Go | Person]
    prepare: Callable[[Data, int], Data] = _as_it_is  # what is made for it and kept, out of the data and a seed
    asked: str = ""  # event types of the log
    answered: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step. It waits for the customer (`accept`), for the outside (`task`), or it is said and passed.

    A step without `next` is the last one.
    """

    says: tuple[str, ...] = ()
    accept: Accept | None = None
    task: Task | None = None
    next: Next = ""
    again: str = ""  # said when an answer was not understood
    remind: str = ""  # brings the step back to mind
    busy: str = ""  # said to who writes while the outside works
    reminders: tuple[timedelta, ...] = ()  # after the step was entered
    patience: timedelta = EXPIRES_AFTER
    late: Person | None = None  # at the end of the patience; None: the flow is over
    tries: int = 3  # answers that are not understood before a person goes on
    lost: Person | None = None  # that person
    needs: tuple[str, ...] = ()  # data without which the step makes no sense
    tags: tuple[str, ...] = ()
    fields: Data = field(default_factory=dict[str, str])  # of the lead: its name there, and whose data it holds
    log: str = ""  # an event type

    @property
    def waits(self) -> bool:
        return self.accept is not None or self.task is not None

    def sentences(self) -> tuple[str, ...]:
        persons = (each.says for each in (self.late, self.lost) if each)
        return tuple(name for name in (*self.says, self.again, self.remind, self.busy, *persons) if name)


@dataclass(frozen=True, slots=True)
class Flow:
    """A plan. `columns` are those of its rows in the log, and whose data each holds."""

    key: str
    first: str
    steps: Mapping[str, Step]
    sentences: Sentences
    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    restart: frozenset[str] = frozenset()  # whole messages, folded, that begin anew
    came_late: str = ""  # tells the person who was called meanwhile what has come of it
    more: tuple[str, ...] = ()  # further sentences that its functions say
    learns: tuple[str, ...] = ()  # what of its data is the customer's own answer

    def __post_init__(self) -> None:
        for why in (*self._faults(), *self._dead_ends()):
            raise ValueError(f"The flow {self.key}: {why}")

    def _faults(self) -> list[str]:
        said = {name for step in self.steps.values() for name in step.sentences()} | {
            *self.more,
            *filter(None, [self.came_late]),
        }
        faults = [f"there is no sentence {name}" for name in sorted(said - self.sentences.names)]
        if self.first not in self.steps or {OVER, EXPIRED} & set(self.steps):
            faults.append(f"it begins with a step of its own, and none is called {OVER} or {EXPIRED}")
        for key, step in self.steps.items():
            if isinstance(step.next, str) and step.next and step.next not in self.steps:
                faults.append(f"{key} goes on to {step.next}, which is no step")
            if step.accept and not (step.again and step.remind and step.lost and step.next and step.tries > 0):
                faults.append(f"{key} waits for an answer and lacks again, remind, lost, next or tries")
            if step.task and not (step.says and step.busy and step.next and step.late):
                faults.append(f"{key} waits for the outside and lacks says, busy, next or late")
        return faults

    def _dead_ends(self) -> list[str]:
        """Steps that are only said and passed must come to one that waits, or to the end."""
        faults: list[str] = []
        for key in self.steps:
            seen, at = {key}, key
            while (step := self.steps.get(at)) and not step.waits and isinstance(step.next, str) and step.next:
                at = step.next
                if at in seen:
                    faults.append(f"{key} is passed for ever")
                    break
                seen.add(at)
        return faults

    def after(self, step: str, data: Data) -> str:
        """The step that comes after one, by what has been learnt."""
        following = self.steps[step].next
        return following if isinstance(following, str) else following(data)
