"""What no file of this repository may hold, and what its locks must."""

import re
import subprocess
import tomllib

import pytest

from tests.architecture.source import ROOT, modules

# Written with gaps, so that this file does not hold what it looks for, not even a half of it.
REGISTRIES = [
    name.replace(" ", "")
    for name in (
        "py pi.o rg", "python hos ted", "regis try.np mjs", "np mjs.c om", "yarn pkg.c om",
        "de b.deb ian", "snap shot.deb ian", "pro xy.gol ang", "cra tes.i o",
    )
]  # fmt: skip
OURS = ["/" + folder + "/" for folder in ("work", "root", "tmp/w", "tmp/bash_jobs")]
LEFT_OVER = re.compile(r"\b(?:TO" + "DO|FIX" + "ME|X" + r"XX)\b")
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-uv.lock")
PIN = re.compile(r"^(\S+)==(\S+)", re.MULTILINE)


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Every text file that is, or is about to be, in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    files = [ROOT / name for name in listed if name and (ROOT / name).is_file()]
    read = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in files}
    return {name: body.decode(errors="replace") for name, body in read.items() if b"\x00" not in body}


def holding(texts: dict[str, str], words: list[str]) -> list[str]:
    return [f"{name}: {word}" for name, text in texts.items() for word in words if word in text]


def test_no_file_names_a_package_registry(texts: dict[str, str]) -> None:
    assert not holding(texts, REGISTRIES)


def test_no_file_names_a_path_of_somebodys_machine(texts: dict[str, str]) -> None:
    assert not holding(texts, OURS)


def test_there_is_no_lock_that_records_addresses(texts: dict[str, str]) -> None:
    assert not {"uv.lock", "package-lock.json"} & {name.rsplit("/")[-1] for name in texts}
    assert not [name for name in LOCKS if "://" in texts[name]]


def test_every_locked_package_carries_hashes(texts: dict[str, str]) -> None:
    for name in LOCKS:
        entries = re.split(r"^(?=\w)", texts[name], flags=re.MULTILINE)[1:]
        assert all("--hash=sha256:" in entry for entry in entries), name


def test_the_lock_for_development_has_everything_of_the_one_for_running(texts: dict[str, str]) -> None:
    running, development = (set(PIN.findall(texts[name])) for name in LOCKS[:2])

    assert running
    assert running <= development


def test_every_dependency_is_locked(texts: dict[str, str]) -> None:
    project = tomllib.loads(texts["pyproject.toml"])["project"]
    asked = {re.split(r"[\[<>=!;~ ]", line)[0].lower() for line in project["dependencies"]}

    assert asked <= {name for name, _ in PIN.findall(texts["requirements.lock"])}


def test_nothing_is_left_for_later(texts: dict[str, str]) -> None:
    assert not [name for name, text in texts.items() if LEFT_OVER.search(text)]


def test_types_are_never_waved_through() -> None:
    ignore = re.compile(r"#\s*(?:type|pyright):\s*ignore")

    assert not [module.name for module in modules("app") if ignore.search(module.text)]
