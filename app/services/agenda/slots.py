"""Which times of a salesperson are free. Pure: nothing outside the hours, taken, too soon or too late is offered."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.agenda import Availability, Slot
from app.domain.hours import openings

# The starts of slots are counted from this minute on, so that an opening at 09:10 offers 09:15.
_GRID = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Window:
    """A time in which slots begin. `length` overrules the salesperson's own."""

    start: datetime
    end: datetime
    length: timedelta | None = None


Times = Sequence[tuple[datetime, datetime]]


def free_slots(of: Availability, taken: Times, window: Window) -> Iterator[Slot]:
    """The free slots that begin in the window, in order. `taken` is in order and holds its buffers already."""
    length = window.length or of.length
    before, after = timedelta(minutes=of.buffer_before), timedelta(minutes=of.buffer_after)
    ends = [until for _, until in taken]
    for opens, closes in openings(of.hours, window.start, window.end, of.timezone):
        base = opens + (-_since_midnight(opens)) % _GRID
        start = _on_grid(base, window.start, length)
        while start + length <= closes and start < window.end:
            busy = _clash(taken, ends, start - before, start + length + after)
            if busy is None:
                yield Slot(start, start + length, of.seller_id)
                start += length
            else:
                start = _on_grid(base, busy + before, length)


def is_free(of: Availability, taken: Times, start: datetime, *, length: timedelta | None = None) -> bool:
    """Would exactly this time be among the slots?"""
    window = Window(start, start + timedelta(microseconds=1), length)
    return any(slot.start == start for slot in free_slots(of, taken, window))


def is_offered(of: Availability, start: datetime, *, length: timedelta | None = None) -> bool:
    """Would it be, were nothing taken?"""
    return is_free(of, (), start, length=length)


def fits(of: Availability, start: datetime, end: datetime) -> bool:
    """Does it lie inside one opening?"""
    return any(opens <= start and end <= closes for opens, closes in openings(of.hours, start, end, of.timezone))


def nearest(slots: Sequence[Slot], wanted: datetime, *, limit: int) -> list[Slot]:
    """Those nearest to a time, in the order of time; of several salespeople's equal times the first."""
    by_start = {slot.start: slot for slot in reversed(slots)}
    chosen = sorted(by_start.values(), key=lambda slot: (abs(slot.start - wanted), slot.start))[:limit]
    return sorted(chosen)


def _on_grid(base: datetime, earliest: datetime, length: timedelta) -> datetime:
    """The first start of an opening's grid that is not before `earliest`."""
    return base if base >= earliest else base - (base - earliest) // length * length


def _since_midnight(at: datetime) -> timedelta:
    return timedelta(minutes=at.minute, seconds=at.second, microseconds=at.microsecond)


def _clash(taken: Times, ends: Sequence[datetime], start: datetime, end: datetime) -> datetime | None:
    """When what is in the way of this time is over; None when nothing is."""
    place = bisect_left(ends, start)
    while place < len(taken) and taken[place][0] < end:
        if taken[place][1] > start:
            return taken[place][1]
        place += 1
    return None
