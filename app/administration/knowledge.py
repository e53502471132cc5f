"""`ponte knowledge`: what an account's bot knows."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.administration import Account, Language, in_house, read_text
from app.administration.table import show
from app.channels.guard import Bounds, Guard
from app.channels.http import new_client
from app.domain.errors import AppError, NeedsHuman
from app.domain.ids import AccountId
from app.domain.topics import (
    Topic,
    addresses_of,
    from_source,
    one_of_each_title,
    topics_of,
    topics_of_csv,
    topics_of_page,
)

if TYPE_CHECKING:
    from app.wiring import House

_PAGE = Bounds(2 * 2**20, timedelta(seconds=15), ("text/html", "application/xhtml", "text/plain"))

knowledge = typer.Typer(help="What an account's bot knows.", no_args_is_help=True, rich_markup_mode=None)


@knowledge.command("add")
def add_knowledge(
    account: Account,
    file: Annotated[Path, typer.Option(help="Topics: a line `# Title`, perhaps `keywords: ...`, the answer below.")],
    locale: Annotated[Language | None, typer.Option(help="Its language. Default: the account's.")] = None,
) -> None:
    """Teach an account what its customers ask. The same title again is replaced; the example business goes."""
    text = read_text(file, holds="the topics")

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        topics = topics_of(text, locale or known.locale)
        await house.knowledge.learn(known.id, topics)
        typer.echo(f"Account {account} learned {len(topics)} topics in {locale or known.locale}.")
        await _embed(house, known.id)

    in_house(work)


@knowledge.command("import")
def import_knowledge(
    account: Account,
    file: Annotated[Path, typer.Option(help="Topics (.md), a table (.csv), or a list of pages, one a line (.txt).")],
    locale: Annotated[Language | None, typer.Option(help="Its language. Default: the account's.")] = None,
) -> None:
    """Learn from a file or from web pages; what was learned of the same file or page before is replaced."""
    text = read_text(file, holds="the topics")

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        spoken = locale or known.locale
        home = await house.knowledge.home(known.id)
        topics, sources = await _imported(text, file, spoken, home=home)
        await house.knowledge.learn(known.id, topics, replacing=sources)
        typer.echo(f"Account {account} learned {len(topics)} topics of {len(sources)} sources.")
        await _embed(house, known.id)

    in_house(work)


async def _imported(text: str, file: Path, locale: str, *, home: str) -> tuple[list[Topic], list[str]]:
    """The topics of a file, and the sources that they come from."""
    match file.suffix.casefold():
        case ".csv":
            return from_source(topics_of_csv(text, locale), file.name), [file.name]
        case ".txt" | ".urls":
            return await _pages(addresses_of(text), locale, home=home)
        case _:
            return from_source(topics_of(text, locale), file.name), [file.name]


async def _pages(addresses: list[tuple[int, str]], locale: str, *, home: str) -> tuple[list[Topic], list[str]]:
    """The topics of all pages; one page that cannot be had refuses the list, with its line."""
    topics: list[Topic] = []
    async with new_client() as http:
        guard = Guard(http)
        for line, address in addresses:
            try:
                answer = await guard.get(address, bounds=_PAGE, home=home)
            except AppError as error:
                raise NeedsHuman(f"Line {line}: {error.message}", hint=error.hint or "Nothing was learned.") from None
            found = topics_of_page(answer.body.decode("utf-8", errors="replace"), locale, address=address)
            if not found:
                raise NeedsHuman(f"Line {line}: The page says nothing.", hint="Is it made by a script? Write it down.")
            topics += found
    return one_of_each_title(topics), [address for _, address in addresses]


async def _embed(house: "House", account_id: AccountId) -> None:
    """Vectors for what is new; words are searched whether or not there are any."""
    try:
        count = await house.knowledge.embed(account_id)
    except AppError as error:
        typer.echo(f"Not embedded: {error.message} Later: `ponte knowledge embed`. Words are searched.", err=True)
    else:
        if count:
            typer.echo(f"{count} topics are searched by their meaning too.")


@knowledge.command("embed")
def embed_knowledge(account: Account) -> None:
    """Make the vectors that are missing or out of date; needs PONTE_EMBEDDING_MODEL and pgvector."""

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        if house.settings.ponte_embedding_model is None:
            raise NeedsHuman("PONTE_EMBEDDING_MODEL is not set.", hint="Without it knowledge is searched by words.")
        count = await house.knowledge.embed(known.id)
        if not await house.knowledge.knows_vectors():
            hint = "Install it; without it knowledge is searched by words."
            raise NeedsHuman("The database has no pgvector.", hint=hint)
        typer.echo(f"{count} topics were embedded.")

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
