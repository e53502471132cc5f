"""`ponte templates` and `ponte proactive`: an operator changes what is written first."""

from pathlib import Path

from app.store.accounts import Account
from app.wiring import House
from tests.cli.conftest import Ponte
from tests.cli.test_cli import KEY


async def test_a_text_is_saved_shown_and_refused_where_it_cannot_be_filled_in(
    ponte: Ponte, house: House, account: Account, folder: Path
):
    environment = {"DATABASE_URL": house.database.dsn, "PONTE_SECRET_KEYS": KEY}
    words = ["--account", str(account.id), "--trigger", "formulario", "--locale", "pt-BR"]
    (folder / "oi.txt").write_text("Oi {nome}, aqui é {vendedor}!\n", encoding="utf-8")
    (folder / "bad.txt").write_text("Oi {preco}", encoding="utf-8")
    said = await ponte("templates", "set", *words, "--file", "oi.txt", **environment)
    assert (said.code, said.out) == (0, "Saved formulario pt-BR step 0 as version 2.\n")
    shown = await ponte("templates", "preview", *words, "--value", "nome=Bia", **environment)
    assert shown.out == "Oi Bia, aqui é Ana!\n"
    listed = (await ponte("templates", "list", "--account", str(account.id), **environment)).out
    assert "formulario\tpt-BR\t0\tv2\tname,seller\t\t\n" in listed
    assert listed.startswith("trigger\tlanguage\tstep\tversion\tvariables\tapproved_name\tsalesbot_id\n")
    assert len(listed.splitlines()) == 40
    (await ponte("templates", "set", *words, "--file", "bad.txt", **environment)).told("preco", "product")


async def test_the_list_of_texts_shows_the_approved_template_of_each(
    ponte: Ponte, house: House, account: Account, folder: Path
):
    environment = {"DATABASE_URL": house.database.dsn, "PONTE_SECRET_KEYS": KEY}
    (folder / "retomada.txt").write_text("{name}: {message}")
    of = ("--account", str(account.id))
    words = (*of, "--trigger", "retomada", "--file", "retomada.txt")
    await ponte("templates", "set", *words, "--locale", "es", "--approved-name", "retomada:es_AR", **environment)
    await ponte("templates", "set", *words, "--locale", "en", "--salesbot-id", "77", **environment)
    listed = (await ponte("templates", "list", *of, "--trigger", "retomada", **environment)).out
    assert "retomada\tes\t0\tv2\tname,message\tretomada:es_AR\t\n" in listed
    assert "retomada\ten\t0\tv2\tname,message\t\t77\n" in listed


async def test_triggers_and_the_breaker_are_shown_and_changed(ponte: Ponte, house: House, account: Account):
    environment = {"DATABASE_URL": house.database.dsn, "PONTE_SECRET_KEYS": KEY}
    words = ["--account", str(account.id)]
    changed = await ponte("proactive", "trigger", "aniversario", *words, "--ladder", "60,120", **environment)
    assert (changed.code, changed.out) == (0, "Saved the trigger aniversario.\n")
    off = await ponte("proactive", "trigger", "download", *words, "--enabled", "off", **environment)
    assert off.code == 0
    listed = (await ponte("proactive", "triggers", *words, **environment)).out
    assert "aniversario\ton\timplied\t60,120\t\n" in listed
    assert "download\toff\timplied\t60,1440,4320\tmaterial,area,link\n" in listed
    (await ponte("proactive", "trigger", "x1", *words, "--ladder", "60,30", **environment)).told("later")
    told = (await ponte("proactive", "breaker", *words, "--reset", "--floor", "7", **environment)).out
    assert told == "The breaker is closed; messages go out. Today: 0; usual: 0.0; floor: 7.\n"
    nothing = await ponte("proactive", "list", *words, **environment)
    assert (nothing.out, "Nothing was written first." in nothing.err) == ("", True)
