"""Pushing the workflows into an n8n over its public API: look first, then write, and say what was and was not changed.

What is there is found by its exact name, so nothing is stored here. What a person changed in n8n is left alone.
"""

from collections.abc import Sequence
from typing import Final

from app.domain.errors import AppError, NeedsHuman
from app.n8n.client import N8n
from app.n8n.workflows.canvas import Workflow
from app.services.workflows.carrying import Carrying, Report
from app.services.workflows.planning import TAG_SCOPES, Plan, Secret, There, plan

PATIENCE: Final = 20.0  # seconds for a published workflow to be live
LOOK_EVERY: Final = 0.25


class PushStopped(NeedsHuman):
    """It ended in the middle. The report says how far it came; a second push goes on from there."""

    def __init__(self, cause: AppError, report: Report) -> None:
        super().__init__(cause.message, hint=cause.hint or "Push again: it goes on from there.", code=cause.code)
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
        _, found = await self._look(workflows, secrets, overwrite=overwrite)
        return found

    async def _look(
        self, workflows: Sequence[Workflow], secrets: Sequence[Secret], *, overwrite: bool
    ) -> tuple[There, Plan]:
        scopes = await self._n8n.scopes()
        _need(scopes, frozenset({"workflow:list", "credential:list"}))
        there = There(await self._n8n.workflows(), await self._n8n.credentials(), scopes >= TAG_SCOPES)
        return there, plan(there, workflows, secrets, overwrite=overwrite)

    async def push(
        self, workflows: Sequence[Workflow], secrets: Sequence[Secret], *, overwrite: bool = False
    ) -> Report:
        """Do it. Nothing is written before everything that can be known beforehand is known.

        Raises:
            NeedsHuman: as `look`; nothing was changed.
            PushStopped: n8n refused, or was gone, in the middle.
        """
        there, todo = await self._look(workflows, secrets, overwrite=overwrite)
        _need(await self._n8n.scopes(), todo.scopes)
        carrying = Carrying(self._n8n, secrets, waiting=self._waiting)
        try:
            await carrying.carry_out(todo, there)
        except AppError as error:
            raise PushStopped(error, await carrying.stopped(todo)) from error
        return carrying.report


def _need(scopes: frozenset[str], needed: frozenset[str]) -> None:
    missing = sorted(needed - scopes)
    if missing:
        said = f"This n8n API key lacks the scopes {', '.join(missing)}; nothing was changed."
        raise NeedsHuman(said, hint="Give them to the key in n8n, under Settings > n8n API.", code="n8n_scope")


__all__ = ["PushStopped", "Pushing", "Report"]
