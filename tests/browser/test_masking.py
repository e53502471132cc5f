"""Evidence shows why a visit failed, and neither a password nor a cookie."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Page

from app.browser.chromium.capturing import capture
from app.browser.chromium.traffic import Journal
from app.browser.evidence import EvidenceKeeper
from app.domain.provisioning import LoginRefused, NewUser, PanelChanged, WriteInDoubt
from tests.browser.panelling import PASSWORD, MemoryLog, MemorySessions, Room
from tests.browser.pictures import MASK, colours


def cookies(sessions: MemorySessions) -> list[bytes]:
    return [cookie["value"].encode() for state in sessions.kept.values() for cookie in json.loads(state)["cookies"]]


async def test_a_failed_write_shows_neither_password_nor_cookie(room: Room):
    await room.trouble(lost_answers={"times": 1, "how": "error"})
    async with room.panels.open(room.account(), run="1") as panel:
        with pytest.raises(WriteInDoubt) as doubt:
            await panel.create_user(NewUser("sofia1234", PASSWORD))
    files = await room.evidence(doubt.value.evidence)
    secrets = [PASSWORD.encode(), b"simulated-panel", *cookies(room.sessions)]
    assert len(secrets) == 3
    assert [name for name, body in files.items() for secret in secrets if secret in body] == []
    assert {"open", "fill", "send", "failed"} <= {entry["what"] for entry in json.loads(files["trace.json"])}


async def test_a_form_that_is_filled_in_is_covered_in_the_picture_and_empty_in_the_text(room: Room):
    text = (room.folder / "short.yaml").read_text(encoding="utf-8")
    (room.folder / "greedy.yaml").write_text(text.replace("Crear usuario", "Crear otro usuario"), encoding="utf-8")
    recipe = room.panels._recipes.get("greedy")
    assert recipe.create_user.send == "new_button"
    async with room.panels.open(room.account(recipe="greedy"), run="2") as panel:
        with pytest.raises(PanelChanged, match="new_button") as changed:
            await panel.create_user(NewUser("sofia1234", PASSWORD))
    files = await room.evidence(changed.value.evidence)
    assert MASK in colours(files["screenshot.png"])
    assert b"sofia1234" not in files["page.txt"]
    assert b"csrf" in files["page.txt"]
    assert b"value=" not in files["page.txt"]
    assert await room.journal() == []


async def test_the_password_that_a_page_shows_is_covered_too(room: Room):
    async with room.panels.open(room.account(password="Panel de agentes"), run="3") as panel:
        with pytest.raises(LoginRefused) as refused:
            await panel.look("sofia1234")
    files = await room.evidence(refused.value.evidence)
    assert b"Panel de agentes" not in files["page.txt"]
    assert MASK in colours(files["screenshot.png"])


async def test_a_store_that_fails_does_not_hide_the_failure(room: Room):
    class Full(MemoryLog):
        async def expect(self, *args: object, **more: object) -> None:
            del args, more
            raise OSError("no room left")

    keeping = room.panels._keeping
    room.panels._keeping = type(keeping)(keeping.sessions, EvidenceKeeper(room.files, Full()))
    try:
        async with room.panels.open(room.account(password="wrong-one"), run="4") as panel:
            with pytest.raises(LoginRefused) as refused:
                await panel.look("sofia1234")
    finally:
        room.panels._keeping = keeping
    assert refused.value.evidence == ()


@asynccontextmanager
async def a_page(room: Room) -> AsyncIterator[Page]:
    """The page that the next visit of this account uses."""
    account, recipe = room.account(recipe="short"), room.panels._recipes.get("short")
    browser = await room.panels.enter(account)
    try:
        yield await room.panels.context_page(browser, account, recipe)
    finally:
        await room.panels.leave(browser, account)


@pytest.mark.parametrize("field", ["<input readonly>", "<input type=unheard>", "<textarea></textarea>"])
async def test_a_password_in_a_field_of_any_kind_is_covered_in_the_picture(room: Room, field: str):
    async with a_page(room) as page:
        await page.set_content(f"<main><label>Clave generada {field}</label></main>")
        await page.locator("input, textarea").evaluate("(field, word) => { field.value = word; }", PASSWORD)
        files = await capture(page, room.panels._recipes.get("short"), Journal(), secrets=[PASSWORD])
    assert MASK in colours(next(file.body for file in files if file.name == "screenshot.png"))


SHOWS_IT = """document.addEventListener("DOMContentLoaded", () => {
  if (!location.pathname.includes("usuarios")) return;
  document.body.innerHTML = "<p role=status>Usuario creado, clave: %s</p>";
})"""


async def test_who_looks_again_after_a_crash_hides_the_password_that_the_page_shows(room: Room):
    async with a_page(room) as page:
        await page.context.add_init_script(SHOWS_IT % PASSWORD)
    async with room.panels.open(room.account(recipe="short"), run="5", secrets=[PASSWORD]) as panel:
        with pytest.raises(PanelChanged) as changed:
            await panel.look("sofia1234")
    await room.panels.close()
    files = await room.evidence(changed.value.evidence)
    assert b"Usuario creado" in files["page.txt"]
    assert PASSWORD.encode() not in files["page.txt"]
    assert MASK in colours(files["screenshot.png"])
