"""Configuration is a manual that is tested: `.env.example` and the settings name the same keys."""

import re

import pytest

from app.settings import Settings
from tests.architecture.source import ROOT

COMPOSE = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
KEY = re.compile(r"^(?:# ?)?([A-Z][A-Z0-9_]+)=(.*)$", re.MULTILINE)

SETTINGS = {name.upper() for name in Settings.model_fields}
FOR_COMPOSE = set(re.findall(r"\$\{(\w+)", COMPOSE))
COMPOSE_NEEDS = set(re.findall(r"\$\{(\w+):\?", COMPOSE))


@pytest.fixture(scope="module")
def example() -> str:
    return (ROOT / ".env.example").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def keys(example: str) -> set[str]:
    return {key for key, _ in KEY.findall(example)}


def test_every_setting_is_in_the_example(keys: set[str]) -> None:
    assert not SETTINGS - keys


def test_every_key_of_the_example_is_a_setting_or_is_used_by_the_compose_file(keys: set[str]) -> None:
    assert not keys - SETTINGS - FOR_COMPOSE


def test_what_the_compose_file_cannot_do_without_is_in_the_example(keys: set[str]) -> None:
    assert keys >= COMPOSE_NEEDS


def test_no_secret_has_a_value_in_the_example(example: str) -> None:
    secrets = [(key, value) for key, value in KEY.findall(example) if re.search(r"SECRET|TOKEN|PASSWORD|_KEY", key)]

    assert secrets
    assert not [key for key, value in secrets if value.strip()]


def test_every_key_of_the_example_is_explained(example: str) -> None:
    lines = example.splitlines()
    above = {line: lines[number - 1] for number, line in enumerate(lines) if KEY.match(line)}

    assert not [line for line, before in above.items() if not before.startswith("# ") and not KEY.match(before)]
