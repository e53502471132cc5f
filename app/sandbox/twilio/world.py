"""The simulated Twilio: accounts with a WhatsApp number, who writes to them, all messages, trouble on request."""

import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from app.sandbox.clock import Clock
from app.sandbox.messengers import Group, Trouble, What, next_trouble

DAY: Final = 24 * 3600.0
Pairs = Sequence[tuple[str, str]]


class RefusedError(Exception):
    """A call that is answered with one of Twilio's errors."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(f"refused with {status}, {code}")
        self.status, self.code, self.message = status, code, message


@dataclass(slots=True)
class File:
    """What a customer sent; the store's address of it needs no key, and is not told to anybody without one."""

    sid: str
    mime: str
    body: bytes
    key: str


@dataclass(slots=True)
class Message:
    """One message, in or out. `sent` is None while it waits."""

    sid: str
    sender: str
    to: str
    body: str
    inbound: bool
    created: float
    sent: float | None = None
    status: str = "queued"
    error: int | None = None
    content_sid: str = ""
    media_url: str = ""  # what an outbound one shows beside its words
    status_callback: str = ""
    files: list[File] = field(default_factory=list[File])


@dataclass(slots=True)
class Person:
    """Somebody with WhatsApp. `trouble` is the code with which nothing reaches them, 0 for none."""

    last_wrote: float | None = None
    trouble: int = 0


@dataclass(slots=True)
class Account:
    """A Twilio account with one WhatsApp number. `is_shared`: the sandbox number, which is nobody's sender."""

    sid: str
    token: str
    number: str
    api_key: str = ""
    api_secret: str = ""
    webhook: str = ""
    status_webhook: str = ""
    is_shared: bool = False
    tells_statuses: bool = True
    stays_queued: bool = False
    messages: list[Message] = field(default_factory=list[Message])
    people: dict[str, Person] = field(default_factory=dict[str, Person])
    templates: dict[str, int] = field(default_factory=dict[str, int])  # ContentSid -> places
    typing: list[str] = field(default_factory=list[str])  # what was marked as read, while somebody typed
    unapproved: set[str] = field(default_factory=set[str])  # of these, those that WhatsApp has not approved

    @property
    def address(self) -> str:
        return f"whatsapp:+{self.number}"

    @property
    def sender_sid(self) -> str:
        return "XE" + self.sid[2:]

    def opens(self, user: str, password: str) -> bool:
        key = bool(self.api_key) and (user, password) == (self.api_key, self.api_secret)
        return key or (user, password) == (self.sid, self.token)

    def person(self, address: str) -> Person:
        """By the very address that wrote: another form of the same phone is somebody who has never written."""
        return self.people.setdefault(address, Person())


class Twilio:
    """All of it, in memory."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.accounts: dict[str, Account] = {}
        self.trouble: list[Trouble] = []
        self.calls: list[Group] = []
        self._ids = itertools.count(1)

    def reset(self) -> None:
        for kept in (self.accounts, self.trouble, self.calls):
            kept.clear()

    def new_sid(self, prefix: str) -> str:
        """As Twilio makes them: two letters and 32 hex digits."""
        return prefix + hashlib.md5(f"{prefix}{next(self._ids)}".encode(), usedforsecurity=False).hexdigest()

    def is_open(self, person: Person) -> bool:
        """Whether free words may go there."""
        wrote = person.last_wrote
        return wrote is not None and self.clock.now() - wrote < self.clock.scaled(DAY)

    def file(self, key: str) -> File | None:
        """By the store's address."""
        every = (file for one in self.accounts.values() for message in one.messages for file in message.files)
        return next((file for file in every if file.key == key), None)

    def next_trouble(self, what: What) -> Trouble | None:
        """What befalls a call of this kind."""
        return next_trouble(self.trouble, what)
