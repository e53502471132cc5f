"""Named SQL statements out of `sql/*.sql`: `-- name: x`, a comment that says what it does, the statement."""

import re
from functools import cache
from importlib.resources import files

_NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


@cache
def statements(file: str) -> dict[str, str]:
    """All statements of `sql/<file>.sql` by name."""
    text = files("app.store").joinpath("sql", f"{file}.sql").read_text(encoding="utf-8")
    parts = _NAME.split(text)[1:]
    return dict(zip(parts[::2], (body.strip() for body in parts[1::2]), strict=True))


def statement_files() -> list[str]:
    """The names of all statement files, for the test that prepares every statement."""
    return sorted(
        entry.name[:-4] for entry in files("app.store").joinpath("sql").iterdir() if entry.name.endswith(".sql")
    )
