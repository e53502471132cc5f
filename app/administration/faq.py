"""`ponte faq`: the answers that are known, and given again to who asks the same."""

from typing import TYPE_CHECKING, Annotated

import typer

from app.administration import LAST_ID, Account, in_house
from app.administration.table import show
from app.domain.errors import NeedsHuman
from app.domain.ids import AccountId

if TYPE_CHECKING:
    from app.wiring import House

faq = typer.Typer(help="Answers that are given again.", no_args_is_help=True, rich_markup_mode=None)

ALL = 200
HEADINGS = ("id", "state", "language", "given", "question", "answer")
OPERATOR = "operator"
Number = Annotated[int, typer.Argument(min=1, max=LAST_ID, help="The answer's id, as `ponte faq list` shows it.")]


@faq.command("list")
def list_answers(account: Account) -> None:
    """The answers, newest first; confirmed and approved ones are given, waiting ones wait for `ponte faq approve`."""

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        rows: list[tuple[object, ...]] = []
        before: int | None = None
        while True:
            page, before = await house.doors.faq.page(known.id, before=before, limit=ALL)
            rows += [
                (one["id"], one["state"], one["locale"], one["hits"], one["question"], " | ".join(one["balloons"]))
                for one in page
            ]
            if before is None:
                break
        nobody = f"No answer is known yet. They are learned after `ponte accounts set {known.id} --faq on`."
        show(HEADINGS, rows, empty=nobody)

    in_house(work)


@faq.command("approve")
def approve_answer(number: Number, account: Account) -> None:
    """Stand by an answer: it is given from now on."""

    async def work(house: "House") -> None:
        await house.doors.faq.approve(AccountId(account), number, who=OPERATOR)
        typer.echo(f"Answer {number} is given from now on.")

    in_house(work)


@faq.command("forget")
def forget_answer(
    account: Account,
    number: Annotated[
        int | None, typer.Argument(min=1, max=LAST_ID, help="The answer's id, as `ponte faq list` shows it.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All of the account's.")] = False,
) -> None:
    """Forget an answer, or all of them: a brain is asked again."""
    if (number is None) is not every:
        raise NeedsHuman("Which answer?", hint="Name its id, or give --all.")

    async def work(house: "House") -> None:
        if number is None:
            count = await house.doors.faq.forget_all(AccountId(account), who=OPERATOR)
            typer.echo(f"Account {account} forgot {count} answers.")
        else:
            await house.doors.faq.forget(AccountId(account), number, who=OPERATOR)
            typer.echo(f"Answer {number} is forgotten.")

    in_house(work)
