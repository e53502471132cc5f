"""A chat that was handed over gets a salesperson, who is told: the lead's own, else the one whose turn it is."""

from app.channels.base import Channel
from app.domain.account import Connection
from app.domain.errors import NotStarted
from app.domain.ids import AccountId, ConversationId, LeadId
from app.domain.inspection import LeadSeen
from app.domain.ports import Notifier
from app.services.vendedores.sync import Syncing
from app.services.vendedores.team import Team
from app.store.addresses import Addresses
from app.store.database import Database
from app.store.outbox import CrmRow, Outbox

# What operators are told of a customer for whom nobody can be assigned.
NO_LEAD = "handoff_no_lead"


class Assigning:
    """Finds, assigns and tells the salesperson of a hand-over."""

    def __init__(self, database: Database, team: Team, notifier: Notifier, *, syncing: Syncing) -> None:
        self._outbox = Outbox(database)
        self._team = team
        self._syncing = syncing
        self._notifier = notifier
        self._addresses = Addresses(database)

    async def is_due(self, conversation_id: ConversationId, row: CrmRow) -> bool:
        """Whether the customer still waits, and for this one: a row that was held or delayed may be overtaken."""
        waits = await self._outbox.hand_over_of(conversation_id)
        return waits == int(row.details.get("passed", 0))

    async def nobody_knows_where(self, account_id: AccountId, conversation_id: ConversationId) -> None:
        """No lead is sure, so nobody can be assigned until a person names one: operators hear of who waits."""
        if await self._outbox.hand_over_of(conversation_id) is not None:
            await self._notifier.tell_of_chat(account_id, NO_LEAD, conversation_id)

    async def it_is_known_where(self, account_id: AccountId, conversation_id: ConversationId) -> None:
        """The lead is named: what the operators were told is over."""
        await self._notifier.well_with_chat(account_id, NO_LEAD, conversation_id)

    async def assign(
        self, conversation_id: ConversationId, row: CrmRow, lead_id: LeadId, *, connection: Connection, channel: Channel
    ) -> None:
        """Leave the lead with its active salesperson, or give it to the next; safe to run twice."""
        account_id = connection.account_id
        card = await channel.lead_card(connection, lead_id)
        seller = row.details.get("seller") or await self._choose(account_id, conversation_id, row, card)
        if seller is not None:  # else nobody is there; the operators have been told of the hand-over
            if seller != card.responsible_user_id:
                await channel.assign(connection, lead_id, seller)
            cause = f"handoff_{row.details['reason']}"
            await self._notifier.tell_seller(
                *(account_id, seller, cause), lead_id=lead_id, conversation_id=conversation_id
            )
        if channel.keeps_owners:
            await self._give_up(conversation_id, connection=connection, channel=channel)

    async def _give_up(self, conversation_id: ConversationId, *, connection: Connection, channel: Channel) -> None:
        """The last word: the customer has heard the goodbye before people see the chat as theirs."""
        if await self._outbox.goodbye_waits(conversation_id):
            raise NotStarted("The goodbye has not left yet.", code="goodbye_waits")
        if (home := await self._addresses.of(conversation_id)) is not None:
            await channel.hand_over(connection, home.address)

    async def _choose(
        self, account_id: AccountId, conversation_id: ConversationId, row: CrmRow, card: LeadSeen
    ) -> str | None:
        passed = await self._outbox.passed(conversation_id, int(row.details.get("passed", 0)))
        owner = await self._active(account_id, card.responsible_user_id)
        if owner is None:
            owner = await self._outbox.last_human(conversation_id)
        chosen = await self._team.next_for_waiting(
            account_id,
            LeadId(card.id),
            conversation_id=conversation_id,
            exclude=passed,
            owner=owner,
            tags=card.tags,
        )
        if chosen is None:
            return None
        await self._outbox.keep_choice(row, chosen.seller.external_id)
        return chosen.seller.external_id

    async def _active(self, account_id: AccountId, seller_id: str | None) -> str | None:
        """This salesperson, while they work here: somebody new in the CRM is looked up, and keeps the lead."""
        member = await self._syncing.find(account_id, seller_id) if seller_id else None
        return seller_id if member is not None and member.seller.is_active else None
