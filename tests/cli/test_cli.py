"""The command line: whatever is wrong, it says in a sentence what, and in another what to do."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from app.administration.hints import COMMANDS_FOR_PATHS, at_the_command_line
from app.cli import app
from app.domain.errors import AppError, NeedsHuman
from app.main import create_app
from app.settings import Settings
from tests.cli.conftest import Ponte

DOWN = "postgresql://ponte:hidden@127.0.0.1:1/ponte"
KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


@pytest.fixture
def taken() -> Iterator[str]:
    """A port that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        yield str(sock.getsockname()[1])


def typed(*arguments: str, stdin: str = "") -> Result:
    """What the command line makes of these words before anything is done."""
    return CliRunner().invoke(app, arguments, input=stdin, prog_name="ponte", terminal_width=120)


@pytest.mark.parametrize("words", [(), ("channels",), ("keys",)])
async def test_where_the_terminal_is_wide_no_command_is_told_by_half(ponte: Ponte, words: tuple[str, ...]):
    said = await ponte(*words, "--help")
    assert said.out.startswith(" ".join(("Usage: ponte", *words)))
    assert not [line for line in said.out.splitlines()[1:] if len(line) < 110 and line.endswith("...")], said.out


def test_without_arguments_it_shows_what_there_is():
    said = typed()
    assert said.output.startswith("Usage: ponte")
    for command in (
        "run",
        "api",
        "worker",
        "sandbox",
        "migrate",
        "init",
        "version",
        "kommo",
        "accounts",
        "keys",
        "knowledge",
    ):
        assert f"\n  {command} " in said.output


@pytest.mark.parametrize("group", ["kommo", "accounts", "keys", "knowledge"])
def test_a_group_alone_shows_its_commands(group: str):
    assert "Commands:" in typed(group).output


@pytest.mark.parametrize(
    "words", ["run", "api", "worker", "sandbox", "migrate", "kommo connect", "keys add", "knowledge add"]
)
def test_every_command_explains_itself_and_each_of_its_options(words: str):
    said = typed(*words.split(), "--help")
    assert said.exit_code == 0
    options = [line for line in said.output.splitlines() if line.startswith("  --") and "--help" not in line]
    assert not [line for line in options if len(line.split("  ")) < 3]


WRONG = [
    ["fly"],
    ["run", "--prot", "3"],
    ["run", "--port", "abc"],
    ["run", "--port", "70000"],
    ["run", "--sandbox-port", "-1"],
    ["run", "--workers", "0"],
    ["run", "--time-scale", "0"],
    ["run", "--sandbox-rate", "-1"],
    ["api", "--port", "65536"],
    ["sandbox", "--port", "65536"],
    ["kommo", "connect"],
    ["accounts", "set", "7", "--locale", "fr"],
    ["accounts", "set", "7", "--accept-bare-webhooks", "perhaps"],
    ["keys", "revoke", "--account", "7"],
    ["keys", "add", "--account", "x", "--label", "n8n", "--scope", "read"],
]


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_wrong_words_get_the_usage(arguments: list[str]):
    said = typed(*arguments)
    assert said.exit_code == 2
    assert said.output.startswith("Usage: ponte")
    assert "Error: " in said.output


SLIPS = {
    "a scope that there is not": (
        ["keys", "add", "--account", "7", "--label", "n8n", "--scope", "root"],
        "no scope root",
    ),
    "a Salesbot without its field": (["accounts", "set", "7", "--salesbot-id", "5"], "needs its field"),
    "a time zone that there is not": (["accounts", "set", "7", "--timezone", "America"], "no time zone America"),
    "a time that is none": (["accounts", "set", "7", "--auto-return", "1h"], "1h is no time"),
    "no time at all": (["accounts", "set", "7", "--auto-return", "0"], "0 is no time"),
    "nothing to change": (["accounts", "set", "7"], "Nothing to change"),
    "a file that is not there": (["kommo", "connect", "--subdomain", "x", "--token-file", "none"], "cannot be read"),
    "two words for a token": (["kommo", "connect", "--subdomain", "x", "--token-file", "-"], "holds no token"),
}


@pytest.mark.parametrize(("arguments", "words"), SLIPS.values(), ids=SLIPS.keys())
def test_a_slip_is_told_before_anything_is_done(arguments: list[str], words: str):
    error = typed(*arguments, stdin="Bearer abc").exception
    assert isinstance(error, AppError)
    assert words in error.message
    assert error.hint


def test_a_whole_address_is_no_subdomain():
    words = ["kommo", "connect", "--subdomain", "examplestore.kommo.com", "--token-file", "-"]
    error = typed(*words, stdin="abc").exception
    assert isinstance(error, NeedsHuman)
    assert "SUB alone" in error.hint


async def test_wrong_words_end_the_process_with_two(ponte: Ponte):
    (await ponte("run", "--port", "abc")).told("Usage: ", "Error: ", code=2)


@pytest.mark.parametrize("word", ["version", "--version"])
async def test_version_is_one_line(ponte: Ponte, word: str):
    said = await ponte(word)
    assert (said.code, said.err) == (0, "")
    assert len(said.out.splitlines()) == 1


