"""What an operator does with an installation's accounts, keys and knowledge, as commands of `ponte`.

Each needs a database: the one of the settings, else the embedded one, which is left as it was found.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import available_timezones

import typer
from pydantic import SecretStr

from app import environment, logs
from app.domain.errors import NeedsHuman
from app.domain.ids import AccountId
from app.settings import Settings
from app.store.embedded import embedded
from app.store.secrets import new_token

if TYPE_CHECKING:
    from app.wiring import House

accounts = typer.Typer(help="The accounts of this installation.", no_args_is_help=True, rich_markup_mode=None)
keys = typer.Typer(help="API keys.", no_args_is_help=True, rich_markup_mode=None)
knowledge = typer.Typer(help="What an account's bot knows.", no_args_is_help=True, rich_markup_mode=None)

LAST_ID = 2**63 - 1
MINUTES_OF_A_YEAR = 60 * 24 * 365
Account = Annotated[int, typer.Option(min=1, max=LAST_ID, help="The account's id, as `ponte accounts list` shows it.")]


class Language(StrEnum):
    """The languages that Ponte speaks."""

    PORTUGUESE = "pt-BR"
    SPANISH = "es"
    ENGLISH = "en"


class Switch(StrEnum):
    """On or off."""

    ON = "on"
    OFF = "off"


def settings_of(*, log_level: str = "") -> Settings:
    """The settings of this folder and environment; logging is set up by them."""
    settings = environment.read()
    logs.configure(log_level or settings.log_level)
    return settings


def settings_for_a_person() -> Settings:
    """Of a command that a person waits for: what went wrong is said once, at the end."""
    return settings_of(log_level="ERROR")


@contextmanager
def with_database(settings: Settings) -> Generator[Settings]:
    """The settings with a database that answers: if none is named the embedded one, left as it was found."""
    if settings.database_url is not None:
        yield settings
        return
    server = embedded(settings.ponte_data)
    was_running = server.is_running()
    server.start()
    try:
        yield settings.model_copy(update={"database_url": SecretStr(server.dsn())})
    finally:
        if not was_running:
            server.stop()


def on_database(work: Callable[[Settings], Coroutine[Any, Any, None]]) -> None:
    """Do the work of a command that needs a database."""
    with with_database(settings_for_a_person()) as settings:
        asyncio.run(work(settings))


def read_text(path: Path, *, holds: str) -> str:
    """The text of a file that a person named."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise NeedsHuman(f"{path} cannot be read.", hint=f"Name a text file that holds {holds}.") from error
    if "\0" in text:
        raise NeedsHuman(f"{path} is no text.", hint=f"Name a text file that holds {holds}.")
    return text


def _in_house(work: "Callable[[House], Awaitable[None]]") -> None:
    async def open_and_work(settings: Settings) -> None:
        from app.wiring import open_house  # noqa: PLC0415 - what needs no house starts faster without

        async with open_house(settings) as house:
            await work(house)

    on_database(open_and_work)


@accounts.command("list")
def list_accounts() -> None:
    """The connected accounts."""

    async def work(house: "House") -> None:
        for account in await house.accounts.all_live():
            ways = ",".join(account.capabilities.ways)
            typer.echo(f"{account.id}\t{account.channel}\t{account.external_ref}\t{account.state}\t{ways}")

    _in_house(work)


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

    _in_house(work)


def _seconds(minutes: str) -> int | None:
    if minutes == "off":
        return None
    if not re.fullmatch("[0-9]{1,6}", minutes) or not 1 <= int(minutes) <= MINUTES_OF_A_YEAR:
        raise NeedsHuman(
            f"{minutes} is no time for --auto-return.", hint="It is a number of minutes, 1 or more, or off."
        )
    return int(minutes) * 60


@keys.command("list")
def list_keys(account: Account) -> None:
    """An account's keys: number, holder, scopes, since when, and whether it is revoked. No key itself is kept."""

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        for key in await house.accounts.keys(known.id):
            state = f"revoked {key.revoked_at:%Y-%m-%d}" if key.revoked_at else "valid"
            typer.echo(f"{key.id}\t{key.label}\t{','.join(key.scopes)}\t{key.created_at:%Y-%m-%d}\t{state}")

    _in_house(work)


@keys.command("revoke")
def revoke_key(
    account: Account,
    key: Annotated[int, typer.Option(min=1, max=LAST_ID, help="Its number, as `ponte keys list` shows it.")],
) -> None:
    """Let nobody in with this key any more. The one in .env, too: put a new PONTE_API_KEY there and start again."""

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        await house.accounts.revoke_key(known.id, key)
        typer.echo(f"Key {key} is revoked.")

    _in_house(work)


@keys.command("add")
def add_key(
    account: Account,
    label: Annotated[str, typer.Option(help="What the audit calls the holder.")],
    scope: Annotated[list[str], typer.Option(help="read, node or admin; may be given more than once.")],
) -> None:
    """Make an API key; it is shown once."""
    from app.services.accounts.directory import Scope  # noqa: PLC0415

    wrong = [name for name in scope if name not in list(Scope)]
    if wrong:
        raise NeedsHuman(f"There is no scope {wrong[0]}.", hint="Scopes: read, node, admin.")
    key = new_token("ponte")

    async def work(house: "House") -> None:
        await house.accounts.get(AccountId(account))
        await house.accounts.add_key(AccountId(account), key, label=label, scopes=scope)
        typer.echo(key)

    _in_house(work)


@knowledge.command("add")
def add_knowledge(
    account: Account,
    file: Annotated[Path, typer.Option(help="Topics: a line `# Title`, perhaps `keywords: ...`, the answer below.")],
    locale: Annotated[Language | None, typer.Option(help="Its language. Default: the account's.")] = None,
) -> None:
    """Teach an account what its customers ask. The same title again is replaced; the example business goes."""
    from app.store.knowledge import topics_of  # noqa: PLC0415

    text = read_text(file, holds="the topics")

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        topics = topics_of(text, locale or known.locale)
        await house.knowledge.learn(known.id, topics)
        typer.echo(f"Account {account} learned {len(topics)} topics in {locale or known.locale}.")

    _in_house(work)


@knowledge.command("list")
def list_knowledge(account: Account) -> None:
    """What an account knows: language and title."""

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        for topic in await house.knowledge.all(known.id):
            typer.echo(f"{topic.locale}\t{topic.title}")

    _in_house(work)


@knowledge.command("clear")
def clear_knowledge(account: Account) -> None:
    """Forget all that an account knows; its bot then gets a person for every question."""

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        typer.echo(f"Account {account} forgot {await house.knowledge.clear(known.id)} topics.")

    _in_house(work)
