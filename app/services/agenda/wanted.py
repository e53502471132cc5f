"""A slot as a caller names it: an id of ours, or a time. Pure."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.domain.agenda import Person
from app.domain.errors import Rejected

_FIRST_YEAR, _LAST_YEAR = 1971, 9000


@dataclass(frozen=True, slots=True)
class Wanted:
    """A slot as a caller names it: an id of ours, or a time, local when it is naive."""

    start: datetime
    seller_id: str | None = None
    length: timedelta | None = None


def digest_of(wanted: Wanted, person: Person, timezone: str, title: str) -> str:
    """What tells one request from another. Somebody who has no chat yet may get one before the request is repeated."""
    start = wanted.start.astimezone(UTC) if wanted.start.tzinfo else wanted.start
    minutes = wanted.length.total_seconds() / 60 if wanted.length else None
    whom = person.contact_id or person.conversation_id or person.lead_id
    told = [start.isoformat(), wanted.seller_id, minutes, whom, timezone, title]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def slot_named(text: str, *, length: timedelta | None = None) -> Wanted:
    """A slot's id ("<seller>@2026-12-15T17:00:00Z"), or a time, local when it has no offset.

    Raises:
        Rejected: it is neither.
    """
    seller, _, at = text.strip().rpartition("@")
    try:
        start = datetime.fromisoformat(at)
    except ValueError:
        start = None
    if start is None or not _FIRST_YEAR <= start.year <= _LAST_YEAR:
        raise Rejected(
            "This is no slot.", hint="Send back the id of a slot, or a time as 2026-12-15T14:00.", code="no_such_slot"
        )
    return Wanted(start, seller or None, length)
