"""The agenda's words: when a salesperson can be met, what is held and booked, and how long things take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from app.domain.errors import Rejected
from app.domain.hours import OFFICE, WeeklyHours
from app.domain.ids import AccountId
from app.domain.written_hours import hours_of


class State(StrEnum):
    """What became of a time that somebody asked for."""

    HELD = "held"
    BOOKED = "booked"
    CANCELLED = "cancelled"
    EXPIRED = "expired"  # held, and never confirmed
    NO_SHOW = "no_show"

    @property
    def is_live(self) -> bool:
        """Nobody else can have the time."""
        return self in (State.HELD, State.BOOKED)


@dataclass(frozen=True, slots=True)
class Customs:
    """The account's own numbers for its agenda, all in minutes but the last two; `settings.agenda` changes them."""

    slot_minutes: int = 30
    buffer_before: int = 0
    buffer_after: int = 0
    hold_minutes: int = 5
    notice_minutes: int = 30  # nothing is offered sooner than this
    horizon_days: int = 60  # nor later
    reminders: tuple[int, ...] = (24 * 60, 60)


@dataclass(frozen=True, slots=True)
class Availability:
    """When one salesperson can be met."""

    seller_id: str
    name: str
    timezone: str
    hours: WeeklyHours = OFFICE
    slot_minutes: int = 30
    buffer_before: int = 0
    buffer_after: int = 0
    is_own: bool = True  # False: nobody gave this one hours, so those of the account hold

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.slot_minutes)

    def around(self, start: datetime, end: datetime) -> tuple[datetime, datetime]:
        """What a booking takes, buffers and all."""
        return start - timedelta(minutes=self.buffer_before), end + timedelta(minutes=self.buffer_after)


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """A time of one salesperson that is free."""

    start: datetime
    end: datetime
    seller_id: str

    @property
    def id(self) -> str:
        """By this a caller names it again."""
        return f"{self.seller_id}@{self.start:%Y-%m-%dT%H:%M:%SZ}"


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a booking is for, as far as it is known."""

    conversation_id: int | None = None
    contact_id: str | None = None
    lead_id: str | None = None
    locale: str | None = None  # the language of the conversation

    @property
    def key(self) -> str | None:
        """One for each person; the column `agenda.person` is the same. None: nobody is known."""
        named = (("contact", self.contact_id), ("lead", self.lead_id), ("conversation", self.conversation_id))
        return next((f"{what}:{which}" for what, which in named if which is not None), None)


@dataclass(frozen=True, slots=True)
class Booking:
    """A time that is or was held or booked."""

    id: int
    account_id: AccountId
    seller_id: str
    seller_name: str
    person: Person
    title: str
    state: State
    start: datetime
    end: datetime
    timezone: str  # the customer's
    hold_until: datetime | None
    receipt: str | None
    moves: int
    booked_at: datetime | None
    created_at: datetime
    updated_at: datetime
    reminded: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Search:
    """Which bookings are meant; None means any."""

    start: datetime
    end: datetime
    seller_id: str | None = None
    contact_id: str | None = None
    lead_id: str | None = None
    states: Sequence[State] | None = None


class InvalidCustoms(Rejected):
    """Numbers for the agenda that cannot be meant."""

    code = "invalid_agenda"


# What each number may be, the least and the most.
_BOUNDS = {
    "slot_minutes": (5, 720),
    "buffer_before": (0, 240),
    "buffer_after": (0, 240),
    "hold_minutes": (1, 24 * 60),
    "notice_minutes": (0, 30 * 24 * 60),
    "horizon_days": (1, 366),
}
_LONGEST_REMINDER = 30 * 24 * 60
_MOST_REMINDERS = 10


def customs_of(settings: Mapping[str, Any]) -> Customs:
    """The account's numbers: the defaults, with what it changed under `agenda`.

    Raises:
        InvalidCustoms: with the name that cannot be understood and what it may be.
    """
    given: dict[str, Any] = dict(settings.get("agenda") or {})
    if unknown := set(given) - {field.name for field in fields(Customs)}:
        raise InvalidCustoms(
            f"{min(unknown)[:40]!r} is no number of the agenda.", hint=", ".join([*_BOUNDS, "reminders"])
        )
    for name, (least, most) in _BOUNDS.items():
        if name in given and not (_is_whole(given[name]) and least <= given[name] <= most):
            raise InvalidCustoms(f"{name} cannot be that.", hint=f"A whole number from {least} to {most}.")
    if "reminders" in given:
        given["reminders"] = _reminders(given["reminders"])
    return Customs(**given)


def _reminders(given: object) -> tuple[int, ...]:
    minutes = cast("list[object]", given) if isinstance(given, list) else [None]
    whole = [one for one in minutes if isinstance(one, int) and _is_whole(one) and 0 < one <= _LONGEST_REMINDER]
    if len(whole) != len(minutes) or len(whole) > _MOST_REMINDERS:
        raise InvalidCustoms("reminders cannot be that.", hint="Minutes before the time, such as [1440, 60].")
    return tuple(sorted(set(whole), reverse=True))


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def inherited(
    seller_id: str, name: str, *, settings: Mapping[str, Any], timezone: str, locale: str = ""
) -> Availability:
    """The availability of somebody who has none of their own: the account's hours, zone and numbers."""
    customs = customs_of(settings)
    return Availability(
        seller_id,
        name,
        timezone,
        hours_of(settings, timezone=timezone, locale=locale),
        customs.slot_minutes,
        customs.buffer_before,
        customs.buffer_after,
        is_own=False,
    )
