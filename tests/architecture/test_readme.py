"""The README is a map: what it names is there."""

import re
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
TARGET = re.compile(r"^([a-z-]+):", re.MULTILINE)


def test_every_folder_on_the_map_exists() -> None:
    house = README.split("## The house")[1].split("\n## ")[0]
    places = re.findall(r"^\| `([^`]+)`", house, re.MULTILINE)

    assert len(places) > 10
    assert not [place for place in places if not (ROOT / place).exists()]


def test_every_room_of_the_app_is_on_the_map() -> None:
    rooms = {f"app/{path.name}/" for path in (ROOT / "app").iterdir() if path.is_dir() and path.name != "__pycache__"}

    assert not [room for room in sorted(rooms) if f"`{room}`" not in README]


def test_every_make_target_that_the_pages_name_exists() -> None:
    named = {target for page in PAGES for target in re.findall(r"`make ([a-z-]+)", page.read_text(encoding="utf-8"))}

    assert {"run", "test", "check", "bench", "chaos"} <= named
    assert named <= set(TARGET.findall(MAKEFILE))


def test_every_make_target_for_people_is_explained() -> None:
    explained = set(re.findall(r"^([a-z-]+):.*## ", MAKEFILE, re.MULTILINE))

    assert {"help", "run", "test", "check", "bench", "chaos", "lock", "clean"} <= explained


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_and_picture_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))

    assert not [link for link in links if "://" not in link and not (page.parent / link).exists()]


def test_the_bench_has_its_place() -> None:
    assert README.count("<!-- bench:start -->") == README.count("<!-- bench:end -->") == 1
