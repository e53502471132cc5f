"""The table of commands: each line says what its module says, and the module is loaded when somebody calls it."""

import subprocess
import sys
from importlib import import_module

import pytest
import typer
from typer.main import get_group
from typer.testing import CliRunner

from app.cli import COMMANDS, app, command
from tests.conftest import ROOT

# Together they are nine tenths of a start.
HEAVY = (
    *("app.administration", "app.crew", "app.environment", "app.processes", "app.settings", "app.store", "app.wiring"),
    *("asyncpg", "cryptography", "httpx", "pgqueuer", "phonenumbers", "pydantic_settings", "rich", "structlog"),
)
ROOMS = ("app.administration.", "app.cli:", "app.processes:")
OTHER_NAMES = {"chatwoot": "inbox"}
ASKED = f"""
import atexit, sys
atexit.register(lambda: print([name for name in {HEAVY!r} if name in sys.modules]))
from app.cli import main
main()
"""


@pytest.mark.parametrize("words", ["version", "--version", "--help", "", "fly"])
def test_what_needs_no_installation_loads_nothing_of_one(words: str):
    asked = [sys.executable, "-c", ASKED, *words.split()]
    said = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.stdout.splitlines()[-1:] == ["[]"], said


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in OTHER_NAMES])
def test_a_line_of_the_table_says_what_its_module_says(name: str):
    where, told = COMMANDS[name]
    module, attribute = where.split(":")
    found = getattr(import_module(module), attribute)
    assert where.startswith(ROOMS)
    assert attribute == name
    assert told == (get_group(found) if isinstance(found, typer.Typer) else command(name)).get_short_help_str(1000)


@pytest.mark.parametrize(("other", "name"), OTHER_NAMES.items())
def test_another_name_leads_to_the_same_commands(other: str, name: str):
    pages = [CliRunner().invoke(app, [one, "--help"], prog_name="ponte").output for one in (other, name)]
    assert COMMANDS[other][0] == COMMANDS[name][0]
    assert pages[0].split("Commands:")[1] == pages[1].split("Commands:")[1]
