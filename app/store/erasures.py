"""Erasing a person: finding every row about somebody, emptying it, and remembering only a keyed hash of the phone.

`WIPES` names every table that holds something about customers. A test fills every text column of every table with a
mark and looks for it after an erasure, so a new table that is forgotten here fails there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.ids import AccountId, ConversationId
from app.domain.people import Contact
from app.domain.phones import forms
from app.store.database import Database, Tx
from app.store.json_text import to_json
from app.store.phone_hashes import phone_hashes
from app.store.queries import statements
from app.store.secrets import Vault

SQL = statements("erasures")
_SHORT = 6  # an id of fewer letters stands in bodies that have nothing to do with it


@dataclass(frozen=True, slots=True)
class Person:
    """Everything by which one person is known in an account."""

    account_id: AccountId
    contacts: tuple[str, ...]
    conversations: tuple[ConversationId, ...] = ()
    chats: tuple[str, ...] = ()
    talks: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()  # in every form, with and without the plus

    @property
    def needles(self) -> list[bytes]:
        """What a raw body that is about this person holds, as form or as JSON."""
        found: list[bytes] = []
        for ref in (*self.contacts, *self.chats, *self.talks, *self.leads):
            shapes = (ref,) if len(ref) >= _SHORT else (f"%5D={ref}", f"]={ref}", f'":{ref}', f'": {ref}', f'"{ref}"')
            found += [shape.encode() for shape in shapes]
        return found

    @property
    def refs(self) -> list[str]:
        """How a caller of ours may name the conversation: by any id, or by the phone."""
        chats = [str(number) for number in self.conversations]
        return [*chats, *self.contacts, *self.chats, *self.talks, *self.leads, *self.phones]

    @property
    def subjects(self) -> list[str]:
        """How tables that may know a phone or a contact name this person."""
        return [*(f"phone:{one}" for one in self.phones), *(f"contact:{one}" for one in self.contacts)]

    @property
    def orders(self) -> list[str]:
        """How the numbers of orders about the whole contact or lead end."""
        return [*(f"%:contact:{ref}" for ref in self.contacts), *(f"%:lead:{ref}" for ref in self.leads)]


# Table, statement, and what of the person it needs: in this order, for some look at what others empty.
WIPES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("deliveries", "forget_deliveries", ("account_id", "needles")),
    ("inbox", "forget_inbox", ("conversations",)),
    ("inbox", "forget_orders", ("account_id", "orders")),
    ("media", "forget_media", ("conversations",)),
    ("mensagens", "forget_messages", ("conversations",)),
    ("turns", "forget_turns", ("conversations",)),
    ("outbox", "forget_outbox", ("conversations",)),
    ("timers", "forget_timers", ("conversations",)),
    ("n8n_errors", "forget_n8n_errors", ("conversations",)),
    ("tool_calls", "forget_tool_calls", ("conversations",)),
    ("faq_answers", "forget_faq_answers", ("account_id", "conversations")),
    ("feedback", "forget_feedback", ("conversations",)),
    ("errands", "forget_errands", ("conversations",)),
    ("errands", "forget_phones_of_errands", ("account_id",)),
    ("agenda", "forget_agenda", ("account_id", "conversations", "contacts", "leads")),
    ("follow_ups", "forget_follow_ups", ("account_id", "contacts", "phones")),
    ("outreaches", "forget_outreaches", ("account_id", "contacts", "phones", "subjects", "conversations", "leads")),
    ("broadcast_recipients", "forget_recipients", ("account_id", "conversations")),
    ("consents", "forget_consents", ("account_id", "contacts", "phones")),
    ("profiles", "forget_profiles", ("account_id", "contacts", "phones")),
    ("card_claims", "forget_card_claims", ("account_id", "contacts", "subjects")),
    ("handovers", "forget_handovers", ("account_id", "conversations", "leads")),
    ("lead_owners", "forget_lead_owners", ("account_id", "leads")),
    ("continuations", "forget_continuations", ("account_id", "leads")),
    ("notices", "forget_notices", ("account_id", "conversations", "leads")),
    ("pauses", "forget_pauses", ("account_id", "contacts", "leads")),
    ("inbox_lines", "forget_in_inbox", ("account_id", "conversations", "phones")),
    ("sheet_rows", "blank_sheet_rows", ("account_id", "conversations", "refs", "contacts", "leads")),
    ("event_log", "forget_provisioned", ("account_id", "refs")),
    ("event_log", "forget_audit", ("account_id", "conversations", "contacts", "leads")),
    ("provisionings", "forget_provisionings", ("account_id", "conversations", "refs")),
    ("contacts", "forget_contacts", ("account_id", "contacts")),
    ("conversations", "forget_conversations", ("conversations",)),
)


async def wipe(tx: Tx, person: Person) -> dict[str, int]:
    """Empty everything about the person, in this transaction; returns how many rows of which table."""
    counts: dict[str, int] = {}
    for table, statement, needs in WIPES:
        done = await tx.execute(SQL[statement], *(_value(person, need) for need in needs))
        counts[table] = counts.get(table, 0) + int(done.rpartition(" ")[2])
    return counts


def _value(person: Person, need: str) -> int | list[Any]:
    return person.account_id if need == "account_id" else list(getattr(person, need))


async def end(tx: Tx, number: int, counts: dict[str, int]) -> datetime:
    """Write down what was done; returns when."""
    return await tx.fetchval(SQL["end_erasure"], number, to_json(counts))


async def drop_jobs(tx: Tx, person: Person) -> int:
    """Take the person's chats out of the queue; last, for a settled conversation enqueues."""
    done = await tx.execute(SQL["forget_jobs"], [str(number) for number in person.conversations])
    return int(done.rpartition(" ")[2])


