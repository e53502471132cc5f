"""Lists as `ponte` prints them: with headings, in columns for a person, with tabs between for a program."""

import sys
from collections.abc import Iterable, Sequence

import typer

_GAP = "  "


def show(headings: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> None:
    """Print a list. What there is to say when there is nothing goes to standard error: a program reads no row."""
    table = [[str(cell) for cell in row] for row in rows]
    if not table:
        typer.echo(empty, err=True)
        return
    typer.echo("\n".join(lines([list(headings), *table], aligned=sys.stdout.isatty())))


def lines(table: Sequence[Sequence[str]], *, aligned: bool) -> list[str]:
    """The lines of a table whose first row are its headings. Pure."""
    if not aligned:
        return ["\t".join(row) for row in table]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [_GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]
