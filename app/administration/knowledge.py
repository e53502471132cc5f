"""`ponte knowledge`: what an account's bot knows."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.administration import Account, Language, in_house, read_text
from app.administration.table import show
from app.domain.ids import AccountId

if TYPE_CHECKING:
    from app.wiring import House

knowledge = typer.Typer(help="What an account's bot knows.", no_args_is_help=True, rich_markup_mode=None)


@knowledge.command("add")
def add_knowledge(
    account: Account,
    file: Annotated[Path, typer.Option(help="Topics: a line `# Title`, perhaps `keywords: ...`, the answer below.")],
    locale: Annotated[Language | None, typer.Option(help="Its language. Default: the account's.")] = None,
) -> None:
    """Teach an account what its customers ask. The same title again is replaced; the example business goes."""
    from app.domain.topics import topics_of  # noqa: PLC0415

    text = read_text(file, holds="the topics")

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        topics = topics_of(text, locale or known.locale)
        await house.knowledge.learn(known.id, topics)
        typer.echo(f"Account {account} learned {len(topics)} topics in {locale or known.locale}.")

    in_house(work)


@knowledge.command("list")
def list_knowledge(account: Account) -> None:
    """What an account knows: language and title."""

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        rows = [(topic.locale, topic.title) for topic in await house.knowledge.all(known.id)]
        show(("language", "title"), rows, empty="It knows nothing yet: `ponte knowledge add` teaches it.")

    in_house(work)


@knowledge.command("clear")
def clear_knowledge(account: Account) -> None:
    """Forget all that an account knows; its bot then gets a person for every question."""

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        typer.echo(f"Account {account} forgot {await house.knowledge.clear(known.id)} topics.")

    in_house(work)
