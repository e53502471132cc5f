"""The agenda by the command line."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.domain.agenda import Person
from app.services.agenda.wanted import Wanted
from app.store.accounts import Account
from app.wiring import House
from tests.cli.conftest import Ponte
from tests.cli.test_cli import KEY

ALWAYS = {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


async def test_hours_are_shown_and_set_and_bookings_listed_moved_and_cancelled(
    ponte: Ponte, house: House, account: Account, folder: Path
):
    sql = "insert into vendedores (account_id, external_id, name) values ($1, '11', 'Ana')"
    await house.database.execute(sql, account.id)
    environment = {"DATABASE_URL": house.database.dsn, "PONTE_SECRET_KEYS": KEY}
    ours = ["--account", str(account.id)]

    async def agenda(*words: str) -> str:
        said = await ponte("agenda", *words, *ours, **environment)
        assert said.code == 0, said
        return said.out

    (folder / "hours.json").write_text(json.dumps({"week": ALWAYS, "holidays": "", "slot_minutes": 60}))
    shown = json.loads(await agenda("hours", "--seller", "11", "--file", "hours.json"))
    assert (shown["week"], shown["slot_minutes"], shown["timezone"]) == (ALWAYS, 60, "America/Sao_Paulo")
    day = (datetime.now(UTC) + timedelta(days=2)).replace(hour=15, minute=0, second=0, microsecond=0)
    scheduling = house.doors.scheduling.agenda
    held = await scheduling.hold(account.id, Wanted(day, "11"), Person(contact_id="m"), who="n8n")
    number = ["--booking", str(held.id)]
    receipt = (await agenda("confirm", *number)).split("\t")[-1].strip()
    assert receipt.startswith("AG-")
    heading, *slots = [line.split("\t")[0] for line in (await agenda("slots", "--seller", "11")).splitlines()]
    assert heading == "slot"
    assert len(slots) > 50
    assert f"11@{day:%Y-%m-%dT%H:%M:%SZ}" not in slots
    assert "\tbooked\t" in await agenda("move", *number, "--slot", slots[-1])
    heading, row = [line.split("\t") for line in (await agenda("list")).splitlines()]
    assert (heading[0], heading[-1], len(heading)) == ("number", "receipt", len(row))
    assert (row[0], row[-1]) == (str(held.id), receipt)
    assert "\tcancelled\t" in await agenda("cancel", *number)


async def test_hours_that_cannot_be_meant_change_nothing(ponte: Ponte, house: House, account: Account, folder: Path):
    sql = "insert into vendedores (account_id, external_id, name) values ($1, '11', 'Ana')"
    await house.database.execute(sql, account.id)
    environment = {"DATABASE_URL": house.database.dsn, "PONTE_SECRET_KEYS": KEY}
    words = ["--account", str(account.id), "--seller", "11", "--file", "hours.json"]
    for text in ("nothing", '{"week": {"mon": ["9-18"]}, "slot_minutes": 1}'):
        (folder / "hours.json").write_text(text)
        (await ponte("agenda", "hours", *words, **environment)).told()
    assert await house.database.fetchval("select count(*) from disponibilidade") == 0
