"""`ponte panels`: the panel of an account, on which users are made. The same as /admin/panels; no password is shown."""

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.administration import Account, in_house, read_text
from app.administration.table import show
from app.domain.errors import NeedsHuman
from app.domain.ids import AccountId

if TYPE_CHECKING:
    from app.services.provisioning.panels import PanelView
    from app.wiring import House

panels = typer.Typer(help="The panels on which users are made.", no_args_is_help=True, rich_markup_mode=None)
HEADINGS = ("account", "recipe", "address", "user", "passwords", "cap", "confirm above", "state", "checked")
OPERATOR = "operator"
NOTHING = "Nothing is kept of it, or not any more."


@panels.command("list")
def list_panels() -> None:
    """All panels, and whether they are stopped."""

    async def work(house: "House") -> None:
        rows: list[tuple[object, ...]] = []
        for account in await house.accounts.all_open():
            rows += [(account.id, *_cells(one)) for one in await house.doors.provisioning.panels.listing(account.id)]
        show(HEADINGS, rows, empty="There are no panels.")

    in_house(work)


@panels.command("set")
def set_panel(
    account: Account,
    recipe: Annotated[str | None, typer.Option(help="Which recipe knows it, such as sandbox.")] = None,
    base_url: Annotated[str | None, typer.Option(help="Its address, such as https://panel.example.com.")] = None,
    user: Annotated[str | None, typer.Option(help="The administrator's name there.")] = None,
    password_file: Annotated[Path | None, typer.Option(help="File that holds the administrator's password.")] = None,
    user_password_file: Annotated[
        Path | None, typer.Option(help="File that holds the password which every new user gets.")
    ] = None,
    generate: Annotated[bool, typer.Option("--generate", help="Every new user gets a password of its own.")] = False,
    daily_cap: Annotated[str | None, typer.Option(help="So much may be given in balances on one day.")] = None,
    confirm_above: Annotated[str | None, typer.Option(help="A larger sum is said twice.")] = None,
) -> None:
    """Set the panel, or change what is named. One that was stopped goes on."""
    password = _secret(password_file)
    fixed = _secret(user_password_file)

    async def work(house: "House") -> None:
        from app.services.provisioning.panels import PanelChange  # noqa: PLC0415 - the other commands start faster

        known = await house.accounts.get(AccountId(account))
        caps = _sum(daily_cap), _sum(confirm_above)
        change = PanelChange(*(recipe, base_url, user, password, fixed, generate), *caps)
        made = await house.doors.provisioning.panels.set(known.id, change, who=OPERATOR, is_operator=True)
        typer.echo(f"Account {account} uses {made.base_url} by {made.recipe} as {made.admin_user}.")

    in_house(work)


@panels.command("check")
def check_panel(account: Account) -> None:
    """Have a browser process log in and look at every form. Nothing is written there."""

    async def work(house: "House") -> None:
        found = await house.doors.provisioning.panels.check(AccountId(account))
        if found.checked_as != "ok":
            hint = "A stopped panel goes on with `ponte panels resume`, once it is mended."
            raise NeedsHuman(f"The panel was checked: {found.checked_as}.", hint=hint)
        typer.echo("The panel lets us in, and every form is as the recipe says.")

    in_house(work)


@panels.command("evidence")
def panel_evidence(
    account: Account,
    provisioning: Annotated[int | None, typer.Option(min=1, help="Of this request; else of the checks.")] = None,
    into: Annotated[Path | None, typer.Option(help="Folder into which the files are saved.")] = None,
) -> None:
    """Why a visit to the panel failed: masked pictures and pages, as a list, or saved to be looked at."""

    async def work(house: "House") -> None:
        from app.services.provisioning.evidence import name_of  # noqa: PLC0415 - the other commands start faster

        desk, number = house.doors.provisioning.evidence, AccountId(account)
        found = await desk.listing(number, provisioning)
        show(("name", "type", "bytes"), [(name_of(one), one.content_type, one.size) for one in found], empty=NOTHING)
        for one in found if into is not None else ():
            file = await desk.file(number, provisioning, name_of(one))
            _saved(into or Path(), file.name, file.body)

    in_house(work)


@panels.command("resume")
def resume_panel(account: Account) -> None:
    """Let everybody go to a stopped panel again. What died meanwhile: `ponte dead list`."""

    async def work(house: "House") -> None:
        await house.doors.provisioning.panels.resume(AccountId(account), who=OPERATOR)
        typer.echo(f"The panel of account {account} goes on.")

    in_house(work)


def _saved(folder: Path, name: str, body: bytes) -> None:
    """Readable by nobody else: it shows somebody's panel."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / name).touch(mode=0o600)
        (folder / name).write_bytes(body)
    except OSError as error:
        raise NeedsHuman(
            f"{folder / name} cannot be written: {error.strerror}.", hint="Name another folder."
        ) from error


def _secret(path: Path | None) -> str | None:
    if path is None:
        return None
    text = read_text(path, holds="the password").strip("\r\n")
    if not text:
        raise NeedsHuman(f"{path} is empty.", hint="Put the password into it, and nothing else.")
    return text


def _sum(text: str | None) -> Decimal | None:
    try:
        amount = None if text is None else Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if amount is not None and not (amount.is_finite() and amount >= 0 and amount == round(amount, 2)):
        raise NeedsHuman(f"{text} is no sum.", hint="Such as 1000.00, with two decimal places at most.")
    return amount


def _cells(one: "PanelView") -> tuple[object, ...]:
    state = f"stopped: {one.stopped_why}" if one.stopped_at else "goes"
    checked = f"{one.checked_at:%Y-%m-%d %H:%M} {one.checked_as}" if one.checked_at else ""
    told = (one.recipe, one.base_url, one.admin_user, one.passwords, one.daily_cap, one.confirm_above)
    return (*told, state, checked)
