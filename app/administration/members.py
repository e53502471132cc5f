"""`ponte members`: which users of Supabase Auth may read an account's rows in Supabase."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from app.administration import Account, in_house
from app.administration.table import show
from app.domain.ids import AccountId
from app.store.members import Members

if TYPE_CHECKING:
    from app.wiring import House

members = typer.Typer(help="Who reads an account in Supabase.", no_args_is_help=True, rich_markup_mode=None)
User = Annotated[UUID, typer.Option(help="The user's id, as Supabase shows it under Authentication, Users.")]


@members.command("list")
def list_members(account: Account) -> None:
    """The members of an account, and since when."""

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        rows = [(one.user_id, f"{one.since:%Y-%m-%d}") for one in await Members(house.database).all(known.id)]
        show(("user", "since"), rows, empty="Nobody reads this account in Supabase yet.")

    in_house(work)


@members.command("add")
def add_member(account: Account, user: User) -> None:
    """Let a user read the account's rows in Supabase. Secrets stay closed, and nothing can be changed there."""

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        is_new = await Members(house.database).add(known.id, user)
        typer.echo(f"{user} is a member of {known.name}." if is_new else f"{user} was a member before.")

    in_house(work)


@members.command("remove")
def remove_member(account: Account, user: User) -> None:
    """Let a user read nothing of the account any more."""

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        await Members(house.database).remove(known.id, user)
        typer.echo(f"{user} is no member of {known.name} any more.")

    in_house(work)
