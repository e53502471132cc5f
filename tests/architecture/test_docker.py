"""The container files, without an engine: the compose schema, a linter, and the Makefile's own steps."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose

from app.browser.chromium.options import is_sandboxed
from app.settings import Settings
from tests.architecture.source import ROOT

VARIABLE = re.compile(r"\$\{(\w+)(?::(?P<how>[-?])(?P<word>[^${}]*))?\}")


def interpolated(text: str) -> str:
    """As compose does it, the innermost first, every variable without a default being `given`."""
    while VARIABLE.search(text):
        text = VARIABLE.sub(lambda found: found["word"] if found["how"] == "-" else "given", text)
    return text


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load(interpolated((ROOT / "docker-compose.yml").read_text(encoding="utf-8")))


def test_the_compose_file_follows_the_specification(compose: dict[str, Any]) -> None:
    services = PyCompose.from_json(json.dumps(compose)).service_names()

    assert {"api", "worker", "browser", "migrate", "postgres", "n8n"} <= set(services)


def test_the_schema_refuses_a_key_that_compose_does_not_know() -> None:
    with pytest.raises(ValueError, match="imagee"):
        PyCompose.from_json('{"services": {"api": {"imagee": "ponte"}}}')


def test_every_service_that_stays_up_has_a_health_check(compose: dict[str, Any]) -> None:
    own = "HEALTHCHECK" in (ROOT / "Dockerfile").read_text(encoding="utf-8")
    stays = {name: service for name, service in compose["services"].items() if service["restart"] != "no"}

    assert not [
        name for name, service in stays.items() if "healthcheck" not in service and not ("build" in service and own)
    ]


def test_services_wait_for_services_that_exist_and_volumes_are_declared(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        assert set(service.get("depends_on", {})) <= set(compose["services"])
        assert {volume.split(":")[0] for volume in service.get("volumes", [])} <= set(compose["volumes"])


def test_every_image_of_others_is_pinned_to_a_version(compose: dict[str, Any]) -> None:
    images = {service["image"] for service in compose["services"].values()}

    assert all(re.search(r":\d+\.\d+\.\d+", image) for image in images), images


def test_no_secret_stands_in_the_compose_file() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    secrets = re.findall(r"^ +\w*(?:PASSWORD|KEY|SECRET|TOKEN)\w*: (.+)$", text, re.MULTILINE)

    assert secrets
    assert all(value.startswith("${") for value in secrets)


def test_hadolint_finds_nothing() -> None:
    linter = Path(sys.executable).with_name("hadolint")
    result = subprocess.run([linter, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stdout


def test_the_image_is_made_by_the_steps_of_the_makefile() -> None:
    makefile, dockerfile = ((ROOT / name).read_text(encoding="utf-8") for name in ("Makefile", "Dockerfile"))
    steps = [
        "-m pip install --quiet",
        "--require-hashes -r requirements-uv.lock",
        "uv venv --quiet",
        "pip sync --quiet",
        "--python",
        "--require-hashes",
        "--no-deps --no-build-isolation --offline -e .",
    ]

    assert not [step for step in steps if step.replace("uv venv", "venv") not in makefile or step not in dockerfile]


def test_the_image_runs_as_nobody_special() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    users = re.findall(r"^USER (\S+)$", dockerfile, re.MULTILINE)

    assert users
    assert users[-1] not in {"root", "0"}


def stages() -> dict[str, str]:
    """What stands in each stage, by its name; the last one, which is built when nobody names any, by the name `""`."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    pieces = re.split(r"^(FROM .+)$", text, flags=re.MULTILINE)[1:]
    found = {line.partition(" AS ")[2]: line + body for line, body in zip(pieces[::2], pieces[1::2], strict=True)}
    assert list(found)[-1] == ""
    return found


def test_a_chromium_is_in_the_browser_s_image_and_in_no_other() -> None:
    with_chromium = [name for name, body in stages().items() if re.search(r"install .*\bchromium\b", body)]

    assert with_chromium == ["browser"]
    assert stages()["browser"].startswith("FROM ponte AS browser")
    assert stages()[""].strip() == "FROM ponte"


def test_no_stage_that_is_run_ends_as_root() -> None:
    for name in ("ponte", "browser"):
        users = re.findall(r"^USER (\S+)$", stages()[name], re.MULTILINE)
        assert users[-1] not in {"root", "0"}


def test_compose_builds_the_browser_s_stage_under_a_name_of_its_own(compose: dict[str, Any]) -> None:
    browser, api = compose["services"]["browser"], compose["services"]["api"]

    assert browser["build"]["target"] in stages()
    assert browser["image"] != api["image"]
    (last,) = re.findall(r"^CMD (.+)$", stages()["browser"], re.MULTILINE)
    assert browser["command"] == json.loads(last)
    assert {name: browser[name] for name in ("read_only", "cap_drop", "security_opt")} == {
        name: api[name] for name in ("read_only", "cap_drop", "security_opt")
    }


def test_chromium_goes_without_its_own_sandbox_only_where_somebody_has_said_so(compose: dict[str, Any]) -> None:
    assert Settings.model_fields["browser_sandbox"].default == "auto"
    assert compose["services"]["browser"]["environment"]["BROWSER_SANDBOX"] == "off"
    assert [is_sandboxed(choice, root=False) for choice in ("auto", "on", "off")] == [True, True, False]
    assert [is_sandboxed(choice, root=True) for choice in ("auto", "on", "off")] == [False, True, False]


def test_only_what_the_image_needs_goes_to_the_builder() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    wanted = {source for line in copied for source in line.split()}

    assert "*" in ignored
    assert wanted == {line[1:] for line in ignored if line.startswith("!")}
