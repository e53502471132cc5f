"""What an operator does with an installation, as commands of `ponte`: one module for each group of commands.

Each needs a database: the one of the settings, else the embedded one, which is left as it was found.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import SecretStr

from app import environment, logs
from app.domain.errors import NeedsHuman
from app.settings import Settings
from app.store.embedded import embedded

if TYPE_CHECKING:
    from app.wiring import House


LAST_ID = 2**63 - 1
Account = Annotated[int, typer.Option(min=1, max=LAST_ID, help="The account's id, as `ponte accounts list` shows it.")]


class Language(StrEnum):
    """The languages that Ponte speaks."""

    PORTUGUESE = "pt-BR"
    SPANISH = "es"
    ENGLISH = "en"


class Switch(StrEnum):
    """On or off."""

    ON = "on"
    OFF = "off"


def settings_of(*, log_level: str = "") -> Settings:
    """The settings of this folder and environment; logging is set up by them."""
    settings = environment.read()
    logs.configure(log_level or settings.log_level)
    return settings


def settings_for_a_person() -> Settings:
    """Of a command that a person waits for: what went wrong is said once, at the end."""
    return settings_of(log_level="ERROR")


@contextmanager
def with_database(settings: Settings) -> Generator[Settings]:
    """The settings with a database that answers: if none is named the embedded one, left as it was found."""
    if settings.database_url is not None:
        yield settings
        return
    server = embedded(settings.ponte_data)
    was_running = server.is_running()
    server.start()
    try:
        yield settings.model_copy(update={"database_url": SecretStr(server.dsn())})
    finally:
        if not was_running:
            server.stop()


def on_database(work: Callable[[Settings], Coroutine[Any, Any, None]]) -> None:
    """Do the work of a command that needs a database."""
    with with_database(settings_for_a_person()) as settings:
        asyncio.run(work(settings))


def read_text(path: Path, *, holds: str) -> str:
    """The text of a file that a person named; `-` is standard input."""
    try:
        text = sys.stdin.read().removeprefix("\ufeff") if str(path) == "-" else path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise NeedsHuman(f"{path} cannot be read.", hint=f"Name a text file that holds {holds}.") from error
    if "\0" in text:
        raise NeedsHuman(f"{path} is no text.", hint=f"Name a text file that holds {holds}.")
    return text


def in_house(work: "Callable[[House], Awaitable[None]]") -> None:
    """Do the work of a command that needs an open installation."""

    async def open_and_work(settings: Settings) -> None:
        from app.wiring import open_house  # noqa: PLC0415 - what needs no house starts faster without

        async with open_house(settings) as house:
            await work(house)

    on_database(open_and_work)
