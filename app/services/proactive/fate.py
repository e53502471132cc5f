"""What became of free text that was given to the fence: the wish follows its outbox row. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.domain.messages import Trouble
from app.domain.outreach import Fate

NOT_DELIVERED: Final = "not_delivered"  # the messenger has refused what the channel had taken


class Became(StrEnum):
    """UNSAID: the fence has never seen it. WINDOW: too late for free text, so it goes in another way."""

    UNSAID = "unsaid"
    ON_ITS_WAY = "on_its_way"
    SENT = "sent"
    CANCELLED = "cancelled"
    WINDOW = "window"
    PERSON = "person"  # nobody can tell whether it left: a person looks
    FAILED = "failed"  # the channel refused it, and a person has the chat


@dataclass(frozen=True, slots=True)
class Ending:
    """How it ended, and the reason as a code."""

    became: Became
    reason: str = ""


_FINAL = {"sent": Became.SENT, "person": Became.PERSON, "failed": Became.FAILED}
_ON_ITS_WAY = frozenset({"pending", "sending"})


def ending_of(fate: Fate) -> Ending:
    """What the outbox row says; where there is none, what the mailbox said when the text came in."""
    if not fate.is_known:
        return Ending(Became.UNSAID)
    is_undecided = fate.state == "failed" and fate.reason == Trouble.WINDOW_CLOSED.value  # a job is at it
    if is_undecided or fate.state in _ON_ITS_WAY or (fate.state is None and fate.verdict is None):
        return Ending(Became.ON_ITS_WAY)
    if fate.reason == NOT_DELIVERED:
        return Ending(Became.WINDOW, fate.reason)
    if fate.state in _FINAL:
        return Ending(_FINAL[fate.state], fate.reason)
    why = why_not(fate)
    return Ending(Became.WINDOW if why == "window_closed" else Became.CANCELLED, why)


def why_not(fate: Fate) -> str:
    """Why the fence took it back. What the customer wants comes first, then who has written."""
    happened = {
        "opted_out": fate.opted_out,
        "customer_wrote": fate.customer_wrote,
        "human_wrote": fate.human_wrote,
        "window_closed": fate.is_late,
    }
    known = next((reason for reason, has in happened.items() if has), "")
    if known:
        return known
    return "taken_over" if fate.state is not None else fate.verdict or "refused"
