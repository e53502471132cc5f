"""`ponte inbox`, also as `ponte chatwoot`: the second inbox in which an account's conversations are shown."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from app.administration import Account, in_house, settings_for_a_person
from app.administration.table import show
from app.domain.errors import NeedsHuman
from app.domain.ids import AccountId
from app.settings import secret

if TYPE_CHECKING:
    from app.services.inbox_mirror.desk import InboxView
    from app.wiring import House

inbox = typer.Typer(help="The second inboxes that mirror conversations.", no_args_is_help=True, rich_markup_mode=None)
HEADINGS = ("account", "kind", "inbox", "address", "chats", "waiting", "same phone", "state")
OPERATOR = "operator"


@inbox.command("list")
def list_inboxes() -> None:
    """All second inboxes, what waits for them, and how they fare."""

    async def work(house: "House") -> None:
        rows: list[tuple[object, ...]] = []
        for account in await house.accounts.all_open():
            rows += [(account.id, *_cells(one)) for one in await house.doors.inboxes.desk.listing(account.id)]
        show(HEADINGS, rows, empty="No account is mirrored.")

    in_house(work)


@inbox.command("set")
def set_inbox(
    account: Account,
    url: Annotated[str, typer.Option(help="The installation, such as https://app.chatwoot.com.")],
    vendor_account: Annotated[int, typer.Option(min=1, help="The number of the account there.")],
    inbox_id: Annotated[int, typer.Option(min=1, help="The number of an inbox of the type API there.")],
    bot_id: Annotated[int, typer.Option(min=1, help="The number of the agent bot there.")],
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Show what was said from this day on, too.")
    ] = None,
    kind: Annotated[str, typer.Option(help="What it is.")] = "chatwoot",
) -> None:
    """Show the account's conversations there. The tokens are CHATWOOT_API_TOKEN and CHATWOOT_BOT_TOKEN of .env."""
    settings = settings_for_a_person()
    user, bot = secret(settings.chatwoot_api_token), secret(settings.chatwoot_bot_token)
    if not user or not bot:
        raise NeedsHuman("Both tokens are needed.", hint="Set CHATWOOT_API_TOKEN and CHATWOOT_BOT_TOKEN in .env.")
    token = json.dumps({"user": user, "bot": bot, "bot_id": bot_id})

    async def work(house: "House") -> None:
        from app.services.inbox_mirror.desk import InboxChange  # noqa: PLC0415 - the other commands start faster

        begin = since.astimezone() if since else None
        change = InboxChange(kind, url, f"{vendor_account}:{inbox_id}", token, since=begin)
        made = await house.doors.inboxes.desk.set(AccountId(account), change, who=OPERATOR)
        typer.echo(f"Account {account} is shown in inbox {made.external_ref}; {made.waiting} line(s) wait.")

    in_house(work)


@inbox.command("check")
def check_inbox(account: Account) -> None:
    """Ask for the inbox. Nothing is written; what waits goes on at once."""

    async def work(house: "House") -> None:
        found = await house.doors.inboxes.desk.check(AccountId(account))
        typer.echo(f"Inbox {found.external_ref} takes what is shown; {found.waiting} line(s) wait.")

    in_house(work)


@inbox.command("remove")
def remove_inbox(account: Account) -> None:
    """Mirror no more. What is there stays there."""

    async def work(house: "House") -> None:
        await house.doors.inboxes.desk.remove(AccountId(account), who=OPERATOR)
        typer.echo(f"Account {account} is mirrored nowhere.")

    in_house(work)


@inbox.command("labels")
def make_labels(account: Account) -> None:
    """Make the labels that the mirror puts on conversations, so that people see and filter them."""

    async def work(house: "House") -> None:
        made = await house.doors.inboxes.desk.make_labels(AccountId(account))
        for title in made:
            typer.echo(title)
        typer.echo(f"{len(made)} label(s) made." if made else "They were all there.")

    in_house(work)


def _cells(one: "InboxView") -> tuple[object, ...]:
    state = f"failing: {one.failed_as}" if one.failing_since else "goes"
    return (one.kind, one.external_ref, one.base_url, one.chats, one.waiting, one.twins, state)
