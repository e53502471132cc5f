"""Reminders before a booking: each once, through the fence, and none for a time that has been moved."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from app.domain.agenda import Booking
from app.domain.clock import Clock
from app.domain.errors import AppError, Rejected
from app.domain.ids import AccountId, LeadId
from app.domain.ports import Notifier
from app.services.agenda import wording
from app.services.bot_control.address import Named
from app.store.agenda import Calendar
from app.store.availability import Availabilities
from app.store.database import Database

_log = structlog.get_logger()
# No reminder is sent earlier than this; see domain.agenda.
_LONGEST = timedelta(days=30)


class Messenger(Protocol):
    """Sends a message through the fence, once for each key: `Steering`, which is a floor above."""

    async def send(self, account_id: AccountId, named: Named, text: str, *, key: str | None) -> dict[str, object]: ...


class Reminders:
    """The chore that reminds."""

    def __init__(self, database: Database, clock: Clock, messenger: Messenger, notifier: Notifier) -> None:
        self._clock = clock
        self._messenger = messenger
        self._notifier = notifier
        self._calendar = Calendar(database)
        self._availabilities = Availabilities(database)

    async def remind(self) -> int:
        """Send the reminders that are due; returns how many bookings were looked at for it."""
        now = self._clock.now()
        done = 0
        for account_id, number in await self._calendar.coming(now=now, within=_LONGEST):
            house = await self._availabilities.house(account_id)
            booking = await self._calendar.get(account_id, number)
            if leads := due(booking, house.customs.reminders, now):
                await self._remind(booking, leads, house.locale)
                done += 1
        return done

    async def _remind(self, booking: Booking, leads: Sequence[int], locale: str) -> None:
        """One message, however many are due: after an outage nobody wants two."""
        text = wording.of_booking(booking, "reminder", booking.person.locale or locale)
        key = f"agenda:{booking.id}:{booking.moves}:{min(leads)}"
        try:
            await self._messenger.send(booking.account_id, _named(booking), text, key=key)
            why = "sent"
        except Rejected as error:
            why = error.code  # a person has the chat, the window is over, nobody to write to
            await self._ask_the_seller(booking)
        except AppError as error:
            _log.warning("agenda.reminder_waits", booking=booking.id, code=error.code)
            return
        await self._calendar.reminded(booking, leads, why=why)

    async def _ask_the_seller(self, booking: Booking) -> None:
        """What the bot may not say, the one who will be met can."""
        if booking.person.lead_id is not None:
            await self._notifier.tell_seller(
                *(booking.account_id, booking.seller_id, "remind_customer"),
                lead_id=LeadId(booking.person.lead_id),
                due=booking.start,
            )


def due(booking: Booking, reminders: Sequence[int], now: datetime) -> list[int]:
    """The reminders, in minutes before it, that should have been sent by now. Pure.

    What lay in the past already when it was booked is not due: who has just booked needs no reminder.
    """
    booked = booking.booked_at or booking.created_at
    since = max(booked, booking.updated_at) if booking.moves else booked
    return [
        minutes
        for minutes in reminders
        if minutes not in booking.reminded and since < booking.start - timedelta(minutes=minutes) <= now < booking.start
    ]


def _named(booking: Booking) -> Named:
    person = booking.person
    if person.conversation_id is not None:
        return Named(conversation_id=str(person.conversation_id))
    return Named(contact_id=person.contact_id) if person.contact_id else Named(lead_id=person.lead_id or "0")
