"""Where wishes to write first come in: understood, written down once, carried out while the caller waits a little.

What takes longer goes on without the caller, who is told where to ask. What waits is taken up by the chore.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import uuid4

import structlog

from app.channels.base import Channel
from app.domain.clock import Clock
from app.domain.errors import AppError, NotFound, Rejected
from app.domain.ids import AccountId, LeadId
from app.domain.outreach import FollowUp, NewOutreach, Outreach, OutreachState
from app.domain.phones import Phone, country_of, understand
from app.domain.zones import local
from app.services.proactive.cards import CardFinder
from app.services.proactive.case import Case, check_words, phone_of
from app.services.proactive.eligibility import Reason, Verdict
from app.services.proactive.followups import FollowUps
from app.services.proactive.judging import Judging
from app.services.proactive.outreach import Outreaching
from app.services.proactive.signing import Signature, Signing
from app.services.proactive.templates import Templates
from app.store.accounts import Account, Accounts
from app.store.cards import Cards
from app.store.ladders import Ladders
from app.store.outreach import Outreaches

PATIENCE: Final = 8.0  # seconds that a caller waits
AT_ONCE: Final = 4  # wishes of one process under way; the rest waits in the database, not in front of the vendor
WRITTEN_AT_ONCE: Final = 12  # the same for a worker, where most of the time a brain is waited for
LONGEST_CHORE: Final = 45.0  # seconds
PAGE: Final = 20

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Wish:
    """What a caller asks for, in the caller's words. Exactly one of phone, contact and lead."""

    trigger: str
    phone: str | None = None
    contact_id: str | None = None
    lead_id: str | None = None
    locale: str | None = None
    consent: bool | None = None
    data: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)


@dataclass(frozen=True, slots=True)
class Trial:
    """What would happen now."""

    verdict: Verdict
    text: str
    contact_id: str | None
    lead_id: str | None
    conversation_id: int | None
    seller_id: str | None
    would_ask: tuple[str, ...] = ()  # the brains that would be asked; `text` is what the template says without them