def spellings(phone: str) -> list[str]:
    """A phone as any column may hold it."""
    return sorted(written for form in forms(phone) for written in (form, f"+{form}"))


class ErasedPhones:
    """The phones that are never written to again, known by keyed hashes only."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def has(self, account_id: AccountId, phone: str) -> bool:
        """Whether this phone, in whatever form it is written, belongs to somebody who was erased."""
        if await self._database.fetchval(SQL["key"], account_id) is None:
            return False
        return bool(await self._database.fetchval(SQL["is_erased"], account_id, await self.hashes(account_id, [phone])))

    async def is_about(self, account_id: AccountId, *, phone: str | None, contacts: Sequence[str]) -> bool:
        """Whether this phone, or one of these contacts, is of somebody who was erased."""
        if phone is not None and await self.has(account_id, phone):
            return True
        return bool(contacts) and bool(await self._database.fetchval(SQL["is_forgotten"], account_id, list(contacts)))

    async def obey(self, account_id: AccountId, contact: Contact) -> bool:
        """Somebody was read from the CRM: one who was erased is opted out and forgotten again. Says whether."""
        for phone in contact.phones:
            if await self.has(account_id, phone):
                await self._database.execute(SQL["still_forgotten"], account_id, contact.external_id)
                return True
        return False

    async def hashes(self, account_id: AccountId, phones: Iterable[str]) -> list[bytes]:
        """The hashes of all forms of these phones."""
        return await phone_hashes(self._database, self._vault, account_id, phones)


class Erasures:
    """Finding a person, and keeping that one was erased."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def contacts_by_phone(self, account_id: AccountId, phone: str) -> list[str]:
        rows = await self._database.fetch(SQL["contacts_by_phone"], account_id, spellings(phone))
        return [row["external_id"] for row in rows]

    async def person(
        self, account_id: AccountId, contacts: Iterable[str], *, phone: str | None, leads: Iterable[str] = ()
    ) -> Person:
        """All that is known of these contacts, who are one person; `leads` are those that somebody else knows of."""
        ids = tuple(sorted(set(contacts)))
        rows = await self._database.fetch(SQL["person_conversations"], account_id, list(ids))
        opened = await self._database.fetch(SQL["person_leads"], account_id, list(ids))
        return Person(
            account_id,
            ids,
            conversations=tuple(ConversationId(row["id"]) for row in rows),
            chats=tuple(row["chat_id"] for row in rows),
            talks=tuple(row["talk_id"] for row in rows if row["talk_id"]),
            leads=tuple(sorted({*leads, *(row["lead_id"] for row in (*rows, *opened) if row["lead_id"])})),
            phones=tuple(spellings(phone)) if phone else (),
        )

    async def knows(self, person: Person) -> bool:
        """Whether there is anything about this person here."""
        if person.contacts:
            return True
        args = (person.account_id, list(person.phones), person.subjects)
        return bool(await self._database.fetchval(SQL["knows_phone"], *args))

    async def earlier(self, account_id: AccountId, hashes: list[bytes]) -> tuple[int, datetime] | None:
        """By which erasure this phone was forgotten, and when."""
        row = await self._database.fetchrow(SQL["earlier"], account_id, hashes)
        return (row["id"], row["created_at"]) if row else None

    async def unread_bodies(self, person: Person) -> list[int]:
        rows = await self._database.fetch(SQL["raw_deliveries"], person.account_id, person.needles)
        return [row["id"] for row in rows]

    async def forget_contacts(self, person: Person) -> None:
        await self._database.execute(SQL["forget_contacts"], person.account_id, list(person.contacts))

    async def under_way(self, person: Person) -> int:
        named = (list(person.contacts), list(person.phones), list(person.leads))
        return int(
            await self._database.fetchval(SQL["under_way"], list(person.conversations), person.account_id, *named)
        )

    async def media_places(self, person: Person) -> list[str]:
        rows = await self._database.fetch(SQL["media_places"], list(person.conversations))
        return [row["place"] for row in rows]

    async def stop_provisionings(self, person: Person) -> None:
        await self._database.execute(SQL["stop_provisionings"], *self._asked_for(person))

    async def panel_users(self, person: Person) -> tuple[str, ...]:
        """Whom somebody else's panel knows this person as."""
        return tuple(row["name"] for row in await self._database.fetch(SQL["panel_users"], *self._asked_for(person)))

    async def evidence_places(self, person: Person) -> list[str]:
        """Where the pictures lie that may show this person on a panel; from now on their time is over."""
        rows = await self._database.fetch(SQL["evidence_places"], *self._asked_for(person))
        return [row["place"] for row in rows]

    def _asked_for(self, person: Person) -> tuple[Any, ...]:
        """By what requests to a panel are known to be about this person."""
        return person.account_id, list(person.conversations), person.refs

    async def begin(self, account_id: AccountId, *, who: str, hashes: list[bytes]) -> int:
        """From now on this phone is never written to; returns the erasure's number."""
        async with self._database.transaction() as tx:
            number = int(await tx.fetchval(SQL["add_erasure"], account_id, who))
            await tx.execute(SQL["add_hashes"], account_id, hashes, number)
            await tx.execute(SQL["log"], account_id, who)
        return number

    async def sign(self, number: int, signature: str) -> None:
        await self._database.execute(SQL["sign_erasure"], number, signature)
