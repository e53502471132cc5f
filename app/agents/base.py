"""The brain's door: whatever writes replies stands behind this protocol."""

from typing import Protocol, runtime_checkable

from app.domain.brain import Proposal, ReplyRequest


class Brain(Protocol):
    """Writes the reply to one turn. Sees only the request; may be asked twice for one turn."""

    name: str

    async def reply(self, request: ReplyRequest) -> Proposal:
        """Answer the burst before `request.deadline`. Any exception counts as a failed rung of the ladder."""
        ...


@runtime_checkable
class SlowToStart(Protocol):
    """A brain that is better made ready before the first customer asks."""

    async def warm(self) -> None: ...
