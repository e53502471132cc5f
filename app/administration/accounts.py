"""`ponte accounts`: the connected accounts and their settings."""

import re
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import available_timezones

import typer

from app.administration import LAST_ID, Language, Switch, in_house
from app.domain.errors import NeedsHuman
from app.domain.ids import AccountId

if TYPE_CHECKING:
    from app.wiring import House

accounts = typer.Typer(help="The accounts of this installation.", no_args_is_help=True, rich_markup_mode=None)

MINUTES_OF_A_YEAR = 60 * 24 * 365


@accounts.command("list")
def list_accounts() -> None:
    """The connected accounts."""

    async def work(house: "House") -> None:
        for account in await house.accounts.all_live():
            ways = ",".join(account.capabilities.ways)
            typer.echo(f"{account.id}\t{account.channel}\t{account.external_ref}\t{account.state}\t{ways}")

    in_house(work)


@accounts.command("set")
def set_account(
    account: Annotated[
        int, typer.Argument(min=1, max=LAST_ID, help="The account's id, as `ponte accounts list` shows it.")
    ],
    locale: Annotated[
        Language | None, typer.Option(help="Its language, for notes and until a customer's is known.")
    ] = None,
    timezone: Annotated[str | None, typer.Option(help="Where its people are, such as America/Sao_Paulo.")] = None,
    auto_return: Annotated[
        str | None, typer.Option(metavar="MINUTES|off", help="The bot's return after a salesperson's last sign.")
    ] = None,
    accept_bare_webhooks: Annotated[
        Switch | None, typer.Option(help="Take webhooks without the secret in their address, by account id.")
    ] = None,
    salesbot_id: Annotated[
        int | None, typer.Option(min=1, max=LAST_ID, help="The Salesbot that shows the field.")
    ] = None,
    salesbot_field_id: Annotated[
        int | None, typer.Option(min=1, max=LAST_ID, help="The lead's field it shows.")
    ] = None,
) -> None:
    """Change an account's settings; what is not named stays."""
    if (salesbot_id is None) != (salesbot_field_id is None):
        raise NeedsHuman("A Salesbot needs its field.", hint="Give both --salesbot-id and --salesbot-field-id.")
    if timezone is not None and timezone not in available_timezones():
        raise NeedsHuman(f"There is no time zone {timezone}.", hint="It is a name such as America/Sao_Paulo.")
    given: dict[str, Any] = {
        "locale": locale,
        "timezone": timezone,
        "accepts_bare_webhook": None if accept_bare_webhooks is None else accept_bare_webhooks is Switch.ON,
        "salesbot_id": salesbot_id,
        "salesbot_field_id": salesbot_field_id,
        "settings": None if auto_return is None else {"auto_return": _seconds(auto_return)},
    }
    changes = {name: value for name, value in given.items() if value is not None}
    if not changes:
        raise NeedsHuman("Nothing to change was named.", hint="`ponte accounts set --help` shows what there is.")

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        await house.accounts.change(known.id, changes)
        typer.echo(f"Account {account} is changed.")
        if salesbot_id:
            typer.echo("Whether Kommo lets the Salesbot run is looked up within a quarter of an hour.")

    in_house(work)


def _seconds(minutes: str) -> int | None:
    if minutes == "off":
        return None
    if not re.fullmatch("[0-9]{1,6}", minutes) or not 1 <= int(minutes) <= MINUTES_OF_A_YEAR:
        raise NeedsHuman(
            f"{minutes} is no time for --auto-return.", hint="It is a number of minutes, 1 or more, or off."
        )
    return int(minutes) * 60
