"""Errands of flows: what a flow wants done outside is done here, and what came of it goes back into the conversation.

An errand may be run twice; whoever does it does it once for its key.
"""

from collections.abc import Mapping

from app.domain.clock import Clock
from app.domain.flows import ErrandDone
from app.domain.ports import ErrandRunner
from app.services.conversation.mailbox import begin, finish
from app.store.database import Database
from app.store.errands import Errands, OpenErrand, end_errand

# The flow is told so of an errand that nobody here can run: it hands over.
ERROR = "error"
NOBODY_RUNS_IT = "no_runner"


class RunningErrands:
    """Runs errands, each kind by its own runner."""

    def __init__(self, database: Database, clock: Clock, runners: Mapping[str, ErrandRunner]) -> None:
        self._database = database
        self._clock = clock
        self._runners = runners
        self._errands = Errands(database)

    async def run(self, number: int) -> None:
        """Have it done and tell the flow, once.

        Raises:
            Retryable: not done yet; the job comes back.
        """
        found = await self._errands.open(number)
        if found is None:
            return
        runner = self._runners.get(found.errand.kind)
        done = await runner.run(found.account_id, found.conversation_id, found.errand) if runner else _nobody(found)
        await self._tell(found, done)

    async def _tell(self, found: OpenErrand, done: ErrandDone) -> None:
        """The end of the errand and what the flow makes of it, in one transaction under the conversation's lock."""
        async with self._database.transaction() as tx:
            course = await begin(tx, found.conversation_id, self._clock.now())
            if course is None or not await end_errand(tx, found.id, done.status, course.now):
                return
            course.take(done)
            await finish(tx, course)


def _nobody(found: OpenErrand) -> ErrandDone:
    return ErrandDone(found.errand.kind, found.errand.key, ERROR, {"error_detail": NOBODY_RUNS_IT})
