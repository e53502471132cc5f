"""Local times in zones whose clocks are put forward and back. Pure; moments are aware, local times are naive.

The standard library takes a time that no clock ever shows for another one, in silence; here it is named.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Literal, Protocol, cast
from zoneinfo import ZoneInfo, available_timezones

from whenever import Instant, PlainDateTime, RepeatedTime, SkippedTime, ZonedDateTime

from app.domain.errors import Rejected

DAY = 24 * 60  # minutes


class _Moment(Protocol):
    """What we use of `whenever`, whose own annotations are not whole on every Python."""

    def to_tz(self, tz: str, /) -> ZonedDateTime: ...


class _Shown(Protocol):
    def assume_tz(self, tz: str, /, *, disambiguation: Literal["raise", "earlier", "later"]) -> ZonedDateTime: ...


class UnknownZone(Rejected):
    """A zone's name that is in no list."""

    code = "unknown_zone"


def known_zone(name: str) -> str:
    """The name itself, when it is a zone's.

    Raises:
        UnknownZone: it is none.
    """
    if name not in _zones():
        raise UnknownZone(
            f"There is no time zone {name[:40]!r}.", hint="Name it as America/Sao_Paulo or Europe/Madrid."
        )
    return name


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones() - {"localtime", "Factory"})  # each machine's own, and nobody's


def local(at: datetime, zone: str) -> datetime:
    """What clocks in the zone show at a moment."""
    return cast("_Moment", Instant(at.astimezone(UTC))).to_tz(zone).to_plain().to_stdlib()


def shown_in(at: datetime, zone: str) -> datetime:
    """The same moment with the offset that the zone has then, as people read it."""
    return at.astimezone(ZoneInfo(zone))


def moments(shown: datetime, zone: str) -> tuple[datetime, ...]:
    """When clocks in the zone show this: at no moment, one, or two."""
    plain = _shown(shown)
    try:
        return (_utc(plain.assume_tz(zone, disambiguation="raise").to_instant()),)
    except SkippedTime:
        return ()
    except RepeatedTime:
        twice = (plain.assume_tz(zone, disambiguation="earlier"), plain.assume_tz(zone, disambiguation="later"))
        return tuple(_utc(one.to_instant()) for one in twice)


@lru_cache(maxsize=1 << 16)
def reached(day: date, minute: int, zone: str, *, again: bool = False) -> datetime:
    """When clocks of the zone reach a minute of a day; 1440 is the next midnight.

    A minute that is jumped over is reached at the jump. One that comes twice is reached the first time, or `again`.
    """
    plain = _shown(datetime.combine(day, time(0)) + timedelta(minutes=minute))
    try:
        shown = plain.assume_tz(zone, disambiguation="raise")
    except RepeatedTime:
        shown = plain.assume_tz(zone, disambiguation="later" if again else "earlier")
    except SkippedTime:
        before = plain.assume_tz(zone, disambiguation="earlier")
        shown = before.next_transition() or before
    return _utc(shown.to_instant())


class NoSuchTime(Rejected):
    """A local time that no clock in the zone ever shows."""

    code = "no_such_time"


def bound(when: date, zone: str, *, last: bool = False) -> datetime:
    """The moment at which a span begins, or ends (`last`): a day is whole, and a time without a zone is local.

    Raises:
        NoSuchTime: clocks are put forward over it.
    """
    if not isinstance(when, datetime):
        return reached(when, DAY if last else 0, zone)
    if when.tzinfo is not None:
        return when
    found = moments(when, zone)
    if not found:
        raise NoSuchTime(f"Clocks in {zone} are put forward over this time.", hint="Name another, or give its offset.")
    return found[-1 if last else 0]


def _shown(naive: datetime) -> _Shown:
    return cast("_Shown", PlainDateTime(naive))


def _utc(instant: Instant) -> datetime:
    return instant.to_stdlib()


def minute_of(shown: time) -> int:
    """A time of the day in minutes."""
    return shown.hour * 60 + shown.minute
