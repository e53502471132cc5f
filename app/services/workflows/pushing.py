"""Pushing the workflows into an n8n over its public API: look first, then write, and say what was and was not changed.

What is there is found by its exact name, so nothing is stored here. What a person changed in n8n is left alone.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from app.domain.errors import AppError, Conflict, NeedsHuman, Rejected
from app.n8n.client import N8n
from app.n8n.workflows.canvas import TAG, Place, Target, Workflow, render
from app.services.workflows.planning import (
    Change,
    CredentialStep,
    Plan,
    Secret,
    There,
    WorkflowStep,
    found,
    plan,
    with_positions_of,
)

PATIENCE: Final = 20.0  # seconds for a published workflow to be live
LOOK_EVERY: Final = 0.25


@dataclass
class Report:
    """What a push did, line by line, and what it did not do."""

    done: list[str] = field(default_factory=list[str])
    kept: list[str] = field(default_factory=list[str])
    undone: list[str] = field(default_factory=list[str])
    failed: bool = False  # n8n refused something that was asked of it

    @property
    def changed(self) -> bool:
        return bool(self.done)


class PushStopped(NeedsHuman):
    """n8n refused in the middle. The report says how far it came; a second push goes on from there."""

    def __init__(self, cause: AppError, report: Report) -> None:
        super().__init__(cause.message, hint=cause.hint, code=cause.code)
        self.report = report


class Pushing:
    """Brings an n8n up to what Ponte would have there."""

    def __init__(self, n8n: N8n, *, patience: float = PATIENCE, look_every: float = LOOK_EVERY) -> None:
        self._n8n = n8n
        self._waiting = (patience, look_every)

    async def look(self, workflows: Sequence[Workflow], secrets: Sequence[Secret], *, overwrite: bool = False) -> Plan:
        """What a push would do. Changes nothing.

        Raises:
            NeedsHuman: this n8n is too old, or the key may not do what would be needed.
            Conflict: it cannot be told which of the things there are ours.
        """
        scopes = await self._n8n.scopes()
        _need(scopes, frozenset({"workflow:list", "credential:list"}))
        return plan(await self.there(), workflows, secrets, overwrite=overwrite)

    async def there(self) -> There:
        """What this n8n has."""
        return There(await self._n8n.workflows(), await self._n8n.credentials())

    async def push(
        self, workflows: Sequence[Workflow], secrets: Sequence[Secret], *, overwrite: bool = False
    ) -> Report:
        """Do it. Nothing is written before everything that can be known beforehand is known.

        Raises:
            NeedsHuman: as `look`; nothing was changed.
            PushStopped: n8n refused in the middle.
        """
        found_plan = await self.look(workflows, secrets, overwrite=overwrite)
        _need(await self._n8n.scopes(), found_plan.scopes)
        report = Report()
        act = _Act(self._n8n, report, secrets, waiting=self._waiting)
        try:
            await act.carry_out(found_plan)
        except AppError as error:
            report.undone += act.remaining(found_plan)
            raise PushStopped(error, report) from error
        return report


def _need(scopes: frozenset[str], needed: frozenset[str]) -> None:
    missing = sorted(needed - scopes)
    if missing:
        said = f"This n8n API key lacks the scopes {', '.join(missing)}; nothing was changed."
        raise NeedsHuman(said, hint="Give them to the key in n8n, under Settings > n8n API.", code="n8n_scope")


class _Act:
    """One push under way."""

    def __init__(self, n8n: N8n, report: Report, secrets: Sequence[Secret], *, waiting: tuple[float, float]) -> None:
        self._n8n = n8n
        self._report = report
        self._secrets = {one.credential.key: one for one in secrets}
        self._patience, self._look_every = waiting
        self._numbers: dict[str, str] = {}
        self._error_flow = ""
        self._tag: str | None = None
        self._touched: set[str] = set()

    async def carry_out(self, todo: Plan) -> None:
        """Credentials, then the workflows that others point at, then the others; what is live is waited for."""
        there = There(await self._n8n.workflows(), ())
        for step in todo.credentials:
            await self._credential(step)
        for one in todo.workflows:
            await self._workflow(one, there, todo)

    def remaining(self, todo: Plan) -> list[str]:
        """What was not come to."""
        names = [step.credential.name for step in todo.credentials if step.change in (Change.CREATE, Change.UPDATE)]
        names += [step.workflow.name for step in todo.workflows if step.change is not Change.KEEP]
        return [f"{name}: not changed" for name in names if name not in self._touched]

    async def _credential(self, step: CredentialStep) -> None:
        credential, number = step.credential, step.number
        secret = self._secrets.get(credential.key)
        if step.change is Change.ABSENT or secret is None:
            if step.change is Change.ABSENT:
                self._report.undone.append(f"credential {credential.name}: not given; make it in n8n under this name")
            self._numbers |= {credential.key: number} if number else {}
            return
        if step.change is Change.CREATE:
            number = await self._n8n.create_credential(credential.name, credential.kind, secret.data)
        elif step.change is Change.UPDATE:
            await self._n8n.update_credential(number, credential.kind, secret.data)
        self._numbers[credential.key] = number
        self._touched.add(credential.name)
        self._note(f"credential {credential.name}", step.change)

    def _note(self, name: str, change: Change) -> None:
        words = {Change.CREATE: "created", Change.UPDATE: "updated", Change.PUBLISH: "published"}
        if change in words:
            self._report.done.append(f"{name}: {words[change]}")
        else:
            self._report.kept.append(f"{name}: unchanged")

    async def _workflow(self, step: WorkflowStep, there: There, todo: Plan) -> None:
        workflow, number = step.workflow, step.number
        if step.change is Change.EDITED:
            said = f"workflow {workflow.name}: changed by a person, left alone ({len(step.why)} differences)"
            self._report.undone.append(f"{said}; `ponte n8n diff` shows them, --overwrite replaces it")
        elif step.change in (Change.CREATE, Change.UPDATE):
            number = await self._written(step, there, todo)
        if workflow.is_error_flow:
            self._error_flow = number
        if step.change in (Change.EDITED, Change.KEEP):
            if step.change is Change.KEEP:
                self._note(f"workflow {workflow.name}", step.change)
            return
        self._touched.add(workflow.name)
        await self._live(step, number)

    async def _written(self, step: WorkflowStep, there: There, todo: Plan) -> str:
        place = Place(self._error_flow, self._numbers, todo.seals)
        body = render(step.workflow, Target.API, place)
        if step.change is Change.CREATE:
            number = await self._n8n.create_workflow(body)
            await self._tagged(number)
        else:
            number = step.number
            live = found(there.workflows, step.workflow) or {}
            await self._n8n.update_workflow(number, with_positions_of(body, live))
        return number

    async def _tagged(self, number: str) -> None:
        """With our tag, where this n8n has tags and the key may use them; its name alone is enough to find it."""
        try:
            self._tag = self._tag or await self._n8n.tag(TAG)
            await self._n8n.set_tags(number, [self._tag])
        except (NeedsHuman, Rejected):
            return

    async def _live(self, step: WorkflowStep, number: str) -> None:
        name = f"workflow {step.workflow.name}"
        if step.lacks:
            self._note(name, step.change)
            self._report.undone.append(f"{name}: not published, it needs the credential {', '.join(step.lacks)}")
            return
        try:
            await self._published(step.workflow, number)
        except (Rejected, Conflict) as error:
            self._note(name, step.change)
            self._report.undone.append(f"{name}: not published. {error.message}")
            self._report.failed = True
            return
        self._note(name, step.change)

    async def _published(self, workflow: Workflow, number: str) -> None:
        """Publish unless it is, and wait until n8n says so and its webhook is there."""
        if not (await self._n8n.workflow(number)).get("active"):
            await self._n8n.publish(number)
        for _ in range(max(1, int(self._patience / self._look_every))):
            is_active = (await self._n8n.workflow(number)).get("active")
            if is_active and (not workflow.webhook_path or await self._n8n.is_listening(workflow.webhook_path)):
                return
            await asyncio.sleep(self._look_every)
        raise Conflict(
            f"It was published, but is not live after {self._patience:g} seconds.", hint="Look into n8n's log."
        )
