"""What was heard of a wish so far: its text, out of which is taken what is known, and the days and times it names."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeAlias

from app.domain import wish_words as said
from app.domain.wish_terms import Trouble, is_time, times_ahead
from app.domain.zones import local

Minutes: TypeAlias = tuple[int, int, bool]  # from, until, exact
Doubt: TypeAlias = tuple[Trouble, tuple[date, ...]]


@dataclass
class Heard:
    """What is left of the text when all that is known was taken out of it, piece by piece, must be filler."""

    text: str
    now: datetime
    zone: str
    english: bool
    days: list[date] = field(default_factory=list[date])
    doubts: list[Doubt] = field(default_factory=list[Doubt])  # what may be one of several days
    weekdays: list[re.Match[str]] = field(default_factory=list[re.Match[str]])
    week: date | None = None  # the Monday of a week that was named
    times: list[Minutes] = field(default_factory=list[Minutes])
    clocks: list[tuple[re.Match[str], str]] = field(default_factory=list[tuple[re.Match[str], str]])
    parts: list[str] = field(default_factory=list[str])
    exact: list[datetime] = field(default_factory=list[datetime])

    def __post_init__(self) -> None:
        self.today = local(self.now, self.zone).date()

    def take(self, pattern: re.Pattern[str], use: Callable[[re.Match[str]], object]) -> None:
        for found in pattern.finditer(self.text):
            use(found)
        self.text = pattern.sub(" | ", self.text)

    def take_real(self, pattern: re.Pattern[str], use: Callable[[re.Match[str]], object]) -> None:
        """As `take`, of what is certainly a time; a number alone stays in the text, and is asked back."""

        def taken(found: re.Match[str]) -> str:
            if pattern is said.CLOCK and not is_time(found):
                return found[0]
            use(found)
            return " | "

        self.text = pattern.sub(taken, self.text)

    def day(self, day: date) -> None:
        self.days.append(day)

    def doubt(self, *days: date, trouble: Trouble = Trouble.WHICH_DAY) -> None:
        """It may be one of these: asked back once the time of the day is known, so that it can be told with it."""
        self.doubts.append((trouble, days))

    def candidates(self) -> list[date]:
        """All days that may be meant, in order."""
        return sorted({*self.days, *(day for _, days in self.doubts for day in days)})

    def at(self, day: date, minute: int) -> list[datetime]:
        return times_ahead(day, minute, self.now, self.zone)
