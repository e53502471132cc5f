"""The simulated WhatsApp: numbers of businesses, the people who write to them, what was sent, trouble on request."""

import hashlib
import itertools
from collections import deque
from dataclasses import dataclass, field
from typing import Final, Literal

from app.sandbox.clock import Clock
from app.sandbox.messengers import Group, Trouble, What, next_trouble

DAY: Final = 24 * 3600.0
PAIR_SECONDS: Final = 6.0  # one message to the same person
PAIR_BURST: Final = 45  # ... of which so many may be borrowed from the future
PER_SECOND: Final = 80
LINK_LASTS: Final = 300.0


@dataclass(slots=True)
class Person:
    """Somebody with WhatsApp. `trouble` is the code with which nothing reaches them, 0 for none."""

    phone: str
    user_id: str
    name: str = ""
    last_wrote: float | None = None
    trouble: int = 0
    heard: deque[float] = field(default_factory=deque[float])

    @property
    def key(self) -> str:
        return self.phone or self.user_id


@dataclass(slots=True)
class Attachment:
    """A file that a customer sent or we uploaded."""

    id: str
    mime: str
    body: bytes
    links: dict[str, float] = field(default_factory=dict[str, float])  # token in the address -> when it ends

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


@dataclass(slots=True)
class Approved:
    """A template, approved or not, with so many places in its body."""

    name: str
    language: str
    status: str = "APPROVED"
    places: int = 0


@dataclass(slots=True)
class Number:
    """A business's number. `signs`: who signs its webhooks; `shape`: how their bodies look."""

    id: str
    phone: str
    token: str
    app_secret: str
    name: str = "Loja Exemplo"
    waba_id: str = "100200300400500"
    webhook: str = ""
    signs: Literal["meta", "dialog", "nobody"] = "meta"
    shape: Literal["entries", "flat"] = "entries"
    refuses_at_once: bool = False  # what cannot arrive is told in the answer, not by a later status
    tells_statuses: bool = True
    people: dict[str, Person] = field(default_factory=dict[str, Person])
    sent: list[Group] = field(default_factory=list[Group])
    read: list[str] = field(default_factory=list[str])
    templates: list[Approved] = field(default_factory=list[Approved])
    attachments: dict[str, Attachment] = field(default_factory=dict[str, Attachment])
    lately: deque[float] = field(default_factory=deque[float])


class WhatsApp:
    """All of it, in memory."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.numbers: dict[str, Number] = {}
        self.trouble: list[Trouble] = []
        self.calls: list[Group] = []
        self._ids = itertools.count(1)

    def reset(self) -> None:
        for kept in (self.numbers, self.trouble, self.calls):
            kept.clear()

    def new_id(self, prefix: str) -> str:
        return f"{prefix}{next(self._ids):010d}"

    def of_token(self, token: str) -> list[Number]:
        """The numbers that a token opens."""
        return [one for one in self.numbers.values() if one.token == token]

    def person(self, number: Number, phone: str, user_id: str = "") -> Person:
        """Who it is, known from now on; a phone has an id of its own.

        By the very phone that wrote: another form of it is somebody who has never written.
        """
        known = number.people.get(phone) if phone else None
        if known is None and user_id:
            known = next((one for one in number.people.values() if one.user_id == user_id), None)
        if known is None:
            made = user_id or f"BR.{int(hashlib.sha256(phone.encode()).hexdigest()[:12], 16)}"
            known = Person(phone, made)
            number.people[known.key] = known
        elif phone and not known.phone:
            known.phone = phone
            number.people[phone] = known
        return known

    def whom(self, number: Number, body: Group) -> Person:
        """To whom a message goes: `to` wins; without its plus a phone gets the business's own country in front."""
        to = str(body.get("to") or "")
        if to:
            digits = "".join(mark for mark in to if mark.isdecimal())
            return self.person(number, digits if to.startswith("+") else number.phone[:2] + digits)
        wanted = str(body["recipient"])
        known = next((one for one in number.people.values() if one.user_id == wanted), None)
        return known or self.person(number, "", wanted)

    def is_open(self, person: Person) -> bool:
        """Whether free words may go there."""
        wrote = person.last_wrote
        return wrote is not None and self.clock.now() - wrote < self.clock.scaled(DAY)

    def has_room(self, number: Number) -> bool:
        """Count a message against the number's throughput."""
        return _count(number.lately, self.clock.now(), span=self.clock.scaled(1.0), most=PER_SECOND)

    def may_hear(self, person: Person) -> bool:
        """Count a message against what one person is sent: a burst is borrowed and has to be given back."""
        span = self.clock.scaled(PAIR_SECONDS) * PAIR_BURST
        return _count(person.heard, self.clock.now(), span=span, most=PAIR_BURST)

    def next_trouble(self, what: What) -> Trouble | None:
        """What befalls a call of this kind."""
        return next_trouble(self.trouble, what)


def _count(times: deque[float], now: float, *, span: float, most: int) -> bool:
    while times and times[0] <= now - span:
        times.popleft()
    if len(times) >= most:
        return False
    times.append(now)
    return True
