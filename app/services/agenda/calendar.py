"""A booking as a calendar file. Sent again after a move or a cancel it changes the entry, and never adds another."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol, cast

from icalendar import Alarm, Calendar, Event

from app.domain.agenda import Booking, State
from app.services.agenda import wording

_STATUS = {State.HELD: "TENTATIVE", State.BOOKED: "CONFIRMED", State.NO_SHOW: "CONFIRMED"}
_REMINDED = timedelta(hours=-1)


class _Fields(Protocol):
    """What we use of a calendar's part, whose own annotations are not whole."""

    def add(self, name: str, value: object) -> None: ...


def ics(booking: Booking, *, locale: str, host: str = "ponte") -> bytes:
    """The booking as an .ics file, its times in UTC: right in every calendar, whatever zones it knows."""
    cancelled = booking.state not in _STATUS
    event, calendar = Event(), Calendar()
    fields = {
        "uid": f"{booking.account_id}-{booking.id}@{host}",
        "sequence": booking.moves,
        "dtstamp": _whole(booking.updated_at),
        "dtstart": _whole(booking.start),
        "dtend": _whole(booking.end),
        "summary": booking.title or wording.say("title", locale, seller=booking.seller_name),
        "status": _STATUS.get(booking.state, "CANCELLED"),
    }
    _fill(event, {**fields, "description": booking.receipt} if booking.receipt else fields)
    if not cancelled:
        event.add_component(_alarm(booking, locale))
    method = "CANCEL" if cancelled else "PUBLISH"
    _fill(calendar, {"prodid": "-//Ponte//Agenda//EN", "version": "2.0", "method": method})
    calendar.add_component(event)
    return calendar.to_ical()


def _alarm(booking: Booking, locale: str) -> Alarm:
    alarm = Alarm()
    told = wording.told(booking.start, booking.timezone, locale)
    _fill(alarm, {"action": "DISPLAY", "trigger": _REMINDED, "description": told})
    return alarm


def _fill(part: object, fields: Mapping[str, object]) -> None:
    for name, value in fields.items():
        cast("_Fields", part).add(name, value)


def _whole(at: datetime) -> datetime:
    return at.replace(microsecond=0)
