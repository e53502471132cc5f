"""What the simulated model is told to say: plays, faults, and the record of what it was asked. In memory, no HTTP.

A play belongs to whatever it is meant for: `when` is looked for, letter case aside, in the newest thing that the caller
said that was no tool's answer; empty, it fits everything. The steps of a play are given one after the other, the last
one again and again; `once` takes the play away after its last step. Later plays go before earlier ones.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from app.sandbox.model_play import SHAPED, step_in

Json = dict[str, Any]
ANSWER_TOOL = "answer_customer"  # what the built-in agent calls its structured answer
UNTOLD = "Recebi a sua mensagem."  # what is said while nobody has told anything else


@dataclass(frozen=True, slots=True)
class Step:
    """One answer of the model. `answer` goes to the tool for it where the caller has one, else out as JSON text.

    So does `say` where the caller requires a tool, unless the step is `plain`: a model that does as it likes.
    """

    say: str | None = None
    answer: Json | None = None
    call: tuple[Json, ...] = ()  # of {"name", "arguments"}
    fault: str = ""
    plain: bool = False
    delay: float = 0.0
    retry_after: int | None = None


@dataclass(slots=True)
class Play:
    """The steps for one thing that may be asked."""

    when: str
    steps: tuple[Step, ...]
    once: bool = False
    given: int = 0

    def fits(self, asked: str) -> bool:
        return self.when.casefold() in asked.casefold() and not (self.once and self.given >= len(self.steps))

    def next(self) -> Step:
        step = self.steps[min(self.given, len(self.steps) - 1)]
        self.given += 1
        return step


def step_of(told: Mapping[str, Any]) -> Step:
    """A step as JSON tells it; an unknown word in it is a TypeError."""
    known: dict[str, Any] = {**told, "call": tuple(told.get("call", ()))}
    return Step(**known)


def play_of(told: Mapping[str, Any]) -> Play:
    """A play as JSON tells it: `{"when", "steps": [...], "once"}`, or one step beside `when`."""
    rest = {name: value for name, value in told.items() if name not in {"when", "once", "steps"}}
    steps = told.get("steps") or [rest]
    return Play(str(told.get("when", "")), tuple(map(step_of, steps)), bool(told.get("once", False)))


@dataclass(slots=True)
class Script:
    """All that one simulated model knows. `default` is said where no play fits."""

    default: Step = field(default_factory=lambda: Step(say=UNTOLD))
    plays: list[Play] = field(default_factory=list[Play])
    record: list[Json] = field(default_factory=list[Json])

    def step_for(self, body: Json) -> Step:
        """What comes next for this request; it is written down."""
        asked = newest_words(objects(body.get("messages")))
        play = next((one for one in reversed(self.plays) if one.fits(asked)), None)
        self.record.append({"kind": "chat", "body": body, "played": play.when if play else None})
        if play is not None:
            return play.next()
        tools = [str(tool.get("function", {}).get("name")) for tool in objects(body.get("tools"))]
        if SHAPED in tools and self.default.say == UNTOLD:
            return Step(
                call=(step_in(tools, asked, told_since(objects(body.get("messages")))),), delay=self.default.delay
            )
        return self.default

    def clear(self) -> None:
        self.plays.clear()
        self.record.clear()


def newest_words(messages: Sequence[Json]) -> str:
    """What the newest message of the user says."""
    said = [text_of(one.get("content")) for one in messages if one.get("role") == "user"]
    return said[-1] if said else ""


def told_since(messages: Sequence[Json]) -> list[str]:
    """What tools have answered since the newest message of the user."""
    last = max((at for at, one in enumerate(messages) if one.get("role") == "user"), default=-1)
    return [text_of(one.get("content")) for one in messages[last + 1 :] if one.get("role") == "tool"]


def text_of(content: object) -> str:
    """The text of a message's content, which is a text or a list of parts."""
    if isinstance(content, list):
        return " ".join(str(part.get("text", "")) for part in objects(cast("object", content)))
    return "" if content is None else str(content)


def objects(value: object) -> list[Json]:
    """The objects in a list of a request's body; nothing where it is none."""
    items = cast("list[object]", value) if isinstance(value, list) else []
    return [cast("Json", one) for one in items if isinstance(one, dict)]
