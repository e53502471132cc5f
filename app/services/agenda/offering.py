"""What else to offer when nobody has answered: the next free times, and the sentence that offers them."""

from dataclasses import dataclass

from app.domain.agenda import Person, Slot
from app.domain.errors import Conflict, NotFound
from app.domain.ids import AccountId
from app.services.agenda import wording
from app.services.agenda.finding import Desk, Finding
from app.services.agenda.offers import Offer, offers_of
from app.services.agenda.slots import Window

MOST = 3


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Free times in order, all of one salesperson, and the sentence that offers them; both empty when there is none."""

    text: str = ""
    offers: tuple[Offer, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.offers)


class Offering:
    """Looks ahead as far as the account gives times. Reads, and holds nothing."""

    def __init__(self, finding: Finding) -> None:
        self._finding = finding

    async def next_free(
        self,
        account_id: AccountId,
        *,
        seller_id: str | None = None,
        person: Person | None = None,
        locale: str | None = None,
        limit: int = MOST,
    ) -> Suggestion:
        """The next free times of this salesperson; of whoever's turn it is with this person, where none is named.

        Who is named and cannot be met is as good as nobody named. In the account's zone, and in the language that is
        named, else the person's, else the account's.
        """
        person = person or Person()
        for wanted in dict.fromkeys((seller_id, None)):
            try:
                desk = await self._finding.desk(account_id, person, seller_id=wanted)
            except (NotFound, Conflict):  # not there any more, or nobody at all is
                continue
            if slots := await self._finding.free(desk, Window(desk.earliest, desk.latest), limit=limit):
                return _suggested(desk, slots, locale or person.locale or desk.house.locale)
        return Suggestion()


def _suggested(desk: Desk, slots: list[Slot], locale: str) -> Suggestion:
    zone = desk.house.timezone
    offers = offers_of(desk, slots, zone, locale)
    shown = wording.told_all([slot.start for slot in slots], zone, locale)
    return Suggestion(wording.say("free", locale, slots=shown, seller=offers[0].seller_name), offers)
