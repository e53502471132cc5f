"""Erases a person from an account, in this order: find, read what nobody has read, stop, wait, wipe, sign.

First everything that could send stops, under each chat's lock and through the engine's own opt-out. What is at the
channel at that moment is waited for. Then every row goes in one transaction. Erasing again is safe and finds little.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from app.channels.base import Channel
from app.domain.clock import Clock
from app.domain.errors import AppError, NotFound
from app.domain.ids import AccountId, ConversationId
from app.domain.people import Contact
from app.domain.phones import Phone, country_of, understand
from app.domain.ports import MediaStore
from app.services.conversation.mailbox import begin, finish
from app.services.erasure.receipt import Receipt, Signs, elsewhere, signed_text
from app.store.accounts import Account, Accounts
from app.store.control import SQL as CONTROL
from app.store.database import Database
from app.store.erasures import SQL, Erasures, Person, drop_jobs, end, wipe
from app.store.turns import SQL as TURNS

LONGEST_CALL = timedelta(seconds=12)  # a send that began before we came has certainly ended by then
_LOOK_AGAIN = 0.1  # seconds
UNASKED = "The CRM could not be asked who has this phone: erase again when it answers."
UNDER_WAY = "A message was under way to this person and may still arrive."

Decode = Callable[[int], Awaitable[None]]


class Erasing:
    """Erases; everybody else only reads what is left."""

    def __init__(  # the parts of a house, named
        self,
        database: Database,
        clock: Clock,
        accounts: Accounts,
        *,
        channels: Mapping[str, Channel],
        signer: Signs,
        decode: Decode,
        files: MediaStore,
        patience: timedelta = LONGEST_CALL,
    ) -> None:
        self._database = database
        self._clock = clock
        self._accounts = accounts
        self._channels = channels
        self._signer = signer
        self._decode = decode
        self._files = files
        self._patience = patience
        self._erasures = Erasures(database)

    async def understand(self, account_id: AccountId, raw: str) -> Phone:
        """The phone that was meant.

        Raises:
            Rejected: it is none; the message says what was understood.
        """
        account = await self._accounts.get(account_id)
        return understand(raw, country_of(account.settings, account.timezone))

    async def erase(self, account_id: AccountId, phone: Phone, *, who: str) -> Receipt:
        """Erase everything about whoever has this phone, and never write to it again.

        Raises:
            NotFound: nobody is known by it, neither here nor in the CRM; says when it was erased, if it was. While the
                CRM cannot be asked nobody knows that, and the phone is closed in any case.
        """
        account = await self._accounts.get(account_id)
        contacts = await self._erasures.contacts_by_phone(account_id, phone.e164)
        found, notes = await self._in_crm(account, phone)
        asked = [contact.external_id for contact in found]
        leads = [lead for contact in found for lead in contact.open_leads]
        person = await self._erasures.person(account_id, [*contacts, *asked], phone=phone.e164, leads=leads)
        if UNASKED not in notes and not await self._erasures.knows(person):
            raise await self._nobody(account_id, phone)
        for delivery in await self._erasures.unread_bodies(person):
            await self._decode(delivery)
        person = await self._erasures.person(account_id, person.contacts, phone=phone.e164, leads=person.leads)
        hashes = await self._accounts.erased.hashes(account_id, [phone.e164])
        number = await self._erasures.begin(account_id, who=who, hashes=hashes)
        await self._stop(person)
        if await self._under_way(person):
            notes = (*notes, UNDER_WAY)
        await self._drop_files(person)
        return await self._wipe(account, person, number=number, who=who, notes=notes)

    async def _nobody(self, account_id: AccountId, phone: Phone) -> NotFound:
        hashes = await self._accounts.erased.hashes(account_id, [phone.e164])
        earlier = await self._erasures.earlier(account_id, hashes)
        if earlier is None:
            return NotFound("Nobody with this number is known.", hint="Look at its country and at every digit.")
        number, at = earlier
        return NotFound(
            f"Nobody with this number is known any more: erasure {number} of {at:%Y-%m-%d} was about it.",
            hint="Its receipt was given to whoever asked for it; nothing is ever sent to this number.",
            code="erased_before",
        )

    async def _in_crm(self, account: Account, phone: Phone) -> tuple[list[Contact], tuple[str, ...]]:
        """Who has this phone says the CRM: a contact that has never been read here has no phone here."""
        try:
            connection = await self._accounts.connection(account.id)
            found = await self._channels[account.channel].find_contacts_by_phone(connection, phone)
        except AppError:
            return [], (UNASKED,)
        return list(found), ()

    async def _stop(self, person: Person) -> None:
        """From here on nothing begins: the opt-out stands, and every chat has heard of it under its lock."""
        await self._erasures.forget_contacts(person)
        await self._erasures.stop_provisionings(person)
        for number in person.conversations:
            await self._stop_one(number)

    async def _stop_one(self, number: ConversationId) -> None:
        """What waits in the mailbox is emptied first: a word in it could opt in again."""
        async with self._database.transaction() as tx:
            await tx.execute(TURNS["lock"], number)
            await tx.execute(SQL["forget_inbox"], [number])
            await tx.execute(SQL["stop_line"], number)
            course = await begin(tx, number, self._clock.now())
            if course is not None:
                await finish(tx, course)

    async def _under_way(self, person: Person) -> bool:
        """Wait for what was at the channel when everything stopped; says whether something still is."""
        for _ in range(max(1, round(self._patience.total_seconds() / _LOOK_AGAIN))):
            if not await self._erasures.under_way(person):
                return False
            await asyncio.sleep(_LOOK_AGAIN)
        return True

    async def _drop_files(self, person: Person) -> None:
        """Before the rows that know where they are."""
        places = [*await self._erasures.media_places(person), *await self._erasures.evidence_places(person)]
        if places:
            await self._files.remove(places)

    async def _wipe(
        self, account: Account, person: Person, *, number: int, who: str, notes: tuple[str, ...]
    ) -> Receipt:
        users = await self._erasures.panel_users(person)
        async with self._database.transaction() as tx:
            await tx.execute(CONTROL["lock_all"], list(person.conversations))
            counts = await wipe(tx, person)
            counts["jobs"] = await drop_jobs(tx, person)
            at = await end(tx, number, counts)
        known = {"contacts": person.contacts, "leads": person.leads, "talks": person.talks, "users": users}
        left = elsewhere(account.channel, **known, at=at, sheet_rows=counts.get("sheet_rows", 0))
        receipt = Receipt(number, account.id, at, who, counts, left, notes)
        signature = self._signer.sign(signed_text(receipt))
        await self._erasures.sign(number, signature)
        return replace(receipt, signature=signature)

    def is_genuine(self, receipt: Receipt) -> bool:
        """Whether this installation has signed exactly this receipt."""
        return self._signer.is_good(signed_text(receipt), receipt.signature)
