"""The salespeople of an account as people and programs see them: those of the CRM, those whom only we know, both."""

from dataclasses import dataclass, replace
from typing import Any

from app.domain.clock import Clock
from app.domain.errors import Conflict, NotFound, Rejected
from app.domain.hours import WeeklyHours
from app.domain.ids import AccountId
from app.domain.phones import country_of, understand
from app.services.vendedores.sync import Report, Syncing
from app.services.vendedores.team import Team
from app.store.accounts import Accounts
from app.store.availability import Availabilities
from app.store.sellers import Member, Sellers

# What the CRM alone can change of its own users.
_THE_CRM_S = ("name", "is_active")


@dataclass(frozen=True, slots=True)
class Shown:
    """A salesperson now. `at_work`: active and inside the hours."""

    member: Member
    at_work: bool


@dataclass(frozen=True, slots=True)
class NewSeller:
    """Somebody whom the CRM does not know."""

    name: str
    phone: str
    areas: tuple[str, ...] = ()
    hours: WeeklyHours | None = None  # None: those of the account


class Roster:
    """Lists and changes salespeople. `fresh` asks the CRM before."""

    def __init__(
        self,
        clock: Clock,
        accounts: Accounts,
        sellers: Sellers,
        *,
        availabilities: Availabilities,
        syncing: Syncing,
        team: Team,
    ) -> None:
        self._clock = clock
        self._accounts = accounts
        self._sellers = sellers
        self._availabilities = availabilities
        self._syncing = syncing
        self._team = team

    async def page(
        self,
        account_id: AccountId,
        *,
        is_local: bool | None = None,
        is_active: bool | None = None,
        cursor: str | None = None,
        limit: int = 50,
        fresh: bool = False,
    ) -> tuple[list[Shown], str | None]:
        """Salespeople in the order of their ids, and a cursor to the rest if there is one."""
        if fresh:
            await self._syncing.sync(account_id)
        found = await self._sellers.page(
            account_id,
            self._clock.now(),
            is_local=is_local,
            is_active=is_active,
            after=cursor or "",
            limit=limit + 1,
        )
        working = await self._team.at_work(account_id)
        page = [Shown(one, one.seller.external_id in working) for one in found[:limit]]
        return page, page[-1].member.seller.external_id if len(found) > limit else None

    async def one(self, account_id: AccountId, seller_id: str, *, fresh: bool = False) -> Shown:
        """One salesperson; an id that nobody knows makes us ask the CRM.

        Raises:
            NotFound: neither we nor the CRM know this id.
        """
        if fresh:
            await self._syncing.sync(account_id)
        member = await self._syncing.find(account_id, seller_id)
        if member is None:
            raise NotFound(f"There is no salesperson {seller_id}.", hint="GET /vendedores shows those there are.")
        return Shown(member, member.seller.external_id in await self._team.at_work(account_id))

    async def sync(self, account_id: AccountId) -> Report:
        """Read the CRM's users now."""
        return await self._syncing.sync(account_id)

    async def add(self, account_id: AccountId, new: NewSeller, *, who: str) -> Shown:
        """Add a local salesperson. Commands typed on this phone count from now on.

        Raises:
            NoPhone: it is none.
            Conflict: somebody active has this phone.
        """
        phone = await self._e164(account_id, new.phone)
        seller_id = await self._sellers.add_local(account_id, name=new.name, phone=phone, areas=new.areas, who=who)
        if new.hours is not None:
            account = await self._availabilities.of(account_id, seller_id)
            await self._availabilities.save(account_id, replace(account, hours=new.hours))
        return await self.one(account_id, seller_id)

    async def change(self, account_id: AccountId, seller_id: str, changes: dict[str, Any], *, who: str) -> Shown:
        """Change name, phone, areas, whether chats are taken, and of a local one whether they work here.

        Raises:
            Conflict: this is the CRM's to change, or somebody active has this phone.
        """
        member = (await self.one(account_id, seller_id)).member
        if not changes:
            raise Rejected("Nothing to change was named.", hint="name, phone, areas, takes_chats or active.")
        theirs = [name for name in _THE_CRM_S if name in changes and not member.seller.is_local]
        if theirs:
            raise Conflict(
                f"{theirs[0]} of a user of the CRM is changed in the CRM.",
                hint="Change it there and POST /vendedores/sincronizar; here takes_chats keeps hand-overs away.",
                code="owned_by_crm",
            )
        known_as = member.seller.external_id
        if changes.get("phone"):
            changes = {**changes, "phone": await self._e164(account_id, changes["phone"])}
        await self._sellers.change(account_id, known_as, changes, who=who)
        return await self.one(account_id, known_as)

    async def _e164(self, account_id: AccountId, typed: str) -> str:
        account = await self._accounts.get(account_id)
        return understand(typed, country_of(account.settings, account.timezone)).e164
