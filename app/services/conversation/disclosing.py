"""An account may want its customers told that a program writes: the first answer says so, whoever wrote it. Pure.

A brain that said it of itself is not made to say it twice.
"""

from dataclasses import replace

from app.domain.account import Policy
from app.domain.brain import SPEAKING
from app.domain.conversation import Event, ReplyProposed
from app.domain.disclosure import discloses, disclosure
from app.domain.storable import visible


def must_disclose(event: Event, policy: Policy) -> bool:
    """Whether this is an answer that needs the sentence before it, if it is the first one."""
    if not isinstance(event, ReplyProposed) or not policy.ai_disclosure:
        return False
    said = [text for text in event.proposal.balloons if visible(text)]
    return event.proposal.action in SPEAKING and bool(said) and not any(map(discloses, said))


def disclosed(event: Event, policy: Policy, locale: str) -> Event:
    """The answer with the sentence before it, in the answer's own language."""
    if not isinstance(event, ReplyProposed):
        return event
    proposal = event.proposal
    sentence = disclosure(proposal.locale or locale, policy.business_name or "")
    said = replace(proposal, balloons=(sentence, *proposal.balloons), contents=(None, *proposal.contents))
    return replace(event, proposal=said)
