"""`ponte init` and `ponte migrate`: what an installation needs before anything runs."""

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from app import environment
from app.administration import settings_for_a_person, with_database
from app.settings import secret
from app.store.migrations import migrate as apply_migrations
from app.store.migrations import pending, prepare_embedded


def migrate(
    check: Annotated[bool, typer.Option(help="Only tell what is missing; exit 1 if anything is.")] = False,
) -> None:
    """Bring the database up to this release. Safe to run twice, and from two places at once."""
    settings = settings_for_a_person()
    with with_database(settings) as ready:
        dsn = secret(ready.database_url) or ""
        if check:
            missing = asyncio.run(pending(dsn))
            typer.echo("\n".join(missing) if missing else "Nothing is missing.")
            raise typer.Exit(1 if missing else 0)
        done = asyncio.run(migrated(dsn, is_embedded=settings.database_url is None))
    typer.echo(f"Applied: {', '.join(done)}." if done else "Nothing to do.")


async def migrated(dsn: str, *, is_embedded: bool) -> list[str]:
    """Bring the database up to this release; returns what was applied."""
    if is_embedded:
        await prepare_embedded(dsn)
    return await apply_migrations(dsn)


def init(path: Annotated[Path, typer.Argument(help="Where to write it.")] = Path(".env")) -> None:
    """Write a .env with generated secrets; one that is there gets those that it lacks, and stays as it is otherwise."""
    if environment.write(path):
        typer.echo(f"Wrote {path}.")
        return
    added = environment.complete(path)
    there = f"{path.absolute()} is there already; nothing changed."
    typer.echo(f"Added to {path}: {', '.join(added)}." if added else there)
    data = os.environ.get("PONTE_DATA", "")
    if data and path == Path(".env") and not (Path(data) / ".env").exists():
        typer.echo(f"PONTE_DATA names {data}, which has no .env; `ponte init {Path(data) / '.env'}` writes one there.")
