"""`ponte sellers`: the salespeople of an account."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.administration import Account, Switch, in_house
from app.domain.errors import NeedsHuman
from app.domain.ids import AccountId

if TYPE_CHECKING:
    from app.wiring import House

sellers = typer.Typer(help="The salespeople of an account.", no_args_is_help=True, rich_markup_mode=None)
_PAGE = 200


@sellers.command("list")
def list_sellers(
    account: Account,
    fresh: Annotated[bool, typer.Option(help="Ask the CRM before.")] = False,
) -> None:
    """Id, name, origin, whether they may work and are at work now, how many chats wait there, areas, phone."""

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        cursor: str | None = None
        is_fresh = fresh
        while True:
            page, cursor = await house.staff.roster.page(known.id, cursor=cursor, limit=_PAGE, fresh=is_fresh)
            for one in page:
                seller = one.member.seller
                state = "gone" if one.member.gone_at else "active" if seller.is_active else "inactive"
                origin = "local" if seller.is_local else "crm"
                words = (origin, state, "at work" if one.at_work else "away", str(one.member.open_handovers))
                typer.echo(
                    "\t".join((seller.external_id, seller.name, *words, ",".join(one.member.areas), seller.phone))
                )
            is_fresh = False
            if cursor is None:
                return

    in_house(work)


@sellers.command("sync")
def sync_sellers(account: Account) -> None:
    """Read the CRM's users now, and tell what has drifted apart."""

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        report = await house.staff.roster.sync(known.id)
        found = report.synced
        typer.echo(f"{found.found} users: {len(found.new)} new, {len(found.changed)} changed, {len(found.gone)} gone.")
        for left in report.drift.left_with_leads:
            typer.echo(f"{left.seller.id}\t{left.seller.name}\tleft with open leads\t{','.join(left.open_leads)}")
        for group in report.drift.same_phone:
            typer.echo(f"{','.join(group)}\tthe same phone")

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
