"""Which salesperson gets a chat that nobody owns. Pure: the same people and the same past give the same answer."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from app.domain.language import fold

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A salesperson as the choice sees one."""

    id: str
    is_active: bool = True  # may work, and takes chats
    is_open: bool = True  # now is inside the hours
    areas: tuple[str, ...] = ()  # none: everything
    open_handovers: int = 0
    last_chosen_at: datetime | None = None


class Rule(StrEnum):
    """What decided."""

    KEPT = "kept"  # was given this chat before and still has it
    OWNER = "owner"  # the lead is theirs already
    ONLY_ONE = "only_one"  # nobody else fits
    FEWEST_OPEN = "fewest_open"  # has the fewest chats waiting
    ROUND_ROBIN = "round_robin"  # as many as others, but was asked longest ago


class Unfit(StrEnum):
    """Why a salesperson does not get a chat."""

    EXCLUDED = "excluded"
    INACTIVE = "inactive"
    OUT_OF_HOURS = "out_of_hours"
    OTHER_AREA = "other_area"


@dataclass(frozen=True, slots=True)
class Choice:
    """Who gets the chat, by which rule; and of the others, why not. `seller_id` None: nobody fits.

    Where somebody had to do who did not fit, their own reason is told too.
    """

    seller_id: str | None
    rule: Rule | None
    unfit: tuple[tuple[str, Unfit], ...] = ()


def choose(
    candidates: Sequence[Candidate],
    *,
    area: str = "",
    exclude: Collection[str] = (),
    kept: str | None = None,
    owner: str | None = None,
) -> Choice:
    """Active, inside hours, area fits; then who owns it, who has it, fewest open hand-overs, longest not asked.

    The owner comes before who was given it here, for what the CRM says is newer; active is enough for an owner.
    """
    reasons = {one.id: unfit(one, area=area, exclude=exclude) for one in candidates}
    fit = [one for one in candidates if reasons[one.id] is None]
    refused = tuple((seller_id, reason) for seller_id, reason in reasons.items() if reason is not None)
    if owner is not None and reasons.get(owner, Unfit.INACTIVE) not in (Unfit.INACTIVE, Unfit.EXCLUDED):
        return Choice(owner, Rule.KEPT if owner == kept else Rule.OWNER, refused)
    if any(one.id == kept for one in fit):
        return Choice(kept, Rule.KEPT, refused)
    if not fit:
        return Choice(None, None, refused)
    best = min(fit, key=_turn)
    return Choice(best.id, _rule(best, fit), refused)


def choose_for_waiting(
    candidates: Sequence[Candidate],
    *,
    area: str,
    exclude: Collection[str] = (),
    kept: str | None = None,
    owner: str | None = None,
) -> Choice:
    """A customer waits, so somebody must do: at work and of the area; at work; of the area, asleep; anybody at all.

    Only who is excluded or inactive never does.
    """
    asleep_too = [replace(one, is_open=True) for one in candidates]
    tries = ((candidates, area), (candidates, ""), (asleep_too, area), (asleep_too, ""))
    choices = [choose(people, area=wanted, exclude=exclude, kept=kept, owner=owner) for people, wanted in tries]
    found = next((choice for choice in choices if choice.seller_id is not None), choices[0])
    return replace(found, unfit=choices[0].unfit)


def unfit(one: Candidate, *, area: str, exclude: Collection[str]) -> Unfit | None:
    """Why a salesperson does not fit; None for one who does."""
    if one.id in exclude:
        return Unfit.EXCLUDED
    if not one.is_active:
        return Unfit.INACTIVE
    if not one.is_open:
        return Unfit.OUT_OF_HOURS
    return None if covers(one.areas, area) else Unfit.OTHER_AREA


def covers(areas: Sequence[str], area: str) -> bool:
    """Whether somebody with these areas deals with this one. Case and accents do not matter."""
    wanted = fold(area).strip()
    return not wanted or not areas or any(fold(own).strip() == wanted for own in areas)


def _turn(one: Candidate) -> tuple[int, datetime, int, str]:
    """Who is first; of two who are alike in everything, the shorter id, which with numbers is the older one."""
    return one.open_handovers, one.last_chosen_at or _NEVER, len(one.id), one.id


def _rule(best: Candidate, fit: Sequence[Candidate]) -> Rule:
    if len(fit) == 1:
        return Rule.ONLY_ONE
    is_alone = sum(one.open_handovers == best.open_handovers for one in fit) == 1
    return Rule.FEWEST_OPEN if is_alone else Rule.ROUND_ROBIN
