"""`ponte agenda`: what is booked, what is free, and when salespeople can be met."""

import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from app.administration import LAST_ID, Account, in_house, read_text
from app.administration.table import show
from app.domain.agenda import Availability, Booking, Search, State
from app.domain.clock import SystemClock
from app.domain.errors import NeedsHuman
from app.domain.ids import AccountId
from app.domain.written_hours import parse_hours, written_hours
from app.domain.zones import known_zone, shown_in

if TYPE_CHECKING:
    from app.wiring import House

agenda = typer.Typer(
    help="What is booked, what is free, and who can be met when.", no_args_is_help=True, rich_markup_mode=None
)
Seller = Annotated[str, typer.Option(help="Their id, as `ponte sellers list` shows it.")]
Number = Annotated[int, typer.Option(min=1, max=LAST_ID, help="The booking's number, as `ponte agenda list` shows it.")]
Days = Annotated[int, typer.Option(min=1, max=366, help="So many days ahead.")]
_PAGE = 200
_WHO = "operator"
_MINUTES = {"slot_minutes": (5, 720), "buffer_before": (0, 240), "buffer_after": (0, 240)}


@agenda.command("list")
def list_bookings(
    account: Account, days: Days = 30, seller: Annotated[str, typer.Option(help="Only theirs.")] = ""
) -> None:
    """Number, state, time in the customer's zone, salesperson, contact, lead and receipt of what is held and booked."""

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        now = SystemClock().now()
        states = (State.HELD, State.BOOKED)
        search = Search(now - timedelta(hours=12), now + timedelta(days=days), seller or None, states=states)
        cursor: str | None = None
        found: list[Booking] = []
        while True:
            page, cursor = await house.doors.scheduling.agenda.page(known.id, search, cursor=cursor, limit=_PAGE)
            found += page
            if cursor is None:
                break
        headings = ("number", "state", "when", "zone", "salesperson", "contact", "lead", "receipt")
        show(headings, [_cells(one) for one in found], empty="Nothing is held or booked then.")

    in_house(work)


@agenda.command("slots")
def list_slots(
    account: Account, days: Days = 7, seller: Annotated[str, typer.Option(help="Only theirs.")] = ""
) -> None:
    """The next free times of a salesperson, or of whoever's turn it is."""
    from app.services.agenda.requesting import Caller  # noqa: PLC0415 - the other commands start faster without
    from app.services.agenda.slots import Window  # noqa: PLC0415
    from app.services.bot_control.address import Named  # noqa: PLC0415

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        now = SystemClock().now()
        caller = Caller(known.id, Named(), _WHO, seller_id=seller or None)
        window = Window(now, now + timedelta(days=days))
        offers = await house.doors.scheduling.requesting.free(caller, window, limit=_PAGE)
        rows = [
            (one.slot.id, f"{shown_in(one.slot.start, one.timezone):%Y-%m-%d %H:%M}", one.timezone, one.seller_name)
            for one in offers
        ]
        show(("slot", "when", "zone", "salesperson"), rows, empty="Nothing is free then.")

    in_house(work)


@agenda.command("confirm")
def confirm(account: Account, booking: Number) -> None:
    """Book what is held."""

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        typer.echo(_line(await house.doors.scheduling.agenda.confirm(known.id, booking, who=_WHO)))

    in_house(work)


@agenda.command("move")
def move(
    account: Account,
    booking: Number,
    slot: Annotated[str, typer.Option(help="As `ponte agenda slots` shows it, or a time as 2026-12-15T14:00.")],
) -> None:
    """Give a booking another time; its receipt stays."""
    from app.services.agenda.wanted import slot_named  # noqa: PLC0415 - the other commands start faster without

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        typer.echo(_line(await house.doors.scheduling.agenda.move(known.id, booking, slot_named(slot), who=_WHO)))

    in_house(work)


@agenda.command("cancel")
def cancel(account: Account, booking: Number, reason: Annotated[str, typer.Option(help="For the audit.")] = "") -> None:
    """Give the time back."""

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        typer.echo(_line(await house.doors.scheduling.agenda.cancel(known.id, booking, who=_WHO, why=reason)))

    in_house(work)


@agenda.command("no-show")
def no_show(account: Account, booking: Number) -> None:
    """Nobody came."""

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        typer.echo(_line(await house.doors.scheduling.agenda.no_show(known.id, booking, who=_WHO)))

    in_house(work)


@agenda.command("hours")
def hours(
    account: Account,
    seller: Seller,
    file: Annotated[Path | None, typer.Option(help="JSON as this command shows it, to take its place.")] = None,
) -> None:
    """Show when a salesperson can be met; with a file, say it."""
    written = _read(file) if file else None

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        service = house.doors.scheduling.agenda
        found = await service.availability(known.id, seller)
        if written is not None:
            found = await service.set_availability(known.id, _changed(found, written))
        typer.echo(json.dumps(_shown(found), indent=2, ensure_ascii=False))

    in_house(work)


def _line(one: Booking) -> str:
    return "\t".join(_cells(one))


def _cells(one: Booking) -> tuple[str, ...]:
    when = f"{shown_in(one.start, one.timezone):%Y-%m-%d %H:%M}"
    person = (one.person.contact_id or "-", one.person.lead_id or "-")
    return (str(one.id), one.state.value, when, one.timezone, one.seller_name, *person, one.receipt or "-")


def _shown(of: Availability) -> dict[str, Any]:
    numbers = {name: getattr(of, name) for name in _MINUTES}
    return {"timezone": of.timezone, **written_hours(of.hours), **numbers}


def _read(file: Path) -> dict[str, Any]:
    text = read_text(file, holds="hours as JSON")
    try:
        found = json.loads(text)
    except ValueError as error:
        raise NeedsHuman(
            f"{file} is no JSON.", hint="`ponte agenda hours` without --file shows what it looks like."
        ) from error
    if not isinstance(found, dict):
        raise NeedsHuman(
            f"{file} holds no hours.", hint="`ponte agenda hours` without --file shows what they look like."
        )
    return cast("dict[str, Any]", found)


def _changed(before: Availability, written: dict[str, Any]) -> Availability:
    """What the file says; numbers and the zone it does not name stay."""
    slot, before_it, after_it = (_minutes(name, written.get(name, getattr(before, name))) for name in _MINUTES)
    known = {name: value for name, value in written.items() if name not in (*_MINUTES, "timezone")}
    zone = known_zone(str(written.get("timezone", before.timezone)))
    return Availability(before.seller_id, before.name, zone, parse_hours(known), slot, before_it, after_it)


def _minutes(name: str, value: object) -> int:
    least, most = _MINUTES[name]
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise NeedsHuman(f"{name} cannot be that.", hint=f"A whole number from {least} to {most}.")
    return value
