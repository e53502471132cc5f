"""`ponte dead`: what has failed for good in an account, tried again or dropped. The same as /admin/dead."""

from typing import TYPE_CHECKING, Annotated

import typer

from app.administration import Account, in_house
from app.administration.table import show
from app.domain.errors import NeedsHuman
from app.domain.ids import AccountId

if TYPE_CHECKING:
    from app.services.accounts.dead import Kind
    from app.store.dead import DeadThing
    from app.wiring import House

dead = typer.Typer(help="What has failed for good, of any kind.", no_args_is_help=True, rich_markup_mode=None)
PAGE = 200
HEADINGS = ("id", "what", "state", "reason", "tries", "since (UTC)", "conversation")
Ids = Annotated[list[str], typer.Argument(help="Their ids, as `ponte dead list` shows them, such as message-17.")]


@dead.command("list")
def list_dead(
    account: Account,
    kind: Annotated[
        str | None,
        typer.Option(help="Only of one kind: job, message, write, delivery, media, notice, outreach or provisioning."),
    ] = None,
) -> None:
    """The dead things of an account, newest first. Ids and codes, nobody's words."""
    wanted = _kind(kind)

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        found, cursor = await house.doors.dead.page(known.id, wanted, cursor=None, limit=PAGE)
        while cursor:
            more, cursor = await house.doors.dead.page(known.id, wanted, cursor=cursor, limit=PAGE)
            found += more
        show(HEADINGS, map(_cells, found), empty="Nothing is dead.")

    in_house(work)


@dead.command("replay")
def replay_dead(ids: Ids, account: Account) -> None:
    """Try them again. A message goes through the fence: release its chat first."""

    async def work(house: "House") -> None:
        for one in ids:
            await house.doors.dead.replay(AccountId(account), one, who="operator")
            typer.echo(f"{one} is tried again.")

    in_house(work)


@dead.command("discard")
def discard_dead(ids: Ids, account: Account) -> None:
    """Drop them for good: they are shown as dead no more."""

    async def work(house: "House") -> None:
        for one in ids:
            await house.doors.dead.discard(AccountId(account), one, who="operator")
            typer.echo(f"{one} is dropped.")

    in_house(work)


def _kind(named: str | None) -> "Kind | None":
    from app.services.accounts.dead import Kind  # noqa: PLC0415 - the other commands start faster without

    if named is None:
        return None
    if named not in list(Kind):
        raise NeedsHuman(f"There is no kind {named}.", hint=f"One of {', '.join(Kind)}.")
    return Kind(named)


def _cells(one: "DeadThing") -> tuple[object, ...]:
    where = "" if one.conversation_id is None else one.conversation_id
    return (one.id, one.what, one.state, one.reason, one.attempts, f"{one.since:%Y-%m-%d %H:%M}", where)
