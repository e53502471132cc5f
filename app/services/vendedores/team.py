"""Who gets the next chat: the choice with the figures of this moment, written down with its rule."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from app.domain.clock import Clock
from app.domain.hours import is_open
from app.domain.ids import AccountId, ConversationId, LeadId
from app.domain.people import Seller
from app.services.vendedores.area import Area, Clues, area_of
from app.services.vendedores.choice import Candidate, Choice, Rule, choose, choose_for_waiting
from app.store import handovers
from app.store.availability import Availabilities
from app.store.database import Database, Tx
from app.store.handovers import Chat, HandedTo, Standing


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who gets the chat, and by which rule."""

    seller: Seller
    rule: Rule


class Team:
    """Chooses salespeople, one chat of an account after the other."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._availabilities = Availabilities(database)

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
        at_work = await self.at_work(account_id)
        async with self._database.transaction() as tx:
            chat = await handovers.find_chat(tx, account_id, conversation_id=conversation_id, lead_id=lead_id)
            team = await handovers.candidates(tx, account_id, self._clock.now(), with_local=with_local)
            candidates = [candidate(one, is_at_work=one.seller.external_id in at_work) for one in team]
            kept = await handovers.holder_of(tx, chat)
            choice = choose(candidates, area=area, exclude=exclude, kept=kept, owner=owner)
            if choice.seller_id is None and anytime:
                awake = [replace(one, is_open=True) for one in candidates]
                choice = choose(awake, area=area, exclude=exclude, kept=kept, owner=owner)
            return await self._given(tx, chat, team, choice, area_of(Clues(area, of_team=_areas(team))))

    async def next_for_waiting(
        self,
        account_id: AccountId,
        lead_id: LeadId,
        *,
        conversation_id: ConversationId,
        exclude: Collection[str] = (),
        owner: str | None = None,
        tags: Sequence[str] = (),
    ) -> Chosen | None:
        """Somebody for a customer who waits for a person: of the area of the chat where that is known and can be.

        `tags` are those of the lead. None only where nobody is active who has not been asked.
        """
        at_work = await self.at_work(account_id)
        async with self._database.transaction() as tx:
            chat = Chat(account_id, conversation_id, lead_id)
            known = await handovers.find_clues(tx, chat)
            team = await handovers.candidates(tx, account_id, self._clock.now(), with_local=False)
            area = area_of(Clues(known.trigger, tags, known.areas, _areas(team)))
            candidates = [candidate(one, is_at_work=one.seller.external_id in at_work) for one in team]
            kept = await handovers.holder_of(tx, chat)
            choice = choose_for_waiting(candidates, area=area.name, exclude=exclude, kept=kept, owner=owner)
            return await self._given(tx, chat, team, choice, area)

    async def at_work(self, account_id: AccountId) -> set[str]:
        """The active salespeople who are inside their hours, or where they have none inside the account's, now."""
        now = self._clock.now()
        house = await self._availabilities.house(account_id)
        known = await self._availabilities.all(account_id, house)
        return {one.seller_id for one in known if is_open(one.hours, now, one.timezone)}

    async def _given(self, tx: Tx, chat: Chat, team: Sequence[Standing], choice: Choice, area: Area) -> Chosen | None:
        if choice.seller_id is None or choice.rule is None:
            return None
        if choice.rule is not Rule.KEPT:
            considered = tuple((seller_id, reason.value) for seller_id, reason in choice.unfit)
            handed = HandedTo(choice.seller_id, choice.rule.value, considered, area.name, area.rule.value)
            await handovers.hand_to(tx, chat, handed, self._clock.now())
        seller = next(one.seller for one in team if one.seller.external_id == choice.seller_id)
        return Chosen(seller, choice.rule)


def _areas(team: Sequence[Standing]) -> list[str]:
    return [area for one in team for area in one.areas]


def candidate(one: Standing, *, is_at_work: bool) -> Candidate:
    """A salesperson as the choice sees one. Pure."""
    return Candidate(
        one.seller.external_id,
        is_active=one.seller.is_active and one.takes_chats,
        is_open=is_at_work,
        areas=one.areas,
        open_handovers=one.open_handovers,
        last_chosen_at=one.last_chosen_at,
    )
