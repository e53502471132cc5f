"""`make browser`: the Chromium of the setting, else Playwright's own, else the system's, in Ponte's one order."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.browser import finding
from tests.conftest import ROOT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project folder with an environment."""
    (tmp_path / ".venv").symlink_to(sys.prefix)
    return tmp_path


def a_chromium(place: Path, *, starts: bool = True) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f"#!/bin/sh\nexit {0 if starts else 127}\n", encoding="utf-8")
    place.chmod(0o755)
    return place


def playwrights(folder: Path, *, starts: bool = True) -> Path:
    revision = finding._revision()
    return a_chromium(folder / "fetched" / f"chromium-{revision}" / "chrome-linux64" / "chrome", starts=starts)


def systems(folder: Path) -> Path:
    return a_chromium(folder / "system" / "chromium")


def made(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """As `make` runs it, on a system of which only the folder's programs are known, and with nothing to fetch from."""
    known = {name: value for name, value in os.environ.items() if name not in ("PONTE_CHROMIUM", "CI")}
    for tool in ("sh", "sed", "tail", "mkdir", "rm", "id"):
        place = folder / "system" / tool
        place.parent.mkdir(exist_ok=True)
        found = next(path for part in os.defpath.split(":") if (path := Path(part) / tool).exists())
        if not place.exists():
            place.symlink_to(found)
    fenced = {"PATH": str(folder / "system"), "PLAYWRIGHT_BROWSERS_PATH": str(folder / "fetched"), "HOME": str(folder)}
    return subprocess.run(
        ["sh", ROOT / "scripts" / "setup_browser.sh"],
        cwd=folder,
        env={**known, **fenced, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def chosen(folder: Path) -> str:
    return (folder / ".tools" / "chromium").read_text(encoding="utf-8").strip()


def test_the_one_of_the_setting_comes_first(folder: Path):
    named = a_chromium(folder / "mine" / "chrome")
    playwrights(folder)
    systems(folder)
    assert made(folder, PONTE_CHROMIUM=str(named)).returncode == 0
    assert chosen(folder) == str(named)


def test_the_setting_may_stand_in_the_file(folder: Path):
    named = a_chromium(folder / "mine" / "chrome")
    systems(folder)
    (folder / ".env").write_text(f"PONTE_DATA=x\nPONTE_CHROMIUM={named}\n", encoding="utf-8")
    assert made(folder).returncode == 0
    assert chosen(folder) == str(named)


def test_playwright_s_own_comes_before_the_system_s(folder: Path):
    fetched = playwrights(folder)
    systems(folder)
    assert made(folder).returncode == 0
    assert chosen(folder) == str(fetched)


def test_the_system_s_is_taken_where_playwright_has_none(folder: Path):
    there = systems(folder)
    (folder / ".env").write_text("PONTE_CHROMIUM=\n", encoding="utf-8")
    assert made(folder).returncode == 0
    assert chosen(folder) == str(there)


def test_without_any_it_says_what_does_not_work_and_is_a_failure_in_ci_alone(folder: Path):
    playwrights(folder, starts=False)
    said = made(folder)
    assert said.returncode == 0
    assert "makes no users on panels" in said.stderr
    assert not (folder / ".tools" / "chromium").exists()
    assert made(folder, CI="true").returncode == 1


def test_who_wants_none_gets_none(folder: Path):
    systems(folder)
    assert made(folder, PONTE_CHROMIUM="none").returncode == 0
    assert not (folder / ".tools" / "chromium").exists()
