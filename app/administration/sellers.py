"""`ponte sellers`: the salespeople of an account."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.administration import Account, Switch, in_house
from app.administration.table import show
from app.domain.errors import NeedsHuman
from app.domain.ids import AccountId

if TYPE_CHECKING:
    from app.services.vendedores.roster import Shown
    from app.wiring import House

sellers = typer.Typer(help="The salespeople of an account.", no_args_is_help=True, rich_markup_mode=None)
_PAGE = 200
HEADINGS = ("id", "name", "origin", "state", "now", "takes chats", "waiting", "areas", "phone")


@sellers.command("list")
def list_sellers(
    account: Account,
    fresh: Annotated[bool, typer.Option(help="Ask the CRM before.")] = False,
) -> None:
    """Who there is, whether they may work and are at work now, how many chats wait at each, areas, phone."""

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        found, cursor = await house.staff.roster.page(known.id, limit=_PAGE, fresh=fresh)
        while cursor is not None:
            page, cursor = await house.staff.roster.page(known.id, cursor=cursor, limit=_PAGE)
            found += page
        show(HEADINGS, map(_cells, found), empty="Nobody is known yet: `ponte sellers sync` reads the CRM's users.")

    in_house(work)


def _cells(one: "Shown") -> tuple[object, ...]:
    member, seller = one.member, one.member.seller
    state = "gone" if member.gone_at else "active" if seller.is_active else "inactive"
    return (
        seller.external_id,
        seller.name,
        "local" if seller.is_local else "crm",
        state,
        "at work" if one.at_work else "away",
        "yes" if member.takes_chats else "no",
        member.open_handovers,
        ",".join(member.areas),
        seller.phone,
    )


@sellers.command("sync")
def sync_sellers(account: Account) -> None:
    """Read the CRM's users now, and tell what has drifted apart."""

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        report = await house.staff.roster.sync(known.id)
        found = report.synced
        typer.echo(f"{found.found} users: {len(found.new)} new, {len(found.changed)} changed, {len(found.gone)} gone.")
        drift = report.drift
        left = [(one.seller.id, "left with open leads", ",".join(one.open_leads)) for one in drift.left_with_leads]
        same = [(",".join(group), "the same phone", "") for group in drift.same_phone]
        show(("salespeople", "what is wrong", "leads"), [*left, *same], empty="Nothing has drifted apart.")
        if not drift.complete:
            typer.echo("Not everybody who left could be looked at; sync again later.", err=True)

    in_house(work)


@sellers.command("add")
def add_seller(
    account: Account,
    name: Annotated[str, typer.Option(help="How notes name them.")],
    phone: Annotated[str, typer.Option(help="Such as +5511999990000; commands typed there count.")],
    area: Annotated[list[str] | None, typer.Option(help="What they deal with; may be given again.")] = None,
) -> None:
    """Add somebody whom the CRM does not know."""
    from app.services.vendedores.roster import NewSeller  # noqa: PLC0415 - the other commands start faster without

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        new = NewSeller(name, phone, tuple(area or ()))
        added = await house.staff.roster.add(known.id, new, who="operator")
        typer.echo(added.member.seller.external_id)

    in_house(work)


@sellers.command("set")
def set_seller(
    account: Account,
    seller: Annotated[str, typer.Argument(help="The id, as `ponte sellers list` shows it.")],
    name: Annotated[str | None, typer.Option(help="Of a local one.")] = None,
    phone: Annotated[str | None, typer.Option(help="Empty: the CRM's again.")] = None,
    area: Annotated[list[str] | None, typer.Option(help="What they deal with; may be given again.")] = None,
    takes_chats: Annotated[Switch | None, typer.Option(help="Whether hand-overs go there.")] = None,
    active: Annotated[Switch | None, typer.Option(help="Of a local one: whether they work here.")] = None,
) -> None:
    """Change a salesperson; what is not named stays."""
    named: dict[str, Any] = {
        "name": name,
        "phone": phone,
        "areas": area or None,
        "takes_chats": None if takes_chats is None else takes_chats is Switch.ON,
        "is_active": None if active is None else active is Switch.ON,
    }
    given = {key: value for key, value in named.items() if value is not None}
    if not given:
        raise NeedsHuman("Nothing to change was named.", hint="`ponte sellers set --help` shows what there is.")

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        changed = await house.staff.roster.change(known.id, seller, given, who="operator")
        typer.echo(f"Salesperson {changed.member.seller.external_id} is changed.")

    in_house(work)
