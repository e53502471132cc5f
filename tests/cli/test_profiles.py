"""`ponte contacts profile` and `ponte retention`."""

import json

import pytest

from app.routes.profiles import ProfileView
from app.store.accounts import Account
from app.store.database import Database
from app.wiring import House
from tests.builders import a_channel_event
from tests.cli.conftest import Ponte
from tests.house import deliver, work_off


@pytest.fixture
def known(database: Database, secret_key: str) -> dict[str, str]:
    return {"DATABASE_URL": database.dsn, "PONTE_SECRET_KEYS": secret_key, "KOMMO_RATE": "0"}


async def test_what_is_known_is_shown_and_put_right(
    ponte: Ponte, house: House, account: Account, known: dict[str, str]
):
    await deliver(house.database, account, a_channel_event("Quanto custa?", author_name="Maria"))
    await work_off(house, but=("send", "crm"))
    ask = ("contacts", "profile", "501", "--account", str(account.id))
    said = await ponte(*ask, "--name", "Maria Souza", **known)
    assert said.code == 0, said
    shown = json.loads(said.out)
    assert shown["name"]["value"] == "Maria Souza"
    assert ProfileView.model_validate(shown).model_dump(mode="json").keys() == shown.keys()
    gone = await ponte(*ask, "--forget", "name", **known)
    assert json.loads(gone.out)["name"] is None
    (await ponte("contacts", "profile", "999", "--account", str(account.id), **known)).told("Nothing is known")


async def test_the_policy_is_shown_tried_and_changed(
    ponte: Ponte, house: House, account: Account, known: dict[str, str]
):
    asked = ("retention", "--account", str(account.id))
    tried = await ponte(*asked, "--history", "30", "--dry-run", **known)
    assert (tried.code, tried.out.splitlines()[:2]) == (0, ["what\twould go", "history\t0"])
    assert "history\tfor ever" in (await ponte(*asked, **known)).out
    changed = await ponte(*asked, "--history", "30", "--media", "off", **known)
    assert changed.out.splitlines() == [
        "what\tdays",
        "history\t30",
        "media\tfor ever",
        "profiles\tfor ever",
        "events\tfor ever",
    ]
    assert (await ponte(*asked, "--now", **known)).out.splitlines()[0] == "what\tgone"
    (await ponte(*asked, "--history", "2", **known)).told(
        "history_days", "--history cannot be 2", "8 or more for --history"
    )
    (await ponte(*asked, "--history", "soon", **known)).told("no number of days")
    (await ponte(*asked, "--dry-run", "--now", **known)).told("changes nothing")
