"""`ponte doctor`: looks at everything an installation needs and says how to mend it. Changes nothing."""

import asyncio
from dataclasses import replace
from typing import Annotated

import orjson
import typer
from pydantic import SecretStr

from app import environment
from app.administration import settings_for_a_person
from app.domain.checkup import Checked, Line, Status, absent, broken, fine
from app.domain.clock import SystemClock
from app.domain.errors import AppError
from app.settings import Settings
from app.store.embedded import embedded
from app.store.secrets import new_secret_key

MARKS = {Status.OK: "ok", Status.FAILED: "FAILED", Status.NOT_CONFIGURED: "not set"}
NOWHERE = "postgresql://ponte@127.0.0.1:1/none"  # nobody listens on port 1
NO_DATABASE = "Start `ponte run`, which brings a database along, or set DATABASE_URL."


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print the lines as JSON.")] = False,
) -> None:
    """Check everything an installation needs, and say how to mend it. Exit code 1 when something has failed."""
    found = asyncio.run(look())
    typer.echo(orjson.dumps(_plain(found)).decode() if as_json else "\n".join(shown(found)))
    raise typer.Exit(1 if found.status is Status.FAILED else 0)


def _plain(found: Checked) -> dict[str, object]:
    return {"status": found.status, "checked_at": found.checked_at, "lines": list(found.lines)}


def shown(found: Checked) -> list[str]:
    """The lines as a person reads them. Pure."""
    text: list[str] = []
    for line in found.lines:
        where = f" (account {line.account_id})" if line.account_id else ""
        text.append(f"{MARKS[line.status]:<8} {line.name + where:<22} {line.message}")
        if line.todo:
            text.append(f"{'':<31} -> {line.todo}")
    failed = sum(line.status is Status.FAILED for line in found.lines)
    return [*text, "", f"{failed} of {len(found.lines)} have failed." if failed else "Everything that is set up works."]


async def look() -> Checked:
    """All lines: those about the settings first, then what the settings lead to."""
    try:
        settings = settings_for_a_person()
    except AppError as error:
        return Checked((broken("settings", error.message, error.hint),), SystemClock().now())
    lines, usable = _about_settings(settings)
    with_database, is_up = _database_of(environment.simulated_of_running(usable))
    found = await _in_house(with_database)
    told = [line if is_up else _where_to_start(line) for line in found.lines]
    return Checked((*lines, *told), found.checked_at)


async def _in_house(settings: Settings) -> Checked:
    from app.wiring import open_house  # noqa: PLC0415 - a broken setting is told without loading everything

    async with open_house(settings, role="ponte doctor") as house:
        return await house.doors.doctor.report()


def _about_settings(settings: Settings) -> tuple[list[Line], Settings]:
    """The lines, and settings by which the rest can be looked at in any case."""
    has_file = environment.is_written()
    lines = [
        fine("settings", "The settings make sense.")
        if has_file
        else absent("settings", "There is no .env here: only the environment counts.", "Run `ponte init`.")
    ]
    try:
        environment.vault(settings)
    except AppError as error:
        lines.append(broken("secrets", error.message, error.hint))
        return lines, settings.model_copy(update={"ponte_secret_keys": SecretStr(new_secret_key())})
    return [*lines, fine("secrets", "The keys that seal stored tokens are set.")], settings


def _database_of(settings: Settings) -> tuple[Settings, bool]:
    """The settings with an address in any case, and whether it is one that ought to answer."""
    if settings.database_url is not None:
        return settings, True
    address, is_up = NOWHERE, False
    if settings.ponte_data.exists():  # looking must not make one
        server = embedded(settings.ponte_data)
        is_up = server.is_running()
        address = server.dsn() if is_up else NOWHERE
    return settings.model_copy(update={"database_url": SecretStr(address)}), is_up


def _where_to_start(line: Line) -> Line:
    """Of the embedded database that does not run."""
    if line.name != "database":
        return line
    return replace(line, message="No database runs here.", todo=NO_DATABASE)
