"""Who gets the next chat: the choice with the figures of this moment, written down with its rule."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from app.domain.clock import Clock
from app.domain.hours import WeeklyHours, hours_of, is_open
from app.domain.ids import AccountId, ConversationId, LeadId
from app.domain.people import Seller
from app.services.vendedores.choice import Candidate, Choice, Rule, choose
from app.store import handovers
from app.store.accounts import Accounts
from app.store.database import Database, Tx
from app.store.handovers import Chat, HandedTo, Standing


class SellerHours(Protocol):
    """The hours of the salespeople who have their own; the others work whenever the company does."""

    async def of_sellers(self, account_id: AccountId) -> Mapping[str, WeeklyHours]: ...


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who gets the chat, and by which rule."""

    seller: Seller
    rule: Rule


class Team:
    """Chooses salespeople, one chat of an account after the other."""

    def __init__(self, database: Database, clock: Clock, accounts: Accounts, hours: SellerHours) -> None:
        self._database = database
        self._clock = clock
        self._accounts = accounts
        self._hours = hours

    async def next_for(
        self,
        account_id: AccountId,
        lead_id: LeadId | None,
        exclude: Collection[str] = (),
        *,
        conversation_id: ConversationId | None = None,
        area: str = "",
        owner: str | None = None,
        anytime: bool = False,
        with_local: bool = False,
    ) -> Chosen | None:
        """The salesperson for this chat, written down; None when nobody fits.

        Asked again it gives the same one, until that one is excluded. `owner` is who is responsible in the CRM already.
        `anytime`: where nobody is inside the hours, somebody outside them.
        """
        is_at_work = await self._at_work(account_id)
        async with self._database.transaction() as tx:
            chat = await handovers.find_chat(tx, account_id, conversation_id=conversation_id, lead_id=lead_id)
            team = await handovers.candidates(tx, account_id, self._clock.now(), with_local=with_local)
            candidates = [candidate(one, is_open=is_at_work(one.seller.external_id)) for one in team]
            kept = await handovers.holder_of(tx, chat)
            choice = choose(candidates, area=area, exclude=exclude, kept=kept, owner=owner)
            if choice.seller_id is None and anytime:
                awake = [replace(one, is_open=True) for one in candidates]
                choice = choose(awake, area=area, exclude=exclude, kept=kept, owner=owner)
            return await self._given(tx, chat, team, choice)

    async def _at_work(self, account_id: AccountId) -> "AtWork":
        account = await self._accounts.get(account_id)
        return AtWork(
            hours_of(account.settings),
            await self._hours.of_sellers(account_id),
            account.timezone,
            self._clock.now(),
        )

    async def _given(self, tx: Tx, chat: Chat, team: Sequence[Standing], choice: Choice) -> Chosen | None:
        if choice.seller_id is None or choice.rule is None:
            return None
        if choice.rule is not Rule.KEPT:
            considered = tuple((seller_id, reason.value) for seller_id, reason in choice.unfit)
            await handovers.hand_to(
                tx, chat, HandedTo(choice.seller_id, choice.rule.value, considered), self._clock.now()
            )
        seller = next(one.seller for one in team if one.seller.external_id == choice.seller_id)
        return Chosen(seller, choice.rule)


@dataclass(frozen=True, slots=True)
class AtWork:
    """Who is at work at a moment."""

    company: WeeklyHours
    sellers: Mapping[str, WeeklyHours]
    zone: str
    now: datetime

    def __call__(self, seller_id: str) -> bool:
        return is_open(self.sellers.get(seller_id, self.company), self.now, self.zone)


def candidate(one: Standing, *, is_open: bool) -> Candidate:
    """A salesperson as the choice sees one. Pure."""
    return Candidate(
        one.seller.external_id,
        is_active=one.seller.is_active and one.takes_chats,
        is_open=is_open,
        areas=one.areas,
        open_handovers=one.open_handovers,
        last_chosen_at=one.last_chosen_at,
    )
