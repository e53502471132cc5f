"""`ponte contacts`: erasing a person."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import orjson
import typer

from app.administration import Account, in_house
from app.domain.errors import NeedsHuman
from app.domain.ids import AccountId

if TYPE_CHECKING:
    from app.wiring import House

contacts = typer.Typer(help="People who write to an account.", no_args_is_help=True, rich_markup_mode=None)


@contacts.command("erase")
def erase_contact(
    phone: Annotated[str, typer.Argument(help="The person's phone, with + and its country.")],
    account: Account,
    confirm: Annotated[str, typer.Option(help="The same phone again, so that nobody does this by accident.")] = "",
) -> None:
    """Erase every trace of a person, for good, and never write to that phone again. Prints the signed receipt."""

    async def work(house: "House") -> None:
        number = AccountId(account)
        erasing = house.doors.erasing
        meant = await erasing.understand(number, phone)
        if confirm.strip() not in (phone.strip(), meant.e164):
            raise NeedsHuman(
                "This erases everything about this person, for good.",
                hint=f"If you mean it, add --confirm {meant.e164}",
            )
        receipt = await erasing.erase(number, meant, who="ponte contacts erase")
        typer.echo(orjson.dumps(asdict(receipt), option=orjson.OPT_INDENT_2).decode())

    in_house(work)
