"""`ponte templates`: the words of what an account writes first."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.administration import LAST_ID, Account, Language, in_house, read_text
from app.administration.table import show
from app.domain.errors import NeedsHuman
from app.domain.ids import AccountId
from app.domain.templates import NewTemplate

if TYPE_CHECKING:
    from app.domain.templates import Template
    from app.wiring import House

templates = typer.Typer(help="The texts of what is written first.", no_args_is_help=True, rich_markup_mode=None)

ALL = 200
HEADINGS = ("trigger", "language", "step", "version", "variables", "approved_name", "salesbot_id")
OPERATOR = "operator"
Trigger = Annotated[str, typer.Option(help="The trigger, such as formulario.")]
Step = Annotated[int, typer.Option(min=0, max=10, help="0 is the first message, 1 and up the follow-ups.")]
Locale = Annotated[Language, typer.Option(help="The language of the text.")]


@templates.command("list")
def list_templates(
    account: Account, trigger: Annotated[str | None, typer.Option(help="Only those of this trigger.")] = None
) -> None:
    """The newest version of each text, and the approved template that goes in its place after 24 hours."""

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        after = ("", "", -1)
        rows: list[tuple[object, ...]] = []
        while found := await house.doors.proactive.templates.listing(known.id, trigger, after=after, limit=ALL):
            rows += [_row(one) for one in found]
            after = (found[-1].trigger, found[-1].locale, found[-1].step)
        show(HEADINGS, rows, empty="There are no templates.")

    in_house(work)


@templates.command("set")
def set_template(
    account: Account,
    trigger: Trigger,
    locale: Locale,
    file: Annotated[Path, typer.Option(help="A text file; a variable is written {name}.")],
    step: Step = 0,
    salesbot_id: Annotated[
        int | None,
        typer.Option(min=1, max=LAST_ID, help="The Salesbot with the approved template, for after 24 hours."),
    ] = None,
    approved_name: Annotated[
        str | None, typer.Option(help="Or its name at the messenger, as name or name:en_US.")
    ] = None,
) -> None:
    """Save a text as the next version. Variables that the trigger does not bring are refused by name."""
    body = read_text(file, holds="the text").strip()

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        new = NewTemplate(trigger, locale.value, step, body, salesbot_id=salesbot_id, approved_name=approved_name)
        saved = await house.doors.proactive.templates.save(known.id, new, who=OPERATOR)
        typer.echo(f"Saved {saved.trigger} {saved.locale} step {saved.step} as version {saved.version}.")

    in_house(work)


@templates.command("preview")
def preview_template(
    account: Account,
    trigger: Trigger,
    locale: Locale,
    step: Step = 0,
    file: Annotated[Path | None, typer.Option(help="A text that is not saved yet.")] = None,
    value: Annotated[list[str] | None, typer.Option(help="A variable, as name=Maria; may be given again.")] = None,
) -> None:
    """How a text will read. Nothing is sent."""
    body = read_text(file, holds="the text").strip() if file else None
    given = dict(_pair(one) for one in value or [])

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        found = await house.doors.proactive.templates.preview(
            known.id, trigger, locale.value, step=step, body=body, data=given
        )
        typer.echo(found.text)

    in_house(work)


def _row(one: "Template") -> tuple[object, ...]:
    approved = (one.approved_name or "", one.salesbot_id or "")
    return (one.trigger, one.locale, one.step, f"v{one.version}", ",".join(one.variables), *approved)


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise NeedsHuman("A value is written as name=Maria.", hint="Such as --value name=Maria --value area=vendas.")
    return name.strip(), value
