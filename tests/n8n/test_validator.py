"""n8n's own offline validators pass every workflow, for both targets; and they see what is broken on purpose."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.n8n.workflows.canvas import Target
from app.n8n.workflows.catalogue import catalogue
from app.n8n.workflows.deployment import Deployment
from app.n8n.workflows.rendering import canonical, render
from tests.conftest import ROOT

VALIDATOR = ROOT / "tests" / "tools" / "validator"
Json = dict[str, Any]
Validate = Callable[..., list[Json]]


@pytest.fixture(scope="module")
def validate() -> Validate:
    """What is found in these files."""
    node = shutil.which("node")
    if node is None or not (VALIDATOR / "node_modules" / ".stamp").exists():
        pytest.skip("n8n's validators are not here: make validator")

    def run(*files: Path) -> list[Json]:
        command = [node, str(VALIDATOR / "validate.cjs"), *map(str, files)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert not done.stderr, done.stderr
        found = [json.loads(line) for line in done.stdout.splitlines()]
        assert done.returncode == bool(found)
        return found

    return run


@pytest.fixture
def responder(tmp_path: Path) -> tuple[Path, Json]:
    """A file to write to, and the workflow to break."""
    workflow = next(one for one in catalogue(Deployment()) if one.key == "responder")
    return tmp_path / "responder.json", render(workflow)


def node(workflow: Json, name: str) -> Json:
    return next(one for one in workflow["nodes"] if one["name"] == name)


def test_every_workflow_is_valid_for_both_targets(validate: Validate, tmp_path: Path) -> None:
    deployment = Deployment("https://bot.example.com", 7, "Europe/Madrid", "other-model")
    files = [
        (tmp_path / f"{workflow.key}.{target}.json", render(workflow, target))
        for workflow in catalogue(deployment)
        for target in Target
    ]
    for path, body in files:
        path.write_text(canonical(body), encoding="utf-8")

    assert validate(*(path for path, _ in files)) == []


def test_every_file_of_the_repository_is_valid(validate: Validate) -> None:
    files = sorted((ROOT / "n8n_workflows").glob("*.json"))

    assert len(files) == len(catalogue(Deployment()))
    assert validate(*files) == []


def test_a_parameter_that_no_node_has_this_way_is_found(validate: Validate, responder: tuple[Path, Json]) -> None:
    path, workflow = responder
    node(workflow, "Turn")["parameters"]["responseMode"] = "later"
    node(workflow, "Ponte")["parameters"]["serverTransport"] = "pigeon"
    node(workflow, "Answer")["parameters"]["options"]["responseCode"] = "two hundred"
    path.write_text(canonical(workflow), encoding="utf-8")

    found = validate(path)

    assert {(one["code"], one["node"]) for one in found} >= {
        ("INVALID_PARAMETER", "Turn"),
        ("INVALID_PARAMETER", "Ponte"),
        ("INVALID_PARAMETER", "Answer"),
    }


def test_a_type_or_version_that_n8n_does_not_have_is_found(validate: Validate, responder: tuple[Path, Json]) -> None:
    path, workflow = responder
    node(workflow, "Turn")["type"] = "n8n-nodes-base.webhok"
    node(workflow, "Model")["typeVersion"] = 9.9
    path.write_text(canonical(workflow), encoding="utf-8")

    codes = {(one["code"], one.get("node")) for one in validate(path)}

    assert {("UNKNOWN_TYPE", "Turn"), ("UNKNOWN_NODE_VERSION", "Model")} <= codes


def test_a_wire_to_nowhere_is_found(validate: Validate, responder: tuple[Path, Json]) -> None:
    path, workflow = responder
    workflow["connections"]["Turn"]["main"][0][0]["node"] = "Nobody"
    path.write_text(canonical(workflow), encoding="utf-8")

    assert "STRUCTURE" in {one["code"] for one in validate(path)}
