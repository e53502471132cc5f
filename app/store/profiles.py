"""What is known of each contact: the table `profiles`, written by one at a time, and never about who was erased."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.brain import PersonKnown
from app.domain.ids import AccountId, ConversationId
from app.domain.profiles import Fact, Profile, Seen, Source, Word, consent_of, joined, joint
from app.store.database import Database, Row, Tx, vault_of
from app.store.erasures import spellings
from app.store.flow_state import flow_of, learnt
from app.store.json_text import from_json, to_json
from app.store.queries import statements

SQL = statements("profiles")
_FACTS = ("name", "place", "language")


@dataclass(frozen=True, slots=True)
class Scene:
    """A conversation's customer, as far as it shows them."""

    account_id: AccountId
    contact_id: str
    channel: str
    phones: tuple[str, ...]
    is_forgotten: bool
    seen: Seen
    line: int  # the newest of those that it shows


@dataclass(frozen=True, slots=True)
class Person:
    """One person: the contacts that are theirs, what is known, and what stands about writing to them."""

    contacts: tuple[str, ...]
    profile: Profile
    word: Word


class Profiles:
    """The table `profiles`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def has_news(self, conversation_id: ConversationId) -> bool:
        """Whether the conversation shows something that is not known yet."""
        return bool(await self._database.fetchval(SQL["news"], conversation_id))

    async def scene(self, tx: Tx, conversation_id: ConversationId) -> Scene | None:
        """What it shows. Until the transaction ends nobody is erased behind our back."""
        await tx.execute(SQL["hold_chat"], conversation_id)
        row = await tx.fetchrow(SQL["scene"], conversation_id)
        return _scene(row, _said(tx, row)) if row else None

    async def of_contact(self, tx: Tx, account_id: AccountId, contact_id: str) -> Profile | None:
        """What is known of one contact, for whoever will write it in this transaction; None: they were erased."""
        await tx.execute(SQL["hold_person"], account_id, contact_id)
        row = await tx.fetchrow(SQL["row"], account_id, contact_id)
        return None if row is None or row["is_forgotten"] else profile_of(row)

    async def hold_chats(self, tx: Tx, account_id: AccountId, contact_id: str) -> None:
        """As `scene` does, for all conversations of a contact."""
        await tx.execute(SQL["hold_chats"], account_id, contact_id)

    async def save(
        self, tx: Tx, whose: tuple[AccountId, str], profile: Profile, *, phone_key: str | None = None, line: int = 0
    ) -> None:
        facts: list[Any] = []
        for fact in (profile.name, profile.place, profile.language):
            facts += [fact.value, fact.source.value if fact.source else None, fact.at]
        topics = to_json(dict(profile.topics))
        await tx.execute(SQL["save"], *whose, phone_key, *facts, topics, profile.seen_at, line)

    async def named(
        self, account_id: AccountId, *, contact_id: str = "", conversation_id: int = 0, phone: str = "", key: str = ""
    ) -> list[str]:
        """The contacts that are meant by one of these."""
        args = (contact_id or None, conversation_id or None, spellings(phone) if phone else None, key or None)
        return [row["contact_id"] for row in await self._database.fetch(SQL["named"], account_id, *args)]

    async def met(self, account_id: AccountId, contacts: Sequence[str]) -> list[str]:
        """Which of these contacts of the CRM have come to Ponte, and have not been erased."""
        return [row["contact_id"] for row in await self._database.fetch(SQL["met"], account_id, contacts)]

    async def person(self, account_id: AccountId, contact_id: str) -> Person | None:
        """Who this is; None where nothing is known, or the account keeps no profiles."""
        return person_of(await self._database.fetch(SQL["known"], account_id, contact_id))

    async def log(self, tx: Tx, account_id: AccountId, *, who: str, contact: str, changed: Sequence[str]) -> None:
        """That somebody has put something right, and of what kind it was."""
        await tx.execute(SQL["log"], account_id, who, to_json({"contact": contact, "changed": list(changed)}))


async def known_of(database: Database, account_id: AccountId, contact_id: str | None) -> PersonKnown | None:
    """What a brain is told of the customer."""
    person = await Profiles(database).person(account_id, contact_id) if contact_id else None
    if person is None:
        return None
    profile = person.profile
    facts = (profile.name.value, profile.place.value, profile.language.value)
    return PersonKnown(*facts, topics=profile.latest, consent=person.word.consent.value)


def person_of(rows: Iterable[Row]) -> Person | None:
    """The rows of `known` as one person."""
    known = [row for row in rows if row["contact_id"] is not None or row["is_contact"] or row["granted"] is not None]
    if not known:
        return None
    contacts = tuple(str(row["person"]) for row in known)
    return Person(contacts, joined(map(profile_of, known)), joint(map(_word, known)))


def profile_of(row: Row) -> Profile:
    """A row's facts; none where there is no row."""
    if row["contact_id"] is None:
        return Profile()
    topics = {name: datetime.fromisoformat(at) for name, at in from_json(row["topics"]).items()}
    return Profile(*(_fact(row, name) for name in _FACTS), topics=topics, seen_at=row["seen_at"])


def _fact(row: Row, name: str) -> Fact:
    source = row[f"{name}_from"]
    return Fact(row[name], Source(source), row[f"{name}_at"]) if source else Fact()


def _word(row: Row) -> Word:
    said = (row["granted"], row["word_at"], row["word_source"]) if row["granted"] is not None else None
    return consent_of(opted_out_at=row["opted_out_at"], opted_in_at=row["opted_in_at"], word=said)


def _said(tx: Tx, row: Row) -> Mapping[str, str]:
    """What a flow has taken down; it lies sealed."""
    flow, sealed = flow_of(row["flow_state"]), row["flow_sealed"]
    return learnt(vault_of(tx), sealed) if sealed else flow.data if flow else {}


def _scene(row: Row, said: Mapping[str, str]) -> Scene:
    seen = Seen(
        at=row["last_customer_at"],
        names=(row["contact_name"], row["author_name"] or ""),
        said=said,
        texts=tuple(zip(row["texts"], row["times"], strict=True)),
    )
    whose = (AccountId(row["account_id"]), row["contact_id"], row["channel"])
    return Scene(*whose, tuple(row["phones"]), row["is_forgotten"], seen, row["line"])
