"""Learns who writes, beside their conversation and never in its way; shows it, and lets people put it right."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from app.channels.base import Channel
from app.channels.without_crm import phones_of
from app.domain.clock import Clock
from app.domain.errors import AppError, Conflict, NotFound, Rejected
from app.domain.ids import AccountId, ContactId, ConversationId
from app.domain.language import LOCALES
from app.domain.phones import country_of, understand
from app.domain.profiles import UNKNOWN, Fact, Kept, Profile, Source, kept_as, learnt, name_of, phone_key, place_of
from app.store.accounts import Account, Accounts
from app.store.database import Database
from app.store.profiles import Person, Profiles, Scene

_LAST_ID: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Whom:
    """Who is meant: by one of these."""

    contact_id: str = ""
    conversation_id: str = ""
    phone: str = ""


class Knowing:
    """The profiles of an installation's accounts."""

    def __init__(self, database: Database, clock: Clock, accounts: Accounts, channels: Mapping[str, Channel]) -> None:
        self._database = database
        self._clock = clock
        self._accounts = accounts
        self._channels = channels
        self._profiles = Profiles(database)

    async def learn(self, conversation_id: ConversationId) -> None:
        """Take down what the conversation shows of its customer, if it is anything new. Safe to run twice."""
        if not await self._profiles.has_news(conversation_id):
            return
        async with self._database.transaction() as tx:
            scene = await self._profiles.scene(tx, conversation_id)
            if scene is None or scene.is_forgotten:
                return
            known = await self._profiles.of_contact(tx, scene.account_id, scene.contact_id)
            if known is None:
                return
            key = phone_key(self._phones(scene))
            whose = (scene.account_id, scene.contact_id)
            await self._profiles.save(tx, whose, learnt(known, scene.seen), phone_key=key, line=scene.line)

    def _phones(self, scene: Scene) -> tuple[str, ...]:
        """As the CRM has them; where there is none, the number by which a messenger knows its customer."""
        if scene.phones:
            return scene.phones
        channel = self._channels.get(scene.channel)
        return phones_of(ContactId(scene.contact_id)) if channel is not None and not channel.has_users else ()

    async def show(self, account_id: AccountId, whom: Whom) -> Person:
        """What is known of somebody.

        Raises:
            NotFound: nobody, or nothing; `not_met` where the CRM knows them and Ponte does not.
            Conflict: several contacts have this phone, and the account does not take them for one person.
        """
        account = await self._accounts.get(account_id)
        if kept_as(account.settings) is Kept.NONE:
            hint = 'PATCH /admin/account {"profiles": "by_contact"}, or `ponte accounts set`.'
            raise NotFound("This account keeps no profiles.", hint=hint, code="no_profiles")
        contacts = await self._named(account, whom)
        if not contacts and whom.phone:
            contacts = await self._met(account, whom.phone)
        person = await self._profiles.person(account_id, contacts[0]) if contacts else None
        if person is None:
            raise _unknown("Look at the id. A profile begins with the first message of a customer that comes to Ponte.")
        if others := sorted(set(contacts) - set(person.contacts)):
            raise Conflict(
                f"Several contacts have this phone: {', '.join(sorted({contacts[0], *others}))}.",
                hint="Give contact_id, or let one phone be one person: the account's setting `profiles`.",
                code="ambiguous_id",
            )
        return person

    async def _met(self, account: Account, phone: str) -> list[str]:
        """Those of our contacts that have this phone in the CRM: of who has just written ours has not been read yet.

        Raises:
            NotFound: nobody that we have met; `not_met` where the CRM knows them.
        """
        try:
            found = await self._in_crm(account, phone)
        except AppError:
            hint = "Look at every digit of the phone. Whether the CRM knows them could not be asked; `ponte doctor`."
            raise _unknown(hint) from None
        if not found:
            hint = "Look at every digit of the phone, and at the country in front of it."
            raise NotFound("Nothing is known of this person: neither Ponte nor the CRM has this phone.", hint=hint)
        if met := await self._profiles.met(account.id, found):
            return met
        said = f"Ponte has no conversation with this person yet; the CRM has them as contact {', '.join(found)}."
        hint = "Nothing to mend: a profile begins with their first message. POST /start-proactive writes to them first."
        raise NotFound(said, hint=hint, code="not_met")

    async def _in_crm(self, account: Account, phone: str) -> list[str]:
        """The contacts with this phone in the CRM, where there is one."""
        channel = self._channels[account.channel]
        if not channel.has_users:
            return []
        meant = understand(phone, country_of(account.settings, account.timezone))
        found = await channel.find_contacts_by_phone(await self._accounts.connection(account.id), meant)
        return sorted(str(contact.external_id) for contact in found)

    async def _named(self, account: Account, whom: Whom) -> list[str]:
        if whom.phone:
            phone = understand(whom.phone, country_of(account.settings, account.timezone))
            return await self._profiles.named(account.id, phone=phone.e164, key=phone_key([phone.e164]) or "")
        number = whom.conversation_id
        is_number = number.isascii() and number.isdecimal() and int(number) <= _LAST_ID
        if number and not is_number:
            return []
        return await self._profiles.named(
            account.id, contact_id=whom.contact_id, conversation_id=int(number) if number else 0
        )

    async def correct(self, account_id: AccountId, whom: Whom, given: Mapping[str, Any], *, who: str) -> Person:
        """Put right what is named: from now on it counts before all that is learnt. None takes a fact away.

        Raises:
            Rejected: something cannot be what was given; nothing is changed.
            NotFound, Conflict: as in `show`.
        """
        facts = corrected(given)
        person = await self.show(account_id, whom)
        now = self._clock.now()
        changes = {name: Fact(value, Source.CORRECTED, now) if value else UNKNOWN for name, value in facts.items()}
        async with self._database.transaction() as tx:
            for contact in person.contacts:
                await self._profiles.hold_chats(tx, account_id, contact)
                known = await self._profiles.of_contact(tx, account_id, contact)
                if known is not None:
                    await self._profiles.save(tx, (account_id, contact), replace(known, **changes))
            first = person.contacts[0]
            await self._profiles.log(tx, account_id, who=who, contact=first, changed=sorted(changes))
        return await self.show(account_id, Whom(contact_id=first))


