"""One simulated account: its people, chats and deals, what its plan allows, and who waits for news of it."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from app.sandbox.entities import (
    Bot,
    Chat,
    Contact,
    CustomField,
    Event,
    Lead,
    Message,
    Note,
    Tag,
    Talk,
    Template,
    User,
    Webhook,
)

PLANS_WITH_CHATS_API = frozenset({"trial", "pro", "enterprise", "technical"})
PLANS_WITH_BOTS = frozenset({"trial", "advanced", "pro", "enterprise", "technical"})
INCLUDED_QUOTA = {"trial": 100, "pro": 500, "enterprise": 500, "technical": 10_000}


@dataclass(slots=True)
class Capabilities:
    """What the plan and the integration's scopes allow."""

    talks_send: bool = True
    outgoing_hook: bool = True
    salesbot: bool = True
    talks_history: bool = True


@dataclass(slots=True)
class Account:
    id: int
    subdomain: str
    token: str
    amojo_id: str
    created_at: int
    plan: str = "pro"
    quota: int | None = None
    current_user_id: int = 1
    integration_id: str = ""
    capabilities: Capabilities = field(default_factory=Capabilities)
    users: dict[int, User] = field(default_factory=dict[int, User])
    contacts: dict[int, Contact] = field(default_factory=dict[int, Contact])
    leads: dict[int, Lead] = field(default_factory=dict[int, Lead])
    chats: dict[str, Chat] = field(default_factory=dict[str, Chat])
    chats_by_name: dict[str, Chat] = field(default_factory=dict[str, Chat])
    talks: dict[int, Talk] = field(default_factory=dict[int, Talk])
    messages: dict[str, Message] = field(default_factory=dict[str, Message])
    notes: dict[int, Note] = field(default_factory=dict[int, Note])
    notes_by_entity: dict[tuple[str, int], list[Note]] = field(default_factory=dict[tuple[str, int], list[Note]])
    events: list[Event] = field(default_factory=list[Event])
    tags: dict[str, Tag] = field(default_factory=dict[str, Tag])
    tasks: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    fields: dict[int, CustomField] = field(default_factory=dict[int, CustomField])
    bots: dict[int, Bot] = field(default_factory=dict[int, Bot])
    templates: dict[int, Template] = field(default_factory=dict[int, Template])
    waiting_bots: dict[int, str] = field(default_factory=dict[int, str])
    running_bots: dict[tuple[str, int], object] = field(default_factory=dict[tuple[str, int], object])
    webhooks: dict[str, Webhook] = field(default_factory=dict[str, Webhook])
    pipeline_id: int = 0
    status_ids: tuple[int, ...] = ()
    version: int = 1
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def touch(self) -> None:
        """Say that something visible changed: every waiting page is woken."""
        self.version += 1
        self.wake()

    def wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def changed(self) -> None:
        await self._changed.wait()

    def chat_named(self, name: str) -> Chat | None:
        """A chat by the name a tester gave it, or by its id."""
        return self.chats_by_name.get(name) or self.chats.get(name)

    def chats_of_lead(self, lead_id: int) -> list[Chat]:
        """The lead's chats, the one that spoke last first."""
        lead = self.leads[lead_id]
        found = [
            chat
            for contact_id in lead.contact_ids
            for chat in self.chats_of_contact(contact_id)
            if chat.lead_id == lead_id
        ]
        return sorted(found, key=lambda chat: chat.touched, reverse=True)

    def chats_of_contact(self, contact_id: int) -> list[Chat]:
        contact = self.contacts.get(contact_id)
        return [self.chats[chat_id] for chat_id in contact.chat_ids] if contact else []

    def may_send(self) -> bool:
        return self.plan in PLANS_WITH_CHATS_API

    def may_run_bots(self) -> bool:
        return self.plan in PLANS_WITH_BOTS and self.capabilities.salesbot
