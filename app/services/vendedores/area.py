"""What a chat is about, so that somebody who deals with it gets it. Pure, and never a guess: two answers are none."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.language import fold


class AreaRule(StrEnum):
    """What told the area."""

    TRIGGER = "trigger"  # the form or campaign to which the customer answers named it
    LEAD_TAG = "lead_tag"  # a tag on the lead is one of the company's areas
    ONLY_AREA = "only_area"  # the company deals with nothing else
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Clues:
    """What is known of a chat. `trigger` is what the last message that we wrote first was about."""

    trigger: str = ""
    tags: Sequence[str] = ()
    of_company: Sequence[str] = ()  # the account's setting
    of_team: Sequence[str] = ()  # what its salespeople deal with


@dataclass(frozen=True, slots=True)
class Area:
    """The area and what told it; empty when nothing does."""

    name: str = ""
    rule: AreaRule = AreaRule.UNKNOWN


def area_of(clues: Clues) -> Area:
    """The trigger's word, else the one tag that is an area, else the only area there is.

    A word that is nobody's area tells nothing: it came out of a web form, and may be anything.
    """
    known = _by_fold((*clues.of_company, *clues.of_team))
    if (asked := fold(clues.trigger).strip()) in known:
        return Area(known[asked], AreaRule.TRIGGER)
    tagged = [known[tag] for tag in _by_fold(clues.tags) if tag in known]
    if tagged:
        return Area(tagged[0], AreaRule.LEAD_TAG) if len(tagged) == 1 else Area()
    only = list(_by_fold(clues.of_company).values())
    return Area(only[0], AreaRule.ONLY_AREA) if len(only) == 1 else Area()


def _by_fold(names: Iterable[str]) -> dict[str, str]:
    """The names by the form in which they are compared, the first spelling of each."""
    found: dict[str, str] = {}
    for name in names:
        if folded := fold(name).strip():
            found.setdefault(folded, name.strip())
    return found
