"""`ponte kommo`: connecting a Kommo account, and the widget that goes with it."""

import re
from pathlib import Path
from typing import Annotated

import typer

from app.administration import on_database, read_text, settings_for_a_person
from app.administration.channels import heard_by, told_key, told_knowledge
from app.administration.installation import migrated
from app.administration.widget import widget
from app.domain.errors import NeedsHuman
from app.settings import Settings, secret
from app.store.secrets import new_token

kommo = typer.Typer(help="Connect a Kommo account.", no_args_is_help=True, rich_markup_mode=None)
kommo.add_typer(widget, name="widget")
_SUBDOMAIN = re.compile(r"[a-z0-9][a-z0-9-]*", re.IGNORECASE)


@kommo.command()
def connect(
    subdomain: Annotated[str, typer.Option(help="The account's subdomain: SUB in SUB.kommo.com.")],
    token_file: Annotated[Path, typer.Option(help="File that holds the long-lived token; - reads standard input.")],
    address: Annotated[
        str | None, typer.Option(help="The account's address, where it is not https://SUB.kommo.com.")
    ] = None,
    new_key: Annotated[bool, typer.Option("--new-key", help="Make an API key though the account has one.")] = False,
) -> None:
    """Connect a Kommo account with a long-lived token, and subscribe its webhook where PUBLIC_URL is set."""
    from app.store.accounts import NewAccount  # noqa: PLC0415
    from app.wiring import open_house  # noqa: PLC0415

    token = read_text(token_file, holds="the token").strip()
    hook = new_token("hook")
    if not token or not token.isascii() or token.split() != [token]:
        raise NeedsHuman(f"{token_file} holds no token.", hint="Put the long-lived token into it, and nothing else.")
    if not _SUBDOMAIN.fullmatch(subdomain):
        raise NeedsHuman(f"{subdomain} is no subdomain.", hint="It is SUB alone, of https://SUB.kommo.com.")

    async def work(settings: Settings) -> None:
        await migrated(secret(settings.database_url) or "", is_embedded=settings_for_a_person().database_url is None)
        url = f"{settings.public_url.rstrip('/')}/webhooks/kommo/{hook}" if settings.public_url else None
        async with open_house(settings) as house:
            new = NewAccount(subdomain, "kommo", "", address or f"https://{subdomain}.kommo.com", token, hook)
            found = await house.connecting.connect(new, webhook_url=url)
            key = await told_key(house, found.account_id, anew=new_key)
            hint = await told_knowledge(house, found.account_id)
        typer.echo(f"Account {found.account_id} is connected: {found.sellers} users.")
        typer.echo(f"Ways to send: {', '.join(found.capabilities.ways)}.")
        typer.echo(f"Webhook: {url or '/webhooks/kommo/' + hook}")
        typer.echo(heard_by(found.subscribed, found.warning))
        typer.echo(key)
        if hint:
            typer.echo(hint)

    on_database(work)
