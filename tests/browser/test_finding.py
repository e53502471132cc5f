"""Where a Chromium is, and what the doctor says of it."""

from pathlib import Path

import pytest

from app.browser.finding import BrowserLines, chromium
from app.domain.checkup import Status


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "chromium"
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


async def told(environment: dict[str, str]) -> tuple[Status, str]:
    (line,) = await BrowserLines(environment).look()
    return line.status, f"{line.message} {line.todo}"


async def test_the_one_that_is_named_counts(program: Path):
    assert chromium({"PONTE_CHROMIUM": str(program)}) == program
    assert (await told({"PONTE_CHROMIUM": str(program)}))[0] is Status.OK


async def test_else_one_that_the_system_has(program: Path):
    assert chromium({"PATH": str(program.parent)}) == program
    assert chromium({"PATH": str(program.parent), "PONTE_CHROMIUM": "none"}) == program


async def test_without_one_it_is_not_configured_and_says_how(tmp_path: Path):
    status, said = await told({"PATH": str(tmp_path)})
    assert status is Status.NOT_CONFIGURED
    assert "PONTE_CHROMIUM" in said


async def test_a_name_that_means_no_program_is_told(tmp_path: Path):
    assert (await told({"PONTE_CHROMIUM": str(tmp_path / "none")}))[0] is Status.FAILED
