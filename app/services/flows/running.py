"""The engine of all flows: it begins them, hears for them, reminds, waits and gives up. Pure, and never raises.

It knows no flow. Who asks for a person is the conversation's to notice, before anything is heard here: a text that
asks for one never comes to `hear`. Of what does come,
- a whole message that is a restart word begins anew (not while something is being done outside);
- the step's own `accept` looks next; its answer counts even when a question stands beside it;
- a question that is no answer is the brain's (`is_mine` False): the state stays, the balloons bring the step back;
- anything else is asked again, and when that has been tried often enough a person goes on.
A move that is the flow's own says something, ends the flow or calls a person; another state has a higher version.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from app.domain.flows import EXPIRES_AFTER, ErrandDone, FlowState, Hearing, Move
from app.domain.language import fold
from app.domain.questions import asks, content
from app.services.flows.model import Answer, Flow, Go, NotMine, Person, Step, Unclear, Value
from app.services.flows.moving import ERRAND, LANGUAGE, LATE, TOLD, Moving, due, ends

_OVER = Move(None, is_mine=False)


class Engine:
    """Runs the flows that it is given; `key` names one of them."""

    def __init__(self, flows: Iterable[Flow]) -> None:
        self._flows: Mapping[str, Flow] = {flow.key: flow for flow in flows}

    def is_known(self, key: str) -> bool:
        return key in self._flows

    def flow(self, key: str) -> Flow | None:
        return self._flows.get(key)

    def keys(self) -> tuple[str, ...]:
        return tuple(self._flows)

    def steps(self, key: str) -> tuple[str, ...]:
        """The steps of a flow in their order; none when there is no such flow."""
        return tuple(self._flows[key].steps) if key in self._flows else ()

    def waits_outside(self, state: FlowState) -> bool:
        """Whether something is being done outside for its customer."""
        place = self._place(state)
        return place is not None and place[1].task is not None

    def due(self, state: FlowState) -> datetime | None:
        """When the flow wants to be woken; what an answer of the brain in between must not take away."""
        flow = self.flow(state.flow)
        return due(flow, state) if flow else None

    def begin(self, key: str, hearing: Hearing) -> Move:
        """The flow from its first step; a flow that there is not is over at once."""
        flow = self.flow(key)
        return Moving(flow, hearing, 1, hearing.now).go(Go(flow.first), _tongue(flow, hearing)) if flow else _OVER

    def hear(self, state: FlowState, texts: Sequence[str], hearing: Hearing) -> Move:
        """What the customer wrote, one burst."""
        place = self._place(state)
        if place is None or hearing.now - state.entered_at > EXPIRES_AFTER:
            return _OVER
        flow, step = place
        state = replace(state, data={**state.data, **_tongue(flow, hearing)})
        text = "\n".join(text.strip() for text in texts if text.strip())
        if LATE in state.data:
            return Move(state, is_mine=False, due=due(flow, state))
        if ERRAND not in state.data and _plain(text) in flow.restart:
            return self._anew(flow, state, hearing)
        answer = step.accept(text, state.data) if step.accept and text else NotMine()
        if step.accept is None:
            return self._meanwhile(flow, state, text, hearing)
        if isinstance(answer, Unclear) and not answer.says and asks(text) and content(text):
            answer = NotMine()
        return self._answered(flow, state, answer, hearing)

    def errand_done(self, state: FlowState, done: ErrandDone, hearing: Hearing) -> Move:
        """What came of something outside. A result that nobody waits for any more changes nothing but the log."""
        place = self._place(state)
        if place is None:
            return _OVER
        flow, step = place
        told = {**state.data, **done.data, "status": done.status}
        if step.task is None or state.data.get(ERRAND) != done.key or step.task.kind != done.kind:
            unasked = Moving(flow, hearing, state.version, state.started_at)
            unasked.record(f"{done.kind}_unasked", {**done.data, "status": done.status})
            return Move(state, due=due(flow, state), log=tuple(unasked.log))
        moving = self._moving(flow, state, hearing)
        moving.record(step.task.answered, told)
        came = step.task.came(done, state.data)
        if isinstance(came, Person):
            move = moving.hand_over(came, state.data)
            return replace(move, balloons=()) if LATE in state.data else move
        move = moving.go(came, state.data)
        return self._to_the_person(flow, move, hearing, {**state.data, **came.keep}) if LATE in state.data else move

    def overdue(self, state: FlowState, hearing: Hearing) -> Move:
        """The flow is woken: a reminder, the end of a step's patience, or nothing yet."""
        place = self._place(state)
        if place is None:
            return _OVER
        flow, step = place
        now = hearing.now
        moving = self._moving(flow, state, hearing)
        if now >= ends(step, state):
            return self._ran_out(step, state, moving)
        passed = sum(state.entered_at + after <= now for after in step.reminders)
        if passed <= state.reminders:
            return Move(state, due=due(flow, state))
        moving.say((step.remind,), state.data)
        return moving.remain(replace(state, reminders=passed))

    def skip(self, state: FlowState, step: str | None, hearing: Hearing) -> Move:
        """A salesperson goes on to the next step, or to a named one; where that makes no sense, a note says why."""
        place = self._place(state)
        if place is None:
            return _OVER
        flow = place[0]
        target = step or flow.after(state.step, state.data)
        if missing := self.missing(state, target):
            why = f"{flow.key}: {target or 'no step'} cannot be next ({', '.join(missing)})"
            return Move(state, note=why, due=due(flow, state))
        return self._moving(flow, state, hearing).go(Go(target), state.data)

    def missing(self, state: FlowState, step: str) -> tuple[str, ...]:
        """What keeps a flow from going on to a step: names of data, or `no_such_step`; nothing when it can."""
        flow = self.flow(state.flow)
        if flow is None or step not in flow.steps:
            return ("no_such_step",)
        return tuple(name for name in flow.steps[step].needs if not state.data.get(name))

    def reset(self, state: FlowState, hearing: Hearing) -> Move:
        """A salesperson lets the step begin anew: asked once more, its tries and reminders forgotten."""
        place = self._place(state)
        return self._moving(place[0], state, hearing).go(Go(state.step), state.data) if place else _OVER

    def restart(self, state: FlowState, hearing: Hearing) -> Move:
        """The whole flow from its first step, all that it has learnt forgotten."""
        flow = self.flow(state.flow)
        return self._anew(flow, state, hearing) if flow else _OVER

    def _place(self, state: FlowState) -> tuple[Flow, Step] | None:
        """Where it stands; None: it is over, or stands where no flow of ours has a step (any more)."""
        flow = self.flow(state.flow)
        step = flow.steps.get(state.step) if flow else None
        return (flow, step) if flow and step and step.waits else None

    def _moving(self, flow: Flow, state: FlowState, hearing: Hearing) -> Moving:
        return Moving(flow, hearing, state.version + 1, state.started_at)

    def _anew(self, flow: Flow, state: FlowState, hearing: Hearing) -> Move:
        kept = {LANGUAGE: state.data[LANGUAGE]} if LANGUAGE in state.data else {}
        return Moving(flow, hearing, state.version + 1, hearing.now).go(Go(flow.first), kept)

    def _meanwhile(self, flow: Flow, state: FlowState, text: str, hearing: Hearing) -> Move:
        """Something is being done outside: that is told once; what else the customer says is the brain's."""
        if TOLD in state.data or not text or (asks(text) and content(text)):
            return Move(state, is_mine=False, due=due(flow, state))
        moving = self._moving(flow, state, hearing)
        moving.say((flow.steps[state.step].busy,), state.data)
        return moving.remain(replace(state, data={**state.data, TOLD: "1"}))

    def _answered(self, flow: Flow, state: FlowState, answer: Answer, hearing: Hearing) -> Move:
        moving = self._moving(flow, state, hearing)
        match answer:
            case Value(keep):
                data = {**state.data, **keep}
                return moving.go(Go(flow.after(state.step, data)), data)
            case Go():
                return moving.go(answer, state.data)
            case Person():
                return moving.hand_over(answer, state.data)
            case Unclear():
                return self._asked_again(flow, state, answer, moving)
            case NotMine():
                moving.say((flow.steps[state.step].remind,), state.data)
                return Move(state, tuple(moving.balloons), is_mine=False, due=due(flow, state))

    def _asked_again(self, flow: Flow, state: FlowState, answer: Unclear, moving: Moving) -> Move:
        """The time for the answer begins anew with every question; the tries do not."""
        step = flow.steps[state.step]
        data = {**state.data, **answer.keep}
        if state.tries + 1 >= step.tries and step.lost:
            return moving.hand_over(step.lost, data)
        moving.say((answer.says or step.again,), data)
        now = moving.hearing.now
        return moving.remain(replace(state, data=data, tries=state.tries + 1, reminders=0, entered_at=now))

    def _ran_out(self, step: Step, state: FlowState, moving: Moving) -> Move:
        if step.late is None or LATE in state.data:
            moving.record("expired", {**state.data, "status": "expired"})
            return replace(moving.over(), is_expired=True)
        if ERRAND not in state.data:
            return moving.hand_over(step.late, state.data)
        waiting = replace(state, data={**state.data, LATE: "1"}, version=moving.version)
        return moving.hand_over(step.late, state.data, state=waiting)

    def _to_the_person(self, flow: Flow, move: Move, hearing: Hearing, data: Mapping[str, str]) -> Move:
        """It came after a person had been called: that person tells the customer."""
        note = flow.sentences.say(flow.came_late, data, hearing) if flow.came_late else ""
        return replace(move, balloons=(), note=note)


def _tongue(flow: Flow, hearing: Hearing) -> Mapping[str, str]:
    """The language of the script that the customer writes, where the flow has words in it."""
    return {LANGUAGE: hearing.written} if hearing.written in flow.sentences.texts else {}


def _plain(text: str) -> str:
    """A message as restart words are written: folded, without signs."""
    return " ".join("".join(mark if mark.isalnum() else " " for mark in fold(text)).split())
