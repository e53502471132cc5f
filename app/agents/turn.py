"""One turn as the agent sees it, and the grounds that its reply may stand on. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.agents.guardrails import Ground
from app.agents.toolkit import Toolkit
from app.domain.brain import Passage, ReplyRequest
from app.domain.manners import Manners
from app.domain.messages import Author
from app.domain.receipts import receipts_in
from app.domain.tools import Tool


@dataclass(frozen=True, slots=True)
class Turn:
    """The request with what was found out for it. `until` is a time of the running loop's clock."""

    request: ReplyRequest
    locale: str
    manners: Manners
    passages: Sequence[Passage]
    tools: Sequence[Tool]
    instructions: str
    until: float

    @property
    def said(self) -> str:
        """All that the customer wrote, now and before."""
        lines = (*self.request.history, *self.request.burst)
        return "\n".join(line.text for line in lines if line.author is Author.CUSTOMER)


def ground_of(turn: Turn, kit: Toolkit) -> Ground:
    """What the reply to a turn may lean on. Pure."""
    request = turn.request
    ours = [line.text for line in request.history if line.author is not Author.CUSTOMER]
    known = [f"{one.title}\n{one.text}" for one in turn.passages]
    about = [request.business, *request.hours.values(), *(request.occasion.data.values() if request.occasion else ())]
    return Ground(
        locale=turn.locale,
        said=turn.said,
        known="\n".join((*known, *kit.heard, *about, *_spoken_by_people(request))),
        names="\n".join(_names(request)),
        receipts=frozenset(kit.receipts).union(*map(receipts_in, ours)),
        instructions=turn.instructions,
        secrets=tuple(tool.name for tool in turn.tools),
        never_promise=turn.manners.never_promise,
    )


def _names(request: ReplyRequest) -> tuple[str, ...]:
    """Whom a reply may name: the business, the salesperson, and whoever is spoken to."""
    seller = request.seller.name if request.seller else ""
    return (request.business, seller, request.profile.name if request.profile else "")


def _spoken_by_people(request: ReplyRequest) -> list[str]:
    """What a salesperson has told the customer holds; what the bot once said does not prove itself."""
    return [line.text for line in request.history if line.author is Author.HUMAN]
