"""The simulated account: what it holds, what happens in it, and the trouble that was ordered."""

import asyncio
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from app.sandbox.chatwoot.entities import (
    INCOMING,
    WEBSITE,
    Bot,
    Contact,
    ContactInbox,
    Conversation,
    Hook,
    Inbox,
    Message,
    Status,
    User,
)
from app.sandbox.clock import Clock

ACCOUNT: Final = 1
PHONE: Final = re.compile(r"\+[1-9]\d{1,14}\Z")  # without a beginning, as the vendor has it
LONGEST_NAME: Final = 255
Fault = Literal["error_500", "error_after", "hang", "lost", "rate_429", "refused"]
HookFault = Literal["duplicate", "reorder", "delay", "drop"]


class Wrong(Exception):
    """A call that is refused with this status and body."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


def invalid(said: str, *attributes: str) -> Wrong:
    """A record that is not valid."""
    return Wrong(422, {"message": said, "attributes": list(attributes)})


Happens = Callable[[str, Conversation, Message | None, list[dict[str, Any]]], None]


def nothing_happens(event: str, talk: Conversation, message: Message | None, changed: list[dict[str, Any]]) -> None:
    """Nobody listens."""
    del event, talk, message, changed


@dataclass(slots=True)
class Trouble:
    """The next so many calls whose path holds `path` go wrong.

    `error_500`, `rate_429`, `refused` do nothing; `error_after` does it and answers 502; `hang` does it and is silent;
    `lost` does it and closes the connection.
    """

    fault: Fault
    times: int = 1
    path: str = ""
    method: str = "POST"
    seconds: float = 5


@dataclass(slots=True)
class World:
    """All of it. `happens` is told of every event: its name, its conversation, the message, what has changed."""

    clock: Clock
    base_url: str = ""
    happens: Happens = nothing_happens
    slowness: float = 0.0  # seconds between a check of uniqueness and the write: what lets two of them race
    users: dict[int, User] = field(default_factory=dict[int, User])
    bots: dict[int, Bot] = field(default_factory=dict[int, Bot])
    inboxes: dict[int, Inbox] = field(default_factory=dict[int, Inbox])
    contacts: dict[int, Contact] = field(default_factory=dict[int, Contact])
    contact_inboxes: dict[int, ContactInbox] = field(default_factory=dict[int, ContactInbox])
    conversations: dict[int, Conversation] = field(default_factory=dict[int, Conversation])
    hooks: dict[int, Hook] = field(default_factory=dict[int, Hook])
    labels: dict[int, dict[str, Any]] = field(default_factory=dict[int, dict[str, Any]])
    notes: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    trouble: list[Trouble] = field(default_factory=list[Trouble])
    hook_trouble: list[tuple[HookFault, int]] = field(default_factory=list[tuple[HookFault, int]])
    calls: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict[str, tuple[str, bytes]])  # types and bytes
    keeps_pending: bool = False  # the account's setting: a bot that fails does not open its conversations
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(101))

    def __post_init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """An administrator, an agent, a bot; an API inbox and a website's, both without a bot."""
        for kept in (self.contacts, self.contact_inboxes, self.conversations, self.hooks, self.labels, self.files):
            kept.clear()
        for told in (self.trouble, self.hook_trouble, self.calls, self.notes):
            told.clear()
        self.slowness, self.keeps_pending = 0.0, False
        self.users = {
            1: User(1, "Dona Rita", "token-rita", "administrator"),
            2: User(2, "Ana", "token-ana", "agent", {1, 2}),
        }
        self.bots = {1: Bot(1, "Ponte", "token-bot", "secret-of-the-bot")}
        self.inboxes = {1: Inbox(1, "WhatsApp"), 2: Inbox(2, "Site", WEBSITE), 3: Inbox(3, "Ponte")}

    def number(self) -> int:
        return next(self._numbers)

    def next_trouble(self, method: str, path: str) -> Trouble | None:
        for one in self.trouble:
            if one.times > 0 and one.path in path and one.method in ("", method):
                one.times -= 1
                return one
        return None

    # ---- contacts ----

    def check_contact(self, told: dict[str, Any], own: Contact | None = None) -> None:
        """The model's validations: a look before the write, which another write may overtake."""
        mine = own.id if own else 0
        name, phone = told.get("name", own.name if own else ""), told.get("phone_number", own and own.phone_number)
        if name and len(str(name)) > LONGEST_NAME:
            raise invalid("Name is too long (maximum is 255 characters)", "name")
        if phone and not PHONE.search(str(phone)):
            raise invalid("Phone number should be in e164 format", "phone_number")
        unique = {"phone_number": phone}
        unique |= {key: told.get(key, getattr(own, key) if own else None) for key in ("identifier", "email")}
        for key, value in unique.items():
            if value and any(getattr(one, key) == value for one in self.contacts.values() if one.id != mine):
                raise invalid(f"{key.replace('_', ' ').capitalize()} has already been taken", key)

    async def add_contact(self, told: dict[str, Any], *, inbox_id: int | None, source_id: str | None) -> Contact:
        self.check_contact(told)
        if self.slowness:
            await asyncio.sleep(self.slowness)
        for key in ("identifier", "email"):  # the unique indexes; nobody rescues what they raise
            if told.get(key) and any(getattr(one, key) == told[key] for one in self.contacts.values()):
                raise Wrong(500, {"status": 500, "error": "Internal Server Error"})
        made = Contact(
            *(self.number(), str(told.get("name") or ""), told.get("email")),
            phone_number=told.get("phone_number"),
            identifier=told.get("identifier"),
            custom=dict(told.get("custom_attributes") or {}),
            additional=dict(told.get("additional_attributes") or {}),
            created_at=int(self.clock.now()),
        )
        self.contacts[made.id] = made
        if inbox_id is not None:
            try:
                self.link(made.id, inbox_id, source_id)
            except Wrong:
                del self.contacts[made.id]  # one transaction
                raise
        return made

    def link(self, contact_id: int, inbox_id: int, source_id: str | None) -> ContactInbox:
        """The contact in the inbox. Its source id is unique there."""
        wanted = source_id or f"uuid-{self.number()}"
        for one in self.contact_inboxes.values():
            if (one.inbox_id, one.source_id) == (inbox_id, wanted):
                if one.contact_id == contact_id:
                    return one
                raise Wrong(422, {"error": "source_id should be unique"})
        made = ContactInbox(self.number(), contact_id, inbox_id, wanted)
        self.contact_inboxes[made.id] = made
        return made

    # ---- conversations ----

    def bot_of(self, inbox_id: int) -> Bot | None:
        number = self.inboxes[inbox_id].bot_id
        return self.bots.get(number) if number is not None else None

    def add_conversation(
        self, link: ContactInbox, *, status: Status = "open", custom: dict[str, Any] | None = None
    ) -> Conversation:
        """Not idempotent, unless the inbox has one conversation for each contact. With a bot it is the bot's."""
        inbox = self.inboxes[link.inbox_id]
        if inbox.lock_to_single:
            theirs = [one for one in self.conversations.values() if one.contact_inbox_id == link.id]
            if theirs:
                return theirs[-1]
        now = self.clock.now()
        made = Conversation(
            max(self.conversations, default=0) + 1,
            *(inbox.id, link.contact_id, link.id),
            status="pending" if self.bot_of(inbox.id) else status,
            custom=dict(custom or {}),
            created_at=now,
            updated_at=now,
            last_activity_at=now,
        )
        self.conversations[made.id] = made
        self.happens("conversation_created", made, None, [])
        return made

    def set_status(self, talk: Conversation, status: Status) -> None:
        before, talk.status = talk.status, status
        if before != status:
            talk.updated_at = self.clock.now()
            changed = [{"status": {"previous_value": before, "current_value": status}}]
            self.happens("conversation_status_changed", talk, None, changed)
            if status in ("open", "resolved"):
                self.happens(
                    "conversation_opened" if status == "open" else "conversation_resolved", talk, None, changed
                )

    def set_assignee(self, talk: Conversation, who: tuple[str, int] | None) -> None:
        before, talk.assignee = talk.assignee, who
        if before != who:
            talk.updated_at = self.clock.now()
            numbers = {"previous_value": before and before[1], "current_value": who and who[1]}
            self.happens("conversation_updated", talk, None, [{"assignee_id": numbers}])

    def add_message(self, talk: Conversation, one: Message) -> Message:
        """An incoming one wakes the conversation: the bot's where the inbox has one, else people's."""
        one.created_at = self.clock.now()
        talk.messages.append(one)
        talk.last_activity_at = talk.updated_at = one.created_at
        self.happens("message_created", talk, one, [])
        if one.kind == INCOMING and talk.status in ("resolved", "snoozed"):
            is_bots = talk.status == "resolved" and self.bot_of(talk.inbox_id) is not None
            self.set_status(talk, "pending" if is_bots else "open")
        return one
