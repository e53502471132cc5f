"""May this person be written to now, and how? One pure function: allow, or deny with every reason there is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final

from app.domain.language import fold
from app.domain.zones import local, reached

HUMAN_TALKS_FOR: Final = timedelta(hours=12)  # after a salesperson's last word the chat is theirs for so long
WINDOW_MARGIN: Final = timedelta(minutes=2)  # a message takes a while to leave


class Reason(StrEnum):
    """Why not. QUIET_HOURS and TRIPPED pass by themselves or by a person's hand; the others end it."""

    TRIGGER_OFF = "trigger_off"
    OTHER_AREA = "other_area"
    OPTED_OUT = "opted_out"
    NO_CONSENT = "no_consent"
    REFUSED_CONSENT = "refused_consent"
    WINDOW = "window"  # the 24 hours are over, and there is neither an approved template nor a card for a task
    QUIET_HOURS = "quiet_hours"
    HUMAN_TALKING = "human_talking"
    CONTACT_CAP = "contact_cap"
    DAY_CAP = "day_cap"
    DUPLICATE = "duplicate"
    BOT_OFF = "bot_off"
    BREAKER = "breaker"


PASSING: Final = frozenset({Reason.QUIET_HOURS, Reason.BREAKER})


class Way(StrEnum):
    """How it is said: free text, a template that the messenger approved, or by a salesperson who gets a task."""

    TEXT = "text"
    TEMPLATE = "template"
    TASK = "task"


@dataclass(frozen=True, slots=True)
class Rules:
    """What the trigger and the account allow."""

    enabled: bool = True
    needs_consent: bool = False
    areas: tuple[str, ...] = ()
    quiet_from: time = time(21)
    quiet_until: time = time(8)
    per_contact: int = 3
    per_day: int = 1000
    window: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the person, the chat and the day. None: there is no chat, or nobody has said."""

    area: str = ""
    zones: tuple[str, ...] = ()  # where the customer may be
    opted_out: bool = False
    consent: bool | None = None
    is_duplicate: bool = False
    has_chat: bool = False
    bot_on: bool = True
    last_customer_at: datetime | None = None
    last_human_at: datetime | None = None
    has_template: bool = False
    has_card: bool = True
    of_contact: int = 0  # messages of ours that began something, in the last day
    of_day: int = 0
    breaker_tripped: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """`way` is how it would be said if nothing stood against it; `until` is when what passes has passed."""

    reasons: tuple[Reason, ...]
    way: Way | None
    until: datetime | None = None

    @property
    def allowed(self) -> bool:
        return not self.reasons

    @property
    def passes(self) -> bool:
        """Whether all that stands against it will be over by itself, or by a person's hand."""
        return bool(self.reasons) and PASSING.issuperset(self.reasons)


def judge(facts: Facts, rules: Rules, now: datetime) -> Verdict:
    """Everything that stands against writing now; not only the first."""
    way = way_of(facts, rules, now)
    until = quiet_until(facts.zones, rules, now)
    against = {
        Reason.TRIGGER_OFF: not rules.enabled,
        Reason.OTHER_AREA: not _serves(rules.areas, facts.area),
        Reason.OPTED_OUT: facts.opted_out,
        Reason.REFUSED_CONSENT: facts.consent is False,
        Reason.NO_CONSENT: rules.needs_consent and facts.consent is None,
        Reason.WINDOW: way is None,
        Reason.QUIET_HOURS: until is not None and way is not Way.TASK,
        Reason.HUMAN_TALKING: facts.last_human_at is not None and now - facts.last_human_at < HUMAN_TALKS_FOR,
        Reason.CONTACT_CAP: facts.of_contact >= rules.per_contact,
        Reason.DAY_CAP: facts.of_day >= rules.per_day,
        Reason.DUPLICATE: facts.is_duplicate,
        Reason.BOT_OFF: not facts.bot_on,
        Reason.BREAKER: facts.breaker_tripped,
    }
    return Verdict(tuple(reason for reason, stands in against.items() if stands), way, until)


def way_of(facts: Facts, rules: Rules, now: datetime) -> Way | None:
    """Free text inside the messenger's window, an approved template outside, else a salesperson's hand."""
    if facts.has_chat and in_window(facts.last_customer_at, rules.window, now):
        return Way.TEXT
    if facts.has_template:
        return Way.TEMPLATE
    return Way.TASK if facts.has_card else None


def in_window(last_customer_at: datetime | None, window: timedelta, now: datetime) -> bool:
    return last_customer_at is not None and now < last_customer_at + window - WINDOW_MARGIN


def quiet_until(zones: Sequence[str], rules: Rules, now: datetime) -> datetime | None:
    """When the quiet hours are over everywhere the customer may be; None when they are nowhere."""
    moment = now
    for _ in range(len(zones) + 1):
        ends = [end for zone in zones if (end := _quiet_end(zone, rules, moment)) is not None]
        if not ends:
            break
        moment = max(ends)
    return moment if moment > now else None


def _quiet_end(zone: str, rules: Rules, now: datetime) -> datetime | None:
    """The end of the quiet hours in which clocks of the zone are."""
    start, end, shown = _minutes(rules.quiet_from), _minutes(rules.quiet_until), local(now, zone)
    minute = shown.hour * 60 + shown.minute
    is_quiet = start <= minute < end if start <= end else minute >= start or minute < end
    if not is_quiet:
        return None
    day = shown.date() + timedelta(days=1 if minute >= end else 0)
    return reached(day, end, zone)


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _serves(areas: Sequence[str], area: str) -> bool:
    """No areas mean all of them; who names none is taken at their word."""
    wanted = fold(area)
    return not areas or not wanted or any(fold(own) == wanted for own in areas)
