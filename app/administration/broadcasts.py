"""`ponte broadcast`: one message to many, and `ponte sessions`: where customers stand in a plan."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
import typer

from app.administration import LAST_ID, Account, in_house, read_text
from app.administration.table import show
from app.administration.templates import ALL, OPERATOR
from app.domain.broadcasts import Broadcast, NewBroadcast, Progress, RecipientState
from app.domain.errors import NeedsHuman
from app.domain.ids import AccountId

if TYPE_CHECKING:
    from app.wiring import House

HEADINGS = ("id", "state", "step", "total", "sent", "waiting", "skipped", "failed", "reasons", "asked (UTC)")
broadcast = typer.Typer(help="One message to many.", no_args_is_help=True, rich_markup_mode=None)
Number = Annotated[int, typer.Argument(min=1, max=LAST_ID, help="The broadcast's id.")]
Step = Annotated[str | None, typer.Option(help="Only those whose plan stands here, such as name or completed.")]


@broadcast.command("send")
def send(
    account: Account,
    message: Annotated[str, typer.Argument(help="What is said.")] = "",
    file: Annotated[Path | None, typer.Option(help="A file that holds it.")] = None,
    step: Step = None,
    key: Annotated[str | None, typer.Option(help="A second call with it changes nothing.")] = None,
    dry_run: Annotated[bool, typer.Option(help="Only tell who would get it.")] = False,
) -> None:
    """Write to everybody who may be written to now; a worker carries it out."""
    if bool(message) == (file is not None):
        raise NeedsHuman(
            "Give the message, or --file.", hint='Such as: ponte broadcast send --account 1 "We are open."'
        )
    new = NewBroadcast(read_text(file, holds="the message").strip() if file else message, step, key, OPERATOR)

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        broadcasting = house.doors.proactive.broadcasting
        if dry_run:
            would = await broadcasting.rehearse(known.id, new)
            why = ", ".join(f"{reason}: {count}" for reason, count in sorted(would.reasons.items()))
            typer.echo(f"{would.eligible} of {would.total} would get it now. {why}".strip())
            return
        one, progress = await broadcasting.start(known.id, new)
        typer.echo(
            f"Broadcast {one.id} is for {progress.total}. `ponte broadcast status {one.id}` tells how far it is."
        )

    in_house(work)


@broadcast.command("list")
def list_broadcasts(account: Account) -> None:
    """The latest, and how far each is."""

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        found = await house.doors.proactive.broadcasting.page(known.id, before=2**62, limit=ALL)
        show(HEADINGS, (_cells(one, progress) for one, progress in found), empty="Nothing was written to many.")

    in_house(work)


@broadcast.command("status")
def status(account: Account, number: Number) -> None:
    """How far it is."""

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        show(HEADINGS, [_cells(*await house.doors.proactive.broadcasting.status(known.id, number))], empty="")

    in_house(work)


@broadcast.command("recipients")
def recipients(
    account: Account,
    number: Number,
    state: Annotated[RecipientState | None, typer.Option(help="Only those in this state.")] = None,
    after: Annotated[int, typer.Option(min=0, max=LAST_ID, help="Those behind this conversation.")] = 0,
) -> None:
    """What became of it for each: conversation, contact, state, why."""

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        broadcasting = house.doors.proactive.broadcasting
        found = await broadcasting.recipients(known.id, number, state, after=after, limit=ALL)
        rows = ((one.conversation_id, one.contact_id or "", one.state, one.reason) for one in found)
        show(("conversation", "contact", "state", "reason"), rows, empty="There is nobody.")

    in_house(work)


@broadcast.command("cancel")
def cancel(account: Account, number: Number) -> None:
    """Nobody else is written to; what is on its way arrives."""

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        one, progress = await house.doors.proactive.broadcasting.cancel(known.id, number, who=OPERATOR)
        typer.echo(f"Broadcast {one.id} is {one.state}: {progress.of(RecipientState.SENT)} have it.")

    in_house(work)


def sessions(account: Account, step: Step = None) -> None:
    """Live sessions of plans as JSON, a line each: what customers answered is opened, and that is audited."""
    from app.services.registration.sessions import ALL as NEWEST  # noqa: PLC0415 - the others start faster without

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        cursor: int | None = NEWEST
        while cursor is not None:
            page, cursor = await house.doors.sessions.page(known.id, who=OPERATOR, step=step, before=cursor, limit=ALL)
            for one in page:
                typer.echo(orjson.dumps({**asdict(one), "data": dict(one.data)}).decode())

    in_house(work)


def _cells(one: Broadcast, progress: Progress) -> tuple[object, ...]:
    why = ",".join(f"{reason}:{count}" for reason, count in sorted(progress.reasons.items()))
    waits = progress.of(RecipientState.WAITING) + progress.of(RecipientState.SENDING)
    failed = progress.of(RecipientState.FAILED) + progress.of(RecipientState.DOUBT)
    counts = (progress.total, progress.of(RecipientState.SENT), waits, progress.of(RecipientState.SKIPPED), failed)
    return one.id, one.state, one.target_step or "", *counts, why, f"{one.created_at:%F %R}"
