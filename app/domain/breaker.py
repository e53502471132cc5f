"""A brain that fails again and again is left alone for a while, and then tried with one request at a time. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

MOST_FAILURES = 5
WITHIN = timedelta(minutes=1)
# After it has opened, and after a probe that failed, nobody asks for so long.
REST = timedelta(seconds=10)


class Gate(StrEnum):
    """Whether a brain is asked: as always, as the one probe, or not at all."""

    ASK = "ask"
    PROBE = "probe"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Breaker:
    """What is known of one brain of one account. `opened_at` None: it is asked as always."""

    failures: tuple[datetime, ...] = ()
    opened_at: datetime | None = None
    probe_until: datetime | None = None


def gate(breaker: Breaker, now: datetime, patience: timedelta) -> tuple[Gate, Breaker]:
    """Whether to ask now. A probe keeps its place for as long as it may take, should its process die."""
    if breaker.opened_at is None:
        return Gate.ASK, breaker
    if now < breaker.opened_at + REST or (breaker.probe_until is not None and now < breaker.probe_until):
        return Gate.SKIP, breaker
    return Gate.PROBE, replace(breaker, probe_until=now + patience)


def failed(breaker: Breaker, now: datetime, *, was_probe: bool = True) -> Breaker:
    """One more failure: the fifth within a minute opens it, and one while it is open lets it rest anew.

    The late failure of a question that was asked before it opened ends no probe that is under way.
    """
    recent = (*(at for at in breaker.failures if now - at < WITHIN), now)[-MOST_FAILURES:]
    if breaker.opened_at is None and len(recent) < MOST_FAILURES:
        return Breaker(recent)
    return Breaker(recent, opened_at=now, probe_until=None if was_probe else breaker.probe_until)
