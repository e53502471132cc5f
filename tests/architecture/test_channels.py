"""The same worry, the same set of files: knowing one channel means knowing the next."""

import importlib
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.channels.without_crm import WithoutCrm
from tests.architecture.source import APP

PARTS = {"client", "payloads", "webhook", "adapter", "quality.yaml"}
MAY_HAVE = {"auth"}
CHANNELS = sorted(folder for folder in (APP / "channels").iterdir() if folder.is_dir() and folder.name != "__pycache__")


def parts(folder: Path) -> set[str]:
    names = {path.name if path.suffix == ".yaml" else path.stem for path in folder.iterdir()}
    return names - {"__init__", "__pycache__"}


def rules(folder: Path) -> dict[str, Any]:
    return yaml.safe_load((folder / "quality.yaml").read_text(encoding="utf-8"))["rules"]


@pytest.mark.parametrize("folder", CHANNELS, ids=lambda folder: folder.name)
def test_a_channel_is_the_same_set_of_parts(folder: Path) -> None:
    assert parts(folder) - MAY_HAVE == PARTS


@pytest.mark.parametrize("folder", CHANNELS, ids=lambda folder: folder.name)
def test_a_channel_says_how_good_it_is_and_why_not_better(folder: Path) -> None:
    for rule, value in rules(folder).items():
        status, comment = (value, "") if isinstance(value, str) else (value["status"], value.get("comment", ""))
        assert status in {"done", "todo", "exempt"}, rule
        assert status == "done" or comment.strip(), f"{rule} is {status}: say why"


def test_channels_answer_for_the_same_rules() -> None:
    asked = {folder.name: set(rules(folder)) for folder in CHANNELS}

    assert len({frozenset(names) for names in asked.values()}) == 1, asked


def channel_of(folder: Path) -> Any:
    """The class of a channel, by the name under which the accounts know it."""
    found = vars(importlib.import_module(f"app.channels.{folder.name}.adapter")).values()
    return next(one for one in found if isinstance(one, type) and vars(one).get("name") == folder.name)


@pytest.mark.parametrize("folder", CHANNELS, ids=lambda folder: folder.name)
def test_a_channel_that_can_tell_its_salespeople_is_asked_for_them(folder: Path) -> None:
    channel = channel_of(folder)
    assert channel.has_users is (channel.sellers is not WithoutCrm.sellers)
