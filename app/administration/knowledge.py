"""`ponte knowledge`: what an account's bot knows."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.administration import Account, Language, in_house
from app.administration.table import show
from app.channels.guard import Bounds, Guard
from app.channels.http import new_client
from app.domain.errors import AppError, NeedsHuman, Rejected
from app.domain.ids import AccountId
from app.domain.pages import page_of, topics_of_page
from app.domain.topics import (
    Topic,
    addresses_of,
    from_source,
    one_of_each_title,
    text_of,
    topics_of,
    topics_of_csv,
)

if TYPE_CHECKING:
    from app.wiring import House

_KINDS = ("", ".md", ".markdown", ".csv", ".txt", ".urls")
_PAGE = Bounds(2 * 2**20, timedelta(seconds=15), ("text/html", "application/xhtml", "text/plain"))

knowledge = typer.Typer(help="What an account's bot knows.", no_args_is_help=True, rich_markup_mode=None)


def read_topics(file: Path) -> str:
    """The text of a file of topics that a person named.

    Raises:
        Rejected: it cannot be read, or is no text.
    """
    try:
        return text_of(file.read_bytes())
    except OSError:
        raise Rejected("The file cannot be read.", hint="Name a text file that holds the topics.") from None


@contextmanager
def telling_of(file: Path) -> Generator[None]:
    """What is wrong with a file is told with its name."""
    try:
        yield
    except Rejected as error:
        raise NeedsHuman(f"{file.name}: {error.message}", hint=error.hint) from None


@knowledge.command("add")
def add_knowledge(
    account: Account,
    file: Annotated[Path, typer.Option(help="Topics: a line `# Title`, perhaps `keywords: ...`, the answer below.")],
    locale: Annotated[Language | None, typer.Option(help="Its language. Default: the account's.")] = None,
) -> None:
    """Teach an account what its customers ask. The same title again is replaced; the example business goes."""
    with telling_of(file):
        text = read_topics(file)

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        with telling_of(file):
            topics = topics_of(text, locale or known.locale)
        await house.knowledge.learn(known.id, topics)
        typer.echo(f"Account {account} ({known.channel}) learned {len(topics)} topics in {locale or known.locale}.")
        await _embed(house, known.id)

    in_house(work)


@knowledge.command("import")
def import_knowledge(
    account: Account,
    file: Annotated[Path, typer.Option(help="Topics (.md), a table (.csv), or a list of pages, one a line (.txt).")],
    locale: Annotated[Language | None, typer.Option(help="Its language. Default: the account's.")] = None,
) -> None:
    """Learn from a file or from web pages; what was learned of the same file or page before is replaced."""
    with telling_of(file):
        if file.suffix.casefold() not in _KINDS:
            raise Rejected(
                f"{file.suffix} is no kind that can be read.", hint=f"One of {', '.join(filter(None, _KINDS))}."
            )
        text = read_topics(file)

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        spoken = locale or known.locale
        home = await house.knowledge.home(known.id)
        with telling_of(file):
            topics, sources = await _imported(text, file, spoken, home=home)
        await house.knowledge.learn(known.id, topics, replacing=sources)
        typer.echo(f"Account {account} ({known.channel}) learned {len(topics)} topics of {len(sources)} sources.")
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
                text = page_of(answer.body, answer.charset)
            except AppError as error:
                raise Rejected(f"Line {line}: {error.message}", hint=error.hint or "Nothing was learned.") from None
            found = topics_of_page(text, locale, address=address)
            if not found:
                raise Rejected(f"Line {line}: The page says nothing.", hint="Is it made by a script? Write it down.")
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
