"""Whose is this lead, contact or conversation, and by which rule. The CRM's word, read through a cache in Postgres."""

from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.channels.base import Channel
from app.domain.clock import Clock
from app.domain.errors import OutcomeUnknown, Retryable
from app.domain.ids import AccountId, ContactId, ConversationId, LeadId
from app.domain.people import Contact
from app.services.bot_control.address import Named, choose
from app.services.vendedores.sync import Syncing
from app.store import control
from app.store.accounts import Accounts
from app.store.database import Database
from app.store.owners import Owners
from app.store.sellers import Member, Sellers

# So long the CRM's last word is good enough.
KEPT_FOR = timedelta(minutes=5)
# A contact with more open leads than this is looked at no further.
MOST_LEADS = 10


class OwnerRule(StrEnum):
    """What decided whose it is."""

    LEAD = "responsible_for_lead"
    ONLY_LEAD = "responsible_for_only_open_lead"
    ALL_LEADS = "responsible_for_all_open_leads"
    WROTE_LAST = "wrote_last"
    SEVERAL = "several_owners"  # the contact's leads have different owners: nobody is guessed
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Owner:
    """`candidates`: the leads that were looked at, and whose each is. `stale`: the CRM could not be asked again."""

    rule: OwnerRule
    seller: Member | None = None
    lead_id: LeadId | None = None
    candidates: tuple[tuple[LeadId, str | None], ...] = ()
    as_of: datetime | None = None
    stale: bool = False


@dataclass(frozen=True, slots=True)
class _Word:
    """The CRM's word about one lead."""

    lead_id: LeadId
    seller_id: str | None
    read_at: datetime
    stale: bool = False


class _Unkept(Owners):
    """What is known, to which nothing is added."""

    async def save(self, account_id: AccountId, lead_id: LeadId, seller_id: str | None, at: datetime) -> None:
        del account_id, lead_id, seller_id, at

    async def save_contact(self, account_id: AccountId, contact: Contact, at: datetime) -> None:
        del account_id, contact, at


class Ownership:
    """Answers whose something is."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        accounts: Accounts,
        channels: dict[str, Channel],
        *,
        sellers: Sellers,
        syncing: Syncing,
    ) -> None:
        self._database = database
        self._clock = clock
        self._accounts = accounts
        self._channels = channels
        self._sellers = sellers
        self._find = syncing.find
        self._owners = Owners(database)

    def dry(self) -> "Ownership":
        """The same, but what the CRM says is not kept, and an id that nobody knows makes us read nobody."""
        twin = copy(self)
        vars(twin).update(_owners=_Unkept(self._database), _find=self._sellers.one)
        return twin

    async def of_lead(self, account_id: AccountId, lead_id: LeadId, *, fresh: bool = False) -> Owner:
        """Who is responsible for a lead.

        Raises:
            NotFound: the CRM has no such lead.
            Retryable: the CRM does not answer, and was never asked before.
        """
        word = await self._word(account_id, lead_id, fresh=fresh)
        if word.seller_id is None:
            return Owner(OwnerRule.NOBODY, None, lead_id, ((lead_id, None),), word.read_at, word.stale)
        return await self._by(account_id, OwnerRule.LEAD, [word])

    async def of_contact(self, account_id: AccountId, contact_id: ContactId, *, fresh: bool = False) -> Owner:
        """Who is responsible for a contact's open leads; without any, who wrote last."""
        leads = await self._leads(account_id, contact_id, fresh=fresh)
        words = [await self._word(account_id, lead, fresh=fresh) for lead in leads[:MOST_LEADS]]
        owners = {word.seller_id for word in words}
        if len(owners) > 1:
            pairs = tuple((word.lead_id, word.seller_id) for word in words)
            stale = any(word.stale for word in words)
            return Owner(OwnerRule.SEVERAL, None, None, pairs, min(word.read_at for word in words), stale)
        if owners - {None}:
            rule = OwnerRule.ONLY_LEAD if len(words) == 1 else OwnerRule.ALL_LEADS
            return await self._by(account_id, rule, words)
        return await self._wrote_last(account_id, conversation=None, contact=contact_id)

    async def of_conversation(self, account_id: AccountId, typed: str, *, fresh: bool = False) -> Owner:
        """By its lead, else its contact, else who wrote last in it.

        Raises:
            NotFound, Conflict: the id means no conversation, or several.
        """
        async with self._database.transaction() as tx:
            target = choose(await control.find_targets(tx, account_id, typed), Named(conversation_id=typed))
        number = target.conversations[0]
        head = await self._owners.head(account_id, number)
        if head is not None and head.lead_id:
            found = await self.of_lead(account_id, head.lead_id, fresh=fresh)
        elif head is not None and head.contact_id:
            found = await self.of_contact(account_id, head.contact_id, fresh=fresh)
        else:
            found = Owner(OwnerRule.NOBODY)
        if found.rule is not OwnerRule.NOBODY:
            return found
        return await self._wrote_last(account_id, conversation=number, contact=None)

    async def _word(self, account_id: AccountId, lead_id: LeadId, *, fresh: bool) -> _Word:
        now = self._clock.now()
        known = await self._owners.of_lead(account_id, lead_id)
        if known is not None and not fresh and now - known.read_at < KEPT_FOR:
            return _Word(lead_id, known.seller_id, known.read_at)
        connection = await self._accounts.connection(account_id)
        try:
            seller_id = await self._channels[connection.channel].responsible(connection, lead_id)
        except (Retryable, OutcomeUnknown):
            if known is None:
                raise
            return _Word(lead_id, known.seller_id, known.read_at, stale=True)
        await self._owners.save(account_id, lead_id, seller_id, now)
        return _Word(lead_id, seller_id, now)

    async def _leads(self, account_id: AccountId, contact_id: ContactId, *, fresh: bool) -> tuple[LeadId, ...]:
        now = self._clock.now()
        known = await self._owners.leads_of(account_id, contact_id)
        if known.read_at is not None and not fresh and now - known.read_at < KEPT_FOR:
            return known.open_leads
        connection = await self._accounts.connection(account_id)
        try:
            contact = await self._channels[connection.channel].contact(connection, contact_id)
        except (Retryable, OutcomeUnknown):
            if known.read_at is None:
                raise
            return known.open_leads
        await self._owners.save_contact(account_id, contact, now)
        return contact.open_leads

    async def _by(self, account_id: AccountId, rule: OwnerRule, words: list[_Word]) -> Owner:
        """The owner that these words name; one whom nobody knows makes us read the CRM's users."""
        seller = await self._find(account_id, words[0].seller_id or "")
        return Owner(
            rule,
            seller,
            words[0].lead_id if len(words) == 1 else None,
            tuple((word.lead_id, word.seller_id) for word in words),
            min(word.read_at for word in words),
            any(word.stale for word in words),
        )

    async def _wrote_last(
        self, account_id: AccountId, *, conversation: ConversationId | None, contact: ContactId | None
    ) -> Owner:
        seller_id = await self._owners.wrote_last(account_id, conversation=conversation, contact=contact)
        seller = await self._sellers.one(account_id, seller_id) if seller_id else None
        return Owner(OwnerRule.WROTE_LAST if seller else OwnerRule.NOBODY, seller)
