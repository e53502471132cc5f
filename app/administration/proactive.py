"""`ponte proactive`: on what an account writes first, what it wrote, and the breaker."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.administration import Account, Switch, in_house
from app.administration.table import show
from app.administration.templates import ALL, OPERATOR
from app.domain.errors import NeedsHuman
from app.domain.ids import AccountId
from app.domain.outreach import Outreach, Trigger
from app.services.proactive.templates import UnknownTrigger, own_variables

if TYPE_CHECKING:
    from app.wiring import House

TRIGGER_HEADINGS = ("trigger", "state", "consent", "follow-ups", "variables")
HEADINGS = ("id", "trigger", "state", "way", "reasons", "written by", "asked (UTC)")
proactive = typer.Typer(help="Writing first.", no_args_is_help=True, rich_markup_mode=None)


@proactive.command("triggers")
def list_triggers(account: Account) -> None:
    """On what it writes first: name, on or off, consent, follow-ups in minutes, variables."""

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        found = await house.doors.proactive.templates.triggers(known.id, limit=ALL)
        show(TRIGGER_HEADINGS, map(_trigger_cells, found), empty="There are no triggers.")

    in_house(work)


@proactive.command("trigger")
def set_trigger(
    account: Account,
    name: Annotated[str, typer.Argument(help="The trigger, such as formulario; a new name makes a new one.")],
    enabled: Annotated[Switch | None, typer.Option(help="Whether it may be used.")] = None,
    consent: Annotated[str | None, typer.Option(metavar="implied|required", help="Whether a yes is needed.")] = None,
    areas: Annotated[str | None, typer.Option(help="The areas it serves, with commas; empty for all.")] = None,
    variables: Annotated[str | None, typer.Option(help="What the caller brings, with commas.")] = None,
    ladder: Annotated[str | None, typer.Option(help="Minutes after which it follows up, with commas.")] = None,
    per_contact: Annotated[int | None, typer.Option(min=1, max=100, help="Messages to one contact in a day.")] = None,
    per_day: Annotated[int | None, typer.Option(min=1, max=100_000, help="Messages in a day.")] = None,
) -> None:
    """Add or change a trigger; what is not named stays."""
    if consent not in (None, "implied", "required"):
        raise NeedsHuman(f"Consent is implied or required, not {consent}.", hint="Give --consent required.")
    given: dict[str, Any] = {
        "enabled": None if enabled is None else enabled is Switch.ON,
        "consent": consent,
        "areas": _listed(areas),
        "variables": None if variables is None else own_variables(_listed(variables) or ()),
        "ladder": _minutes(ladder),
        "per_contact": per_contact,
        "per_day": per_day,
    }

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        try:
            before = await house.doors.proactive.templates.trigger(known.id, name)
        except UnknownTrigger:
            before = Trigger(name)
        wished = replace(before, **{key: value for key, value in given.items() if value is not None})
        await house.doors.proactive.templates.save_trigger(known.id, wished, who=OPERATOR)
        typer.echo(f"Saved the trigger {name}.")

    in_house(work)


@proactive.command("list")
def list_outreaches(account: Account) -> None:
    """The latest messages that began something: number, trigger, what became of it, why, and what wrote it."""

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        found = await house.doors.proactive.desk.listing(known.id, None, before=2**62, limit=ALL)
        show(HEADINGS, map(_cells, found), empty="Nothing was written first.")

    in_house(work)


@proactive.command("breaker")
def breaker(
    account: Account,
    reset: Annotated[bool, typer.Option(help="A person has looked: go on, and count anew.")] = False,
    floor: Annotated[int | None, typer.Option(min=1, help="So many messages a day never trip it.")] = None,
) -> None:
    """Whether too much was written first, so that nothing more leaves; with --reset it goes on."""

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        breakers = house.doors.proactive.breakers
        if reset or floor is not None:
            await breakers.reset(known.id, who=OPERATOR, floor=floor)
        found, volume = await breakers.look(known.id)
        state = f"tripped at {found.tripped_at:%F %R}" if found.tripped_at else "closed; messages go out"
        typer.echo(f"The breaker is {state}. Today: {volume.of_day}; usual: {volume.usual:.1f}; floor: {found.floor}.")

    in_house(work)


def _trigger_cells(one: Trigger) -> tuple[object, ...]:
    ladder = ",".join(map(str, one.ladder))
    return one.name, "on" if one.enabled else "off", one.consent, ladder, ",".join(one.variables)


def _cells(one: Outreach) -> tuple[object, ...]:
    reasons = ",".join(one.reasons)
    return one.id, one.trigger, one.state.value, one.way, reasons, one.written_by, f"{one.created_at:%F %R}"


def _listed(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(part.strip() for part in text.split(",") if part.strip())


def _minutes(text: str | None) -> tuple[int, ...] | None:
    parts = _listed(text)
    if parts is None:
        return None
    if any(not part.isascii() or not part.isdigit() for part in parts):
        raise NeedsHuman("A ladder is minutes with commas.", hint="Such as --ladder 60,1440,4320.")
    return tuple(int(part) for part in parts)
