"""`python -m tests.bench.worker`: a worker whose brain answers at once, so that what is left is our own overhead."""

from app.domain.brain import Proposal, ReplyAction, ReplyRequest
from tests.chaos.worker import run


class InstantBrain:
    name = "instant"

    async def reply(self, request: ReplyRequest) -> Proposal:
        return Proposal(ReplyAction.REPLY, (f"Resposta {request.conversation_id}.{request.turn}",))


if __name__ == "__main__":
    run(InstantBrain())
