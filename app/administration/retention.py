"""`ponte retention`: for how long an account keeps what, what would go, and letting it go before the night does."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.administration import Account, in_house
from app.administration.table import show
from app.domain.errors import NeedsHuman, Rejected
from app.domain.ids import AccountId
from app.domain.retention import Retention, checked_retention

if TYPE_CHECKING:
    from app.services.retention.purging import Purged
    from app.wiring import House

_OFF = "off"
_BOUNDS = (
    "Whole days up to 3650: 8 or more for --history and --events, 1 or more for --media and --profiles; off: for ever."
)
Days = Annotated[str | None, typer.Option(metavar="DAYS|off", help="Kept for so long; off: for ever.")]


def retention(
    account: Account,
    history: Days = None,
    media: Days = None,
    profiles: Days = None,
    events: Days = None,
    dry_run: Annotated[
        bool, typer.Option(help="Only show what would go, with these numbers if any are given.")
    ] = False,
    now: Annotated[bool, typer.Option(help="Do not wait for the night.")] = False,
) -> None:
    """For how long an account keeps words, files, profiles and details of events. Shows it, changes it, tries it."""
    given = _given({"history_days": history, "media_days": media, "profiles_days": profiles, "events_days": events})
    if dry_run and now:
        raise NeedsHuman("--dry-run changes nothing, --now does.", hint="Give one of them.")

    async def work(house: "House") -> None:
        number, doors = AccountId(account), house.doors
        if given and not dry_run:
            await doors.preferences.change(number, {"retention": given}, who="operator")
        if dry_run:
            _tell(await doors.retention.preview(number, given), "Would go")
        elif now:
            _tell(await doors.retention.purge(number, who="operator"), "Gone")
        else:
            _show(await doors.retention.policy(number))

    in_house(work)


def _given(named: dict[str, str | None]) -> dict[str, Any]:
    """What was named, as the settings take it."""
    return {name: None if said == _OFF else _days(said, name) for name, said in named.items() if said is not None}


def _days(said: str, name: str) -> int:
    option = f"--{name.removesuffix('_days')}"
    if not (said.isascii() and said.isdecimal() and len(said) <= 5):  # noqa: PLR2004 - more are no days of ours
        raise NeedsHuman(f"{option} {said[:20]} is no number of days.", hint="90, or off.")
    try:
        checked_retention({name: int(said)})
    except Rejected:
        raise NeedsHuman(f"{option} cannot be {said} ({name}).", hint=_BOUNDS) from None
    return int(said)


def _show(policy: Retention) -> None:
    rows = [(name.removesuffix("_days"), "for ever" if days is None else days) for name, days in policy.told().items()]
    show(("what", "days"), rows, empty="")


def _tell(done: "Purged", headline: str) -> None:
    show(("what", headline.lower()), list(done.counts.items()), empty="")
    if done.trouble:
        typer.echo(f"Not all files could be reached ({done.trouble}); the night tries again.", err=True)
    elif not done.is_done:
        typer.echo("There is more; the time was over.", err=True)
