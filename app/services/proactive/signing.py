"""In whose name a message is written: the salesperson who has the lead, else the one whose turn it is."""

from dataclasses import dataclass

from app.channels.base import Channel
from app.domain.account import Connection, Lane
from app.domain.ids import AccountId, ConversationId, LeadId
from app.services.vendedores.team import Team
from app.store.sellers import Sellers

LANE = Lane.PROACTIVE


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs. Without anybody the company does."""

    seller_id: str | None = None
    name: str = ""


class Signing:
    """Finds the signature, and gives a lead that nobody has to somebody."""

    def __init__(self, team: Team, sellers: Sellers) -> None:
        self._team = team
        self._sellers = sellers

    async def by_owner(self, account_id: AccountId, owner: str | None) -> Signature | None:
        """The responsible of the lead, while they work here."""
        member = await self._sellers.one(account_id, owner) if owner else None
        if member is None or not member.seller.is_active:
            return None
        return Signature(member.seller.external_id, first_name(member.seller.name))

    async def for_lead(
        self,
        account_id: AccountId,
        channel: Channel,
        connection: Connection,
        *,
        lead_id: LeadId | None,
        conversation_id: int | None,
        area: str,
        is_new: bool,
    ) -> Signature:
        """Who signs on this lead. A new one's responsible is only whoever the token is of: it is given away."""
        owner = await channel.responsible(connection, lead_id, lane=LANE) if lead_id and not is_new else None
        known = await self.by_owner(account_id, owner)
        if known is not None:
            return known
        chat = ConversationId(conversation_id) if conversation_id is not None else None
        chosen = await self._team.next_for(account_id, lead_id, conversation_id=chat, area=area, anytime=True)
        if chosen is None:
            return Signature()
        if lead_id:
            await channel.assign(connection, lead_id, chosen.seller.external_id, lane=LANE)
        return Signature(chosen.seller.external_id, first_name(chosen.seller.name))


def first_name(name: str) -> str:
    """As people sign to customers."""
    return next(iter(name.split(maxsplit=1)), "")