class Desk:
    """The service behind POST /start-proactive."""

    def __init__(
        self,
        outreaches: Outreaches,
        ladders: Ladders,
        clock: Clock,
        accounts: Accounts,
        *,
        cards: Cards,
        channels: Mapping[str, Channel],
        templates: Templates,
        judging: Judging,
        outreaching: Outreaching,
        signing: Signing,
        follow_ups: FollowUps,
    ) -> None:
        self._outreaches = outreaches
        self._ladders = ladders
        self._clock = clock
        self._accounts = accounts
        self._cards = cards
        self._channels = channels
        self._templates = templates
        self._judging = judging
        self._outreaching = outreaching
        self._signing = signing
        self._follow_ups = follow_ups
        self._room = asyncio.Semaphore(AT_ONCE)
        self._room_to_write = asyncio.Semaphore(WRITTEN_AT_ONCE)
        self._under_way: set[asyncio.Task[None]] = set()

    async def start(self, account_id: AccountId, wish: Wish, *, key: str | None, who: str) -> Outreach:
        """Write to somebody first, once for a key, and once for a contact, a trigger and a day.

        Raises:
            Rejected: the trigger, the phone or the data do not do, or the key is of another request; nothing is
                written down, nothing is sent.
        """
        account = await self._accounts.get(account_id)
        phone = self._phone(account, wish)
        await self._check(account, wish)
        new = self._new(account, wish, phone, key=key, who=who)
        number, named = phone.e164 if phone else None, [wish.contact_id] if wish.contact_id else []
        if await self._accounts.erased.is_about(account_id, phone=number, contacts=named):
            return await self._of_erased(account_id, new)
        known = await self._known(account_id, new)
        if known is not None:
            return known
        if wish.consent is not None:
            await self._note_consent(account_id, wish, phone, source=f"{wish.trigger}: {who}")
        added = await self._outreaches.add(account_id, new, self._clock.now())
        if added is None:
            return await self._first(account_id, new)
        await self._while_the_caller_waits(added)
        return await self._one(account_id, added.id)

    async def _of_erased(self, account_id: AccountId, new: NewOutreach) -> Outreach:
        """Somebody who was erased is not written to, and of the wish nothing is kept but that there was one."""
        bare = replace(new, subject=f"erased:{uuid4()}", key=None, phone=None, contact_id=None, locale=None, data={})
        added = await self._outreaches.add(account_id, bare, self._clock.now())
        if added is None:
            return await self._first(account_id, bare)
        await self._outreaches.end(added, OutreachState.DENIED, reasons=[Reason.OPTED_OUT])
        return await self._one(account_id, added.id)

    async def _first(self, account_id: AccountId, new: NewOutreach) -> Outreach:
        """Two callers at once: the other one's."""
        found = await self._known(account_id, new)
        if found is None:
            raise NotFound("The wish is gone.", hint="Ask again.")
        return found

    async def _known(self, account_id: AccountId, new: NewOutreach) -> Outreach | None:
        """What there is already: of this key, which is good for one request; else of this subject and day."""
        found = await self._outreaches.known(account_id, new)
        is_of_key = found is not None and new.key is not None and found.key == new.key
        if found is not None and is_of_key and found.digest not in (None, new.digest):
            raise Rejected(
                "This key was used for another request.", hint="A new wish needs a new key.", code="key_reused"
            )
        return found

    async def status(self, account_id: AccountId, outreach_id: int) -> tuple[Outreach, list[FollowUp]]:
        """What became of a wish, and what follows it."""
        return await self._one(account_id, outreach_id), await self._ladders.of(outreach_id)

    async def listing(self, account_id: AccountId, state: str | None, *, before: int, limit: int) -> list[Outreach]:
        return await self._outreaches.listing(account_id, state, before=before, limit=limit)

    async def _one(self, account_id: AccountId, outreach_id: int) -> Outreach:
        found = await self._outreaches.get(account_id, outreach_id)
        if found is None:
            raise NotFound(f"There is no outreach {outreach_id}.", hint="Use the id from POST /start-proactive.")
        return found

    async def approved(self, account_id: AccountId) -> list[str]:
        """The names of the templates that the messenger has approved, as far as the channel shows them to us."""
        connection = await self._accounts.connection(account_id)
        return await self._channels[connection.channel].approved_templates(connection)

    async def try_out(self, account_id: AccountId, wish: Wish) -> Trial:
        """What would happen now; reads the CRM, changes nothing, sends nothing, asks no brain."""
        account = await self._accounts.get(account_id)
        phone = self._phone(account, wish)
        await self._check(account, wish)
        case = await self._imagined(account, wish, phone)
        new = self._new(account, wish, phone, key=None, who="")
        known = await self._outreaches.known(account_id, new, contact_id=case.one.contact_id)
        verdict = await self._judging.verdict_of(case, is_duplicate=known is not None, consent=wish.consent)
        signature = await self._signing.by_owner(account_id, case.one.seller_id) or Signature()
        return Trial(
            verdict,
            self._outreaching.template_text(case, signature),
            case.one.contact_id,
            case.one.lead_id,
            case.chat.conversation_id if case.chat else None,
            case.one.seller_id,
            self._outreaching.would_ask(verdict.way),
        )

    async def _imagined(self, account: Account, wish: Wish, phone: Phone | None) -> Case:
        """The wish as it would be, with what the CRM knows."""
        one = self._draft(account, wish, phone)
        connection = await self._accounts.connection(account.id)
        channel = self._channels[connection.channel]
        finder = CardFinder(account.id, channel, connection, self._cards, self._outreaches)
        contact = await finder.find(one, phone)
        texts = await self._templates.texts(account.id, wish.trigger)
        business = self._templates.business_of(account)
        if contact is None:
            return Case(one, account, texts, phone, business=business)
        chat = await self._outreaches.chat(account.id, contact.external_id)
        lead = one.lead_id or (chat.lead_id if chat else None) or next(iter(contact.open_leads), None)
        owner = await channel.responsible(connection, LeadId(lead)) if lead else None
        phone = phone or phone_of(contact, account)
        cards = await finder.same_person(contact, phone)
        one = replace(one, contact_id=contact.external_id, contact_ids=cards, lead_id=lead, seller_id=owner)
        return Case(one, account, texts, phone, contact, chat, business)

    def _draft(self, account: Account, wish: Wish, phone: Phone | None) -> Outreach:
        new = self._new(account, wish, phone, key=None, who="")
        now = self._clock.now()
        return Outreach(
            *(0, account.id, new.trigger, new.subject, new.day, new.phone, new.contact_id, new.lead_id, None, None),
            *(new.locale, OutreachState.WAITING, "", (), 0, now, None, None, now, new.data),
        )

    async def _check(self, account: Account, wish: Wish) -> None:
        """What can be said against a wish before anything is known of the person."""
        texts = await self._templates.texts(account.id, wish.trigger)
        check_words(Case(self._draft(account, wish, None), account, texts, None))

    def _phone(self, account: Account, wish: Wish) -> Phone | None:
        if wish.phone is None:
            return None
        return understand(wish.phone, country_of(account.settings, account.timezone))

    def _new(self, account: Account, wish: Wish, phone: Phone | None, *, key: str | None, who: str) -> NewOutreach:
        named = {"phone": phone.e164 if phone else None, "contact": wish.contact_id, "lead": wish.lead_id}
        subject = next((f"{scope}:{ref}" for scope, ref in named.items() if ref), "")
        day = local(self._clock.now(), account.timezone).date()
        return NewOutreach(
            *(wish.trigger, subject, key, day, phone.e164 if phone else None, wish.contact_id, wish.lead_id),
            locale=wish.locale,
            data=dict(wish.data) if wish.consent is None else {**wish.data, "consent": wish.consent},
            requested_by=who,
        )

    async def _note_consent(self, account_id: AccountId, wish: Wish, phone: Phone | None, *, source: str) -> None:
        number, contact = phone.e164 if phone else None, wish.contact_id
        if number or contact:
            await self._outreaches.add_consent(
                account_id, phone=number, contact_id=contact, granted=bool(wish.consent), source=source
            )

    async def _while_the_caller_waits(self, one: Outreach) -> None:
        """Carry it out here if there is room; what is not done in time goes on behind the caller's back."""
        if self._room.locked():
            return
        task = asyncio.create_task(self._carry_out(one.account_id, one.id, self._room, asks=False))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        await asyncio.wait({task}, timeout=PATIENCE)

    async def _carry_out(self, account_id: AccountId, outreach_id: int, room: asyncio.Semaphore, *, asks: bool) -> None:
        async with room:
            try:
                await self._outreaching.carry_out(account_id, outreach_id, asks=asks)
            except Exception as error:  # noqa: BLE001 - its lease ends, and the chore takes it up
                code = error.code if isinstance(error, AppError) else type(error).__name__
                _log.warning("outreach.interrupted", outreach=outreach_id, code=code)

    async def carry_on(self, account_id: AccountId, outreach_id: int) -> None:
        """The job: a wish whose words a brain has to write."""
        await self._carry_out(account_id, outreach_id, self._room_to_write, asks=True)

    async def work(self) -> None:
        """The chore: wishes that wait and follow-ups that are due, in all accounts at once."""
        live = await self._accounts.all_live()
        await asyncio.gather(*(self._work_on(account.id) for account in live))

    async def _work_on(self, account_id: AccountId) -> None:
        """Until nothing is due, or so long that somebody else should have a turn."""
        ends = asyncio.get_running_loop().time() + LONGEST_CHORE
        while asyncio.get_running_loop().time() < ends:
            due = await self._outreaches.due(account_id, self._clock.now(), limit=PAGE)
            await asyncio.gather(*(self.carry_on(account_id, number) for number in due))
            if not due and not await self._follow_ups.send_due(account_id):
                return
