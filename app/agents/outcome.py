"""What a model's answer becomes: a proposal, with what Ponte itself adds to it. Pure.

The operator sees on the turn why it was said: the kind of answer, and the titles it leans on.
"""

from collections.abc import Sequence

from app.agents import honesty
from app.agents.answer import Answer
from app.agents.toolkit import Toolkit
from app.agents.turn import Turn
from app.domain import disclosure
from app.domain.brain import BrainFailed, Proposal, ReplyAction, Usage
from app.domain.choosing import in_words
from app.domain.content import Content
from app.domain.receipts import claims_booking
from app.domain.wanting_a_person import Found, Way, offer

_LONGEST_NOTE = 1_200
_LONGEST_REASON = 200
URGENT = "urgente"
_Said = tuple[str, Content | None]


def proposal(turn: Turn, answer: Answer, kit: Toolkit, *, way: Found, business: str, usage: Usage) -> Proposal:
    """The proposal that an admitted answer makes.

    Raises:
        BrainFailed: it speaks and says nothing, or books without a receipt of this turn.
    """
    action = ReplyAction(answer.action)
    if action is ReplyAction.HANDOFF:
        return _handed_over(answer, turn.locale, usage)
    if action in (ReplyAction.NOTE, ReplyAction.NONE):
        return Proposal(action, locale=turn.locale, note=brief(answer.note), reason=f"agent_{action}", usage=usage)
    if not answer.balloons:
        raise BrainFailed("empty")
    if action is ReplyAction.BOOK and answer.receipt.upper() not in kit.receipts:
        raise BrainFailed("vetoed:booking_without_receipt")
    said = _completed(turn, answer, way, business=business)
    contents = tuple(content for _, content in said)
    return Proposal(
        action,
        tuple(text for text, _ in said),
        locale=turn.locale,
        note="" if way.way is Way.ANSWER else f"[{way.rule}] {brief(answer.note)}".strip(),
        tags=_tags(answer),
        reason=_reason(turn, answer, kit, way),
        receipt=answer.receipt if action is ReplyAction.BOOK else "",
        usage=usage,
        contents=contents if any(contents) else (),
    )


def honest(locale: str, *, business: str) -> Proposal:
    """The answer to who asks whether this is a bot and nothing else. It discloses by itself."""
    return Proposal(ReplyAction.REPLY, (disclosure.answer(locale, business),), locale=locale, reason="asked_if_bot")


def brief(text: str) -> str:
    """A note for the salesperson, of a length that a CRM shows."""
    said = text.strip()
    return said if len(said) <= _LONGEST_NOTE else said[: _LONGEST_NOTE - 3].rstrip() + "..."


def _completed(turn: Turn, answer: Answer, way: Found, *, business: str) -> list[_Said]:
    """What the model wrote, after the words that are not left to it. A first message offers nothing to tap."""
    balloons: list[_Said] = [(text, None) for text in answer.balloons]
    if answer.offered is not None and turn.request.occasion is None:
        balloons[-1] = (_listed(answer.balloons, answer.offered), answer.offered)
    if any(honesty.asks_if_bot(line.text) for line in turn.request.burst):
        balloons = [(disclosure.answer(turn.locale, business), None), *balloons]
    if way.way is Way.OFFER or answer.wants_human:
        balloons = [*balloons, (offer(turn.locale), None)]
    return balloons


def _listed(balloons: Sequence[str], offered: Content) -> str:
    """The last balloon with its answers in words, unless they would read as ours: "1. Sim, marquei" books nothing."""
    listed = in_words(offered)
    is_misread = claims_booking("\n".join((*balloons[:-1], listed))) and not claims_booking("\n".join(balloons))
    return offered.words if is_misread else listed


def _handed_over(answer: Answer, locale: str, usage: Usage) -> Proposal:
    reason = "asked_for_person:model" if answer.wants_human else "unknown:model"
    return Proposal(
        ReplyAction.HANDOFF, locale=locale, note=brief(answer.note), tags=_tags(answer), reason=reason, usage=usage
    )


def _tags(answer: Answer) -> tuple[str, ...]:
    return (*answer.tags, *((URGENT,) if answer.urgency == "high" and URGENT not in answer.tags else ()))


def _reason(turn: Turn, answer: Answer, kit: Toolkit, way: Found) -> str:
    """A code for counting, then a colon, then where it comes from: only titles that really were at hand."""
    titles = [*(one.title for one in turn.passages), *kit.titles]
    used = [title for title in dict.fromkeys(answer.sources) if title in titles]
    kind = "offered" if way.way is Way.OFFER else "known" if used else "answered"
    return f"{kind}:{' | '.join(used)}"[:_LONGEST_REASON] if used else kind
