"""`ponte accounts`: the connected accounts and their settings."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import orjson
import typer

from app.administration import LAST_ID, Language, Switch, in_house, read_text
from app.administration.table import show
from app.domain.errors import NeedsHuman
from app.domain.feedback import Scale
from app.domain.ids import AccountId
from app.domain.profiles import Kept

if TYPE_CHECKING:
    from app.wiring import House

accounts = typer.Typer(help="The accounts of this installation.", no_args_is_help=True, rich_markup_mode=None)

MINUTES_OF_A_YEAR = 60 * 24 * 365


@accounts.command("list")
def list_accounts() -> None:
    """The connected accounts."""

    async def work(house: "House") -> None:
        rows = [
            (one.id, one.name, one.channel, one.external_ref, one.state, ",".join(one.capabilities.ways))
            for one in await house.accounts.all_open()
        ]
        nobody = "No account is connected. Run `ponte kommo connect`, or open /oauth/kommo/start in a browser."
        show(("id", "name", "channel", "id there", "state", "ways to send"), rows, empty=nobody)

    in_house(work)


Number = Annotated[int, typer.Argument(min=1, max=LAST_ID, help="The account's id, as `ponte accounts list` shows it.")]


@accounts.command("show")
def show_account(account: Number) -> None:
    """An account's settings as JSON, with what holds where nothing was set."""

    async def work(house: "House") -> None:
        shown = await house.doors.preferences.show(AccountId(account))
        typer.echo(orjson.dumps(shown, option=orjson.OPT_INDENT_2).decode())

    in_house(work)


Plan = Annotated[str | None, typer.Option(metavar="KEY|off", help="The plan by which new customers are spoken with.")]
Faq = Annotated[
    Switch | None, typer.Option(help="Questions that come again get the answer that is known; see `ponte faq`.")
]
Satisfaction = Annotated[
    Scale | None, typer.Option(help="How customers are asked when a person gives the chat back to the bot.")
]
HoursFile = Annotated[
    Path | None, typer.Option(help='JSON file: {"week": {"mon": ["09:00-18:00"]}, "holidays": "BR"}.')
]
SettingsFile = Annotated[
    Path | None, typer.Option(help="JSON file with any of the settings, as PATCH /admin/account takes them.")
]
Profiles = Annotated[
    Kept | None, typer.Option(help="Of whom is known what: of each contact, of each phone, or of nobody.")
]
WebhookNetwork = Annotated[
    list[str] | None, typer.Option(help="Take webhooks from here only; may be given again; 'any' from anywhere.")
]
BareWebhooks = Annotated[
    Switch | None, typer.Option(help="Take webhooks without the secret in their address, by account id.")
]
SalesbotId = Annotated[int | None, typer.Option(min=1, max=LAST_ID, help="The Salesbot that shows the field.")]
ShownField = Annotated[int | None, typer.Option(min=1, max=LAST_ID, help="The lead's field it shows.")]


@accounts.command("set")
def set_account(
    account: Number,
    locale: Annotated[
        Language | None, typer.Option(help="Its language, for notes and until a customer's is known.")
    ] = None,
    timezone: Annotated[str | None, typer.Option(help="Where its people are, such as America/Sao_Paulo.")] = None,
    auto_return: Annotated[
        str | None, typer.Option(metavar="MINUTES|off", help="The bot's return after a salesperson's last sign.")
    ] = None,
    sla: Annotated[
        str | None, typer.Option(metavar="MINUTES|off", help="Opening time in which a person answers a hand-over.")
    ] = None,
    country: Annotated[str | None, typer.Option(help="In which phones without a country are read, such as BR.")] = None,
    business_name: Annotated[str | None, typer.Option(help="How the bot calls the business.")] = None,
    area: Annotated[list[str] | None, typer.Option(help="What the company deals with; may be given again.")] = None,
    flow: Plan = None,
    faq: Faq = None,
    satisfaction: Satisfaction = None,
    hours: HoursFile = None,
    settings: SettingsFile = None,
    profiles: Profiles = None,
    webhook_network: WebhookNetwork = None,
    api_network: Annotated[list[str] | None, typer.Option(help="The same for the account's API keys.")] = None,
    accept_bare_webhooks: BareWebhooks = None,
    salesbot_id: SalesbotId = None,
    salesbot_field_id: ShownField = None,
) -> None:
    """Change an account's settings; what is not named stays."""
    if (salesbot_id is None) != (salesbot_field_id is None):
        raise NeedsHuman("A Salesbot needs its field.", hint="Give both --salesbot-id and --salesbot-field-id.")
    named: dict[str, Any] = {
        "locale": locale,
        "timezone": timezone,
        "country": country,
        "business_name": business_name,
        "areas": area or None,
        "flow": "" if flow == "off" else flow,
        "faq_cache": None if faq is None else faq is Switch.ON,
        "satisfaction": None if satisfaction is None else satisfaction.value,
        "hours": None if hours is None else _json(hours, holds="the hours"),
        "profiles": None if profiles is None else profiles.value,
        "webhook_networks": _networks(webhook_network),
        "api_networks": _networks(api_network),
        "accept_bare_webhooks": None if accept_bare_webhooks is None else accept_bare_webhooks is Switch.ON,
        "salesbot_id": salesbot_id,
        "salesbot_field_id": salesbot_field_id,
    }
    times = {"auto_return_minutes": ("--auto-return", auto_return), "sla_minutes": ("--sla", sla)}
    given = _given(named, times, settings)

    async def work(house: "House") -> None:
        changed = await house.doors.preferences.change(AccountId(account), given, who="operator")
        typer.echo(f"Account {account} is changed.")
        if given.get("flow") and changed["warning"]:
            typer.echo(changed["warning"])
        if salesbot_id:
            typer.echo("Whether Kommo lets the Salesbot run is looked up within a quarter of an hour.")

    in_house(work)


def _given(named: dict[str, Any], times: dict[str, tuple[str, str | None]], settings: Path | None) -> dict[str, Any]:
    """All that was given, looked at before anything is opened: a slip is told at once."""
    from app.services.accounts.preferences import checked  # noqa: PLC0415 - the other commands start faster without

    given = {} if settings is None else _json(settings, holds="the settings")
    given |= {name: value for name, value in named.items() if value is not None}
    given |= {name: _minutes(said, option) for name, (option, said) in times.items() if said is not None}
    if not given:
        raise NeedsHuman("Nothing to change was named.", hint="`ponte accounts set --help` shows what there is.")
    checked(given)
    return given


def _networks(said: list[str] | None) -> list[str] | None:
    return [] if said == ["any"] else said or None


def _json(path: Path, *, holds: str) -> dict[str, Any]:
    try:
        found: Any = orjson.loads(read_text(path, holds=holds))
    except orjson.JSONDecodeError as error:
        raise NeedsHuman(
            f"{path} is no JSON.", hint=f"It holds {holds}, as `ponte accounts show` shows them."
        ) from error
    if not isinstance(found, dict):
        raise NeedsHuman(f"{path} holds no object.", hint=f"It holds {holds}, as `ponte accounts show` shows them.")
    return cast("dict[str, Any]", found)


def _minutes(said: str, option: str) -> int | None:
    if said == "off":
        return None
    if not re.fullmatch("[0-9]{1,6}", said) or not 1 <= int(said) <= MINUTES_OF_A_YEAR:
        raise NeedsHuman(f"{said} is no time for {option}.", hint="It is a number of minutes, 1 or more, or off.")
    return int(said)
