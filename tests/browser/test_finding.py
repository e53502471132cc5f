"""Where a Chromium is, and what the doctor says of it."""

from importlib.util import find_spec
from pathlib import Path

import orjson
import pytest

from app.browser.finding import BrowserLines, chromium
from app.browser.loading import Recipes
from app.domain.checkup import Status


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "chromium"
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def fetched(tmp_path: Path) -> Path:
    """As `playwright install chromium` leaves it."""
    package = find_spec("playwright")
    assert package is not None
    assert package.origin is not None
    listed = orjson.loads((Path(package.origin).parent / "driver" / "package" / "browsers.json").read_bytes())
    revision = next(one["revision"] for one in listed["browsers"] if one["name"] == "chromium")
    path = tmp_path / "fetched" / f"chromium-{revision}" / "chrome-linux64" / "chrome"
    path.parent.mkdir(parents=True)
    path.touch(0o755)
    return path


async def told(environment: dict[str, str]) -> tuple[Status, str]:
    (line,) = await BrowserLines(environment).look()
    return line.status, f"{line.message} {line.todo}"


async def test_the_one_that_is_named_counts(program: Path):
    assert chromium({"PONTE_CHROMIUM": str(program)}) == program
    assert (await told({"PONTE_CHROMIUM": str(program)}))[0] is Status.OK


def test_else_playwrights_own_before_the_systems(program: Path, fetched: Path, tmp_path: Path):
    environment = {"PATH": str(program.parent), "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path / "fetched")}
    assert chromium(environment) == fetched
    assert chromium({**environment, "PONTE_CHROMIUM": str(program)}) == program
    fetched.chmod(0o644)
    assert chromium(environment) == program


async def test_else_one_that_the_system_has(program: Path):
    assert chromium({"PATH": str(program.parent)}) == program
    assert chromium({"PATH": str(program.parent), "PONTE_CHROMIUM": "none"}) == program


async def test_without_one_it_is_not_configured_and_says_how(tmp_path: Path):
    status, said = await told({"PATH": str(tmp_path)})
    assert status is Status.NOT_CONFIGURED
    assert "PONTE_CHROMIUM" in said
    assert "make browser" in said


async def test_a_name_that_means_no_program_is_told(tmp_path: Path):
    assert (await told({"PONTE_CHROMIUM": str(tmp_path / "none")}))[0] is Status.FAILED


async def test_a_recipe_that_is_refused_is_told_with_its_line(program: Path, tmp_path: Path):
    (tmp_path / "club.yaml").write_text("name: 7\n", encoding="utf-8")
    lines = await BrowserLines({"PONTE_CHROMIUM": str(program)}, Recipes(tmp_path)).look()
    assert [line.status for line in lines] == [Status.OK, Status.FAILED]
    assert "club.yaml:1" in lines[1].message
