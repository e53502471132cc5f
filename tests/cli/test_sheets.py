"""The sheet of an account by the command line."""

from pathlib import Path

import orjson

from tests.cli.conftest import Ponte
from tests.services.mirroring.conftest import BOOK, Place
from tests.services.mirroring.conftest import bare_place as _place

bare_place = _place  # the fixture of that room, here too


async def test_it_is_set_checked_shown_and_removed(bare_place: Place, ponte: Ponte, folder: Path, secret_key: str):
    around = {
        "DATABASE_URL": bare_place.database.dsn,
        "PONTE_SECRET_KEYS": secret_key,
        "GOOGLE_SHEETS_URL": str(bare_place.player.http.base_url),
    }
    (folder / "key.json").write_bytes(orjson.dumps(bare_place.key))
    to = ("--account", str(bare_place.id))

    (await ponte("sheets", "check", *to, **around)).told("has no sheet")
    made = await ponte(*("sheets", "set", *to, "--spreadsheet", BOOK, "--service-account-file", "key.json"), **around)
    assert bare_place.key["client_email"] in made.out
    assert (await ponte("sheets", "check", *to, **around)).code == 0
    (await ponte("sheets", "words", *to, **around)).told("no tab for words")
    [row] = (await ponte("sheets", "list", **around)).rows()
    assert row[1] == BOOK
    assert (await ponte("sheets", "remove", *to, **around)).code == 0
    assert "There are no sheets." in (await ponte("sheets", "list", **around)).err
