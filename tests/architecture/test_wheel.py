"""The wheel holds all that `ponte` needs at run time, and nothing else: built offline, as `pip wheel` builds it."""

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

# Where a folder of the checkout stands in the wheel.
PLACES = {
    "app": "app",
    "supabase/migrations": "app/store/migrations",
    "evals": "app/administration/cases",
}
BUILD = """
import sys
from hatchling.builders.wheel import WheelBuilder
list(WheelBuilder(".").build(directory=sys.argv[1], versions=["standard"]))
"""
ASKED = """
import app.administration.evals as evals, app.environment as environment, app.store.migrations as migrations
print(*sorted(path.name for path in evals.CASES.iterdir()))
print(len(list(migrations.migrations_folder().iterdir())))
print(len(environment.example()))
"""


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-c", BUILD, str(folder)], cwd=root, check=True)
    [built] = folder.glob("*.whl")
    return ZipFile(built)


def _files(folder: Path) -> set[str]:
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.endswith(".pyc")
    }


@pytest.mark.parametrize("folder", PLACES)
def test_every_file_of_a_folder_is_in_the_wheel(wheel: ZipFile, root: Path, folder: str):
    expected = {f"{PLACES[folder]}/{name}" for name in _files(root / folder)}
    assert expected
    assert expected - set(wheel.namelist()) == set()


def test_nothing_else_is(wheel: ZipFile):
    strangers = [name for name in wheel.namelist() if not name.startswith("app/") and ".dist-info/" not in name]
    assert strangers == []
    assert not any(name.endswith(("/.env", ".pyc", ".token")) for name in wheel.namelist())


def test_ponte_finds_it_all_where_there_is_no_checkout(wheel: ZipFile, root: Path, tmp_path: Path):
    wheel.extractall(tmp_path)
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    said = subprocess.run(
        [sys.executable, "-c", ASKED], cwd=tmp_path, env=env, capture_output=True, text=True, check=True
    )
    cases, migrations, example = said.stdout.splitlines()
    assert cases.split() == sorted(path.name for path in (root / "evals").iterdir())
    assert int(migrations) == len(list((root / "supabase" / "migrations").iterdir()))
    assert int(example) == len((root / ".env.example").read_text(encoding="utf-8"))
