"""Whether one of many may be written to now: the rules of writing first, and those of a broadcast. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from app.domain.account import Policy
from app.domain.broadcasts import PER_CONTACT, PER_DAY, Candidate
from app.domain.conversation import UNFINISHED, Conversation
from app.domain.phones import NoPhone, understand, zones
from app.services.conversation import rules as conversation_rules
from app.services.proactive.eligibility import PASSING, Facts, Reason, Rules, judge

OTHER_STEP: Final = "other_step"  # their flow has moved on
BUSY: Final = "busy"  # somebody is being answered just now
BUSY_FOR: Final = timedelta(seconds=20)
LOOKED_AT_AGAIN: Final = timedelta(minutes=15)  # where only a person can tell when it is over
# What is told of several reasons: the one that weighs most.
_ORDER: Final = (
    Reason.OPTED_OUT,
    Reason.REFUSED_CONSENT,
    Reason.HUMAN_TALKING,
    Reason.BOT_OFF,
    Reason.WINDOW,
    Reason.CONTACT_CAP,
    Reason.DAY_CAP,
    Reason.BREAKER,
    Reason.QUIET_HOURS,
)


@dataclass(frozen=True, slots=True)
class Day:
    """What holds for everybody on this day."""

    rules: Rules
    zone: str
    of_day: int
    breaker_tripped: bool
    step: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """`reason` empty: go. `until` None: it never will be."""

    reason: str = ""
    until: datetime | None = None

    @property
    def may_go(self) -> bool:
        return not self.reason


def rules_of(settings: dict[str, Any], policy: Policy) -> Rules:
    """The account's caps; neither template nor task: a broadcast is free text or nothing."""
    per_contact = settings.get("broadcast_per_contact")
    per_day = settings.get("broadcast_per_day")
    return Rules(
        per_contact=PER_CONTACT if per_contact is None else int(per_contact),
        per_day=PER_DAY if per_day is None else int(per_day),
        window=policy.window,
    )


def standing_of(one: Candidate, day: Day, now: datetime) -> Standing:
    """What stands against writing to this chat now."""
    if day.step is not None and one.step != day.step:
        return Standing(OTHER_STEP)
    facts = Facts(
        zones=zones_of(one.phone) or (day.zone,),
        opted_out=one.opted_out,
        consent=one.consent,
        has_chat=True,
        bot_on=one.bot_on,
        last_customer_at=one.last_customer_at,
        last_human_at=one.last_human_at,
        has_template=False,
        has_card=False,
        of_contact=one.of_contact,
        of_day=day.of_day,
        breaker_tripped=day.breaker_tripped,
    )
    verdict = judge(facts, day.rules, now)
    if verdict.reasons:
        reason = next((each for each in _ORDER if each in verdict.reasons), verdict.reasons[0])
        return Standing(reason.value, (verdict.until or now + LOOKED_AT_AGAIN) if reason in PASSING else None)
    return Standing(BUSY, now + BUSY_FOR) if one.is_busy else Standing()


def zones_of(phone: str) -> tuple[str, ...]:
    """Where whoever has this phone may be; nothing where it tells nobody."""
    digits = phone.strip().removeprefix("+")
    if not (digits.isascii() and digits.isdecimal()):
        return ()
    try:
        return zones(understand(f"+{digits}", None))
    except NoPhone:
        return ()


def seen_in(one: Candidate, state: Conversation, *, held: bool) -> Candidate:
    """The same with what the mailbox has just told: what it holds is not in the table yet."""
    unfinished = any(row.state in UNFINISHED for row in state.rows)
    is_busy = held or state.turn is not None or unfinished or bool(conversation_rules.unanswered(state))
    return replace(
        one,
        step=(state.flow.outcome or state.flow.step) if state.flow else one.step,
        opted_out=one.opted_out or state.opted_out,
        bot_on=one.bot_on and state.bot_on,
        last_customer_at=state.last_customer_at,
        last_human_at=state.last_human_at,
        is_busy=is_busy,
    )
