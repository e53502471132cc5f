"""Carrying out the plan of a push, and the list of what was changed, what was not, and what n8n left unsaid.

An n8n may die at any call, before or after it did what was asked. So every write is named before it is made; where its
answer is lost it is looked for once more, and only what cannot be found out is told as unclear. The next push finds
whatever was made by its name, so nothing is ever made twice.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from app.domain.errors import AppError, Conflict, NeedsHuman, Rejected, Retryable
from app.n8n.client import N8n
from app.n8n.workflows.canvas import TAG, Json, Place, Target
from app.n8n.workflows.rendering import render
from app.services.workflows.binding import bound, is_bound
from app.services.workflows.planning import (
    Change,
    CredentialStep,
    Plan,
    Secret,
    There,
    WorkflowStep,
    found,
    is_as,
    is_tagged,
    with_positions_of,
)

T = TypeVar("T")
_VERBS = {
    Change.CREATE: "created",
    Change.UPDATE: "updated",
    Change.PUBLISH: "published",
    Change.TAG: "tagged",
    Change.BIND: "bound to its credentials",
}


@dataclass
class Report:
    """What a push did, line by line, what it did not do, and of what n8n did not say whether it was done."""

    done: list[str] = field(default_factory=list[str])
    kept: list[str] = field(default_factory=list[str])
    undone: list[str] = field(default_factory=list[str])
    unclear: list[str] = field(default_factory=list[str])
    failed: bool = False  # n8n refused something that was asked of it

    @property
    def changed(self) -> bool:
        """Whether anything was changed, or may have been."""
        return bool(self.done or self.unclear)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A write that n8n was asked for. `is_done` tells from what is there; None: it cannot be seen."""

    thing: str
    verb: str
    is_done: Callable[[There], bool | None]
    is_told: bool = True  # as a line of its own