def _unknown(hint: str) -> NotFound:
    return NotFound("Nothing is known of this person: Ponte has no conversation with them.", hint=hint)


def corrected(given: Mapping[str, Any]) -> dict[str, str]:
    """What a person gave, as it is kept; the empty one takes a fact away. Pure.

    Raises:
        Rejected: it is none.
    """
    readers = {"name": name_of, "place": place_of, "language": _language}
    if not given:
        raise Rejected("Nothing to change was named.", hint="name, place or language.")
    kept = {name: "" if value is None else readers[name](str(value)) for name, value in given.items()}
    if wrong := [name for name, value in kept.items() if not value and given[name] is not None]:
        raise Rejected(f"That is no {wrong[0]}.", hint="A few words of letters; pt-BR, es or en for the language.")
    return kept


def _language(value: str) -> str:
    return value if value in LOCALES else ""


def shown(person: Person) -> dict[str, Any]:
    """A person as API and command line show them: what nobody has said is None. Pure."""
    profile, word = person.profile, person.word
    facts = {"name": profile.name, "place": profile.place, "language": profile.language}
    return {
        "contact_ids": list(person.contacts),
        **{name: asdict(fact) if fact.source else None for name, fact in facts.items()},
        "topics": [{"topic": topic, "at": profile.topics[topic]} for topic in profile.latest],
        "consent": asdict(word),
        "seen_at": profile.seen_at,
    }


__all__ = ["Knowing", "Person", "Profile", "Whom", "corrected", "shown"]
