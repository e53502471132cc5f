"""Does a claim tell the time that the booking behind its receipt has? Pure; promises never to raise.

A receipt proves one appointment and no other, so who is told of Friday at nine has one on Friday at nine.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.domain.named_times import Named, named_in
from app.domain.zones import local

# An answer is written some time before it is read: what was tomorrow then is tomorrow still.
_WRITTEN_WITHIN = timedelta(hours=1)
_EARLY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class LiveReceipt:
    """A receipt that stands, the time of its booking, and the zones in which that may be told."""

    code: str
    start: datetime
    end: datetime
    zones: tuple[str, ...]


def told_otherwise(sentences: Iterable[tuple[str, bool]], live: Iterable[LiveReceipt], now: datetime) -> bool:
    """Whether a claim names a day or an hour that no booking has. Each sentence comes with whether it claims one.

    A claim without any is completed by what follows it like the lines of a form: "Data: ...", "Sexta às 9h".
    """
    standing = _Standing.of(live, now)
    is_open = day_told = hour_told = False
    for sentence, claims in sentences:
        named = named_in(sentence)
        if claims:
            is_open, day_told, hour_told = not named.any, False, False
        if claims or (is_open and named.is_card):
            if not standing.has(named):
                return True
            day_told, hour_told = day_told or bool(named.days), hour_told or bool(named.hours)
        is_open = is_open and not (day_told and hour_told) and (claims or not named.of_several)
    return False


@dataclass(frozen=True, slots=True)
class _Standing:
    starts: tuple[datetime, ...]
    ends: tuple[datetime, ...]
    todays: frozenset[date]

    @classmethod
    def of(cls, live: Iterable[LiveReceipt], now: datetime) -> "_Standing":
        shown = [(one, zone) for one in live for zone in one.zones]
        return cls(
            tuple(local(one.start, zone) for one, zone in shown),
            tuple(local(one.end, zone) for one, zone in shown),
            frozenset(local(at, zone).date() for _, zone in shown for at in (now, now - _WRITTEN_WITHIN)),
        )

    def has(self, named: "Named") -> bool:
        enough = any if named.of_several else all
        days = [
            any(is_it(start.date(), today) for start in self.starts for today in self.todays) for is_it in named.days
        ]
        hours = [any(is_it(shown) for shown in self._told(early=named.of_several)) for is_it in named.hours]
        return (not days or enough(days)) and (not hours or enough(hours))

    def _told(self, *, early: bool) -> Iterator[datetime]:
        yield from self.starts
        yield from self.ends
        if early:
            yield from (start - _EARLY * part / 12 for start in self.starts for part in range(1, 13))