COMMANDS = [
    ["migrate"],
    ["keys", "add", "--account", "1", "--label", "n8n", "--scope", "read"],
    ["kommo", "connect", "--subdomain", "examplestore", "--token-file", "-"],
    ["run", "--port", "0", "--data", "state"],
]


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda words: " ".join(words[:2]))
async def test_a_stopped_database_is_told_as_such(ponte: Ponte, arguments: list[str]):
    said = await ponte(*arguments, stdin="token", DATABASE_URL=DOWN, PONTE_SECRET_KEYS=KEY)
    assert "hidden" not in said.told("The database does not answer.", "DATABASE_URL")


async def test_a_way_to_connect_that_there_is_not_is_told(ponte: Ponte):
    (await ponte("migrate", DATABASE_URL=f"{DOWN}?sslmode=nope")).told("DATABASE_URL", "no address of a Postgres")


async def test_a_setting_that_makes_no_sense_is_named(ponte: Ponte):
    (await ponte("migrate", DATABASE_URL="nonsense")).told("DATABASE_URL: ", ".env")


def test_whoever_types_commands_is_told_commands():
    said = at_the_command_line("There is none. GET /vendedores shows those there are. See GET /agenda.")
    assert said == "There is none. `ponte sellers list` shows those there are. See `ponte agenda list`."


@pytest.mark.parametrize("command", COMMANDS_FOR_PATHS.values())
def test_a_command_that_is_told_in_place_of_a_path_is_there(command: str):
    words = command.strip("`").split()
    assert typed(*words[1:], "--help").exit_code == 0


def test_a_path_that_is_told_as_a_command_is_one_of_ours():
    known = {
        (method.upper(), path)
        for path, methods in create_app(Settings()).openapi()["paths"].items()
        for method in methods
    }
    assert {tuple(path.split()) for path in COMMANDS_FOR_PATHS} <= known


@pytest.mark.parametrize("command", ["api", "worker"])
async def test_a_part_alone_needs_a_database(ponte: Ponte, command: str):
    (await ponte(command)).told("DATABASE_URL is not set.", "ponte run")


@pytest.mark.parametrize("command", ["api", "sandbox", "run"])
async def test_a_port_that_is_taken_is_told_with_what_else_to_do(ponte: Ponte, taken: str, command: str):
    more = ["--data", "state"] if command == "run" else []
    environment = {"DATABASE_URL": DOWN, "PONTE_SECRET_KEYS": KEY} if command == "api" else {}
    said = await ponte(command, "--port", taken, *more, **environment)
    said.told(f"Port {taken}", "--port 0")


async def test_a_folder_that_cannot_be_written_is_told(ponte: Ponte, folder: Path):
    (folder / "file").write_text("in the way")
    (await ponte("run", "--port", "0", "--data", "file/below")).told("cannot be written", "--data")


async def test_init_writes_once_and_only_for_its_owner(ponte: Ponte, folder: Path):
    assert (await ponte("init")).out.startswith("Wrote .env")
    before = (folder / ".env").read_text()
    assert (folder / ".env").stat().st_mode & 0o077 == 0
    again = await ponte("init")
    assert (again.code, (folder / ".env").read_text()) == (0, before)
    assert "nothing changed" in again.out
    assert str(folder / ".env") in again.out
    elsewhere = folder / "data"
    assert f"`ponte init {elsewhere / '.env'}`" in (await ponte("init", PONTE_DATA=str(elsewhere))).out


OWN = "# mine\nBUSINESS_NAME=Padaria\nexport PONTE_SECRET_KEYS=\nPONTE_API_KEY=ponte_mine"


async def test_init_adds_what_an_env_of_ones_own_lacks_and_leaves_the_rest(ponte: Ponte, folder: Path):
    (folder / ".env").write_text(OWN)
    said = await ponte("init")
    assert said.code == 0
    assert "PONTE_SECRET_KEYS" in said.out
    assert "PONTE_API_KEY" not in said.out
    lines = (folder / ".env").read_text().splitlines()
    assert [line for line in lines if line in OWN.splitlines()] == [
        "# mine", "BUSINESS_NAME=Padaria", "PONTE_API_KEY=ponte_mine"
    ]  # fmt: skip
    assert sum("PONTE_SECRET_KEYS=" in line and len(line) > 40 for line in lines) == 1
    assert (await ponte("worker", DATABASE_URL=DOWN)).told("The database does not answer.")


@pytest.mark.parametrize("command", ["api", "worker"])
@pytest.mark.parametrize(("keys", "words"), [("", "is empty"), ("nonsense", "is not a Fernet key")])
async def test_a_part_with_a_wrong_secret_key_says_so_in_a_line(ponte: Ponte, command: str, keys: str, words: str):
    said = (
        await ponte(command, "--port", "0", DATABASE_URL=DOWN, PONTE_SECRET_KEYS=keys)
        if command == "api"
        else (await ponte(command, DATABASE_URL=DOWN, PONTE_SECRET_KEYS=keys))
    )
    said.told("PONTE_SECRET_KEYS", words, "ponte init")


@pytest.mark.parametrize("command", [["api", "--port", "0"], ["worker"]])
async def test_a_part_whose_database_is_stopped_ends_with_a_line(ponte: Ponte, command: list[str]):
    (await ponte(*command, DATABASE_URL=DOWN, PONTE_SECRET_KEYS=KEY)).told("The database does not answer.")


async def test_the_sandbox_does_not_stand_beside_a_real_credential(ponte: Ponte):
    (await ponte("sandbox", "--port", "0", KOMMO_TOKEN="real")).told("A real Kommo credential", "Unset KOMMO_TOKEN")
