"""`ponte sheets`: the Google Sheet of an account. The same as /admin/sheets; no key is shown."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.administration import Account, in_house, read_text
from app.administration.table import show
from app.domain.errors import NeedsHuman
from app.domain.ids import AccountId

if TYPE_CHECKING:
    from app.services.mirroring.desk import SheetView
    from app.wiring import House

sheets = typer.Typer(help="The Google Sheets that mirror the record.", no_args_is_help=True, rich_markup_mode=None)
HEADINGS = ("account", "spreadsheet", "tabs", "words", "share with", "waiting", "state")
OPERATOR = "operator"


@sheets.command("list")
def list_sheets() -> None:
    """All sheets, what waits for them, and how they fare."""

    async def work(house: "House") -> None:
        rows: list[tuple[object, ...]] = []
        for account in await house.accounts.all_open():
            rows += [(account.id, *_cells(one)) for one in await house.doors.mirroring.desk.listing(account.id)]
        show(HEADINGS, rows, empty="There are no sheets.")

    in_house(work)


@sheets.command("set")
def set_sheet(
    account: Account,
    spreadsheet: Annotated[str | None, typer.Option(help="Its address, or the id in it.")] = None,
    conversation_tab: Annotated[str | None, typer.Option(help="Where conversation events go.")] = None,
    browser_tab: Annotated[str | None, typer.Option(help="Where the browser's events go.")] = None,
    words_tab: Annotated[
        str | None, typer.Option(metavar="TAB|off", help="Where a flow's words are: key, locale, text.")
    ] = None,
    other_event: Annotated[
        list[str] | None, typer.Option(metavar="KIND|off", help="Mirror these lines too; may be given again.")
    ] = None,
    service_account_file: Annotated[
        Path | None, typer.Option(help="The key file of a service account of its own; kept encrypted.")
    ] = None,
    installations_key: Annotated[
        bool, typer.Option("--installations-key", help="Use the installation's service account again.")
    ] = False,
) -> None:
    """Set the sheet, or change what is named. Another spreadsheet gets everything that the record holds."""
    if service_account_file is not None and installations_key:
        raise NeedsHuman("One service account is enough.", hint="Give a file, or --installations-key.")
    key = "" if installations_key else None
    if service_account_file is not None:
        key = read_text(service_account_file, holds="the key of a service account")
    others = None if other_event is None else tuple(one for one in other_event if one != "off")

    async def work(house: "House") -> None:
        from app.services.mirroring.desk import SheetChange  # noqa: PLC0415 - the other commands start faster

        words = "" if words_tab == "off" else words_tab
        change = SheetChange(*(spreadsheet, conversation_tab, browser_tab, words), others, key)
        made = await house.doors.mirroring.desk.set(AccountId(account), change, who=OPERATOR)
        typer.echo(f"Account {account} is mirrored into {made.spreadsheet}.")
        if made.share_with:
            typer.echo(f"Share it with {made.share_with}, as an editor; then `ponte sheets check`.")
        else:
            typer.echo("There is no service account yet: set GOOGLE_SERVICE_ACCOUNT_FILE, or give a file here.")

    in_house(work)


@sheets.command("check")
def check_sheet(account: Account) -> None:
    """Ask Google for the spreadsheet. Nothing is written; what waits goes on at once."""

    async def work(house: "House") -> None:
        found = await house.doors.mirroring.desk.check(AccountId(account))
        typer.echo(f"Google lets us read {found.spreadsheet}; {found.waiting} row(s) wait.")

    in_house(work)


@sheets.command("remove")
def remove_sheet(account: Account) -> None:
    """Mirror no more. What is in the spreadsheet stays there."""

    async def work(house: "House") -> None:
        await house.doors.mirroring.desk.remove(AccountId(account), who=OPERATOR)
        typer.echo(f"Account {account} is mirrored nowhere.")

    in_house(work)


@sheets.command("words")
def read_words(
    account: Account,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what is wrong, and change nothing.")] = False,
) -> None:
    """Read a flow's words out of their tab: all of them, or with one slip none."""

    async def work(house: "House") -> None:
        report = await house.doors.mirroring.words.read(AccountId(account), dry_run=dry_run, who=OPERATOR)
        for problem in report.problems:
            typer.echo(problem)
        if report.problems:
            raise NeedsHuman("Nothing was changed.", hint="Mend the rows above in the spreadsheet.")
        changed = "They are said from now on." if report.changed else "Nothing was changed."
        typer.echo(f"{report.texts} text(s) of {report.keys} sentence(s). {changed}")

    in_house(work)


def _cells(one: "SheetView") -> tuple[object, ...]:
    state = f"failing: {one.failed_as}" if one.failing_since else "goes"
    tabs = f"{one.conversation_tab}, {one.browser_tab}"
    words = f"{one.words_tab}: {one.words_trouble[:60]}" if one.words_trouble else one.words_tab
    return (one.spreadsheet, tabs, words, one.share_with, one.waiting, state)