class Carrying:
    """One push under way."""

    def __init__(self, n8n: N8n, secrets: Sequence[Secret], *, waiting: tuple[float, float]) -> None:
        self.report = Report()
        self._n8n = n8n
        self._secrets = {one.credential.key: one for one in secrets}
        self._patience, self._look_every = waiting
        self._numbers: dict[str, str] = {}
        self._error_flow = ""
        self._tag = ""
        self._made: set[tuple[str, str]] = set()  # what was done to which thing
        self._open: _Asked | None = None
        self._watched = ""

    async def carry_out(self, todo: Plan, there: There) -> None:
        """Credentials, then the workflows that others point at, then the others; what is live is waited for."""
        for step in todo.credentials:
            await self._credential(step)
        for one in todo.workflows:
            await self._workflow(one, there, todo)

    async def stopped(self, todo: Plan) -> Report:
        """The report of a push that cannot go on: what was lost is looked for, what was not come to is listed."""
        if self._open is not None:
            await self._find_out(self._open)
        if (self._watched, "published") in self._made:
            self.report.undone.append(f"{self._watched}: published, but not seen to be live")
        for step in todo.credentials:
            self._missing(f"credential {step.credential.name}", step.change)
        for one in todo.workflows:
            self._missing(f"workflow {one.workflow.name}", one.change, is_live=not one.lacks)
        return self.report

    async def _find_out(self, asked: _Asked) -> None:
        """Whether what n8n was asked for has been done."""
        try:
            happened = asked.is_done(There(await self._n8n.workflows(), await self._n8n.credentials()))
        except AppError:
            happened = None
        if happened is None:
            said = f"{asked.thing}: {asked.verb} or not, n8n did not say"
            self.report.unclear.append(f"{said}; the next push looks first and makes no second")
            self._made.add((asked.thing, asked.verb))
            self._watched = ""
        elif happened:
            self._note(asked)

    def _missing(self, thing: str, change: Change, *, is_live: bool = False) -> None:
        """A line of what was to be done to this thing and was not."""
        if change not in _VERBS:
            return
        wanted = [_VERBS[change]]
        wanted += ["published"] if is_live and change in (Change.CREATE, Change.UPDATE) else []
        missing = [f"not {verb}" for verb in wanted if (thing, verb) not in self._made]
        if missing:
            self.report.undone.append(f"{thing}: {' and '.join(missing)}")

    async def _write(self, asked: _Asked, doing: Awaitable[T]) -> T:
        """One write. If its answer is lost, it stays open and must be looked for."""
        self._open = asked
        try:
            result = await doing
        except Retryable:
            raise
        except AppError:
            self._open = None  # refused: it was not done
            raise
        self._open = None
        self._note(asked)
        return result

    def _note(self, asked: _Asked) -> None:
        self._made.add((asked.thing, asked.verb))
        if asked.is_told:
            self.report.done.append(f"{asked.thing}: {asked.verb}")

    async def _credential(self, step: CredentialStep) -> None:
        credential, number = step.credential, step.number
        thing = f"credential {credential.name}"
        secret = self._secrets.get(credential.key)
        if secret is None or step.change is Change.KEEP:
            self._numbers |= {credential.key: number} if number else {}
            if secret is not None:
                self.report.kept.append(f"{thing}: unchanged")
            elif step.change is Change.ABSENT:
                self.report.undone.append(f"{thing}: not given; make it in n8n under this name")
            return
        name, kind = credential.name, credential.kind
        if step.change is Change.CREATE:
            asked = _Asked(thing, "created", lambda there: _has(there.credentials, name, kind))
            number = await self._write(asked, self._n8n.create_credential(name, kind, secret.data))
        else:
            asked = _Asked(thing, "updated", lambda _: None)  # n8n never shows what it holds
            await self._write(asked, self._n8n.update_credential(number, kind, secret.data))
        self._numbers[credential.key] = number

    async def _workflow(self, step: WorkflowStep, there: There, todo: Plan) -> None:
        thing, number = f"workflow {step.workflow.name}", step.number
        if step.change in (Change.CREATE, Change.UPDATE):
            number = await self._written(step, there, todo)
        if step.workflow.is_error_flow:
            self._error_flow = number
        if step.change is Change.BIND:
            await self._bound(step, there, todo)
        if step.change in (Change.EDITED, Change.BIND):
            said = f"{thing}: changed by a person, left alone ({len(step.why)} differences)"
            self.report.undone.append(f"{said}; `ponte n8n diff` shows them, --overwrite replaces it")
        elif step.change is Change.KEEP:
            self.report.kept.append(f"{thing}: unchanged")
        else:
            await self._finished(step, number)

    async def _written(self, step: WorkflowStep, there: There, todo: Plan) -> str:
        workflow, thing = step.workflow, f"workflow {step.workflow.name}"
        body = render(workflow, Target.API, Place(self._error_flow, self._numbers, todo.seals))
        live = found(there.workflows, workflow)
        if live is None:
            asked = _Asked(thing, "created", lambda now: found(now.workflows, workflow) is not None)
            return await self._write(asked, self._n8n.create_workflow(body))
        asked = _Asked(thing, "updated", lambda now: is_as(found(now.workflows, workflow) or {}, body))
        await self._write(asked, self._n8n.update_workflow(step.number, with_positions_of(body, live)))
        if live.get("active"):  # n8n publishes it anew by itself
            self._made.add((thing, "published"))
        return step.number

    async def _bound(self, step: WorkflowStep, there: There, todo: Plan) -> None:
        """Only where it points: what a person wrote stays, and whether it is published."""
        workflow, thing = step.workflow, f"workflow {step.workflow.name}"
        ours = render(workflow, Target.API, Place(self._error_flow, self._numbers, todo.seals))
        live = found(there.workflows, workflow)
        if live is None:
            return
        asked = _Asked(thing, _VERBS[Change.BIND], lambda now: is_bound(found(now.workflows, workflow) or live, ours))
        try:
            await self._write(asked, self._n8n.update_workflow(step.number, bound(live, ours)))
        except (Rejected, Conflict) as error:
            self.report.undone.append(f"{thing}: not bound to its credentials. {error.message}")

    async def _finished(self, step: WorkflowStep, number: str) -> None:
        """With our tag, published, and seen to be live."""
        thing = f"workflow {step.workflow.name}"
        if step.untagged:
            await self._tagged(step, number)
        if step.change is Change.TAG:
            return
        if step.lacks:
            self.report.undone.append(f"{thing}: not published, it needs the credential {', '.join(step.lacks)}")
            return
        try:
            await self._published(step, number)
        except (Rejected, Conflict) as error:
            self.report.undone.append(f"{thing}: not published. {error.message}")
            self.report.failed = True
        self._watched = ""

    async def _tagged(self, step: WorkflowStep, number: str) -> None:
        """With our tag, where n8n lets us; its name alone is enough to find it."""
        thing = f"workflow {step.workflow.name}"
        asked = _Asked(
            thing, "tagged", lambda now: is_tagged(_numbered(now, number)), is_told=step.change is Change.TAG
        )
        try:
            self._tag = self._tag or await self._n8n.tag(TAG)
            await self._write(asked, self._n8n.set_tags(number, [*step.tags, self._tag]))
        except (NeedsHuman, Rejected) as error:
            self.report.undone.append(f"{thing}: not tagged. {error.message}")

    async def _published(self, step: WorkflowStep, number: str) -> None:
        """Publish unless it is, and wait until n8n says so and its webhook is there."""
        thing, path = f"workflow {step.workflow.name}", step.workflow.webhook_path
        self._watched = thing
        if not (await self._n8n.workflow(number)).get("active"):
            asked = _Asked(thing, "published", lambda now: _is_active(now, number), step.change is Change.PUBLISH)
            await self._write(asked, self._n8n.publish(number))
        for _ in range(max(1, int(self._patience / self._look_every))):
            is_active = (await self._n8n.workflow(number)).get("active")
            if is_active and (not path or await self._n8n.is_listening(path)):
                return
            await asyncio.sleep(self._look_every)
        raise Conflict(
            f"It was published, but is not live after {self._patience:g} seconds.", hint="Look into n8n's log."
        )


def _has(credentials: Sequence[Json], name: str, kind: str) -> bool:
    return any((one["name"], one["type"]) == (name, kind) for one in credentials)


def _numbered(there: There, number: str) -> Json:
    empty: Json = {}
    return next((one for one in there.workflows if str(one["id"]) == number), empty)


def _is_active(there: There, number: str) -> bool:
    return bool(_numbered(there, number).get("active"))
