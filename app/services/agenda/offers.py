"""Free slots as they are told to both sides, and the times at which somebody can be met at all. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from app.domain.agenda import Slot
from app.domain.hours import openings
from app.domain.zones import bound, moments
from app.services.agenda import wording
from app.services.agenda.finding import Desk
from app.services.agenda.slots import fits


@dataclass(frozen=True, slots=True)
class Offer:
    """A free slot as it is told: in the customer's zone and in the salesperson's."""

    slot: Slot
    seller_name: str
    label: str
    timezone: str
    seller_timezone: str


def meetable(
    desk: Desk, options: Sequence[datetime], zone: str, *, length: timedelta | None = None
) -> tuple[datetime, ...]:
    """Those local times, or days where it is midnight, at which somebody is there at all. Pure."""

    def is_one(shown: datetime) -> bool:
        if shown.time() == time(0):
            start, end = (bound(shown.date(), zone, last=last) for last in (False, True))
            within = (max(start, desk.earliest), min(end, desk.latest))
            return any(any(openings(one.hours, *within, one.timezone)) for one in desk.sellers if within[0] < within[1])
        return any(
            desk.earliest <= at <= desk.latest
            and any(fits(one, at, at + (length or one.length)) for one in desk.sellers)
            for at in moments(shown, zone)
        )

    return tuple(shown for shown in options if is_one(shown))


def offers_of(desk: Desk, slots: list[Slot] | tuple[Slot, ...], zone: str, locale: str) -> tuple[Offer, ...]:
    """Slots in the words and zones of both sides. Pure."""
    offers: list[Offer] = []
    for slot in slots:
        seller = desk.seller(slot.seller_id)
        if seller is not None:
            label = wording.told(slot.start, zone, locale)
            offers.append(Offer(slot, seller.name, label, zone, seller.timezone))
    return tuple(offers)
