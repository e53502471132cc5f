"""`ponte jobs`: what has failed for good, done again or dropped."""

from typing import TYPE_CHECKING, Annotated

import typer

from app.administration import LAST_ID, in_house
from app.administration.table import show
from app.domain.errors import NeedsHuman

if TYPE_CHECKING:
    from app.store.dead import DeadJob, DeadJobs
    from app.wiring import House

jobs = typer.Typer(help="Jobs that have failed for good.", no_args_is_help=True, rich_markup_mode=None)
Numbers = Annotated[
    list[int] | None, typer.Argument(min=1, max=LAST_ID, help="Their numbers, as `ponte jobs list` shows them.")
]
Every = Annotated[bool, typer.Option("--all", help="All of them.")]


@jobs.command("list")
def list_jobs() -> None:
    """The dead jobs: number, name, what it is about, tries, since when."""

    async def work(house: "House") -> None:
        rows = [
            (job.id, job.name, _about(job), job.attempts, f"{job.since:%Y-%m-%d %H:%M}")
            for job in await _dead(house).all()
        ]
        show(("number", "job", "about", "tries", "since (UTC)"), rows, empty="No job has failed for good.")

    in_house(work)


@jobs.command()
def replay(numbers: Numbers = None, every: Every = False) -> None:
    """Try them again; each is safe to do twice."""
    wanted = _wanted(numbers, every=every)

    async def work(house: "House") -> None:
        _tell(await _dead(house).replay(wanted, who="operator"), wanted, "put back")

    in_house(work)


@jobs.command()
def discard(numbers: Numbers = None, every: Every = False) -> None:
    """Drop them for good."""
    wanted = _wanted(numbers, every=every)

    async def work(house: "House") -> None:
        _tell(await _dead(house).discard(wanted, who="operator"), wanted, "dropped")

    in_house(work)


def _about(job: "DeadJob") -> str:
    return " ".join(f"{name}={number}" for name, number in job.ids.items())


def _dead(house: "House") -> "DeadJobs":
    from app.store.dead import DeadJobs  # noqa: PLC0415 - the other commands start faster without

    return DeadJobs(house.database)


def _wanted(numbers: list[int] | None, *, every: bool) -> set[int] | None:
    """Those that were named; None: all."""
    if every == bool(numbers):
        raise NeedsHuman("Say which jobs.", hint="Give their numbers, as `ponte jobs list` shows them, or --all.")
    return None if every else set(numbers or ())


def _tell(done: "list[DeadJob]", wanted: set[int] | None, what: str) -> None:
    if missing := (wanted or set()) - {job.id for job in done}:
        raise NeedsHuman(
            f"There is no dead job {', '.join(map(str, sorted(missing)))}; the others were {what}.",
            hint="`ponte jobs list` shows those there are.",
        )
    typer.echo(f"{len(done)} {what}.")
